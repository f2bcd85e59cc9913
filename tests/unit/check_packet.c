/*
 * frame.c, packet.c and drop.c: the golden frames of both versions, frames
 * that were damaged or cut in buffers of exactly their size, and the ladder of
 * reception checks of version 2 rung by rung.  Ids as R3768-7.1-1 or P-07 name
 * requirements, F.. and C.. old defects of VRRP daemons.
 */
#include "vrrp.h"
#include "packet_util.h"

enum {
	NBUILT = 33			/* of the vectors, in golden_build */
};

/* What climb() found, in the words of the vectors */
static void
verdict_text(char *buf, size_t size, enum vrrp_drop drop)
{
	unsigned i;

	snprintf(buf, size, "%s",
	    drop != VRRP_DROP_NONE ? vrrp_drop_name(drop) : "accept");
	for (i = 0; i < VRRP_DROP_MAX; i++)
		if ((adv.remarks & 1u << i) != 0)
			snprintf(buf + strlen(buf), size - strlen(buf), "+%s",
			    vrrp_drop_name((enum vrrp_drop)i));
}

/*
 * R3768-7.1-1 to -10, R9568-7.1-a to -m, R3768-5.3.2-1, R9568-5.2.8-2, -3,
 * R5798-5.2.8-1, P-01 to P-08, P-10, F09, F26: every vector
 */
LOOP_TEST(golden_verdicts, 0, NVECTORS)
{
	struct vector *v = &vectors[_i];
	uint8_t *frame = exact(v->frame, v->len);
	char verdict[64];

	context(v->context);
	verdict_text(verdict, sizeof(verdict), climb(frame, v->len));
	ck_assert_msg(strcmp(verdict, v->verdict) == 0,
	    "%s at %s: %s, not %s", v->id, v->context, verdict, v->verdict);
	ck_assert_msg(strcmp(form, v->sum) == 0, "%s at %s: sum %s",
	    v->id, v->context, form);
	free(frame);
}

/* R3768-5.1-1, R3768-5.2.1-1, R3768-5.3.5-1, R3768-5.3.7-1: the right octets */
/* proves: R3768-5.1-1 +, R3768-5.2.1-1 +, R3768-5.3.5-1 +, R3768-5.3.7-1 + */
/* proves: P-02 +, P-06 + */
TEST(golden_fields)
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

/* Becomes the router that sent the frame. */
static void
become_sender(const uint8_t *f, const char *sum)
{
	const uint8_t *msg = f + (is_ipv6(f) ? MSG6 : MSG);
	unsigned i, len = is_ipv6(f) ? 16 : 4;

	context(is_ipv6(f) ? "C6" : msg[0] >> 4 == 2 ? "C2" : "C3");
	memset(conf.vip, 0, sizeof(conf.vip));
	memcpy(vr.source.octet, f + IP + (is_ipv6(f) ? 8 : 12), len);
	conf.vrid = msg[1];
	conf.naddr = msg[3];
	for (i = 0; i < conf.naddr; i++)
		memcpy(conf.vip[i].addr.octet,
		    msg + VRRP_HEADER_LEN + len * i, len);
	if (conf.version == 3) {
		conf.interval = (msg[4] << 8 | msg[5]) * VRRP_CENTISECOND;
		vr.pseudo_header = strcmp(sum, "pseudo") == 0;
		return;
	}
	conf.auth_type = msg[4];
	conf.interval = msg[5] * VRRP_SECOND;
	memcpy(conf.auth, msg + VRRP_HEADER_LEN + 4 * i, VRRP_AUTH_LEN);
}

/*
 * Not ours to build: authentication data of type 0 or the other zero in the
 * checksum (V14, V16), IP options, AH, the reserved bits (V28, V38); padding
 * is not in our V17 and V31 either, but they are the same without it.
 */
static bool
is_ours(const char *id)
{
	return id[0] == 'V' &&
	    strstr("V14 V16 V18 V19 V20 V28 V38", id) == NULL;
}

