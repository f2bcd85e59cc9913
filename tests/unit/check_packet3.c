/*
 * packet.c and frame.c in version 3: the ladder of RFC 9568 7.1 rung by rung
 * in both families, what is let through with a remark, both forms of the sum,
 * and what we send.  The golden frames are in check_packet.c.
 */
#include "vrrp.h"
#include "packet_util.h"

/* A sound frame of another router, and what is to be wrong with it. */
struct spoilt {
	uint8_t frame[VRRP_FRAME_MAX];
	size_t len;
	bool pseudo;
	bool bad_checksum;
};

static size_t
msg_at(void)
{
	return conf.family == &vrrp_ipv6 ? MSG6 : MSG;
}

/* The rest of the pseudo-header comes from the frame itself. */
static uint32_t
pseudo_seed(const uint8_t *f, size_t len)
{
	unsigned alen = conf.family->addr_len;
	const uint8_t *src = f + IP + (alen == 16 ? 8 : 12);

	return (uint32_t)(uint16_t)~checksum(src, 2 * alen, 0) +
	    (uint32_t)len + 112;
}

static void
seal(struct spoilt *s)
{
	size_t at = msg_at(), len = ETHERNET + total_length(s->frame) - at;
	uint8_t *f = s->frame;

	put_checksum(f + at + 6, f + at, len, s->pseudo ?
	    pseudo_seed(f, len) : 0);
	f[at + 7] ^= s->bad_checksum;
	if (conf.family == &vrrp_ipv4)
		put_checksum(f + IP + 10, f + IP, 20, 0);
}

/* For the receiver of a context: from .30, priority 200, as its own else */
static void
set_spoilt(struct spoilt *s, const char *name, unsigned naddr)
{
	struct vrrp_conf sender_conf;
	struct vrrp sender;
	uint8_t mac[VRRP_MAC_LEN];

	context(name);
	sender_conf = conf;
	sender_conf.naddr = naddr;
	sender = vr;
	sender.conf = &sender_conf;
	sender.pseudo_header = conf.checksum == VRRP_SUM_PSEUDO;
	sender.source = conf.family == &vrrp_ipv6 ? addr("fe80::30") :
	    addr("192.0.2.30");
	vrrp_mac(mac, &conf);
	memset(s, 0, sizeof(*s));
	s->pseudo = conf.family == &vrrp_ipv6 || sender.pseudo_header;
	s->len = advert_build(s->frame, sizeof(s->frame), &sender, mac, 200, 1);
	ck_assert_uint_gt(s->len, 0);
}

/* Where in the header of IPv4 and of IPv6, and what stands there then */
static void
spoil_ip(uint8_t *ip, enum vrrp_drop why)
{
	static const struct {
		uint8_t at, octet;
	} wrong[VRRP_DROP_MAX][2] = {
		[VRRP_DROP_IP] = { { 0, 0xb5 }, { 0, 0x9c } },
		[VRRP_DROP_FRAGMENT] = { { 7, 1 }, { 6, 44 } },
		[VRRP_DROP_AH] = { { 9, 51 }, { 6, 51 } },
		[VRRP_DROP_PROTOCOL] = { { 9, 58 }, { 6, 58 } },
		[VRRP_DROP_TTL] = { { 8, 254 }, { 7, 254 } },
		[VRRP_DROP_DESTINATION] = { { 19, 19 }, { 39, 0x13 } },
		[VRRP_DROP_MARTIAN] = { { 12, 127 }, { 12, 127 } },
		[VRRP_DROP_SCOPE] = { { 8, 0x20 }, { 8, 0x20 } },
		[VRRP_DROP_SOURCE] = { { 15, 20 }, { 23, 0x20 } },
	};
	bool v6 = conf.family == &vrrp_ipv6;

	if (wrong[why][v6].octet != 0)
		ip[wrong[why][v6].at] = wrong[why][v6].octet;
}

