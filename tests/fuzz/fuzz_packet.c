/*
 * Any octets as a VRRP message: parsing never reads past the end, and what is
 * taken comes out the same when it is built and parsed again.  The first
 * octets choose the configuration, see below; the rest is the message.
 */
#include "fuzz.h"
#include "vrrp.h"
#include "core/wire.h"

enum {
	OPT_IPV6 = 1 << 0,
	OPT_VERSION3 = 1 << 1,
	OPT_OWNER = 1 << 2,
	OPT_STRICT = 1 << 3,
	OPT_PASSWORD = 1 << 4,
	OPT_FIX = 1 << 5,		/* makes the checksum right ... */
	OPT_PSEUDO = 1 << 6,		/* ... in this form */
	OPT_LISTED = 1 << 7		/* our addresses are those listed */
};

static struct vrrp_conf conf;
static struct vrrp_addr own[2];
static struct vrrp vr;

/* Octets: options, vrid, interval, number of addresses. */
static uint8_t
configure(struct input *in)
{
	uint8_t options = input8(in), interval;
	unsigned i;

	memset(&conf, 0, sizeof(conf));
	conf.family = options & OPT_IPV6 ? &vrrp_ipv6 : &vrrp_ipv4;
	conf.version = options & OPT_VERSION3 ? 3 : 2;
	conf.owner = options & OPT_OWNER;
	conf.strict_addresses = options & OPT_STRICT;
	conf.vrid = input8(in);
	interval = input8(in);
	conf.interval = interval * (conf.version == 2 ? VRRP_SECOND :
	    VRRP_CENTISECOND);
	conf.naddr = input8(in);
	for (i = 0; i < conf.naddr; i++) {
		conf.vip[i].addr.octet[0] = conf.family == &vrrp_ipv6 ?
		    0xfe : 10;
		conf.vip[i].addr.octet[1] = 0x80;
		conf.vip[i].addr.octet[3] = (uint8_t)i;
	}
	if (options & OPT_PASSWORD) {
		conf.auth_type = VRRP_AUTH_PASSWORD;
		memcpy(conf.auth, "secret", 6);
	}
	own[0].octet[0] = conf.family == &vrrp_ipv6 ? 0xfe : 192;
	own[0].octet[1] = conf.family == &vrrp_ipv6 ? 0x80 : 0;
	own[0].octet[3] = 1;
	own[1] = own[0];
	own[1].octet[3] = 2;
	memset(&vr, 0, sizeof(vr));
	vr.conf = &conf;
	vr.own = own;
	vr.nown = 2;
	return options;
}

static void
fix_checksum(uint8_t *msg, const struct vrrp_packet *pkt, bool pseudo)
{
	uint32_t seed = 0;
	uint16_t sum;

	if (pkt->len < VRRP_HEADER_LEN)
		return;
	if (pseudo)
		seed = pseudo_sum(conf.family, pkt->src.octet, pkt->dst.octet,
		    pkt->len, VRRP_PROTOCOL);
	msg[6] = msg[7] = 0;
	sum = (uint16_t)~sum16(seed, msg, pkt->len);
	msg[6] = (uint8_t)(sum >> 8);
	msg[7] = (uint8_t)sum;
}

/* Our addresses are those of the advert. */
static void
take_list(const struct vrrp_advert *adv)
{
	size_t len = conf.family->addr_len;
	unsigned i;

	conf.naddr = adv->count;
	for (i = 0; i < conf.naddr; i++) {
		memset(&conf.vip[i], 0, sizeof(conf.vip[i]));
		memcpy(conf.vip[i].addr.octet, adv->addrs + i * len, len);
	}
}

static void
say(enum vrrp_drop drop, uint32_t got, uint32_t want)
{
	char text[128];

	must(drop < VRRP_DROP_MAX && vrrp_drop_name(drop) != NULL);
	memset(text, '?', sizeof(text));
	vrrp_drop_text(text, sizeof(text), drop, got, want);
	must(memchr(text, '\0', sizeof(text) - 1) != NULL);
}

