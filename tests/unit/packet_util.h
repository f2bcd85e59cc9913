/*
 * What the tests of the codec share: the golden frames, the receivers they are
 * meant for, and the way of a frame up the ladder.  Run from the top of the
 * tree.
 */
#ifndef PACKET_UTIL_H
#define PACKET_UTIL_H

#include "vrrp.h"
#include "check_util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef VECTORS
#define VECTORS "tests/proof/vectors.txt"
#endif

enum {
	NVECTORS = 109,			/* lines of VECTORS, none may be lost */
	ETHERNET = 14,
	IP = 14,			/* offsets, without IP options */
	MSG = 34,			/* in IPv4 */
	ADDR = MSG + VRRP_HEADER_LEN,
	MSG6 = 54
};

struct vector {
	char id[8], context[16], sum[16];
	char verdict[32];		/* "ttl", "accept", "accept+interval" */
	uint8_t frame[VRRP_FRAME_MAX];
	size_t len;
};

static struct vector vectors[NVECTORS + 1];
static unsigned nvectors;

/* The receiver under test. */
static struct vrrp_conf conf;
static struct vrrp vr;

static inline void
context_v2(const char *name)
{
	if (strncmp(name, "pw", 2) == 0) {
		conf.auth_type = VRRP_AUTH_PASSWORD;
		memcpy(conf.auth, name[2] == '3' ? "abc\0\0\0\0" : "vrrppass",
		    VRRP_AUTH_LEN);
	} else if (strcmp(name, "i255") == 0) {
		conf.interval = 255 * VRRP_SECOND;
	} else if (strcmp(name, "v1") == 0) {
		conf.vrid = 1;
	} else if (strcmp(name, "v255") == 0) {
		conf.vrid = 255;
	} else if (strcmp(name, "vip") == 0) {
		conf.vip[0].addr = addr("10.0.112.202");
	} else if (strcmp(name, "strict") == 0) {
		conf.strict_addresses = true;
	} else {
		ck_assert_str_eq(name, "");
	}
}

static inline void
context_v6(const char *name)
{
	conf.family = &vrrp_ipv6;
	conf.naddr = 2;
	conf.vip[0].addr = addr("fe80::1");
	conf.vip[1].addr = addr("2001:db8::1");
	vr.source = addr("fe80::20");
	if (strcmp(name, "ll") == 0)
		conf.naddr = 1;
	else
		ck_assert_str_eq(name, "");
}

static inline void
context(const char *name)
{
	memset(&conf, 0, sizeof(conf));
	memset(&vr, 0, sizeof(vr));
	conf.family = &vrrp_ipv4;
	conf.version = name[1] == '2' ? 2 : 3;
	conf.vrid = 51;
	conf.priority = 100;
	conf.interval = VRRP_SECOND;
	conf.naddr = 1;
	conf.vip[0].addr = addr("192.0.2.1");
	vr.conf = &conf;
	vr.source = addr("192.0.2.20");
	vr.own = &vr.source;
	vr.nown = 1;
	if (strcmp(name + 2, "own") == 0) {
		conf.owner = true;
		conf.priority = VRRP_PRIORITY_OWNER;
		vr.source = addr("192.0.2.1");
	} else if (name[1] == '2') {
		context_v2(name + 2);
	} else if (name[1] == '6') {
		context_v6(name + 2);
	} else if (name[2] != '\0') {
		ck_assert(strcmp(name, "C3m") == 0 || strcmp(name, "C3p") == 0);
		conf.checksum = name[2] == 'm' ? VRRP_SUM_MESSAGE :
		    VRRP_SUM_PSEUDO;
	}
}

static inline size_t
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

/* One line of VECTORS, but for the counters and the description */
static inline void
read_vector(struct vector *v, const char *line)
{
	static char hex[2 * VRRP_FRAME_MAX + 2];
	char verdict[8], reason[16];

	ck_assert_int_eq(sscanf(line, "%7s %15s %7s %15s %*s %15s %8284s",
	    v->id, v->context, verdict, reason, v->sum, hex), 6);
	if (strcmp(verdict, "drop") == 0)
		snprintf(v->verdict, sizeof(v->verdict), "%s", reason);
	else if (strcmp(reason, "-") == 0)
		snprintf(v->verdict, sizeof(v->verdict), "%s", verdict);
	else
		snprintf(v->verdict, sizeof(v->verdict), "%s+%s", verdict,
		    reason);
	v->len = unhex(v->frame, sizeof(v->frame), hex);
}

static inline void
load_vectors(void)
{
	static char line[2 * VRRP_FRAME_MAX + 256];
	FILE *f = fopen(VECTORS, "r");

	if (f == NULL)
		ck_abort_msg("%s: cannot open; run from the top of the tree",
		    VECTORS);
	nvectors = 0;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		ck_assert_uint_lt(nvectors, NVECTORS);
		read_vector(&vectors[nvectors++], line);
	}
	fclose(f);
	ck_assert_uint_eq(nvectors, NVECTORS);
}

static inline struct vector *
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
static inline uint8_t *
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
static const char *form;		/* of the sum, "-" = not recognised */

static inline enum vrrp_drop
climb(const uint8_t *frame, size_t len)
{
	enum vrrp_drop drop;

	memset(&adv, 0, sizeof(adv));
	form = "-";
	drop = frame_parse(&pkt, conf.family, frame, len);
	if (drop == VRRP_DROP_NONE)
		drop = advert_parse(&adv, &pkt, &conf);
	got = pkt.got;
	want = pkt.want;
	if (drop == VRRP_DROP_NONE) {
		ck_assert(adv.sum == VRRP_SUM_MESSAGE ||
		    adv.sum == VRRP_SUM_PSEUDO);
		form = adv.sum == VRRP_SUM_PSEUDO ? "pseudo" : "message";
		drop = advert_check(&adv, &vr);
		got = adv.got;
		want = adv.want;
	}
	return drop;
}

static inline enum vrrp_drop
climb_vector(const char *id)
{
	const struct vector *v = vector(id);

	return climb(v->frame, v->len);
}

/* RFC 1071, going on from sum */
static inline uint16_t
checksum(const uint8_t *p, size_t len, uint32_t sum)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static inline void
put_checksum(uint8_t *at, const uint8_t *p, size_t len, uint32_t seed)
{
	uint16_t sum;

	at[0] = at[1] = 0;
	sum = checksum(p, len, seed);
	at[0] = (uint8_t)(sum >> 8);
	at[1] = (uint8_t)sum;
}

static inline bool
is_ipv6(const uint8_t *frame)
{
	return frame[12] == 0x86;
}

/* Octets of the IP packet, as its header says */
static inline size_t
total_length(const uint8_t *frame)
{
	return is_ipv6(frame) ?
	    40 + (size_t)(frame[IP + 4] << 8 | frame[IP + 5]) :
	    (size_t)(frame[IP + 2] << 8 | frame[IP + 3]);
}

#endif