/*
 * R3768-5.2.3-1, R3768-5.3.8-1, R2338-5.3.6.1-1, R2338-5.3.10-2, TOS 0xc0;
 * R9568-5.2.8-2, -3, R5798-5.2.8-1, R9568-5.1.2.1-1 to -4, R9568-7.2-5
 * proves: R3768-5.1-1 +, R3768-5.2.1-1 +, R3768-5.2.2-1 +, R3768-5.2.3-1 +
 * proves: R3768-5.2.4-1 +, R3768-5.3.1-1 +, R3768-5.3.5-1 +, R3768-5.3.8-1 +
 * proves: R3768-5.3.10-1 +, R2338-5.3.6.1-1 +, R2338-5.3.6.2-1 +
 * proves: R2338-5.3.10-2 +, R3768-7.2-1 +, R3768-7.2-2 +, R3768-7.2-5 +
 * proves: R3768-7.2-6 +, R9568-2.5-2 +, R9568-5.1-1 +, R9568-5.1.2.1-1 +
 * proves: R9568-5.1.2.2-1 +, R9568-5.1.2.3-1 +, R9568-5.1.2.4-1 +
 * proves: R9568-5.2.1-1 +, R9568-5.2.8-2 +, R9568-5.2.8-3 +, R5798-5.2.8-1 +
 * proves: R9568-7.2-5 +
 */
TEST(golden_build)
{
	static const uint8_t padding[VRRP_FRAME_MIN];
	uint8_t frame[VRRP_FRAME_MAX];
	unsigned i, built = 0;

	for (i = 0; i < nvectors; i++) {
		const struct vector *v = &vectors[i];
		const uint8_t *f = v->frame;
		size_t len, whole = ETHERNET + total_length(f);

		if (!is_ours(v->id))
			continue;
		become_sender(f, v->sum);
		ck_assert_uint_eq(advert_len(&conf), total_length(f));
		len = advert_build(frame, sizeof(frame), &vr, f + 6,
		    f[(is_ipv6(f) ? MSG6 : MSG) + 2],
		    (uint16_t)(f[IP + 4] << 8 | f[IP + 5]));
		ck_assert_uint_eq(len, whole < 60 ? 60 : whole);
		ck_assert_msg(memcmp(frame, f, whole) == 0, "%s", v->id);
		ck_assert_mem_eq(frame + whole, padding, len - whole);
		built++;
	}
	ck_assert_uint_eq(built, NBUILT);
}

/* What is never otherwise, whatever is sent: Ethernet, IP, and their lengths */
static void
check_envelope(const uint8_t *f, const uint8_t *mac)
{
	static const uint8_t v4[] = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x12 };
	static const uint8_t v6[] = { 0x33, 0x33, 0x00, 0x00, 0x00, 0x12 };
	static const uint8_t group4[] = { 224, 0, 0, 18 };
	static const uint8_t group6[16] = { 0xff, 0x02, [15] = 0x12 };
	const uint8_t *ip = f + IP;

	ck_assert_mem_eq(f + 6, mac, VRRP_MAC_LEN);
	if (conf.family == &vrrp_ipv6) {
		ck_assert_mem_eq(f, v6, sizeof(v6));
		ck_assert_uint_eq(f[12] << 8 | f[13], 0x86dd);
		ck_assert_uint_eq(ip[0] >> 4, 6);
		ck_assert_uint_eq(ip[6], 112);
		ck_assert_uint_eq(ip[7], 255);
		ck_assert_mem_eq(ip + 8, vr.source.octet, 16);
		ck_assert_mem_eq(ip + 24, group6, 16);
		return;
	}
	ck_assert_mem_eq(f, v4, sizeof(v4));
	ck_assert_uint_eq(f[12] << 8 | f[13], 0x0800);
	ck_assert_uint_eq(ip[0], 0x45);
	ck_assert_uint_eq(ip[6] << 8 | ip[7], 0);
	ck_assert_uint_eq(ip[8], 255);
	ck_assert_uint_eq(ip[9], 112);
	ck_assert_uint_eq(checksum(ip, 20, 0), 0);
	ck_assert_mem_eq(ip + 12, vr.source.octet, 4);
	ck_assert_mem_eq(ip + 16, group4, 4);
}

