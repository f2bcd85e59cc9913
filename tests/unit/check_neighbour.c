/*
 * neighbour.c: gratuitous ARP, neighbour advertisements, who asks for an
 * address and what is answered, who claims one, and asking for that.  R3768-,
 * R9568- and P- ids name requirements, A.. the golden frames, F.. old defects
 * of VRRP daemons.
 */
#include "vrrp.h"
#include "packet_util.h"

static const uint8_t mac51[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 1, 51 };
static const uint8_t mac51v6[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 2, 51 };
static const uint8_t host[VRRP_MAC_LEN] = { 2, 0, 0, 0, 0, 0xc8 };

enum {
	NS_MSG = MSG6,
	NS_PAYLOAD = 32			/* with the source link-layer option */
};

/* 192.0.2.200 asks for 192.0.2.1. */
static const char arp_request[] = "ffffffffffff0200000000c80806"
    "00010800060400010200000000c8c00002c8000000000000c0000201";
/* fe80::c8 asks for 2001:db8::1; the checksum is put in later. */
static const char solicitation[] = "3333ff0000010200000000c886dd"
    "6000000000203afffe8000000000000000000000000000c8"
    "ff0200000000000000000001ff000001"
    "870000000000000020010db80000000000000000000000010101"
    "0200000000c8";

static void
seal(uint8_t *frame, size_t len)
{
	put_checksum(frame + NS_MSG + 2, frame + NS_MSG, len,
	    (uint32_t)(uint16_t)~checksum(frame + IP + 8, 32, 0) +
	    (uint32_t)len + 58);
}

static size_t
ask(uint8_t *frame, size_t size, const struct vrrp_family *family)
{
	size_t len;

	memset(frame, 0, size);
	if (family == &vrrp_ipv4)
		return unhex(frame, size, arp_request);
	len = unhex(frame, size, solicitation);
	ck_assert_uint_eq(len, NS_MSG + NS_PAYLOAD);
	seal(frame, NS_PAYLOAD);
	return len;
}

/* As ask(), but a duplicate address detection: from ::, without an option */
static size_t
ask_dad(uint8_t *frame, size_t size)
{
	ask(frame, size, &vrrp_ipv6);
	memset(frame + IP + 8, 0, 16);
	frame[IP + 5] = 24;
	seal(frame, 24);
	return NS_MSG + 24;
}

/*
 * R3768-6.4.2-5b (A01), R9568-6.4.2-f1 (A02), P-37: the request of version 2
 * has no target MAC, that of version 3 has ours; F37: the reply form names it
 * twice in both.
 * proves: R3768-6.4.2-5b +, R9568-6.4.2-f1 +, P-37 +
 */
TEST(gratuitous_arp)
{
	static const char a01[] = "ffffffffffff00005e0001330806"
	    "000108000604000100005e000133c0000201000000000000c0000201";
	static const char a02[] = "ffffffffffff00005e0001330806"
	    "000108000604000100005e000133c000020100005e000133c0000201";
	struct vrrp_addr vip = addr("192.0.2.1");
	uint8_t frame[VRRP_FRAME_MIN], expect[VRRP_FRAME_MIN] = { 0 };
	struct vrrp_question q;
	unsigned version;

	for (version = 2; version <= 3; version++) {
		ck_assert_uint_eq(unhex(expect, sizeof(expect),
		    version == 2 ? a01 : a02), 42);
		ck_assert_uint_eq(arp_build(frame, sizeof(frame), false, mac51,
		    &vip, version), VRRP_FRAME_MIN);
		ck_assert_mem_eq(frame, expect, sizeof(frame));
		ck_assert(!question_parse(&q, &vrrp_ipv4, frame, 42));
		ck_assert_uint_eq(unhex(expect, sizeof(expect), a02), 42);
		expect[21] = 2;
		ck_assert_uint_eq(arp_build(frame, sizeof(frame), true, mac51,
		    &vip, version), VRRP_FRAME_MIN);
		ck_assert_mem_eq(frame, expect, sizeof(frame));
	}
}

