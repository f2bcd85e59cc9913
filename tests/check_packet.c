/*
 * packet.c and announce.c: golden frames, the ladder of reception checks rung
 * by rung, damaged frames in buffers of exactly their size, and the builders.
 * Ids as R3768-7.1-1 or P-07 name requirements, F.. and C.. old defects of
 * VRRP daemons.  Run from the top of the tree.
 */
#include "vrrp.h"
#include "check_util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef VECTORS
#define VECTORS "tests/vectors.txt"
#endif

enum {
	NVECTORS = 63,			/* lines of VECTORS, none may be lost */
	NBUILT = 15,			/* V01-V18 but V14, V16, V18 */
	ETHERNET = 14,
	IP = 14,			/* offsets, without IP options */
	MSG = 34,
	ADDR = MSG + VRRP_HEADER_LEN
};

struct vector {
	char id[8], context[16], verdict[32];
	uint8_t frame[VRRP_FRAME_MAX];
	size_t len;
};

static struct vector vectors[NVECTORS + 1];
static unsigned nvectors;

/* The receiver under test. */
static struct vrrp_conf conf;
static struct vrrp vr;

static void
context(const char *name)
{
	memset(&conf, 0, sizeof(conf));
	memset(&vr, 0, sizeof(vr));
	conf.vrid = 51;
	conf.priority = 100;
	conf.interval = VRRP_SECOND;
	conf.naddr = 1;
	conf.vip[0].addr = addr("192.0.2.1");
	vr.conf = &conf;
	vr.source = addr("192.0.2.20");
	vr.own = &vr.source;
	vr.nown = 1;
	if (strcmp(name, "C2own") == 0) {
		conf.owner = true;
		conf.priority = VRRP_PRIORITY_OWNER;
		vr.source = addr("192.0.2.1");
	} else if (strncmp(name, "C2pw", 4) == 0) {
		conf.auth_type = VRRP_AUTH_PASSWORD;
		if (name[4] == '3')
			memcpy(conf.auth, "abc", 3);
		else
			memcpy(conf.auth, "vrrppass", VRRP_AUTH_LEN);
	} else if (strcmp(name, "C2i255") == 0)
		conf.interval = 255 * VRRP_SECOND;
	else if (strcmp(name, "C2v1") == 0)
		conf.vrid = 1;
	else if (strcmp(name, "C2v255") == 0)
		conf.vrid = 255;
	else if (strcmp(name, "C2vip") == 0)
		conf.vip[0].addr = addr("10.0.112.202");
	else if (strcmp(name, "C2strict") == 0)
		conf.strict_addresses = true;
	else
		ck_assert_str_eq(name, "C2");
}

static size_t
unhex(uint8_t *out, size_t size, const char *hex)
{
	size_t n;
	unsigned octet;

	for (n = 0; hex[2 * n] != '\0'; n++) {
		ck_assert_uint_lt(n, size);
		ck_assert_int_eq(sscanf(hex + 2 * n, "%2x", &octet), 1);
		out[n] = (uint8_t)octet;
	}
	return n;
}

static void
load_vectors(void)
{
	static char line[2 * VRRP_FRAME_MAX + 80], hex[2 * VRRP_FRAME_MAX + 2];
	FILE *f = fopen(VECTORS, "r");

	if (f == NULL)
		ck_abort_msg("%s: cannot open; run from the top of the tree",
		    VECTORS);
	nvectors = 0;
	while (fgets(line, sizeof(line), f) != NULL) {
		struct vector *v = &vectors[nvectors];

		if (line[0] == '#' || line[0] == '\n')
			continue;
		ck_assert_uint_lt(nvectors, NVECTORS);
		ck_assert_int_eq(sscanf(line, "%7s %15s %31s %2141s", v->id,
		    v->context, v->verdict, hex), 4);
		v->len = unhex(v->frame, sizeof(v->frame), hex);
		nvectors++;
	}
	fclose(f);
	ck_assert_uint_eq(nvectors, NVECTORS);
}