/* The message holds the configuration, and its sum is right. */
static void
check_message(const uint8_t *f, uint8_t priority)
{
	bool v6 = conf.family == &vrrp_ipv6;
	const uint8_t *msg = f + (v6 ? MSG6 : MSG);
	const uint8_t *src = f + IP + (v6 ? 8 : 12);
	size_t len = ETHERNET + total_length(f) - (v6 ? MSG6 : MSG);
	size_t alen = v6 ? 16 : 4;
	uint32_t seed = 0;
	unsigned i;

	ck_assert_uint_eq(msg[0], conf.version << 4 | 1);
	ck_assert_uint_eq(msg[1], conf.vrid);
	ck_assert_uint_eq(msg[2], priority);
	ck_assert_uint_eq(msg[3], conf.naddr);
	if (conf.version == 2) {
		ck_assert_uint_eq(msg[4], conf.auth_type);
		ck_assert_uint_eq(msg[5], conf.interval / VRRP_SECOND);
		ck_assert_mem_eq(msg + len - VRRP_AUTH_LEN, conf.auth,
		    VRRP_AUTH_LEN);
	} else {
		ck_assert_uint_eq(msg[4] << 8 | msg[5],
		    conf.interval / VRRP_CENTISECOND);
	}
	for (i = 0; i < conf.naddr; i++)
		ck_assert_mem_eq(msg + VRRP_HEADER_LEN + i * alen,
		    conf.vip[i].addr.octet, alen);
	if (v6 || vr.pseudo_header)
		seed = (uint32_t)(uint16_t)~checksum(src, 2 * alen, 0) +
		    (uint32_t)len + 112;
	ck_assert_uint_eq(checksum(msg, len, seed), 0);
}

/*
 * proves: R3768-5.2.1-1 -, R3768-5.2.2-1 -, R3768-5.2.3-1 -, R3768-5.2.4-1 -
 * proves: R3768-5.3.5-1 -, R3768-5.3.8-1 -, R3768-7.2-1 +-, R3768-7.2-2 -
 * proves: R3768-7.2-5 -, R3768-7.2-6 -, R9568-5.1.2.2-1 -, R9568-5.1.2.3-1 -
 * proves: R9568-5.1.2.4-1 -, R9568-5.2.6-1 -, R9568-5.2.8-2 -, R9568-5.2.8-3 -
 */
TEST(every_advert)
{
	static const char *const names[] = { "C2", "C2pw", "C3", "C3p", "C6" };
	static const uint8_t vrids[] = { 1, 51, 255 };
	static const uint8_t priorities[] = { 0, 1, 100, 254, 255 };
	static const unsigned counts[] = { 1, 2, 7, 255 };
	static const unsigned seconds[] = { 1, 2, 40 };
	static const uint8_t own[VRRP_MAC_LEN] = { 2, 0, 0, 0, 0, 0x11 };
	static uint8_t frame[VRRP_FRAME_MAX];
	uint8_t mac[VRRP_MAC_LEN];
	unsigned i, n;

	for (i = 0; i < 5 * 3 * 5 * 4 * 3; i++) {
		uint8_t priority = priorities[i / 15 % 5];

		context(names[i % 5]);
		conf.vrid = vrids[i / 5 % 3];
		conf.naddr = counts[i / 75 % 4];
		conf.interval = seconds[i / 300] * VRRP_SECOND;
		vr.pseudo_header = conf.checksum == VRRP_SUM_PSEUDO;
		for (n = 2; n < conf.naddr; n++) {
			conf.vip[n].addr = conf.vip[0].addr;
			conf.vip[n].addr.octet[2] = (uint8_t)n;
		}
		vrrp_mac(mac, &conf);
		ck_assert_uint_gt(advert_build(frame, sizeof(frame), &vr,
		    i % 2 ? own : mac, priority, (uint16_t)i), 0);
		ck_assert_uint_eq(total_length(frame), advert_len(&conf));
		check_envelope(frame, i % 2 ? own : mac);
		check_message(frame, priority);
	}
}