/* F37: an ordinary question from the own address, for switches to relearn. */
TEST(asks_who_has_it)
{
	static const uint8_t mac[VRRP_MAC_LEN] = { 2, 0, 0, 0, 0, 0x20 };
	static const char wanted[] = "ffffffffffff0200000000200806"
	    "0001080006040001020000000020c0000214000000000000c0000201";
	struct vrrp_addr own = addr("192.0.2.20"), vip = addr("192.0.2.1");
	uint8_t frame[VRRP_FRAME_MIN], expect[VRRP_FRAME_MIN] = { 0 };
	struct vrrp_question q;

	ck_assert_uint_eq(unhex(expect, sizeof(expect), wanted), 42);
	ck_assert_uint_eq(arp_ask_build(frame, sizeof(frame), mac, &own, &vip),
	    VRRP_FRAME_MIN);
	ck_assert_mem_eq(frame, expect, sizeof(expect));
	ck_assert(question_parse(&q, &vrrp_ipv4, frame, sizeof(frame)));
	ck_assert_mem_eq(&q.asker, &own, sizeof(own));
	ck_assert_mem_eq(&q.target, &vip, sizeof(vip));
}

/* R9568-6.4.2-f3, P-39 (A06, A07) */
/* proves: R9568-6.4.2-f3 +, R4861-7.2.6-1 +, P-39 + */
TEST(neighbour_advertisement)
{
	static const struct {
		const char *addr, *frame;
	} t[] = {
		{ "fe80::1", "33330000000100005e00023386dd6000000000203aff"
		    "fe800000000000000000000000000001"
		    "ff020000000000000000000000000001"
		    "88007968a0000000fe800000000000000000000000000001"
		    "020100005e000233" },
		{ "2001:db8::1", "33330000000100005e00023386dd6000000000203aff"
		    "20010db8000000000000000000000001"
		    "ff020000000000000000000000000001"
		    "88001af8a000000020010db8000000000000000000000001"
		    "020100005e000233" },
	};
	uint8_t frame[100], expect[100];
	struct vrrp_addr vip;
	size_t i;

	for (i = 0; i < 2; i++) {
		vip = addr(t[i].addr);
		ck_assert_uint_eq(unhex(expect, sizeof(expect), t[i].frame),
		    86);
		ck_assert_uint_eq(na_build(frame, sizeof(frame), true, mac51v6,
		    &vip), 86);
		ck_assert_mem_eq(frame, expect, 86);
	}
	/* A host that does not forward: flag off, the checksum with it. */
	ck_assert_uint_eq(na_build(frame, sizeof(frame), false, mac51v6, &vip),
	    86);
	ck_assert_uint_eq(frame[58], 0x20);
	ck_assert_uint_eq(checksum(frame + 22, 64, 32 + 58), 0);
}

/* R3768-8.2-1, R9568-8.2.2-1: what is asked, who asks, where the answer goes */
/* proves: R3768-8.2-1 +, R9568-8.2.2-1 +, P-42 + */
TEST(questions)
{
	struct vrrp_addr target = addr("192.0.2.1");
	struct vrrp_addr asker = addr("192.0.2.200");
	static const struct vrrp_addr nobody;
	struct vrrp_question q;
	uint8_t frame[100];
	size_t len = ask(frame, sizeof(frame), &vrrp_ipv4);

	memset(&q, 0xff, sizeof(q));
	ck_assert(question_parse(&q, &vrrp_ipv4, frame, len));
	ck_assert_mem_eq(&q.target, &target, sizeof(target));
	ck_assert_mem_eq(&q.asker, &asker, sizeof(asker));
	ck_assert_mem_eq(q.mac, host, sizeof(host));
	/* RFC 826: told is the sender of the request, not of the frame. */
	memcpy(frame + 6, mac51v6, sizeof(mac51v6));
	ck_assert(question_parse(&q, &vrrp_ipv4, frame, len));
	ck_assert_mem_eq(q.mac, host, sizeof(host));
	/* Padded, and to one MAC as Linux asks again; a probe of RFC 5227 */
	memcpy(frame, mac51, sizeof(mac51));
	memset(frame + 28, 0, 4);
	ck_assert(question_parse(&q, &vrrp_ipv4, frame, VRRP_FRAME_MIN));
	ck_assert_mem_eq(&q.asker, &nobody, sizeof(nobody));
	ck_assert(!question_parse(&q, &vrrp_ipv6, frame, VRRP_FRAME_MIN));
	/* The target hardware address means nothing in a request. */
	memset(frame + 32, 0xff, 6);
	ck_assert(question_parse(&q, &vrrp_ipv4, frame, VRRP_FRAME_MIN));

	target = addr("2001:db8::1");
	asker = addr("fe80::c8");
	len = ask(frame, sizeof(frame), &vrrp_ipv6);
	memset(&q, 0xff, sizeof(q));
	ck_assert(question_parse(&q, &vrrp_ipv6, frame, len));
	ck_assert_mem_eq(&q.target, &target, sizeof(target));
	ck_assert_mem_eq(&q.asker, &asker, sizeof(asker));
	ck_assert_mem_eq(q.mac, host, sizeof(host));
	ck_assert(!question_parse(&q, &vrrp_ipv4, frame, len));
	/* Unicast, without the option, and with octets behind the packet */
	memcpy(frame + IP + 24, target.octet, 16);
	frame[IP + 5] = 24;
	seal(frame, 24);
	ck_assert(question_parse(&q, &vrrp_ipv6, frame, len));
	ck_assert_mem_eq(q.mac, host, sizeof(host));
	len = ask_dad(frame, sizeof(frame));
	memset(&q, 0xff, sizeof(q));
	ck_assert(question_parse(&q, &vrrp_ipv6, frame, len));
	ck_assert_mem_eq(&q.target, &target, sizeof(target));
	ck_assert_mem_eq(&q.asker, &nobody, sizeof(nobody));
}