static struct vector *
vector(const char *id)
{
	unsigned i;

	for (i = 0; i < nvectors; i++)
		if (strcmp(vectors[i].id, id) == 0)
			return &vectors[i];
	ck_abort_msg("%s: no such vector", id);
	return NULL;
}

/* A copy that ends where the frame ends, so that ASan sees each overrun. */
static uint8_t *
exact(const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len);

	if (copy == NULL && len > 0)
		abort();
	if (len > 0)
		memcpy(copy, p, len);
	return copy;
}

/* The whole ladder; pkt and adv keep what was found on the way. */
static struct vrrp_packet pkt;
static struct vrrp_advert adv;
static uint32_t got, want;

static enum vrrp_drop
climb(const uint8_t *frame, size_t len)
{
	enum vrrp_drop drop;

	memset(&adv, 0, sizeof(adv));
	if ((drop = frame_parse(&pkt, frame, len)) == VRRP_DROP_NONE)
		drop = advert_parse(&adv, &pkt);
	got = pkt.got;
	want = pkt.want;
	if (drop == VRRP_DROP_NONE) {
		drop = advert_check(&adv, &vr);
		got = adv.got;
		want = adv.want;
	}
	return drop;
}

static uint16_t
checksum(const uint8_t *p, size_t len, uint32_t sum)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
put_checksum(uint8_t *at, const uint8_t *p, size_t len)
{
	uint16_t sum;

	at[0] = at[1] = 0;
	sum = checksum(p, len, 0);
	at[0] = (uint8_t)(sum >> 8);
	at[1] = (uint8_t)sum;
}

static size_t
total_length(const uint8_t *frame)
{
	return (size_t)(frame[IP + 2] << 8 | frame[IP + 3]);
}

/* R3768-7.1-1 to -10, R3768-5.3.2-1, P-01 to P-07, P-10, F26: every vector */
START_TEST(golden_verdicts)
{
	unsigned i;

	for (i = 0; i < nvectors; i++) {
		struct vector *v = &vectors[i];
		uint8_t *frame = exact(v->frame, v->len);
		enum vrrp_drop drop;
		char verdict[32];

		context(v->context);
		drop = climb(frame, v->len);
		snprintf(verdict, sizeof(verdict), "%s%s%s",
		    drop != VRRP_DROP_NONE ? vrrp_drop_name(drop) : "accept",
		    adv.remark != VRRP_DROP_NONE ? "+" : "",
		    adv.remark != VRRP_DROP_NONE ?
		    vrrp_drop_name(adv.remark) : "");
		ck_assert_msg(strcmp(verdict, v->verdict) == 0,
		    "%s at %s: %s, not %s", v->id, v->context, verdict,
		    v->verdict);
		free(frame);
	}
}
END_TEST

/* R3768-5.1-1, R3768-5.2.1-1, R3768-5.3.5-1, R3768-5.3.7-1: the right octets */
START_TEST(golden_fields)
{
	struct vrrp_addr src = addr("192.0.2.30");
	const struct vector *v = vector("V03");

	context("C2");
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_NONE);
	ck_assert_mem_eq(&adv.src, &src, sizeof(src));
	ck_assert_uint_eq(pkt.ttl, 255);
	ck_assert_uint_eq(pkt.len, 28);
	ck_assert_uint_eq(adv.vrid, 51);
	ck_assert_uint_eq(adv.priority, 200);
	ck_assert_uint_eq(adv.count, 3);
	ck_assert_uint_eq(adv.auth_type, VRRP_AUTH_NONE);
	ck_assert_int_eq(adv.interval, VRRP_SECOND);
	ck_assert_ptr_eq(adv.addrs, v->frame + ADDR);
	ck_assert_ptr_eq(adv.auth, v->frame + ADDR + 12);
	v = vector("V18");			/* P-06: options skipped */
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_NONE);
	ck_assert_ptr_eq(pkt.msg, v->frame + MSG + 4);
	v = vector("V17");			/* F26, P-02: no padding */
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_NONE);
	ck_assert_uint_eq(pkt.len, 20);
}
END_TEST