/* P-50: cut anywhere, it is not a whole packet; the message alone neither */
/* proves: P-50 - */
TEST(truncated)
{
	unsigned i;
	size_t n;

	for (i = 0; i < nvectors; i++) {
		const struct vector *v = &vectors[i];
		size_t whole = ETHERNET + total_length(v->frame);
		struct vrrp_packet all;
		enum vrrp_drop drop;

		context(v->context);
		drop = frame_parse(&all, conf.family, v->frame, v->len);
		for (n = 0; n < v->len; n++) {
			uint8_t *cut = exact(v->frame, n);

			ck_assert(n >= whole || climb(cut, n) == VRRP_DROP_IP);
			free(cut);
		}
		for (n = 0; drop == VRRP_DROP_NONE && n < all.len; n++) {
			uint8_t *cut = exact(all.msg, n);

			pkt = all;
			pkt.msg = cut;
			pkt.len = n;
			ck_assert(advert_parse(&adv, &pkt, &conf) !=
			    VRRP_DROP_NONE);
			free(cut);
		}
	}
}

/* What no checksum covers: traffic class and flow label of IPv6 */
static bool
is_uncovered(const uint8_t *frame, size_t at, unsigned flip)
{
	return is_ipv6(frame) && (at == IP + 1 || at == IP + 2 ||
	    at == IP + 3 || (at == IP && flip < 0x10));
}

/* P-50: no single octet of a sound packet can change unnoticed */
static void
damage(const struct vector *v)
{
	size_t whole = ETHERNET + total_length(v->frame), at;
	uint8_t *frame = exact(v->frame, v->len);
	struct vrrp_advert a;
	struct vrrp_packet p;
	bool sound = frame_parse(&p, conf.family, frame, v->len) ==
	    VRRP_DROP_NONE && advert_parse(&a, &p, &conf) == VRRP_DROP_NONE;
	unsigned flip;

	for (at = 0; at < v->len; at++) {
		/* Each bit alone, and for short frames every other value. */
		for (flip = 1; flip < 256; flip++) {
			if (v->len > 100 && (flip & (flip - 1)) != 0)
				continue;
			frame[at] ^= (uint8_t)flip;
			ck_assert_msg(climb(frame, v->len) != VRRP_DROP_NONE ||
			    !sound || at < IP - 2 || at >= whole ||
			    is_uncovered(v->frame, at, flip),
			    "%s: accepted with octet %zu changed", v->id, at);
			frame[at] ^= (uint8_t)flip;
		}
	}
	free(frame);
}

/* proves: R3768-7.1-4 -, R9568-7.1-e -, P-50 - */
TEST(damaged)
{
	unsigned i;

	for (i = 0; i < nvectors; i++) {
		context(vectors[i].context);
		damage(&vectors[i]);
	}
}

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

/* Most by one octet; set_spoilt() has left out the address for COUNT. */
static void
spoil(struct spoilt *s, enum vrrp_drop why)
{
	static const struct {
		unsigned at;
		uint8_t octet;
	} wrong[VRRP_DROP_MAX] = {
		[VRRP_DROP_IP] = { 12, 0x86 },
		[VRRP_DROP_FRAGMENT] = { IP + 7, 1 },
		[VRRP_DROP_AH] = { IP + 9, 51 },
		[VRRP_DROP_PROTOCOL] = { IP + 9, 113 },
		[VRRP_DROP_TTL] = { IP + 8, 254 },
		[VRRP_DROP_DESTINATION] = { IP + 19, 19 },
		[VRRP_DROP_LENGTH] = { MSG + 3, 2 },
		[VRRP_DROP_SOURCE] = { IP + 15, 20 },
		[VRRP_DROP_MARTIAN] = { IP + 12, 127 },
		[VRRP_DROP_VRID] = { MSG + 1, 52 },
		[VRRP_DROP_AUTH_UNKNOWN] = { MSG + 4, 3 },
		[VRRP_DROP_AUTH_TYPE] = { MSG + 4, 2 },
		[VRRP_DROP_ADDRESSES] = { ADDR + 3, 2 },
		[VRRP_DROP_INTERVAL] = { MSG + 5, 2 },
	};
	uint8_t *f = s->frame;

	if (wrong[why].at != 0)
		f[wrong[why].at] = wrong[why].octet;
	else if (why == VRRP_DROP_VERSION)
		f[MSG] = (uint8_t)(0x30 | (f[MSG] & 0x0f));
	else if (why == VRRP_DROP_TYPE)
		f[MSG] = (uint8_t)((f[MSG] & 0xf0) | 2);
	else if (why == VRRP_DROP_CHECKSUM)
		s->bad_checksum = true;
	else if (why == VRRP_DROP_OWNER)
		conf.owner = true;
	else if (why == VRRP_DROP_AUTH)
		f[ETHERNET + total_length(f) - 1] ^= 1;
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
	put_checksum(s.frame + MSG + 6, s.frame + MSG, len - 20, 0);
	s.frame[MSG + 7] ^= s.bad_checksum;
	put_checksum(s.frame + IP + 10, s.frame + IP, 20, 0);
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
	[VRRP_DROP_INTERVAL] = { 200, 100 },	/* centiseconds */
};