/* Whether this is a question, or a claim, of a frame that ends where it ends */
static bool
is_one(bool claim, const struct vrrp_family *family, const uint8_t *frame,
    size_t len)
{
	struct vrrp_question q;
	struct vrrp_claim c;
	uint8_t *cut = exact(frame, len);
	bool is = claim ? claim_parse(&c, family, cut, len) :
	    question_parse(&q, family, cut, len);

	free(cut);
	return is;
}

/* Cut anywhere it is none. */
static void
cut_anywhere(bool claim, const struct vrrp_family *family,
    const uint8_t *frame, size_t len)
{
	size_t n;

	for (n = 0; n <= len; n++)
		ck_assert_msg(is_one(claim, family, frame, n) == (n == len),
		    "%zu of %zu", n, len);
}

/* The message cut, with a right sum */
static bool
is_one_cut(bool claim, uint8_t *frame, size_t n)
{
	frame[IP + 5] = (uint8_t)n;
	seal(frame, n < 4 ? 4 : n);
	return is_one(claim, &vrrp_ipv6, frame, NS_MSG + n);
}

/* P-50: cut anywhere it is no question */
/* proves: P-50 - */
TEST(questions_truncated)
{
	uint8_t frame[100];
	size_t n;

	cut_anywhere(false, &vrrp_ipv4, frame,
	    ask(frame, sizeof(frame), &vrrp_ipv4));
	cut_anywhere(false, &vrrp_ipv6, frame,
	    ask(frame, sizeof(frame), &vrrp_ipv6));
	cut_anywhere(false, &vrrp_ipv6, frame, ask_dad(frame, sizeof(frame)));
	/* ICMPv6 that is shorter than a solicitation, down to nothing */
	for (n = 0; n < 24; n++) {
		ask_dad(frame, sizeof(frame));
		ck_assert(!is_one_cut(false, frame, n));
	}
}

/* As ask(), but fe80::1 (the sender too) says where 2001:db8::1 is. */
static size_t
tell(uint8_t *frame, size_t size, const struct vrrp_family *family)
{
	static const char na[] = "3333000000010200000000c886dd"
	    "6000000000203afffe800000000000000000000000000001"
	    "ff020000000000000000000000000001"
	    "880000002000000020010db80000000000000000000000010201"
	    "0200000000c9";
	size_t len;

	if (family == &vrrp_ipv4)
		return ask(frame, size, family);
	memset(frame, 0, size);
	len = unhex(frame, size, na);
	ck_assert_uint_eq(len, NS_MSG + NS_PAYLOAD);
	seal(frame, NS_PAYLOAD);
	return len;
}

/* Each field that makes it one, RFC 826 and RFC 4861 7.1.1, 7.1.2 */
static const struct {
	bool ipv6;
	unsigned at;
	uint8_t octet;
	bool claim;			/* then it is still a claim */
} spoilt[] = {
	{ false, 12, 0x86, false },		/* EtherType */
	{ false, 13, 0x00, false },
	{ false, 15, 6, false },		/* not Ethernet */
	{ false, 15, 0, false }, { false, 14, 1, false },
	{ false, 16, 0x86, false },		/* not IPv4 */
	{ false, 16, 7, false }, { false, 17, 1, false },
	{ false, 18, 8, false },		/* lengths */
	{ false, 18, 5, false }, { false, 19, 16, false },
	{ false, 19, 3, false },
	{ false, 21, 2, true },			/* a reply */
	{ false, 20, 1, true }, { false, 21, 0, true },
	{ true, 12, 0x08, false }, { true, 13, 0x00, false },
	{ true, 13, 0xde, false },
	{ true, IP, 0x70, false },		/* version 7, 4 */
	{ true, IP, 0x40, false },
	{ true, IP + 4, 1, false },		/* longer than the frame */
	{ true, IP + 5, 33, false }, { true, IP + 5, 23, false },
	{ true, IP + 6, 17, false },		/* not ICMPv6 */
	{ true, IP + 6, 0, false }, { true, IP + 6, 59, false },
	{ true, IP + 7, 254, false },		/* came through a router */
	{ true, NS_MSG, 137, false },		/* a redirect */
	{ true, NS_MSG, 134, false },
	{ true, NS_MSG + 1, 1, false },		/* code */
};

