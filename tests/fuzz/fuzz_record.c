/*
 * The records of an earlier life, .mac and .arp: somebody may have written
 * anything into them.  What is taken is what stands there, to the letter, and
 * nothing that an interface cannot have.  The first octet chooses the record,
 * the rest is the file.
 */
#include "fuzz.h"
#include "core/record.h"

static void
try_mac(const char *text)
{
	uint8_t mac[VRRP_MAC_LEN];
	char back[RECORD_LEN];

	if (!record_parse_mac(mac, text))
		return;
	must((mac[0] & 1) == 0 && !vrrp_mac_is_virtual(mac));
	must(memcmp(mac, "\0\0\0\0\0", sizeof(mac)) != 0);
	record_print_mac(back, mac);
	must(strcmp(back, text) == 0);
}

static void
try_arp(const char *text)
{
	char back[RECORD_LEN];
	int ignore, announce;

	if (!record_parse_arp(&ignore, &announce, text))
		return;
	record_print_arp(back, ignore, announce);
	must(strcmp(back, text) == 0);
}

/* As vrrpd reads it: at most so many octets, and a 0 where they end. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[RECORD_LEN] = "";

	if (size == 0)
		return 0;
	size--;
	memcpy(text, data + 1, size < sizeof(text) ? size : sizeof(text) - 1);
	if (data[0] % 2 == 0)
		try_mac(text);
	else
		try_arp(text);
	return 0;
}
