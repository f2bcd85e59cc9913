/*
 * What is written down for the next start.  Reading prints what was understood
 * and compares, so that nothing but our own form passes.  Pure.
 */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {					/* net.ipv4.conf.*, ip-sysctl */
	ARP_IGNORE_MAX = 8,
	ARP_ANNOUNCE_MAX = 2
};

/* text[RECORD_LEN] */
void
record_print_mac(char *text, const uint8_t *mac)
{
	snprintf(text, RECORD_LEN, "%02x:%02x:%02x:%02x:%02x:%02x\n", mac[0],
	    mac[1], mac[2], mac[3], mac[4], mac[5]);
}

/* True for an address that can be an interface's own. */
bool
record_parse_mac(uint8_t *mac, const char *text)
{
	static const uint8_t none[VRRP_MAC_LEN];
	char again[RECORD_LEN];
	const char *p = text;
	char *end;
	int i;

	for (i = 0; i < VRRP_MAC_LEN; i++) {
		unsigned long octet = strtoul(p, &end, 16);

		mac[i] = (uint8_t)octet;
		p = *end == ':' ? end + 1 : end;
	}
	record_print_mac(again, mac);
	return strcmp(again, text) == 0 && !vrrp_mac_is_virtual(mac) &&
	    (mac[0] & 1) == 0 && memcmp(mac, none, sizeof(none)) != 0;
}

/* text[RECORD_LEN].  What the kernel does not know it takes for 0. */
void
record_print_arp(char *text, int ignore, int announce)
{
	snprintf(text, RECORD_LEN, "%d %d\n",
	    ignore < 0 || ignore > ARP_IGNORE_MAX ? 0 : ignore,
	    announce < 0 || announce > ARP_ANNOUNCE_MAX ? 0 : announce);
}

/* Other numbers, and what a long cannot hold, print as others. */
bool
record_parse_arp(int *ignore, int *announce, const char *text)
{
	char again[RECORD_LEN], *end;

	*ignore = (int)strtol(text, &end, 10);
	*announce = (int)strtol(end, NULL, 10);
	record_print_arp(again, *ignore, *announce);
	return strcmp(again, text) == 0;
}

/* text[RECORD_FRAME_LEN]; len is at most VRRP_FRAME_MAX */
void
record_print_frame(char *text, const uint8_t *frame, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		*text++ = digits[frame[i] >> 4];
		*text++ = digits[frame[i] & 15];
	}
	*text++ = '\n';
	*text = '\0';
}

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* frame[VRRP_FRAME_MAX]; the length, 0 if that is no frame of ours. */
size_t
record_parse_frame(uint8_t *frame, const char *text)
{
	size_t len = 0;

	while (*text != '\n') {
		int high = digit_value(text[0]);
		int low = high == -1 ? -1 : digit_value(text[1]);

		if (low == -1 || len == VRRP_FRAME_MAX)
			return 0;
		frame[len++] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	return text[1] == '\0' ? len : 0;
}