static bool
is_of_ipv6(enum vrrp_drop drop)
{
	return drop == VRRP_DROP_SCOPE || drop == VRRP_DROP_FIRST;
}

/* R3768-7.1-1 to -10: each rung alone, with the value and the right one */
/* proves: R3768-5.2.3-2 -, R3768-5.3.2-1 -, R3768-5.3.6-1 -, R3768-7.1-1 - */
/* proves: R3768-7.1-2 -, R3768-7.1-3 -, R3768-7.1-4 -, R3768-7.1-5 - */
/* proves: R3768-7.1-6 -, R3768-7.1-7 -, R3768-7.1-9 -, R3768-7.1-10 - */
/* proves: R2338-5.3.6-1 -, R2338-5.3.6.2-3 -, R2338-7.1-1 -, R2338-7.1-2 - */
/* proves: R2338-7.1-3 -, R2338-7.1-4 -, R2338-7.1-5 -, R2338-7.1-6 - */
/* proves: R2338-7.1-8 - */
LOOP_TEST(rung, VRRP_DROP_IP, VRRP_DROP_MAX)
{
	enum vrrp_drop why = (enum vrrp_drop)_i;

	if (is_of_ipv6(why))
		return;
	ck_assert_int_eq(climb_spoilt(VRRP_DROP_NONE, VRRP_DROP_NONE),
	    VRRP_DROP_NONE);
	ck_assert_int_eq(climb_spoilt(why, VRRP_DROP_NONE), why);
	if (values[why].want != 0) {
		ck_assert_uint_eq(got, values[why].got);
		ck_assert_uint_eq(want, values[why].want);
	}
}

/* Wrong in two ways, the earlier rung names the reason. */
LOOP_TEST(rung_order, VRRP_DROP_IP, VRRP_DROP_MAX)
{
	enum vrrp_drop a = (enum vrrp_drop)_i, b;

	for (b = a + 1; b < VRRP_DROP_MAX; b++) {
		bool same_octet =
		    (a == VRRP_DROP_AH && b == VRRP_DROP_PROTOCOL) ||
		    (a == VRRP_DROP_SOURCE && b == VRRP_DROP_MARTIAN) ||
		    (a == VRRP_DROP_AUTH_UNKNOWN && b == VRRP_DROP_AUTH_TYPE) ||
		    (a == VRRP_DROP_COUNT && b == VRRP_DROP_ADDRESSES);

		if (!same_octet && !is_of_ipv6(a) && !is_of_ipv6(b))
			ck_assert_msg(climb_spoilt(a, b) == a, "%s with %s: %s",
			    vrrp_drop_name(a), vrrp_drop_name(b),
			    vrrp_drop_name(climb_spoilt(a, b)));
	}
}

/* Not one whole, sound IPv4 packet, and what is let through (P-06) */
/* proves: R3768-5.2.3-2 -, P-02 -, P-03 -, P-06 +- */
TEST(ip_header)
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
		{ 0, 0x00, VRRP_DROP_DESTINATION },	/* to one host */
		{ 0, 0x02, VRRP_DROP_DESTINATION },
		{ 13, 0x06, VRRP_DROP_IP },		/* ARP */
	};

	EACH(i, t) {
		struct spoilt s;

		set_spoilt(&s, false);
		s.frame[t[i].at] = t[i].octet;
		put_checksum(s.frame + IP + 10, s.frame + IP, 20, 0);
		ck_assert_msg(climb(s.frame, sizeof(s.frame)) == t[i].drop,
		    "row %zu: %s", i,
		    vrrp_drop_name(climb(s.frame, sizeof(s.frame))));
	}
}