/* Becomes the router that sent the frame. */
static void
become_sender(const uint8_t *frame)
{
	unsigned i;

	context("C2");
	memcpy(vr.source.octet, frame + IP + 12, 4);
	conf.vrid = frame[MSG + 1];
	conf.naddr = frame[MSG + 3];
	conf.auth_type = frame[MSG + 4];
	conf.interval = frame[MSG + 5] * VRRP_SECOND;
	for (i = 0; i < conf.naddr; i++)
		memcpy(conf.vip[i].addr.octet, frame + ADDR + 4 * i, 4);
	memcpy(conf.auth, frame + ADDR + 4 * i, VRRP_AUTH_LEN);
}

/* R3768-5.2.3-1, R3768-5.3.8-1, R2338-5.3.6.1-1, R2338-5.3.10-2, TOS 0xc0 */
START_TEST(golden_build)
{
	static const uint8_t padding[VRRP_FRAME_MIN];
	static const char *const others = "V14 V16 V18";
	uint8_t frame[VRRP_FRAME_MAX];
	unsigned i, built = 0;

	for (i = 0; i < nvectors; i++) {
		const struct vector *v = &vectors[i];
		const uint8_t *f = v->frame;
		size_t len;

		if (strcmp(v->id, "V18") > 0 || v->id[0] != 'V' ||
		    strstr(others, v->id) != NULL)
			continue;
		become_sender(f);
		len = advert_build(frame, sizeof(frame), &vr, f + 6,
		    f[MSG + 2], (uint16_t)(f[IP + 4] << 8 | f[IP + 5]));
		ck_assert_uint_eq(len, v->len < 60 ? 60 : v->len);
		ck_assert_mem_eq(frame, f, v->len);
		ck_assert_mem_eq(frame + v->len, padding, len - v->len);
		built++;
	}
	ck_assert_uint_eq(built, NBUILT);
}
END_TEST

/* P-50: cut anywhere, it is not a whole packet; the message alone neither */
START_TEST(truncated)
{
	unsigned i;
	size_t n;

	for (i = 0; i < nvectors; i++) {
		const struct vector *v = &vectors[i];
		size_t whole = ETHERNET + total_length(v->frame);
		enum vrrp_drop drop = frame_parse(&pkt, v->frame, v->len);
		struct vrrp_packet all = pkt;

		context(v->context);
		for (n = 0; n < v->len; n++) {
			uint8_t *cut = exact(v->frame, n);

			ck_assert(n >= whole ||
			    climb(cut, n) == VRRP_DROP_IP);
			free(cut);
		}
		for (n = 0; drop == VRRP_DROP_NONE && n < all.len; n++) {
			uint8_t *cut = exact(all.msg, n);

			pkt = all;
			pkt.msg = cut;
			pkt.len = n;
			ck_assert(advert_parse(&adv, &pkt) != VRRP_DROP_NONE);
			free(cut);
		}
	}
}
END_TEST

/* P-50: no single octet of a sound packet can change unnoticed */
static void
damage(const struct vector *v)
{
	size_t whole = ETHERNET + total_length(v->frame), at;
	uint8_t *frame = exact(v->frame, v->len);
	struct vrrp_advert a;
	struct vrrp_packet p;
	bool sound = frame_parse(&p, frame, v->len) == VRRP_DROP_NONE &&
	    advert_parse(&a, &p) == VRRP_DROP_NONE;
	unsigned flip;

	for (at = 0; at < v->len; at++) {
		/* Each bit alone, and for short frames every other value. */
		for (flip = 1; flip < 256; flip++) {
			if (v->len > 100 && (flip & (flip - 1)) != 0)
				continue;
			frame[at] ^= (uint8_t)flip;
			ck_assert_msg(climb(frame, v->len) != VRRP_DROP_NONE ||
			    !sound || at < IP - 2 || at >= whole,
			    "%s: accepted with octet %zu changed", v->id, at);
			frame[at] ^= (uint8_t)flip;
		}
	}
	free(frame);
}

