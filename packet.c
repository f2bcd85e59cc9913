/*
 * Frames to adverts and back.
 *
 * Reading goes through a cursor that cannot pass the end; a received frame is
 * never cast, shifted or patched.  The ladder of RFC 3768 7.1 stands in its
 * order, each rung that fails names its reason; nothing here counts or logs.
 * Pure.
 */
#include "vrrp.h"
#include "wire.h"

#include <stdio.h>

enum {
	IPV4_HEADER_LEN = 20,
	IPV4_FRAGMENT = 0x3fff		/* more fragments, or an offset */
};

/* RFC 3768 5.2.2 */
static const uint8_t group[IPV4_LEN] = { 224, 0, 0, 18 };
static const uint8_t group_mac[VRRP_MAC_LEN] = { 0x01, 0, 0x5e, 0, 0, 0x12 };

static void
get_ipv4(struct reader *r, struct vrrp_addr *addr)
{
	const uint8_t *p = take(r, IPV4_LEN);

	memset(addr, 0, sizeof(*addr));
	if (p)
		memcpy(addr->octet, p, IPV4_LEN);
}

/*
 * Where the VRRP message lies in an Ethernet frame of len octets.  The IP total
 * length decides, not the frame's: short frames are padded (F26).  Options are
 * skipped (P-06).
 */
enum vrrp_drop
frame_parse(struct vrrp_packet *pkt, const uint8_t *frame, size_t len)
{
	struct reader eth = { frame, len, false }, ip;
	uint16_t total, fragment;
	size_t header;
	uint8_t protocol;
	const uint8_t *dst;

	memset(pkt, 0, sizeof(*pkt));
	take(&eth, VRRP_MAC_LEN);
	take(&eth, VRRP_MAC_LEN);
	if (get16(&eth) != ETH_IPV4 || eth.left < IPV4_HEADER_LEN)
		return VRRP_DROP_IP;
	header = (size_t)(eth.p[0] & 0x0f) * 4;
	total = (uint16_t)(eth.p[2] << 8 | eth.p[3]);
	ip = (struct reader){ eth.p, total, false };
	if (eth.p[0] >> 4 != 4 || header < IPV4_HEADER_LEN ||
	    total < header || total > eth.left ||
	    sum16(0, eth.p, header) != 0xffff)
		return VRRP_DROP_IP;
	take(&ip, 6);
	fragment = get16(&ip);
	pkt->ttl = get8(&ip);
	protocol = get8(&ip);
	take(&ip, 2);
	get_ipv4(&ip, &pkt->src);
	dst = take(&ip, IPV4_LEN);
	take(&ip, header - IPV4_HEADER_LEN);
	pkt->msg = ip.p;
	pkt->len = ip.left;

	if (fragment & IPV4_FRAGMENT)
		return VRRP_DROP_FRAGMENT;
	if (protocol == VRRP_PROTOCOL_AH)
		return VRRP_DROP_AH;
	pkt->got = protocol;
	pkt->want = VRRP_PROTOCOL;
	if (protocol != VRRP_PROTOCOL)
		return VRRP_DROP_PROTOCOL;
	pkt->got = pkt->ttl;
	pkt->want = VRRP_TTL;
	if (pkt->ttl != VRRP_TTL)
		return VRRP_DROP_TTL;
	if (memcmp(dst, group, IPV4_LEN) != 0)
		return VRRP_DROP_DESTINATION;
	return VRRP_DROP_NONE;
}

/*
 * The message to an advert: what can be judged without knowing a router.  On
 * failure pkt->got and pkt->want hold the value and what it should have been.
 */
enum vrrp_drop
advert_parse(struct vrrp_advert *adv, struct vrrp_packet *pkt)
{
	struct reader r = { pkt->msg, pkt->len, false };
	uint8_t first = get8(&r);
	uint16_t sum;

	memset(adv, 0, sizeof(*adv));
	adv->src = pkt->src;
	pkt->got = (uint32_t)pkt->len;
	pkt->want = VRRP_HEADER_LEN + IPV4_LEN + VRRP_AUTH_LEN;
	if (r.bad)
		return VRRP_DROP_LENGTH;
	if (first >> 4 != VRRP_VERSION) {
		pkt->got = first >> 4;
		pkt->want = VRRP_VERSION;
		return VRRP_DROP_VERSION;
	}
	if ((first & 0x0f) != VRRP_TYPE_ADVERT) {
		pkt->got = first & 0x0f;
		pkt->want = VRRP_TYPE_ADVERT;
		return VRRP_DROP_TYPE;
	}
	adv->vrid = get8(&r);
	adv->priority = get8(&r);
	adv->count = get8(&r);
	adv->auth_type = get8(&r);
	adv->interval = get8(&r) * VRRP_SECOND;
	sum = get16(&r);
	adv->addrs = take(&r, adv->count * (size_t)IPV4_LEN);
	adv->auth = take(&r, VRRP_AUTH_LEN);
	/* Exact: CARP would pass for a resignation (F24, P-02, P-10). */
	if (r.bad || r.left > 0) {
		if (pkt->len >= VRRP_HEADER_LEN)
			pkt->want = VRRP_HEADER_LEN + VRRP_AUTH_LEN +
			    adv->count * (uint32_t)IPV4_LEN;
		return VRRP_DROP_LENGTH;
	}
	/* With the checksum in it: both zeros of RFC 1071 pass (P-07). */
	if (sum16(0, pkt->msg, pkt->len) != 0xffff) {
		pkt->got = sum;
		pkt->want = (uint16_t)~sum16((uint16_t)~sum, pkt->msg,
		    pkt->len);
		return VRRP_DROP_CHECKSUM;
	}
	return VRRP_DROP_NONE;
}