static void
spoil(struct spoilt *s, enum vrrp_drop why)
{
	uint8_t *msg = s->frame + msg_at();

	spoil_ip(s->frame + IP, why);
	if (why == VRRP_DROP_VERSION)
		msg[0] = 0x21;
	else if (why == VRRP_DROP_TYPE)
		msg[0] = (uint8_t)((msg[0] & 0xf0) | 2);
	else if (why == VRRP_DROP_LENGTH)
		msg[3] = 3;
	else if (why == VRRP_DROP_CHECKSUM)
		s->bad_checksum = true;
	else if (why == VRRP_DROP_VRID)
		msg[1] = 52;
	else if (why == VRRP_DROP_OWNER)
		conf.owner = true;
	else if (why == VRRP_DROP_FIRST)
		msg[VRRP_HEADER_LEN] = 0x20;
	else if (why == VRRP_DROP_INTERVAL)
		msg[4] = msg[5] = 0;
}

/* Those that can be met in version 3 */
static bool
is_rung(enum vrrp_drop drop)
{
	switch (drop) {
	case VRRP_DROP_AUTH_UNKNOWN:
	case VRRP_DROP_AUTH_TYPE:
	case VRRP_DROP_AUTH:
	case VRRP_DROP_ADDRESSES:
		return false;
	case VRRP_DROP_MARTIAN:
		return conf.family == &vrrp_ipv4;
	case VRRP_DROP_SCOPE:
	case VRRP_DROP_FIRST:
		return conf.family == &vrrp_ipv6;
	default:
		return true;
	}
}

static enum vrrp_drop
climb_spoilt(const char *name, enum vrrp_drop a, enum vrrp_drop b)
{
	struct spoilt s;

	context(name);
	set_spoilt(&s, name, a == VRRP_DROP_COUNT || b == VRRP_DROP_COUNT ? 0 :
	    conf.naddr);
	spoil(&s, a);
	spoil(&s, b);
	seal(&s);
	return climb(s.frame, s.len);
}

static const char *const names[] = { "C3", "C3p", "C6" };

static const struct {
	uint32_t got, want;
} values[VRRP_DROP_MAX] = {
	[VRRP_DROP_PROTOCOL] = { 58, 112 },
	[VRRP_DROP_TTL] = { 254, 255 },
	[VRRP_DROP_VERSION] = { 2, 3 },
	[VRRP_DROP_TYPE] = { 2, 1 },
	[VRRP_DROP_VRID] = { 52, 51 },
	[VRRP_DROP_INTERVAL] = { 0, 100 },
};

/* R9568-7.1-a to -j: each rung alone, with the value and the right one */
/* proves: R9568-5.1.2.3-2 -, R9568-5.2.2-1 -, R9568-5.2.5-1 -, R9568-7.1-a - */
/* proves: R9568-7.1-b -, R9568-7.1-c -, R9568-7.1-d -, R9568-7.1-e - */
/* proves: R9568-7.1-f -, R9568-7.1-g -, R9568-7.1-h -, R9568-7.1-i - */
/* proves: R9568-7.1-j -, R5798-7.1-1 -, R5798-7.1-2 -, R5798-7.1-3 - */
/* proves: R5798-7.1-4 -, R5798-7.1-5 -, R5798-7.1-6 - */
LOOP_TEST(rung, 0, 3 * VRRP_DROP_MAX)
{
	const char *name = names[_i / VRRP_DROP_MAX];
	enum vrrp_drop why = (enum vrrp_drop)(_i % VRRP_DROP_MAX);

	context(name);
	if (!is_rung(why))
		return;
	ck_assert_msg(climb_spoilt(name, why, VRRP_DROP_NONE) == why,
	    "%s: %s", name, vrrp_drop_name(why));
	ck_assert(why != VRRP_DROP_NONE || adv.remarks == 0);
	if (values[why].want != 0) {
		ck_assert_uint_eq(got, values[why].got);
		ck_assert_uint_eq(want, values[why].want);
	}
}