START_TEST(damaged)
{
	unsigned i;

	for (i = 0; i < nvectors; i++) {
		context(vectors[i].context);
		damage(&vectors[i]);
	}
}
END_TEST

/* A sound frame for a receiver with a password, then spoilt for each reason. */
struct spoilt {
	uint8_t frame[VRRP_FRAME_MIN];
	bool bad_checksum;
};

static void
set_spoilt(struct spoilt *s, bool no_address)
{
	struct vrrp_conf sender_conf;
	struct vrrp sender;
	uint8_t mac[VRRP_MAC_LEN];

	context("C2pw");
	conf.strict_addresses = true;
	sender_conf = conf;
	sender_conf.naddr = no_address ? 0 : 1;
	sender = vr;
	sender.conf = &sender_conf;
	sender.source = addr("192.0.2.30");
	vrrp_mac(mac, &conf);
	s->bad_checksum = false;
	ck_assert_uint_eq(advert_build(s->frame, sizeof(s->frame), &sender,
	    mac, 200, 1), sizeof(s->frame));
}

static void
spoil(struct spoilt *s, enum vrrp_drop why)
{
	uint8_t *f = s->frame, *msg = f + MSG;

	switch (why) {
	case VRRP_DROP_IP:
		f[12] = 0x86;
		break;
	case VRRP_DROP_FRAGMENT:
		f[IP + 7] = 1;
		break;
	case VRRP_DROP_AH:
		f[IP + 9] = 51;
		break;
	case VRRP_DROP_PROTOCOL:
		f[IP + 9] = 113;
		break;
	case VRRP_DROP_TTL:
		f[IP + 8] = 254;
		break;
	case VRRP_DROP_DESTINATION:
		f[IP + 19] = 19;
		break;
	case VRRP_DROP_VERSION:
		msg[0] = (uint8_t)(0x30 | (msg[0] & 0x0f));
		break;
	case VRRP_DROP_TYPE:
		msg[0] = (uint8_t)((msg[0] & 0xf0) | 2);
		break;
	case VRRP_DROP_LENGTH:
		msg[3] = 2;
		break;
	case VRRP_DROP_CHECKSUM:
		s->bad_checksum = true;
		break;
	case VRRP_DROP_SOURCE:
		f[IP + 15] = 20;
		break;
	case VRRP_DROP_VRID:
		msg[1] = 52;
		break;
	case VRRP_DROP_OWNER:
		conf.owner = true;
		break;
	case VRRP_DROP_AUTH_UNKNOWN:
		msg[4] = 3;
		break;
	case VRRP_DROP_AUTH_TYPE:
		msg[4] = 2;
		break;
	case VRRP_DROP_AUTH:
		msg[total_length(f) - 20 - 1] ^= 1;
		break;
	case VRRP_DROP_ADDRESSES:
		msg[VRRP_HEADER_LEN + 3] = 2;
		break;
	case VRRP_DROP_INTERVAL:
		msg[5] = 2;
		break;
	case VRRP_DROP_NONE:
	case VRRP_DROP_COUNT:		/* set_spoilt() did it */
	case VRRP_DROP_MAX:
		break;
	}
}

static enum vrrp_drop
climb_spoilt(enum vrrp_drop a, enum vrrp_drop b)
{
	struct spoilt s;
	size_t len;

	set_spoilt(&s, a == VRRP_DROP_COUNT || b == VRRP_DROP_COUNT);
	spoil(&s, a);
	spoil(&s, b);
	len = total_length(s.frame);
	put_checksum(s.frame + MSG + 6, s.frame + MSG, len - 20);
	s.frame[MSG + 7] ^= s.bad_checksum;
	put_checksum(s.frame + IP + 10, s.frame + IP, 20);
	return climb(s.frame, sizeof(s.frame));
}