/* A header of four words and a sum that is right for these */
TEST(ip_header_too_short)
{
	struct spoilt s;

	set_spoilt(&s, false);
	s.frame[IP] = 0x44;
	put_checksum(s.frame + IP + 10, s.frame + IP, 16, 0);
	ck_assert_int_eq(climb(s.frame, sizeof(s.frame)), VRRP_DROP_IP);
}

/* C03, P-33, I40 to I42: each of the eight octets counts, also the fill */
/* proves: R2338-5.3.6.2-3 +-, R2338-5.3.10-2 - */
TEST(password_octets)
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

/* P-01: any of our addresses, not only the one we send from */
/* proves: P-01 +- */
TEST(own_addresses)
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

/* P-53: no host has such a source; whether it is ours is asked before */
/* proves: P-53 +- */
TEST(martians)
{
	static const struct {
		const char *src;
		bool good;
	} t[] = {
		{ "0.0.0.0", false }, { "0.255.255.255", false },
		{ "1.0.0.0", true }, { "10.0.0.1", true },
		{ "126.255.255.255", true }, { "127.0.0.0", false },
		{ "127.0.0.1", false }, { "127.255.255.255", false },
		{ "128.0.0.0", true }, { "169.254.0.1", true },
		{ "223.255.255.255", true }, { "224.0.0.0", false },
		{ "224.0.0.1", false }, { "239.255.255.255", false },
		{ "240.0.0.0", true }, { "255.255.255.254", true },
		{ "255.255.255.255", false },
	};

	EACH(i, t) {
		struct vrrp_addr src = addr(t[i].src);
		struct spoilt s;

		set_spoilt(&s, false);
		memcpy(s.frame + IP + 12, src.octet, 4);
		put_checksum(s.frame + IP + 10, s.frame + IP, 20, 0);
		ck_assert_msg(climb(s.frame, sizeof(s.frame)) == (t[i].good ?
		    VRRP_DROP_NONE : VRRP_DROP_MARTIAN), "%s: %s", t[i].src,
		    vrrp_drop_name(climb(s.frame, sizeof(s.frame))));
		vr.own = &src;
		ck_assert_int_eq(climb(s.frame, sizeof(s.frame)),
		    VRRP_DROP_SOURCE);
	}
}

/* R3768-7.1-9, P-44, R9568-5.2.9-3: compared as sets; twice one is not two */
/* proves: R3768-7.1-9 -, R9568-5.2.9-3 +, P-44 + */
TEST(address_sets)
{
	static const struct {
		const char *ours[3];
		enum vrrp_drop strict;	/* with --strict-addresses */
		uint32_t remarks;	/* else */
	} t[] = {
		{ { "192.0.2.1", "192.0.2.2", "192.0.2.3" },
		    VRRP_DROP_NONE, 0 },
		{ { "192.0.2.3", "192.0.2.1", "192.0.2.2" },
		    VRRP_DROP_NONE, 0 },
		{ { "192.0.2.1", "192.0.2.2", NULL },
		    VRRP_DROP_ADDRESSES, 1u << VRRP_DROP_ADDRESSES },
		{ { "192.0.2.1", "192.0.2.2", "192.0.2.4" },
		    VRRP_DROP_ADDRESSES, 1u << VRRP_DROP_ADDRESSES },
	};
	struct vector *v = vector("V03");

	EACH(i, t) {
		context("C2");
		for (conf.naddr = 0; conf.naddr < 3 &&
		    t[i].ours[conf.naddr] != NULL; conf.naddr++)
			conf.vip[conf.naddr].addr = addr(t[i].ours[conf.naddr]);
		ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_NONE);
		ck_assert_uint_eq(adv.remarks, t[i].remarks);
		conf.strict_addresses = true;
		ck_assert_int_eq(climb(v->frame, v->len), t[i].strict);
	}
}