static void
check(struct vrrp_advert *adv)
{
	enum vrrp_drop drop = advert_check(adv, &vr);

	say(drop, adv->got, adv->want);
	if (drop != VRRP_DROP_NONE)
		return;
	must(adv->vrid == conf.vrid && !conf.owner && adv->count > 0);
	must(memcmp(&adv->src, &own[0], sizeof(own[0])) != 0);
	must(adv->interval > 0 || adv->interval == conf.interval);
	if (conf.version == 2) {
		must(adv->interval == conf.interval);
		must(adv->auth_type == conf.auth_type);
		must(conf.auth_type != VRRP_AUTH_PASSWORD ||
		    memcmp(adv->auth, conf.auth, VRRP_AUTH_LEN) == 0);
	}
	must((adv->remarks & ~(1u << VRRP_DROP_ADDRESSES |
	    1u << VRRP_DROP_INTERVAL)) == 0);
}

/* The configuration that sends just this advert. */
static void
become(const struct vrrp_advert *adv)
{
	take_list(adv);
	conf.vrid = adv->vrid;
	conf.interval = adv->interval;
	conf.auth_type = adv->auth_type;
	memset(conf.auth, 0, sizeof(conf.auth));
	if (conf.version == 2)
		memcpy(conf.auth, adv->auth, VRRP_AUTH_LEN);
	vr.source = adv->src;
	vr.pseudo_header = adv->sum == VRRP_SUM_PSEUDO;
}

static void
compare(const struct vrrp_advert *a, const struct vrrp_advert *b)
{
	must(memcmp(&a->src, &b->src, sizeof(a->src)) == 0);
	must(a->vrid == b->vrid && a->priority == b->priority);
	must(a->count == b->count && a->auth_type == b->auth_type);
	must(a->interval == b->interval && a->sum == b->sum);
	must(a->count == 0 || memcmp(a->addrs, b->addrs,
	    (size_t)a->count * conf.family->addr_len) == 0);
	must((a->auth == NULL) == (b->auth == NULL));
	must(a->auth == NULL || memcmp(a->auth, b->auth, VRRP_AUTH_LEN) == 0);
}

/* Built, parsed and built again; and one octet less is too little. */
static void
round_trip(const struct vrrp_advert *adv)
{
	static const uint8_t mac[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 1, 1 };
	static uint8_t buf[VRRP_FRAME_MAX], again[VRRP_FRAME_MAX];
	struct vrrp_advert second;
	struct vrrp_packet pkt;
	uint8_t *frame;
	size_t len;

	become(adv);
	len = advert_build(buf, sizeof(buf), &vr, mac, adv->priority, 7);
	must(len >= VRRP_FRAME_MIN && len >= 14 + advert_len(&conf));
	frame = exact(buf, len, 0);
	must(frame_parse(&pkt, conf.family, frame, len) == VRRP_DROP_NONE);
	must(advert_parse(&second, &pkt, &conf) == VRRP_DROP_NONE);
	compare(adv, &second);
	become(&second);
	must(advert_build(again, sizeof(again), &vr, mac, second.priority,
	    7) == len);
	must(memcmp(buf, again, len) == 0);
	must(advert_build(frame, len - 1, &vr, mac, adv->priority, 7) == 0);
	must(advert_build(frame, len, &vr, mac, adv->priority, 7) == len);
	free(frame);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	uint8_t options = configure(&in), *msg;
	struct vrrp_packet pkt = { .ttl = VRRP_TTL };
	struct vrrp_advert adv;
	enum vrrp_drop drop;

	pkt.src = own[0];
	pkt.src.octet[3] = input8(&in);
	pkt.src.octet[0] ^= input8(&in);
	memcpy(pkt.dst.octet, conf.family->group, conf.family->addr_len);
	msg = exact(in.p, in.left, 0);
	pkt.msg = msg;
	pkt.len = in.left;
	if (options & OPT_FIX)
		fix_checksum(msg, &pkt, options & OPT_PSEUDO);
	drop = advert_parse(&adv, &pkt, &conf);
	say(drop, pkt.got, pkt.want);
	must(drop == VRRP_DROP_NONE || drop == VRRP_DROP_LENGTH ||
	    drop == VRRP_DROP_VERSION || drop == VRRP_DROP_TYPE ||
	    drop == VRRP_DROP_CHECKSUM);
	if (drop == VRRP_DROP_NONE) {
		if (options & OPT_LISTED)
			take_list(&adv);
		check(&adv);
		round_trip(&adv);
	}
	free(msg);
	return 0;
}