static const struct {
	uint32_t got, want;
} values[VRRP_DROP_MAX] = {
	[VRRP_DROP_PROTOCOL] = { 113, 112 },
	[VRRP_DROP_TTL] = { 254, 255 },
	[VRRP_DROP_VERSION] = { 3, 2 },
	[VRRP_DROP_TYPE] = { 2, 1 },
	[VRRP_DROP_LENGTH] = { 20, 24 },
	[VRRP_DROP_CHECKSUM] = { 0x8711, 0x8710 },
	[VRRP_DROP_VRID] = { 52, 51 },
	[VRRP_DROP_AUTH_UNKNOWN] = { 3, 1 },
	[VRRP_DROP_AUTH_TYPE] = { 2, 1 },
	[VRRP_DROP_INTERVAL] = { 2, 1 },
};

/* R3768-7.1-1 to -10: each rung alone, with the value and the right one */
START_TEST(rung)
{
	enum vrrp_drop why = (enum vrrp_drop)_i;

	ck_assert_int_eq(climb_spoilt(VRRP_DROP_NONE, VRRP_DROP_NONE),
	    VRRP_DROP_NONE);
	ck_assert_int_eq(climb_spoilt(why, VRRP_DROP_NONE), why);
	if (values[why].want != 0) {
		ck_assert_uint_eq(got, values[why].got);
		ck_assert_uint_eq(want, values[why].want);
	}
}
END_TEST

/* Wrong in two ways, the earlier rung names the reason. */
START_TEST(rung_order)
{
	enum vrrp_drop a = (enum vrrp_drop)_i, b;

	for (b = a + 1; b < VRRP_DROP_MAX; b++) {
		bool same_octet =
		    (a == VRRP_DROP_AH && b == VRRP_DROP_PROTOCOL) ||
		    (a == VRRP_DROP_AUTH_UNKNOWN && b == VRRP_DROP_AUTH_TYPE) ||
		    (a == VRRP_DROP_COUNT && b == VRRP_DROP_ADDRESSES);

		if (!same_octet)
			ck_assert_msg(climb_spoilt(a, b) == a, "%s with %s: %s",
			    vrrp_drop_name(a), vrrp_drop_name(b),
			    vrrp_drop_name(climb_spoilt(a, b)));
	}
}
END_TEST

/* Not one whole, sound IPv4 packet, and what is let through (P-06) */
START_TEST(ip_header)
{
	static const struct {
		unsigned at;
		uint8_t octet;
		enum vrrp_drop drop;
	} t[] = {
		{ IP, 0x65, VRRP_DROP_IP },		/* version 6 */
		{ IP, 0x44, VRRP_DROP_IP },		/* header of 16 */
		{ IP, 0x4f, VRRP_DROP_IP },		/* of 60: too long */
		{ IP + 3, 19, VRRP_DROP_IP },		/* total < header */
		{ IP + 3, 47, VRRP_DROP_IP },		/* total > frame */
		{ IP + 3, 46, VRRP_DROP_LENGTH },	/* P-02: 6 too many */
		{ IP + 3, 39, VRRP_DROP_LENGTH },	/* one short */
		{ IP + 6, 0x20, VRRP_DROP_FRAGMENT },	/* more to come */
		{ IP + 6, 0x10, VRRP_DROP_FRAGMENT },	/* high offset bits */
		{ IP + 6, 0x40, VRRP_DROP_NONE },	/* don't fragment */
		{ IP + 1, 0x00, VRRP_DROP_NONE },	/* TOS is no rung */
		{ IP + 8, 0, VRRP_DROP_TTL },
		{ IP + 16, 192, VRRP_DROP_DESTINATION },
		{ 0, 0xff, VRRP_DROP_NONE },		/* Ethernet addresses */
		{ 13, 0x06, VRRP_DROP_IP },		/* ARP */
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct spoilt s;

		set_spoilt(&s, false);
		s.frame[t[i].at] = t[i].octet;
		put_checksum(s.frame + IP + 10, s.frame + IP, 20);
		ck_assert_msg(climb(s.frame, sizeof(s.frame)) == t[i].drop,
		    "row %zu: %s", i,
		    vrrp_drop_name(climb(s.frame, sizeof(s.frame))));
	}
}
END_TEST