/* Whether both spoil the same field, so that only one of them is left */
static bool
same_field(enum vrrp_drop a, enum vrrp_drop b)
{
	bool v6 = conf.family == &vrrp_ipv6;

	return (a == VRRP_DROP_AH && b == VRRP_DROP_PROTOCOL) ||
	    (v6 && a == VRRP_DROP_FRAGMENT &&
	    (b == VRRP_DROP_AH || b == VRRP_DROP_PROTOCOL)) ||
	    (a == VRRP_DROP_SOURCE &&
	    (b == VRRP_DROP_MARTIAN || b == VRRP_DROP_SCOPE)) ||
	    (a == VRRP_DROP_COUNT && b == VRRP_DROP_FIRST);
}

/* Wrong in two ways, the earlier rung of RFC 9568 7.1 names the reason. */
LOOP_TEST(rung_order, 0, 3 * VRRP_DROP_MAX)
{
	const char *name = names[_i / VRRP_DROP_MAX];
	enum vrrp_drop a = (enum vrrp_drop)(_i % VRRP_DROP_MAX), b;

	context(name);
	for (b = a + 1; a != VRRP_DROP_NONE && b < VRRP_DROP_MAX; b++)
		if (is_rung(a) && is_rung(b) && !same_field(a, b))
			ck_assert_msg(climb_spoilt(name, a, b) == a,
			    "%s: %s with %s: %s", name, vrrp_drop_name(a),
			    vrrp_drop_name(b),
			    vrrp_drop_name(climb_spoilt(name, a, b)));
}

/* Message octet at gets value, the sum is made right again. */
static enum vrrp_drop
climb_with(const char *name, size_t at, uint8_t value)
{
	struct spoilt s;

	context(name);
	set_spoilt(&s, name, conf.naddr);
	s.frame[msg_at() + at] = value;
	seal(&s);
	return climb(s.frame, s.len);
}

/* R9568-7.1-i, -k, -m, P-44: an interval but zero and any list are used */
/* proves: R9568-7.1-i -, R9568-7.1-k +, R9568-7.1-m +, P-44 + */
TEST(remarks)
{
	const uint32_t list = 1u << VRRP_DROP_ADDRESSES;
	const uint32_t interval = 1u << VRRP_DROP_INTERVAL;
	struct spoilt s;
	size_t i;

	for (i = 0; i < 3; i++) {
		const char *name = names[i];
		size_t last = i == 2 ? 8 + 31 : 8 + 3;

		ck_assert_int_eq(climb_with(name, 5, 101), VRRP_DROP_NONE);
		ck_assert_uint_eq(adv.remarks, interval);
		ck_assert_int_eq(adv.interval, 101 * VRRP_CENTISECOND);
		ck_assert_uint_eq(adv.got, 101);
		ck_assert_uint_eq(adv.want, 100);
		ck_assert_int_eq(climb_with(name, last, 9), VRRP_DROP_NONE);
		ck_assert_uint_eq(adv.remarks, list);
		/* Both at once, and the values are of the interval */
		context(name);
		set_spoilt(&s, name, conf.naddr);
		s.frame[msg_at() + 4] = 0x0f;
		s.frame[msg_at() + 5] = 0xff;
		s.frame[msg_at() + last] = 9;
		seal(&s);
		conf.strict_addresses = true;	/* means nothing here */
		ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_NONE);
		ck_assert_uint_eq(adv.remarks, list | interval);
		ck_assert_int_eq(adv.interval, 4095 * VRRP_CENTISECOND);
		ck_assert_uint_eq(adv.got, 4095);
		ck_assert_uint_eq(adv.want, 100);
		/* A zero interval is dropped whatever the list is. */
		s.frame[msg_at() + 4] = 0xf0;
		s.frame[msg_at() + 5] = 0;
		seal(&s);
		ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_INTERVAL);
	}
}

