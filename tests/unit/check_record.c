/* What an earlier life wrote down is believed to the letter, or not at all. */
#include "core/record.h"

#include "check_util.h"

static const uint8_t own[VRRP_MAC_LEN] = { 2, 0x14, 0x25, 0xab, 0xcd, 0xef };

TEST(mac_there_and_back)
{
	uint8_t mac[VRRP_MAC_LEN];
	char text[RECORD_LEN];

	record_print_mac(text, own);
	ck_assert_str_eq(text, "02:14:25:ab:cd:ef\n");
	ck_assert(record_parse_mac(mac, text));
	ck_assert_mem_eq(mac, own, sizeof(own));
}

static const char *const wrong_macs[] = {
	"", "\n", "02:00:00:ab:cd:ef", "02:00:00:ab:cd:ef\n\n",
	"02:00:00:AB:CD:EF\n", "02:00:00:ab:cd\n", "2:0:0:ab:cd:ef\n",
	"02:-1:+2:-3:00:01\n", "02: 1: 2: 3: 4: 5\n", "02-00-00-ab-cd-ef\n",
	"02:00:00:ab:cd:ef:01\n", "100:00:00:ab:cd:ef\n",
	"00:00:00:00:00:00\n",		/* none */
	"01:00:5e:00:00:12\n",		/* a group */
	"00:00:5e:00:01:33\n",		/* virtual: C13 */
	"00:00:5e:00:02:33\n"
};

LOOP_TEST(mac_refused, 0, NROWS(wrong_macs))
{
	uint8_t mac[VRRP_MAC_LEN];

	ck_assert_msg(!record_parse_mac(mac, wrong_macs[_i]), "%s",
	    wrong_macs[_i]);
}

TEST(arp_there_and_back)
{
	int ignore, announce;
	char text[RECORD_LEN];

	record_print_arp(text, 8, 2);
	ck_assert_str_eq(text, "8 2\n");
	ck_assert(record_parse_arp(&ignore, &announce, text));
	ck_assert_int_eq(ignore, 8);
	ck_assert_int_eq(announce, 2);
	ck_assert(record_parse_arp(&ignore, &announce, "0 0\n"));
	ck_assert_int_eq(ignore, 0);
	ck_assert_int_eq(announce, 0);
	ck_assert(record_parse_arp(&ignore, &announce, "1 2\n"));
	ck_assert_int_eq(ignore, 1);
	ck_assert_int_eq(announce, 2);
	/* The kernel does as with 0, and so does what we put back. */
	record_print_arp(text, 9, 3);
	ck_assert_str_eq(text, "0 0\n");
	record_print_arp(text, -1, -1);
	ck_assert_str_eq(text, "0 0\n");
}

static const char *const wrong_arps[] = {
	"", "0\n", "0 0", "0 0\n\n", " 0 0\n", "0  0\n", "00 0\n", "+1 0\n",
	"0 0 0\n", "0 x\n", "foo bar\n", "9 0\n", "0 3\n", "-1 0\n", "0 -1\n",
	"99 99\n", "2147483648 0\n", "0 2147483648\n",
	"-2147483649 0\n", "0 -2147483649\n",
	"4294967296 0\n", "0 4294967297\n",
	"99999999999999999999 0\n", "0 -99999999999999999999\n"
};

LOOP_TEST(arp_refused, 0, NROWS(wrong_arps))
{
	int ignore, announce;

	ck_assert_msg(!record_parse_arp(&ignore, &announce, wrong_arps[_i]),
	    "%s", wrong_arps[_i]);
}

/* Every octet, and the longest frame there is */
TEST(frame_there_and_back)
{
	static uint8_t frame[VRRP_FRAME_MAX], again[VRRP_FRAME_MAX];
	static char text[RECORD_FRAME_LEN];
	size_t i;

	for (i = 0; i < sizeof(frame); i++)
		frame[i] = (uint8_t)i;
	memset(text, 'x', sizeof(text));
	record_print_frame(text, frame, 3);
	ck_assert_str_eq(text, "000102\n");
	ck_assert_uint_eq(record_parse_frame(again, "09af5e\n"), 3);
	ck_assert_mem_eq(again, "\x09\xaf\x5e", 3);
	record_print_frame(text, frame, sizeof(frame));
	ck_assert_uint_eq(strlen(text), sizeof(text) - 1);
	ck_assert_uint_eq(record_parse_frame(again, text), sizeof(frame));
	ck_assert_mem_eq(again, frame, sizeof(frame));
}

static const char *const wrong_frames[] = {
	"", "\n", "00", "0\n", "000\n", "00\n\n", "00\nx", " 00\n", "00 00\n",
	"0x00\n", "0A\n", "A0\n", "g0\n", "0g\n", "/0\n", "`0\n", ":0\n",
	"00\n\xff"
};

LOOP_TEST(frame_refused, 0, NROWS(wrong_frames))
{
	uint8_t frame[VRRP_FRAME_MAX];

	ck_assert_uint_eq(record_parse_frame(frame, wrong_frames[_i]), 0);
}

TEST(frame_too_long)
{
	static char text[2 * VRRP_FRAME_MAX + 4];
	uint8_t frame[VRRP_FRAME_MAX];

	memset(text, '0', sizeof(text) - 2);
	text[sizeof(text) - 2] = '\n';
	ck_assert_uint_eq(record_parse_frame(frame, text), 0);
}

RUN_TESTS("record", 10, NULL, NULL)