static void
refuses_spoilt(bool claim)
{
	uint8_t frame[100];
	size_t len, at;

	EACH(i, spoilt) {
		const struct vrrp_family *family =
		    spoilt[i].ipv6 ? &vrrp_ipv6 : &vrrp_ipv4;

		len = (claim ? tell : ask)(frame, sizeof(frame), family);
		frame[spoilt[i].at] = spoilt[i].octet;
		if (spoilt[i].ipv6)
			seal(frame, NS_PAYLOAD);
		ck_assert_msg(is_one(claim, family, frame, len) ==
		    (claim && spoilt[i].claim), "row %zu", i);
	}
	/* An advertisement is no question, and a solicitation no claim. */
	len = (claim ? tell : ask)(frame, sizeof(frame), &vrrp_ipv6);
	frame[NS_MSG] = claim ? 135 : 136;
	seal(frame, NS_PAYLOAD);
	ck_assert(!is_one(claim, &vrrp_ipv6, frame, len));
	/* The checksum covers the addresses and all of the message. */
	len = (claim ? tell : ask)(frame, sizeof(frame), &vrrp_ipv6);
	for (at = IP + 8; at < len; at++) {
		frame[at] ^= 0x10;
		ck_assert_msg(!is_one(claim, &vrrp_ipv6, frame, len),
		    "octet %zu changed", at);
		frame[at] ^= 0x10;
	}
}

/* proves: R3768-8.2-1 -, R9568-8.1.2-1 -, R9568-8.2.2-1 - */
TEST(no_questions)
{
	refuses_spoilt(false);
}

/* The sender of any ARP, the target of an advertisement */
TEST(claims)
{
	static const uint8_t named[VRRP_MAC_LEN] = { 2, 0, 0, 0, 0, 0xc9 };
	struct vrrp_addr sender = addr("192.0.2.200");
	struct vrrp_addr target = addr("2001:db8::1");
	struct vrrp_claim claim;
	uint8_t frame[100];
	size_t len = tell(frame, sizeof(frame), &vrrp_ipv4);
	unsigned operation;

	/* The Ethernet source may be another: nobody learns that. */
	frame[11] = 0x77;
	for (operation = 1; operation <= 2; operation++) {
		frame[21] = (uint8_t)operation;
		memset(&claim, 0xff, sizeof(claim));
		ck_assert(claim_parse(&claim, &vrrp_ipv4, frame, len));
		ck_assert_mem_eq(&claim.addr, &sender, sizeof(sender));
		ck_assert_mem_eq(claim.mac, host, sizeof(host));
	}
	ck_assert(!claim_parse(&claim, &vrrp_ipv6, frame, len));

	len = tell(frame, sizeof(frame), &vrrp_ipv6);
	memset(&claim, 0xff, sizeof(claim));
	ck_assert(claim_parse(&claim, &vrrp_ipv6, frame, len));
	ck_assert_mem_eq(&claim.addr, &target, sizeof(target));
	ck_assert_mem_eq(claim.mac, named, sizeof(named));
	ck_assert(!claim_parse(&claim, &vrrp_ipv4, frame, len));
}

/* RFC 4861 4.4: who does not name his MAC is where the frame came from. */
TEST(claims_without_option)
{
	static const struct {
		uint8_t type, units, len;	/* octets of all options */
	} t[] = {
		{ 2, 1, 0 }, { 2, 1, 1 }, { 2, 1, 2 }, { 2, 1, 7 },
		{ 1, 1, 8 }, { 2, 0, 8 }, { 2, 2, 8 }, { 14, 1, 8 },
	};
	struct vrrp_claim claim;
	uint8_t frame[100];

	EACH(i, t) {
		size_t len = tell(frame, sizeof(frame), &vrrp_ipv6);

		frame[NS_MSG + 24] = t[i].type;
		frame[NS_MSG + 25] = t[i].units;
		frame[IP + 5] = (uint8_t)(24 + t[i].len);
		seal(frame, 24u + t[i].len);
		/* What stands behind the packet is no option. */
		ck_assert(claim_parse(&claim, &vrrp_ipv6, frame, len));
		ck_assert_msg(memcmp(claim.mac, host, sizeof(host)) == 0,
		    "row %zu", i);
	}
}