/* R9568-5.2.6-1: ignored when received, whatever it is */
/* proves: R9568-5.2.6-1 + */
TEST(reserved_nibble)
{
	unsigned i, high;

	for (i = 0; i < 3; i++) {
		for (high = 0; high < 16; high++) {
			ck_assert_int_eq(climb_with(names[i], 4,
			    (uint8_t)(high << 4)), VRRP_DROP_NONE);
			ck_assert_uint_eq(adv.remarks, 0);
			ck_assert_int_eq(adv.interval, VRRP_SECOND);
		}
	}
}

/* P-28: a resignation with interval zero is none */
/* proves: R9568-7.1-g -, P-28 - */
TEST(resignation)
{
	struct spoilt s;

	set_spoilt(&s, "C3", 1);
	s.frame[MSG + 2] = 0;
	seal(&s);
	ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_NONE);
	ck_assert_uint_eq(adv.priority, 0);
	s.frame[MSG + 4] = s.frame[MSG + 5] = 0;
	seal(&s);
	ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_INTERVAL);
	/* R9568-7.1-g as published: not at an owner, of any priority (I60) */
	set_spoilt(&s, "C3own", 1);
	ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_OWNER);
}

/* P-04, R9568-7.1-h: fe80::/10, to the bit, as source and as first address */
/* proves: R9568-7.1-h +-, P-04 +- */
TEST(link_local)
{
	static const struct {
		uint8_t first, second;
		bool good;
	} t[] = {
		{ 0xfe, 0x80, true }, { 0xfe, 0xbf, true },
		{ 0xfe, 0x7f, false }, { 0xfe, 0xc0, false },
		{ 0xfe, 0x40, false }, { 0xfe, 0x00, false },
		{ 0xff, 0x80, false }, { 0x7e, 0x80, false },
		{ 0x00, 0x00, false },
	};
	struct spoilt s;

	EACH(i, t) {
		set_spoilt(&s, "C6", 2);
		s.frame[IP + 8] = t[i].first;
		s.frame[IP + 9] = t[i].second;
		seal(&s);
		ck_assert_int_eq(climb(s.frame, s.len),
		    t[i].good ? VRRP_DROP_NONE : VRRP_DROP_SCOPE);
		set_spoilt(&s, "C6", 2);
		s.frame[MSG6 + 8] = t[i].first;
		s.frame[MSG6 + 9] = t[i].second;
		seal(&s);
		ck_assert_int_eq(climb(s.frame, s.len),
		    t[i].good ? VRRP_DROP_NONE : VRRP_DROP_FIRST);
	}
	/* In IPv4 neither is asked for. */
	set_spoilt(&s, "C3", 1);
	ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_NONE);
}

/* P-01: all 16 octets of any address of ours */
/* proves: P-01 +- */
TEST(own_addresses)
{
	struct vrrp_addr own[3];
	struct spoilt s;
	unsigned i;

	set_spoilt(&s, "C6", 2);
	own[0] = addr("fe80::20");
	own[1] = addr("2001:db8::30");
	own[2] = addr("fe80::1:0:0:30");
	vr.own = own;
	vr.nown = 3;
	ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_NONE);
	for (i = 0; i < 16; i++) {
		own[2] = addr("fe80::30");
		own[2].octet[i] ^= 1;
		ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_NONE);
	}
	own[2] = addr("fe80::30");
	ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_SOURCE);
}