/* Over all octets, in a time that does not depend on them (P-33). */
static bool
same_password(const uint8_t *a, const uint8_t *b)
{
	volatile uint8_t differ = 0;
	size_t i;

	for (i = 0; i < VRRP_AUTH_LEN; i++)
		differ |= a[i] ^ b[i];
	return differ == 0;
}

static enum vrrp_drop
check_auth(struct vrrp_advert *adv, const struct vrrp_conf *conf)
{
	adv->got = adv->auth_type;
	adv->want = conf->auth_type;
	if (adv->auth_type > VRRP_AUTH_AH)
		return VRRP_DROP_AUTH_UNKNOWN;
	if (adv->auth_type != conf->auth_type)
		return VRRP_DROP_AUTH_TYPE;
	if (conf->auth_type == VRRP_AUTH_PASSWORD &&
	    !same_password(adv->auth, conf->auth))
		return VRRP_DROP_AUTH;
	return VRRP_DROP_NONE;
}

static bool
lists(const struct vrrp_advert *adv, const struct vrrp_vip *vip)
{
	size_t i;

	for (i = 0; i < adv->count; i++)
		if (memcmp(adv->addrs + i * IPV4_LEN, vip->addr.octet,
		    IPV4_LEN) == 0)
			return true;
	return false;
}

/* As sets; ours has no duplicates: equal counts and "all of ours" suffice. */
static bool
same_addresses(const struct vrrp_advert *adv, const struct vrrp_conf *conf)
{
	unsigned i;

	if (adv->count != conf->naddr)
		return false;
	for (i = 0; i < conf->naddr; i++)
		if (!lists(adv, &conf->vip[i]))
			return false;
	return true;
}

static bool
is_own_source(const struct vrrp_advert *adv, const struct vrrp *vr)
{
	unsigned i;

	for (i = 0; i < vr->nown; i++)
		if (memcmp(&adv->src, &vr->own[i], sizeof(adv->src)) == 0)
			return true;
	return false;
}

/*
 * The rungs of RFC 3768 7.1 that need the router, in its order.  Sets
 * adv->remark for what is wrong but let through.
 */
enum vrrp_drop
advert_check(struct vrrp_advert *adv, const struct vrrp *vr)
{
	const struct vrrp_conf *conf = vr->conf;
	enum vrrp_drop drop;

	if (is_own_source(adv, vr))
		return VRRP_DROP_SOURCE;
	adv->got = adv->vrid;
	adv->want = conf->vrid;
	if (adv->vrid != conf->vrid)
		return VRRP_DROP_VRID;
	if (conf->owner)
		return VRRP_DROP_OWNER;
	if ((drop = check_auth(adv, conf)) != VRRP_DROP_NONE)
		return drop;
	if (adv->count == 0)
		return VRRP_DROP_COUNT;
	if (!same_addresses(adv, conf)) {
		if (conf->strict_addresses &&
		    adv->priority != VRRP_PRIORITY_OWNER)
			return VRRP_DROP_ADDRESSES;
		adv->remark = VRRP_DROP_ADDRESSES;
	}
	adv->got = (uint32_t)(adv->interval / VRRP_SECOND);
	adv->want = (uint32_t)(conf->interval / VRRP_SECOND);
	if (adv->interval != conf->interval)
		return VRRP_DROP_INTERVAL;
	return VRRP_DROP_NONE;
}

/*
 * A whole frame for the advert of vr with the given priority, Ethernet source
 * and IP identification.  Returns its length, 0 = does not fit.
 */