/* The line about such a value where another is right */
static void
tells(enum vrrp_drop drop, uint32_t is, uint32_t not, const char *line)
{
	char text[80];

	vrrp_drop_text(text, sizeof(text), drop, is, not);
	ck_assert_str_eq(text, line);
}

TEST(drop_texts)
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
		/* With the value and the right one where there are such */
		vrrp_drop_text(text, sizeof(text), (enum vrrp_drop)i, 36, 44);
		ck_assert((strstr(text, ", not ") != NULL) ==
		    (values[i].want != 0));
		ck_assert((strstr(text, "CARP") != NULL) ==
		    (i == VRRP_DROP_LENGTH));
	}
	tells(VRRP_DROP_TTL, 64, 255, "ttl is 64, not 255");
	context("C2");
	ck_assert_int_eq(climb(vector("I19")->frame, vector("I19")->len),
	    VRRP_DROP_CHECKSUM);
	tells(VRRP_DROP_CHECKSUM, got, want, "checksum is 0x54c9, not 0x54c8");
	context("C2");
	ck_assert_int_eq(climb_vector("I48"), VRRP_DROP_INTERVAL);
	tells(VRRP_DROP_INTERVAL, got, want, "interval is 2.00 s, not 1.00 s");
	tells(VRRP_DROP_INTERVAL, 4095, 1, "interval is 40.95 s, not 0.01 s");
	tells(VRRP_DROP_INTERVAL, 1, 4095, "interval is 0.01 s, not 40.95 s");
	tells(VRRP_DROP_AUTH, 1, 1, "wrong password");
}

/*
 * What is said of a message of three addresses, 28 octets, that is cut short or
 * goes on; the count that stands in it is believed from the whole header on.
 */
TEST(message_lengths)
{
	static const uint8_t octets[36] = { 0x21, 51, 200, 3, 0, 1 };
	uint8_t type_3 = 0x23;
	size_t len;

	context("C2");
	for (len = 0; len <= sizeof(octets); len++) {
		uint8_t *msg = exact(octets, len);

		memset(&pkt, 0, sizeof(pkt));
		pkt.msg = msg;
		pkt.len = len;
		ck_assert_int_eq(advert_parse(&adv, &pkt, &conf), len == 28 ?
		    VRRP_DROP_CHECKSUM : VRRP_DROP_LENGTH);
		if (len != 28) {
			ck_assert_uint_eq(pkt.got, len);
			ck_assert_uint_eq(pkt.want, len < 8 ? 20 : 28);
		}
		free(msg);
	}
	pkt.msg = &type_3;
	pkt.len = 1;
	ck_assert_int_eq(advert_parse(&adv, &pkt, &conf), VRRP_DROP_TYPE);
	ck_assert_uint_eq(pkt.got, 3);
	ck_assert_uint_eq(pkt.want, 1);
}

/* The longest interval of version 2, theirs and ours, in centiseconds */
TEST(interval_values)
{
	context("C2");
	ck_assert_int_eq(climb_vector("V11"), VRRP_DROP_INTERVAL);
	ck_assert_uint_eq(got, 25500);
	ck_assert_uint_eq(want, 100);
	context("C2i255");
	ck_assert_int_eq(climb_vector("V03"), VRRP_DROP_INTERVAL);
	ck_assert_uint_eq(got, 100);
	ck_assert_uint_eq(want, 25500);
}

/* F24, P-10: CARP by name; another wrong length is not CARP */
/* proves: P-10 - */
TEST(carp_text)
{
	struct vector *v = vector("I61");

	context("C2");
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_LENGTH);
	tells(VRRP_DROP_LENGTH, got, want,
	    "length is 36, not 44 (looks like CARP)");
	v = vector("I64");
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_LENGTH);
	tells(VRRP_DROP_LENGTH, got, want, "length is 19, not 20");
	tells(VRRP_DROP_LENGTH, 35, 44, "length is 35, not 44");
	tells(VRRP_DROP_LENGTH, 37, 44, "length is 37, not 44");
	tells(VRRP_DROP_LENGTH, 36, 45, "length is 36, not 45");
	tells(VRRP_DROP_LENGTH, 36, 40, "length is 36, not 40");
}