/* R9568-5.2.9-3: as sets, and every octet of an address counts */
/* proves: R9568-5.2.9-3 +, R9568-7.1-m + */
TEST(address_sets)
{
	struct spoilt s;
	unsigned i;

	set_spoilt(&s, "C6", 2);
	conf.vip[0].addr = addr("2001:db8::1");
	conf.vip[1].addr = addr("fe80::1");
	ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_NONE);
	ck_assert_uint_eq(adv.remarks, 0);
	for (i = 0; i < 16; i++) {
		conf.vip[0].addr.octet[i] ^= 1;
		ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_NONE);
		ck_assert_uint_eq(adv.remarks, 1u << VRRP_DROP_ADDRESSES);
		conf.vip[0].addr.octet[i] ^= 1;
	}
	conf.naddr = 1;
	ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_NONE);
	ck_assert_uint_eq(adv.remarks, 1u << VRRP_DROP_ADDRESSES);
}

/* R9568-5.1-1, 5.2.9-2: the right octets, and the family's address length */
/* proves: R9568-5.1-1 +, R9568-5.2.9-2 +- */
TEST(fields)
{
	const struct vector *v = vector("V32");
	struct vrrp_addr src = addr("fe80::30"), dst = addr("ff02::12");

	context("C6");
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_NONE);
	ck_assert_mem_eq(&adv.src, &src, sizeof(src));
	ck_assert_mem_eq(&pkt.dst, &dst, sizeof(dst));
	ck_assert_uint_eq(pkt.ttl, 255);
	ck_assert_uint_eq(pkt.len, 40);
	ck_assert_ptr_eq(pkt.msg, v->frame + MSG6);
	ck_assert_uint_eq(adv.vrid, 51);
	ck_assert_uint_eq(adv.count, 2);
	ck_assert_ptr_eq(adv.addrs, v->frame + MSG6 + 8);
	ck_assert_ptr_null(adv.auth);
	v = vector("V31");			/* F26, P-02: no padding */
	context("C3");
	ck_assert_int_eq(climb(v->frame, v->len), VRRP_DROP_NONE);
	ck_assert_uint_eq(pkt.len, 12);
	ck_assert_ptr_eq(adv.addrs, v->frame + ADDR);
	/* Neither family takes the other's frames. */
	ck_assert_int_eq(climb_vector("V32"), VRRP_DROP_IP);
	context("C6");
	ck_assert_int_eq(climb_vector("V21"), VRRP_DROP_IP);
}

/* Not one whole IPv6 packet, and what is let through */
/* proves: R9568-5.1.2.3-2 -, P-03 - */
TEST(ipv6_header)
{
	static const struct {
		unsigned at;
		uint8_t octet;
		enum vrrp_drop drop;
	} t[] = {
		{ IP, 0x4c, VRRP_DROP_IP },		/* version 4 */
		{ IP + 1, 0x12, VRRP_DROP_NONE },	/* flow label */
		{ IP, 0x60, VRRP_DROP_NONE },		/* traffic class */
		{ IP + 5, 41, VRRP_DROP_IP },		/* longer than it is */
		{ IP + 4, 1, VRRP_DROP_IP }, { IP + 5, 39, VRRP_DROP_LENGTH },
		{ IP + 5, 0, VRRP_DROP_LENGTH },	/* jumbo, or nothing */
		{ IP + 6, 0, VRRP_DROP_PROTOCOL },	/* hop-by-hop */
		{ IP + 6, 60, VRRP_DROP_PROTOCOL },
		{ IP + 7, 0, VRRP_DROP_TTL },
		{ IP + 25, 1, VRRP_DROP_DESTINATION },	/* ff01:: */
		{ IP + 38, 1, VRRP_DROP_DESTINATION },
		{ 0, 0xff, VRRP_DROP_NONE },		/* Ethernet addresses */
		{ 12, 0x08, VRRP_DROP_IP },
	};
	struct spoilt s;

	EACH(i, t) {
		set_spoilt(&s, "C6", 2);
		s.frame[t[i].at] = t[i].octet;
		ck_assert_msg(climb(s.frame, s.len) == t[i].drop, "row %zu: %s",
		    i, vrrp_drop_name(climb(s.frame, s.len)));
	}
	/* F26: what follows the packet is not of it. */
	set_spoilt(&s, "C6", 2);
	ck_assert_int_eq(climb(s.frame, s.len + 6), VRRP_DROP_NONE);
	ck_assert_uint_eq(pkt.len, 40);
}