size_t
advert_build(uint8_t *buf, size_t size, const struct vrrp *vr,
    const uint8_t *mac, uint8_t priority, uint16_t id)
{
	const struct vrrp_conf *conf = vr->conf;
	struct writer w = { buf, 0, size, false };
	size_t ip, msg;
	unsigned i;

	put_ethernet(&w, group_mac, mac, ETH_IPV4);
	ip = w.len;
	put8(&w, 0x45);
	put8(&w, VRRP_TOS);
	put16(&w, (uint16_t)(IPV4_HEADER_LEN + VRRP_HEADER_LEN +
	    conf->naddr * IPV4_LEN + VRRP_AUTH_LEN));
	put16(&w, id);
	put16(&w, 0);
	put8(&w, VRRP_TTL);
	put8(&w, VRRP_PROTOCOL);
	put16(&w, 0);
	put(&w, vr->source.octet, IPV4_LEN);
	put(&w, group, IPV4_LEN);
	fill_checksum(&w, ip + 10, 0, ip);
	msg = w.len;
	put8(&w, VRRP_VERSION << 4 | VRRP_TYPE_ADVERT);
	put8(&w, conf->vrid);
	put8(&w, priority);
	put8(&w, (uint8_t)conf->naddr);
	put8(&w, conf->auth_type);
	put8(&w, (uint8_t)(conf->interval / VRRP_SECOND));
	put16(&w, 0);
	for (i = 0; i < conf->naddr; i++)
		put(&w, conf->vip[i].addr.octet, IPV4_LEN);
	put(&w, conf->auth, VRRP_AUTH_LEN);
	fill_checksum(&w, msg + 6, 0, msg);
	return frame_end(&w);
}

/* The virtual router's MAC, RFC 3768 7.3: 00-00-5E-00-01-{VRID} */
void
vrrp_mac(uint8_t *mac, const struct vrrp_conf *conf)
{
	const uint8_t virtual[VRRP_MAC_LEN] = {
		0x00, 0x00, 0x5e, 0x00, 0x01, conf->vrid
	};

	memcpy(mac, virtual, sizeof(virtual));
}

/* Whether mac belongs to some virtual router, of either family. */
bool
vrrp_mac_is_virtual(const uint8_t *mac)
{
	return mac[0] == 0 && mac[1] == 0 && mac[2] == 0x5e && mac[3] == 0 &&
	    (mac[4] == 1 || mac[4] == 2);
}

static const struct {
	const char *name;		/* in counters and tests */
	const char *text;		/* in the log */
	char form;			/* of the value: d, x, or 0 = none */
} drops[VRRP_DROP_MAX] = {
	[VRRP_DROP_NONE] = { "none", "nothing is wrong", 0 },
	[VRRP_DROP_IP] = { "ip", "not one whole IPv4 packet", 0 },
	[VRRP_DROP_FRAGMENT] = { "fragment", "it is a fragment", 0 },
	[VRRP_DROP_AH] = { "ah", "it has an IPsec header", 0 },
	[VRRP_DROP_PROTOCOL] = { "protocol", "IP protocol is", 'd' },
	[VRRP_DROP_TTL] = { "ttl", "ttl is", 'd' },
	[VRRP_DROP_DESTINATION] = { "destination",
	    "not sent to the VRRP group", 0 },
	[VRRP_DROP_VERSION] = { "version", "version is", 'd' },
	[VRRP_DROP_TYPE] = { "type", "type is", 'd' },
	[VRRP_DROP_LENGTH] = { "length", "length is", 'd' },
	[VRRP_DROP_CHECKSUM] = { "checksum", "checksum is", 'x' },
	[VRRP_DROP_SOURCE] = { "source", "sent from our own address", 0 },
	[VRRP_DROP_VRID] = { "vrid", "vrid is", 'd' },
	[VRRP_DROP_OWNER] = { "owner", "we own the addresses", 0 },
	[VRRP_DROP_AUTH_UNKNOWN] = { "auth-unknown",
	    "authentication type is", 'd' },
	[VRRP_DROP_AUTH_TYPE] = { "auth-type", "authentication type is", 'd' },
	[VRRP_DROP_AUTH] = { "auth", "wrong password", 0 },
	[VRRP_DROP_COUNT] = { "count", "it lists no address", 0 },
	[VRRP_DROP_ADDRESSES] = { "addresses",
	    "its address list is not ours", 0 },
	[VRRP_DROP_INTERVAL] = { "interval", "interval is", 'd' },
};

/* One word for a reason, as in the counters. */
const char *
vrrp_drop_name(enum vrrp_drop drop)
{
	return drops[drop].name;
}

/* The reason as a clause for the log: "ttl is 64, not 255". */
void
vrrp_drop_text(char *buf, size_t size, enum vrrp_drop drop, uint32_t got,
    uint32_t want)
{
	/* 7 words of authentication stand where VRRP has its count. */
	bool carp = drop == VRRP_DROP_LENGTH && got == 36 && want == 44;

	if (drops[drop].form == 'd')
		snprintf(buf, size, "%s %u, not %u%s", drops[drop].text, got,
		    want, carp ? " (looks like CARP)" : "");
	else if (drops[drop].form == 'x')
		snprintf(buf, size, "%s 0x%04x, not 0x%04x", drops[drop].text,
		    got, want);
	else
		snprintf(buf, size, "%s", drops[drop].text);
}