/* P-50: cut anywhere it claims nothing. */
TEST(claims_truncated)
{
	uint8_t frame[100];
	size_t n;

	cut_anywhere(true, &vrrp_ipv4, frame,
	    tell(frame, sizeof(frame), &vrrp_ipv4));
	cut_anywhere(true, &vrrp_ipv6, frame,
	    tell(frame, sizeof(frame), &vrrp_ipv6));
	for (n = 0; n <= NS_PAYLOAD; n++) {
		tell(frame, sizeof(frame), &vrrp_ipv6);
		ck_assert_msg(is_one_cut(true, frame, n) == (n >= 24), "%zu",
		    n);
	}
}

TEST(no_claims)
{
	refuses_spoilt(true);
}

/* What we announce and answer are claims, of our own MAC. */
TEST(own_claims)
{
	struct vrrp_addr vip = addr("192.0.2.1"), vip6 = addr("fe80::1");
	struct vrrp_question q = { .target = vip, .asker = addr("192.0.2.9") };
	struct vrrp_claim claim;
	uint8_t frame[100];
	size_t len;
	int i;

	for (i = 0; i < 3; i++) {
		len = i == 2 ? answer_build(frame, sizeof(frame), &vrrp_ipv4,
		    true, &q, mac51) : arp_build(frame, sizeof(frame), i,
		    mac51, &vip, 3);
		ck_assert(claim_parse(&claim, &vrrp_ipv4, frame, len));
		ck_assert_mem_eq(&claim.addr, &vip, sizeof(vip));
		ck_assert_mem_eq(claim.mac, mac51, sizeof(mac51));
	}
	q.target = vip6;
	q.asker = addr("fe80::c8");
	for (i = 0; i < 2; i++) {
		len = i == 1 ? answer_build(frame, sizeof(frame), &vrrp_ipv6,
		    true, &q, mac51v6) : na_build(frame, sizeof(frame), true,
		    mac51v6, &vip6);
		ck_assert(claim_parse(&claim, &vrrp_ipv6, frame, len));
		ck_assert_mem_eq(&claim.addr, &vip6, sizeof(vip6));
		ck_assert_mem_eq(claim.mac, mac51v6, sizeof(mac51v6));
	}
}

/* RFC 5227 2.1.1, RFC 4862 5.4.2: from no address, to all who may have it */
TEST(probes)
{
	static const char arp[] = "ffffffffffff0200000000c80806"
	    "00010800060400010200000000c8000000000000000000"
	    "00c0000201";
	struct vrrp_addr vip = addr("192.0.2.1"), vip6 = addr("2001:db8::1");
	static const struct vrrp_addr nobody;
	uint8_t frame[100], expect[100];
	struct vrrp_question q;
	struct vrrp_claim claim;
	size_t len;

	memset(expect, 0, sizeof(expect));
	ck_assert_uint_eq(unhex(expect, sizeof(expect), arp), 42);
	len = probe_build(frame, sizeof(frame), &vrrp_ipv4, host, &vip);
	ck_assert_uint_eq(len, VRRP_FRAME_MIN);
	ck_assert_mem_eq(frame, expect, len);
	ck_assert(claim_parse(&claim, &vrrp_ipv4, frame, len));
	ck_assert_mem_eq(&claim.addr, &nobody, sizeof(nobody));

	len = ask_dad(expect, sizeof(expect));
	ck_assert_uint_eq(probe_build(frame, sizeof(frame), &vrrp_ipv6, host,
	    &vip6), len);
	ck_assert_mem_eq(frame, expect, len);
	ck_assert(question_parse(&q, &vrrp_ipv6, frame, len));
	ck_assert(!claim_parse(&claim, &vrrp_ipv6, frame, len));
}

/*
 * R9568-8.1.2-1, -2, R3768-8.2-1, -2 (A04, A05): the virtual MAC, in the
 * Ethernet header too, and to who asked alone
 * proves: R3768-8.2-1 +, R3768-8.2-2 +, R9568-8.1.2-1 +, R9568-8.1.2-2 +
 */