/* P-07, P-08: with each form, both zeros pass, and the form is told right */
/* proves: P-07 +- */
TEST(checksum_zeros)
{
	size_t i;

	for (i = 0; i < 3; i++) {
		struct spoilt s;
		uint8_t *sum;
		size_t at;

		context(names[i]);
		set_spoilt(&s, names[i], conf.naddr);
		/* The last address takes up the sum, so that it becomes 0. */
		at = ETHERNET + total_length(s.frame) - 2;
		s.frame[at] = s.frame[at + 1] = 0;
		seal(&s);
		sum = s.frame + msg_at() + 6;
		memcpy(s.frame + at, sum, 2);
		sum[0] = sum[1] = 0;
		ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_NONE);
		ck_assert_str_eq(form, i == 0 ? "message" : "pseudo");
		sum[0] = sum[1] = 0xff;
		ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_NONE);
		ck_assert_str_eq(form, i == 0 ? "message" : "pseudo");
		sum[1] = 0xfe;
		ck_assert_int_eq(climb(s.frame, s.len), VRRP_DROP_CHECKSUM);
		ck_assert_uint_eq(got, 0xfffe);
		/* In IPv4 the sum of RFC 9568 is named as the right one. */
		if (i != 1)
			ck_assert_uint_eq(want, 0);
	}
}

/* What a wrong sum should have been: IPv4 the message's, IPv6 the full one */
TEST(checksum_values)
{
	context("C3");
	ck_assert_int_eq(climb_vector("I21"), VRRP_DROP_CHECKSUM);
	ck_assert_uint_eq(want, checksum(pkt.msg, pkt.len,
	    (uint32_t)(uint16_t)~got));
	context("C6");
	ck_assert_int_eq(climb_vector("I25"), VRRP_DROP_CHECKSUM);
	ck_assert_uint_eq(want, checksum(pkt.msg, pkt.len,
	    (uint32_t)(uint16_t)~got + pseudo_seed(vector("I25")->frame,
	    pkt.len)));
	ck_assert_uint_ne(want, got);
}

/*
 * R9568-5.2.6-1, 5.2.7-1: what is sent holds the own interval and no reserved
 * bit, whatever was learned
 * proves: R9568-5.2.6-1 -, R9568-5.2.7-1 +
 */
TEST(sent_interval)
{
	static const unsigned cs[] = { 1, 99, 100, 256, 4095 };
	uint8_t frame[VRRP_FRAME_MIN];

	EACH(i, cs) {
		context("C3");
		conf.interval = cs[i] * VRRP_CENTISECOND;
		vr.master_interval = 777 * VRRP_CENTISECOND;
		ck_assert_uint_eq(advert_build(frame, sizeof(frame), &vr,
		    vr.source.octet, 0, 1), VRRP_FRAME_MIN);
		ck_assert_uint_eq(frame[MSG], 0x31);
		ck_assert_uint_eq(frame[MSG + 2], 0);
		ck_assert_uint_eq(frame[MSG + 4], cs[i] >> 8);
		ck_assert_uint_eq(frame[MSG + 5], cs[i] & 0xff);
		ck_assert_uint_eq(total_length(frame), 32);
	}
}