/* C03, P-33, I40 to I42: each of the eight octets counts, also the fill */
START_TEST(password_octets)
{
	struct vector *v = vector("V08");
	unsigned i;

	for (i = 0; i < VRRP_AUTH_LEN; i++) {
		context("C2pw3");
		conf.auth[i] ^= 0x80;
		ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_AUTH);
	}
	context("C2pw3");
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_NONE);
}
END_TEST

/* P-01: any of our addresses, not only the one we send from */
START_TEST(own_addresses)
{
	struct vector *v = vector("V01");
	struct vrrp_addr own[2];

	context("C2");
	own[0] = addr("192.0.2.20");
	own[1] = addr("192.0.2.31");
	vr.own = own;
	vr.nown = 2;
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_NONE);
	own[1] = addr("192.0.2.30");
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_SOURCE);
	vr.nown = 0;
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_NONE);
}
END_TEST

/* R3768-7.1-9, P-44, R9568-5.2.9-3: compared as sets; twice one is not two */
START_TEST(address_sets)
{
	static const struct {
		const char *ours[3];
		enum vrrp_drop remark;
	} t[] = {
		{ { "192.0.2.1", "192.0.2.2", "192.0.2.3" }, VRRP_DROP_NONE },
		{ { "192.0.2.3", "192.0.2.1", "192.0.2.2" }, VRRP_DROP_NONE },
		{ { "192.0.2.1", "192.0.2.2", NULL }, VRRP_DROP_ADDRESSES },
		{ { "192.0.2.1", "192.0.2.2", "192.0.2.4" },
		    VRRP_DROP_ADDRESSES },
	};
	struct vector *v = vector("V03");
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		context("C2");
		for (conf.naddr = 0; conf.naddr < 3 &&
		    t[i].ours[conf.naddr] != NULL; conf.naddr++)
			conf.vip[conf.naddr].addr =
			    addr(t[i].ours[conf.naddr]);
		ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_NONE);
		ck_assert_int_eq(adv.remark, t[i].remark);
		conf.strict_addresses = true;
		ck_assert_int_eq(climb(v->frame, v->len), t[i].remark);
	}
}
END_TEST

START_TEST(drop_texts)
{
	char text[80];
	int i, j;

	for (i = 0; i < VRRP_DROP_MAX; i++) {
		ck_assert_uint_gt(strlen(vrrp_drop_name((enum vrrp_drop)i)), 0);
		for (j = 0; j < i; j++)
			ck_assert_str_ne(vrrp_drop_name((enum vrrp_drop)i),
			    vrrp_drop_name((enum vrrp_drop)j));
		vrrp_drop_text(text, 4, (enum vrrp_drop)i, 1, 2);
		ck_assert_uint_eq(strlen(text), 3);
	}
	vrrp_drop_text(text, sizeof(text), VRRP_DROP_TTL, 64, 255);
	ck_assert_str_eq(text, "ttl is 64, not 255");
	context("C2");
	ck_assert_int_eq(climb(vector("I19")->frame, vector("I19")->len),
	    VRRP_DROP_CHECKSUM);
	vrrp_drop_text(text, sizeof(text), VRRP_DROP_CHECKSUM, got, want);
	ck_assert_str_eq(text, "checksum is 0x54c9, not 0x54c8");
	vrrp_drop_text(text, sizeof(text), VRRP_DROP_AUTH, 1, 1);
	ck_assert_str_eq(text, "wrong password");
}
END_TEST