/* P-07: with the one's complement zeros exchanged, and for a wrong one */
/* proves: P-07 +- */
TEST(checksum_zeros)
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

/*
 * P-14: 255 addresses fit, to the octet, and come back whole; 90 of IPv6 are
 * the most for an MTU of 1500.
 * proves: P-14 +
 */
TEST(most_addresses)
{
	static const char *const ids[] = { "V10", "V29", "V36" };
	static const size_t lens[] = { 1056, 1048, 1488 };
	uint8_t *frame = malloc(VRRP_FRAME_MAX);
	size_t i;

	ck_assert_ptr_nonnull(frame);
	for (i = 0; i < 3; i++) {
		struct vector *v = vector(ids[i]);
		size_t len = lens[i] + ETHERNET;

		become_sender(v->frame, v->sum);
		ck_assert_uint_eq(advert_len(&conf), lens[i]);
		ck_assert_uint_eq(advert_build(frame, len, &vr, v->frame + 6,
		    100, 10), len);
		vr.source = addr(is_ipv6(frame) ? "fe80::20" : "192.0.2.20");
		conf.strict_addresses = true;
		ck_assert_int_eq(climb(frame, len), VRRP_DROP_NONE);
		ck_assert_uint_eq(adv.remarks, 0);
		ck_assert_uint_eq(adv.count, conf.naddr);
	}
	conf.naddr++;
	ck_assert_uint_eq(advert_len(&conf), 1504);
	free(frame);
}

/* In each size that is too small: 0, and no octet beyond it. */
static void
build_too_small(void)
{
	size_t size, whole = ETHERNET + advert_len(&conf);

	if (whole < VRRP_FRAME_MIN)
		whole = VRRP_FRAME_MIN;
	for (size = 0; size <= whole + 1; size++) {
		uint8_t *buf = malloc(size);

		ck_assert_uint_eq(advert_build(buf, size, &vr, vr.source.octet,
		    100, 1), size < whole ? 0 : whole);
		free(buf);
	}
}

TEST(too_small)
{
	static const char *const names[] = { "C2", "C3", "C3p", "C6" };

	EACH(i, names) {
		context(names[i]);
		vr.pseudo_header = conf.checksum == VRRP_SUM_PSEUDO;
		build_too_small();
		conf.naddr = VRRP_ADDR_MAX;
		build_too_small();
	}
	ck_assert_uint_eq(ETHERNET + advert_len(&conf), VRRP_FRAME_MAX);
}

/*
 * R3768-7.3-1, R9568-7.3-1; C13: also a MAC of another VRID or family is not
 * our own
 * proves: R3768-7.3-1 +-, R9568-7.3-1 +-
 */
TEST(virtual_mac)
{
	static const uint8_t mac51[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 1, 51 };
	static const uint8_t mac51v6[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 2, 51 };
	uint8_t mac[VRRP_MAC_LEN];
	unsigned i;

	context("C2v255");
	vrrp_mac(mac, &conf);
	ck_assert(memcmp(mac, mac51, 5) == 0 && mac[5] == 255);
	context("C3");
	vrrp_mac(mac, &conf);
	ck_assert_mem_eq(mac, mac51, sizeof(mac));
	context("C6");
	vrrp_mac(mac, &conf);
	ck_assert_mem_eq(mac, mac51v6, sizeof(mac));
	ck_assert(vrrp_mac_is_virtual(mac));
	ck_assert(vrrp_mac_is_virtual(mac51v6));
	for (i = 0; i < 5; i++) {
		memcpy(mac, mac51, sizeof(mac));
		mac[i] ^= 0x42;
		ck_assert(!vrrp_mac_is_virtual(mac));
		mac[i] = mac51[i] ^ 0x80;
		ck_assert(!vrrp_mac_is_virtual(mac));
	}
	for (i = 0; i < 256; i++) {
		mac[4] = (uint8_t)i;
		ck_assert_int_eq(vrrp_mac_is_virtual(mac), i == 1 || i == 2);
	}
}

RUN_TESTS("packet", 60, load_vectors, NULL)