/* The form that is sent is the router's, in IPv6 and in version 2 the only */
/* proves: R9568-5.2.8-2 +-, R9568-5.2.8-3 +, R3768-5.3.8-1 -, P-08 + */
TEST(sent_form)
{
	uint8_t one[VRRP_FRAME_MAX], two[VRRP_FRAME_MAX];
	size_t len;

	context("C3");
	advert_build(one, sizeof(one), &vr, vr.source.octet, 100, 1);
	vr.pseudo_header = true;
	len = advert_build(two, sizeof(two), &vr, vr.source.octet, 100, 1);
	ck_assert_mem_eq(one, two, MSG + 6);
	ck_assert_mem_ne(one + MSG + 6, two + MSG + 6, 2);
	ck_assert_mem_eq(one + MSG + 8, two + MSG + 8, len - MSG - 8);
	vr.own = NULL;
	vr.nown = 0;
	climb(one, len);
	ck_assert_str_eq(form, "message");
	climb(two, len);
	ck_assert_str_eq(form, "pseudo");
	context("C6");
	advert_build(one, sizeof(one), &vr, vr.source.octet, 100, 1);
	vr.pseudo_header = true;
	len = advert_build(two, sizeof(two), &vr, vr.source.octet, 100, 1);
	ck_assert_mem_eq(one, two, len);
	context("C2");
	advert_build(one, sizeof(one), &vr, vr.source.octet, 100, 1);
	vr.pseudo_header = true;
	len = advert_build(two, sizeof(two), &vr, vr.source.octet, 100, 1);
	ck_assert_mem_eq(one, two, len);
	/* A pseudo-header sum is none in version 2. */
	put_checksum(one + MSG + 6, one + MSG, 20, pseudo_seed(one, 20));
	ck_assert_int_eq(climb(one, len), VRRP_DROP_CHECKSUM);
}

/* The IP packet that has to fit the MTU (P-14), octets */
/* proves: R9568-5.1-1 +, P-14 + */
TEST(lengths)
{
	static const struct {
		const char *name;
		unsigned naddr;
		size_t len;
	} t[] = {
		{ "C2", 1, 40 }, { "C2", 255, 1056 }, { "C3", 1, 32 },
		{ "C3", 255, 1048 }, { "C6", 1, 64 }, { "C6", 90, 1488 },
		{ "C6", 91, 1504 }, { "C6", 255, 4128 },
	};
	uint8_t frame[VRRP_FRAME_MAX];
	size_t len;

	EACH(i, t) {
		context(t[i].name);
		conf.naddr = t[i].naddr;
		ck_assert_uint_eq(advert_len(&conf), t[i].len);
		len = advert_build(frame, sizeof(frame), &vr, vr.source.octet,
		    100, 1);
		ck_assert_uint_eq(total_length(frame), t[i].len);
		ck_assert_uint_eq(len, t[i].len < 46 ? 60 :
		    ETHERNET + t[i].len);
	}
}

/* P-50: random octets behind a sound envelope, in buffers of their size */
/* proves: R9568-5.2.5-1 -, R9568-7.1-i -, P-50 - */
TEST(noise)
{
	static const char *const contexts[] = { "C2pw", "C3", "C6" };
	uint64_t seed = 0x9568;
	struct spoilt s;
	size_t i, n;
	int round;

	for (round = 0; round < 60000; round++) {
		uint8_t *frame;

		context(contexts[round % 3]);
		set_spoilt(&s, contexts[round % 3], conf.naddr);
		n = 1 + (size_t)(seed >> 40) % 3;
		for (i = 0; i < n; i++) {
			seed = seed * 6364136223846793005u + 1;
			s.frame[12 + (seed >> 33) % (s.len - 12)] =
			    (uint8_t)(seed >> 50);
		}
		seed = seed * 6364136223846793005u + 1;
		n = (size_t)(seed >> 33) % 8 == 0 ?
		    (size_t)(seed >> 40) % s.len : s.len;
		frame = exact(s.frame, n);
		if (climb(frame, n) == VRRP_DROP_NONE)
			ck_assert(adv.count > 0 && adv.interval > 0 &&
			    adv.vrid == 51 && adv.addrs + adv.count *
			    conf.family->addr_len <= frame + n);
		free(frame);
	}
}

RUN_TESTS("packet3", 60, load_vectors, NULL)