/* F24, P-10: CARP by name; another wrong length is not CARP */
START_TEST(carp_text)
{
	struct vector *v = vector("I61");
	char text[80];

	context("C2");
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_LENGTH);
	vrrp_drop_text(text, sizeof(text), VRRP_DROP_LENGTH, got, want);
	ck_assert_str_eq(text, "length is 36, not 44 (looks like CARP)");
	v = vector("I64");
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_LENGTH);
	vrrp_drop_text(text, sizeof(text), VRRP_DROP_LENGTH, got, want);
	ck_assert_str_eq(text, "length is 19, not 20");
}
END_TEST

/* P-07: with the one's complement zeros exchanged, and for a wrong one */
START_TEST(checksum_zeros)
{
	struct vector *v = vector("V15");
	uint8_t frame[VRRP_FRAME_MIN];

	context("C2vip");
	memcpy(frame, v->frame, v->len);
	ck_assert_uint_eq(frame[MSG + 6] | frame[MSG + 7], 0);
	ck_assert_int_eq(climb(frame, v->len), VRRP_DROP_NONE);
	frame[MSG + 6] = frame[MSG + 7] = 0xff;
	ck_assert_int_eq(climb(frame, v->len), VRRP_DROP_NONE);
	frame[MSG + 7] = 0xfe;
	ck_assert_int_eq(climb(frame, v->len), VRRP_DROP_CHECKSUM);
	ck_assert_uint_eq(got, 0xfffe);
	ck_assert_uint_eq(want, 0);
}
END_TEST

/* P-14: 255 addresses fit, to the octet, and come back whole */
START_TEST(most_addresses)
{
	struct vector *v = vector("V10");
	uint8_t *frame = malloc(VRRP_FRAME_MAX);
	struct vrrp_conf all;

	ck_assert_ptr_nonnull(frame);
	become_sender(v->frame);
	all = conf;
	ck_assert_uint_eq(advert_build(frame, VRRP_FRAME_MAX, &vr,
	    v->frame + 6, 100, 10), VRRP_FRAME_MAX);
	ck_assert_mem_eq(frame, v->frame, VRRP_FRAME_MAX);
	context("C2strict");
	conf.naddr = all.naddr;
	memcpy(conf.vip, all.vip, sizeof(conf.vip));
	ck_assert_int_eq(climb(frame, VRRP_FRAME_MAX), VRRP_DROP_NONE);
	ck_assert_int_eq(adv.remark, VRRP_DROP_NONE);
	free(frame);
}
END_TEST

static const uint8_t mac51[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 1, 51 };
static const uint8_t mac51v6[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 2, 51 };

/* R3768-6.4.2-5b, P-37 (A01); F37: the reply form names the MAC twice */
START_TEST(gratuitous_arp)
{
	static const char a01[] = "ffffffffffff00005e0001330806"
	    "000108000604000100005e000133c0000201000000000000c0000201";
	struct vrrp_addr vip = addr("192.0.2.1");
	uint8_t frame[VRRP_FRAME_MIN], expect[VRRP_FRAME_MIN] = { 0 };

	ck_assert_uint_eq(unhex(expect, sizeof(expect), a01), 42);
	ck_assert_uint_eq(arp_build(frame, sizeof(frame), false, mac51, &vip),
	    VRRP_FRAME_MIN);
	ck_assert_mem_eq(frame, expect, sizeof(frame));
	expect[21] = 2;
	memcpy(expect + 32, mac51, sizeof(mac51));
	ck_assert_uint_eq(arp_build(frame, sizeof(frame), true, mac51, &vip),
	    VRRP_FRAME_MIN);
	ck_assert_mem_eq(frame, expect, sizeof(frame));
}
END_TEST

/* R9568-6.4.2-f3, P-39 (A06, A07) */
START_TEST(neighbour_advertisement)
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
END_TEST