TEST(arp_answer)
{
	static const char a04[] = "0200000000c80200000000200806"
	    "000108000604000200005e000133c00002010200000000c8c00002c8";
	uint8_t frame[100], expect[VRRP_FRAME_MIN] = { 0 };
	struct vrrp_question q;
	size_t len = ask(frame, sizeof(frame), &vrrp_ipv4);

	ck_assert(question_parse(&q, &vrrp_ipv4, frame, len));
	ck_assert_uint_eq(unhex(expect, sizeof(expect), a04), 42);
	memcpy(expect + 6, mac51, sizeof(mac51));
	ck_assert_uint_eq(answer_build(frame, sizeof(frame), &vrrp_ipv4, true,
	    &q, mac51), VRRP_FRAME_MIN);
	ck_assert_mem_eq(frame, expect, sizeof(expect));
}

/* R9568-6.4.3-c, R9568-8.2.2-1, -2 (A08): flags R, S and O, one receiver */
/* proves: R9568-6.4.3-c +, R9568-8.2.2-1 +, R9568-8.2.2-2 + */
TEST(solicited_advertisement)
{
	static const char a08[] = "0200000000c800005e00023386dd"
	    "6000000000203aff20010db8000000000000000000000001"
	    "fe8000000000000000000000000000c8"
	    "8800dab2e000000020010db8000000000000000000000001"
	    "020100005e000233";
	uint8_t frame[100], expect[100];
	struct vrrp_question q;
	size_t len = ask(frame, sizeof(frame), &vrrp_ipv6);

	ck_assert(question_parse(&q, &vrrp_ipv6, frame, len));
	ck_assert_uint_eq(unhex(expect, sizeof(expect), a08), 86);
	ck_assert_uint_eq(answer_build(frame, sizeof(frame), &vrrp_ipv6, true,
	    &q, mac51v6), 86);
	ck_assert_mem_eq(frame, expect, 86);
	/* No router: without R, and the sum is larger by that. */
	expect[56] = 0x5a;
	expect[57] = 0xb3;
	expect[58] = 0x60;
	ck_assert_uint_eq(answer_build(frame, sizeof(frame), &vrrp_ipv6, false,
	    &q, mac51v6), 86);
	ck_assert_mem_eq(frame, expect, 86);
}

/* RFC 4861 7.2.4: who detects duplicates has no address; S is not set (A07) */
/* proves: R9568-6.4.3-c +, R9568-6.4.3-e + */
TEST(duplicate_detection)
{
	uint8_t frame[100], all[100];
	struct vrrp_question q;
	size_t len = ask_dad(frame, sizeof(frame));
	int router;

	ck_assert(question_parse(&q, &vrrp_ipv6, frame, len));
	for (router = 0; router <= 1; router++) {
		ck_assert_uint_eq(answer_build(frame, sizeof(frame),
		    &vrrp_ipv6, router, &q, mac51v6), 86);
		ck_assert_uint_eq(na_build(all, sizeof(all), router, mac51v6,
		    &q.target), 86);
		ck_assert_mem_eq(frame, all, 86);
	}
}

/* Each builder in each size that is too small: 0, and no octet beyond it. */
TEST(too_small)
{
	struct vrrp_addr vip = addr("192.0.2.1"), vip6 = addr("fe80::1");
	struct vrrp_question q = { .target = vip6, .asker = vip6 };
	size_t size;

	for (size = 0; size <= 100; size++) {
		size_t arp = size < 60 ? 0 : 60, na = size < 86 ? 0 : 86;
		uint8_t *buf = malloc(size);

		ck_assert_uint_eq(arp_build(buf, size, false, mac51, &vip, 2),
		    arp);
		ck_assert_uint_eq(arp_build(buf, size, true, mac51, &vip, 3),
		    arp);
		ck_assert_uint_eq(arp_ask_build(buf, size, mac51, &vip, &vip),
		    arp);
		ck_assert_uint_eq(probe_build(buf, size, &vrrp_ipv6, mac51v6,
		    &vip6), size < 78 ? 0 : 78);
		ck_assert_uint_eq(na_build(buf, size, true, mac51v6, &vip6),
		    na);
		ck_assert_uint_eq(answer_build(buf, size, &vrrp_ipv4, true, &q,
		    mac51), arp);
		ck_assert_uint_eq(answer_build(buf, size, &vrrp_ipv6, true, &q,
		    mac51v6), na);
		free(buf);
	}
}

RUN_TESTS("announce", 60, NULL, NULL)