/* Each builder in each size that is too small: 0, and no octet beyond it. */
START_TEST(too_small)
{
	struct vrrp_addr vip = addr("192.0.2.1");
	size_t size;

	context("C2");
	for (size = 0; size <= 100; size++) {
		uint8_t *buf = malloc(size);

		ck_assert_uint_eq(advert_build(buf, size, &vr, mac51, 100, 1),
		    size < 60 ? 0 : 60);
		ck_assert_uint_eq(arp_build(buf, size, false, mac51, &vip),
		    size < 60 ? 0 : 60);
		ck_assert_uint_eq(arp_build(buf, size, true, mac51, &vip),
		    size < 60 ? 0 : 60);
		ck_assert_uint_eq(na_build(buf, size, true, mac51v6, &vip),
		    size < 86 ? 0 : 86);
		free(buf);
	}
	conf.naddr = VRRP_ADDR_MAX;
	for (size = 0; size < VRRP_FRAME_MAX; size++) {
		uint8_t *buf = malloc(size);

		ck_assert_uint_eq(advert_build(buf, size, &vr, mac51, 100, 1),
		    0);
		free(buf);
	}
}
END_TEST

/* RFC 3768 7.3; C13: also a MAC of another VRID or family is not our own */
START_TEST(virtual_mac)
{
	uint8_t mac[VRRP_MAC_LEN];
	unsigned i;

	context("C2v255");
	vrrp_mac(mac, &conf);
	ck_assert(memcmp(mac, mac51, 5) == 0 && mac[5] == 255);
	ck_assert(vrrp_mac_is_virtual(mac));
	ck_assert(vrrp_mac_is_virtual(mac51v6));
	for (i = 0; i < 5; i++) {
		memcpy(mac, mac51, sizeof(mac));
		mac[i] ^= 0x42;
		ck_assert(!vrrp_mac_is_virtual(mac));
	}
	mac[4] = 0;
	ck_assert(!vrrp_mac_is_virtual(mac));
	mac[4] = 3;
	ck_assert(!vrrp_mac_is_virtual(mac));
}
END_TEST

/* F37: an ordinary question from the own address, for switches to relearn. */
START_TEST(asks_who_has_it)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x20 };
	static const uint8_t wanted[42] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 0x20,
		0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1,
		2, 0, 0, 0, 0, 0x20, 192, 0, 2, 20,
		0, 0, 0, 0, 0, 0, 192, 0, 2, 1
	};
	struct vrrp_addr own = { { 192, 0, 2, 20 } };
	struct vrrp_addr vip = { { 192, 0, 2, 1 } };
	uint8_t frame[VRRP_FRAME_MIN];

	ck_assert_uint_eq(arp_ask_build(frame, sizeof(frame), mac, &own, &vip),
	    VRRP_FRAME_MIN);
	ck_assert_mem_eq(frame, wanted, sizeof(wanted));
	ck_assert_uint_eq(arp_ask_build(frame, sizeof(frame) - 1, mac, &own,
	    &vip), 0);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("packet");

	tcase_add_checked_fixture(tc, load_vectors, NULL);
	tcase_add_test(tc, asks_who_has_it);
	tcase_add_test(tc, golden_verdicts);
	tcase_add_test(tc, golden_fields);
	tcase_add_test(tc, golden_build);
	tcase_add_test(tc, truncated);
	tcase_add_test(tc, damaged);
	tcase_add_loop_test(tc, rung, VRRP_DROP_IP, VRRP_DROP_MAX);
	tcase_add_loop_test(tc, rung_order, VRRP_DROP_IP, VRRP_DROP_MAX);
	tcase_add_test(tc, ip_header);
	tcase_add_test(tc, password_octets);
	tcase_add_test(tc, own_addresses);
	tcase_add_test(tc, address_sets);
	tcase_add_test(tc, drop_texts);
	tcase_add_test(tc, carp_text);
	tcase_add_test(tc, checksum_zeros);
	tcase_add_test(tc, most_addresses);
	tcase_add_test(tc, gratuitous_arp);
	tcase_add_test(tc, neighbour_advertisement);
	tcase_add_test(tc, too_small);
	tcase_add_test(tc, virtual_mac);
	return run_case(tc, "packet", 60);
}
