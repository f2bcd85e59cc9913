/*
 * Messages to adverts and back, VRRPv2 and VRRPv3.
 *
 * Reading goes through a cursor that cannot pass the end; a received frame is
 * never cast, shifted or patched.  The ladders of RFC 3768 7.1 and RFC 9568
 * 7.1 stand in their order, each rung that fails names its reason; nothing here
 * counts or logs.  Pure.
 */
#include "vrrp.h"
#include "wire.h"

/* The length of a message with count addresses. */
static size_t
message_len(const struct vrrp_conf *conf, unsigned count)
{
	return VRRP_HEADER_LEN + (size_t)count * conf->family->addr_len +
	    (conf->version == 2 ? VRRP_AUTH_LEN : 0);
}

/* The IP packet that our adverts need, octets. */
size_t
advert_len(const struct vrrp_conf *conf)
{
	return conf->family->header_len + message_len(conf, conf->naddr);
}

/*
 * With the checksum in the sum, so that both zeros of RFC 1071 pass (P-07).  In
 * IPv4 both readings of VRRPv3 are taken (P-08).
 */
static enum vrrp_drop
parse_checksum(struct vrrp_advert *adv, struct vrrp_packet *pkt,
    const struct vrrp_conf *conf, uint16_t sum)
{
	const struct vrrp_family *family = conf->family;
	uint16_t pseudo = pseudo_sum(family, pkt->src.octet, pkt->dst.octet,
	    pkt->len, VRRP_PROTOCOL);
	bool alone = family == &vrrp_ipv4;

	adv->sum = VRRP_SUM_MESSAGE;
	if (alone && sum16(0, pkt->msg, pkt->len) == 0xffff)
		return VRRP_DROP_NONE;
	adv->sum = VRRP_SUM_PSEUDO;
	if (conf->version == 3 &&
	    sum16(pseudo, pkt->msg, pkt->len) == 0xffff)
		return VRRP_DROP_NONE;
	pkt->got = sum;
	pkt->want = (uint16_t)~sum16((uint32_t)(uint16_t)~sum +
	    (alone ? 0 : pseudo), pkt->msg, pkt->len);
	return VRRP_DROP_CHECKSUM;
}

/*
 * The message to an advert: what can be judged without knowing a router's
 * state.  On failure pkt->got and pkt->want hold the value and what it should
 * have been.
 */
enum vrrp_drop
advert_parse(struct vrrp_advert *adv, struct vrrp_packet *pkt,
    const struct vrrp_conf *conf)
{
	struct reader r = { pkt->msg, pkt->len, false };
	uint8_t first = get8(&r);
	uint16_t sum;

	memset(adv, 0, sizeof(*adv));
	adv->src = pkt->src;
	pkt->got = (uint32_t)pkt->len;
	pkt->want = (uint32_t)message_len(conf, 1);
	if (r.bad)
		return VRRP_DROP_LENGTH;
	if (first >> 4 != conf->version) {
		pkt->got = first >> 4;
		pkt->want = conf->version;
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
	if (conf->version == 2) {
		adv->auth_type = get8(&r);
		adv->interval = get8(&r) * VRRP_SECOND;
	} else {
		/* The reserved bits are ignored, RFC 9568 5.2.6. */
		adv->interval = (get16(&r) & VRRP_INTERVAL_MAX_CS) *
		    VRRP_CENTISECOND;
	}
	sum = get16(&r);
	adv->addrs = take(&r, (size_t)adv->count * conf->family->addr_len);
	if (conf->version == 2)
		adv->auth = take(&r, VRRP_AUTH_LEN);
	/* Exact: CARP would pass for a resignation (F24, P-02, P-10). */
	if (r.bad || r.left > 0) {
		if (pkt->len >= VRRP_HEADER_LEN)
			pkt->want = (uint32_t)message_len(conf, adv->count);
		return VRRP_DROP_LENGTH;
	}
	return parse_checksum(adv, pkt, conf, sum);
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
lists(const struct vrrp_advert *adv, const struct vrrp_vip *vip, size_t len)
{
	size_t i;

	for (i = 0; i < adv->count; i++)
		if (memcmp(adv->addrs + i * len, vip->addr.octet, len) == 0)
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
		if (!lists(adv, &conf->vip[i], conf->family->addr_len))
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
 * Not of 0/8, 127/8, 224/4, nor 255.255.255.255: RFC 1122 3.2.1.3 has such
 * datagrams discarded, and we read before the kernel does it.  Hosts of Linux
 * may have what else is in 240/4.
 */
static bool
is_host(const uint8_t *addr)
{
	static const uint8_t broadcast[] = { 255, 255, 255, 255 };

	return addr[0] != 0 && addr[0] != 127 && (addr[0] & 0xf0) != 224 &&
	    memcmp(addr, broadcast, sizeof(broadcast)) != 0;
}

/* RFC 3768 7.1: a differing list is dropped unless its sender owns it. */
static enum vrrp_drop
check_addresses(struct vrrp_advert *adv, const struct vrrp_conf *conf)
{
	if (adv->count == 0)
		return VRRP_DROP_COUNT;
	if (conf->family == &vrrp_ipv6 && !vrrp_is_link_local(adv->addrs))
		return VRRP_DROP_FIRST;		/* R9568-7.1-h */
	if (same_addresses(adv, conf))
		return VRRP_DROP_NONE;
	if (conf->strict_addresses && conf->version == 2 &&
	    adv->priority != VRRP_PRIORITY_OWNER)
		return VRRP_DROP_ADDRESSES;
	adv->remarks |= 1u << VRRP_DROP_ADDRESSES;
	return VRRP_DROP_NONE;
}

/* v2 wants it equal (RFC 3768 7.1), v3 learns any but zero (R9568-7.1-i). */
static enum vrrp_drop
check_interval(struct vrrp_advert *adv, const struct vrrp_conf *conf)
{
	adv->got = (uint32_t)(adv->interval / VRRP_CENTISECOND);
	adv->want = (uint32_t)(conf->interval / VRRP_CENTISECOND);
	if (adv->interval == conf->interval)
		return VRRP_DROP_NONE;
	if (conf->version == 2 || adv->interval == 0)
		return VRRP_DROP_INTERVAL;
	adv->remarks |= 1u << VRRP_DROP_INTERVAL;
	return VRRP_DROP_NONE;
}

/*
 * The rungs of RFC 3768 7.1 and RFC 9568 7.1 that need the router, in their
 * order.  Sets adv->remarks for what is wrong but let through.
 */
enum vrrp_drop
advert_check(struct vrrp_advert *adv, const struct vrrp *vr)
{
	const struct vrrp_conf *conf = vr->conf;
	enum vrrp_drop drop;

	if (is_own_source(adv, vr))
		return VRRP_DROP_SOURCE;
	if (conf->family == &vrrp_ipv4 && !is_host(adv->src.octet))
		return VRRP_DROP_MARTIAN;	/* P-53 */
	if (conf->family == &vrrp_ipv6 && !vrrp_is_link_local(adv->src.octet))
		return VRRP_DROP_SCOPE;		/* P-04 */
	adv->got = adv->vrid;
	adv->want = conf->vrid;
	if (adv->vrid != conf->vrid)
		return VRRP_DROP_VRID;
	if (conf->owner)
		return VRRP_DROP_OWNER;
	if (conf->version == 2 &&
	    (drop = check_auth(adv, conf)) != VRRP_DROP_NONE)
		return drop;
	if ((drop = check_addresses(adv, conf)) != VRRP_DROP_NONE)
		return drop;
	return check_interval(adv, conf);
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
	const struct vrrp_family *family = conf->family;
	struct writer w = { buf, 0, size, false };
	/* Who yields must not teach others another interval than the winner. */
	usec_t interval = vr->state == VRRP_BACKUP ? vr->master_interval :
	    conf->interval;
	size_t msg, len = message_len(conf, conf->naddr);
	uint32_t seed = 0;
	unsigned i;

	put_envelope(&w, family, mac, &vr->source, len, id);
	msg = w.len;
	put8(&w, (uint8_t)(conf->version << 4 | VRRP_TYPE_ADVERT));
	put8(&w, conf->vrid);
	put8(&w, priority);
	put8(&w, (uint8_t)conf->naddr);
	if (conf->version == 2) {
		put8(&w, conf->auth_type);
		put8(&w, (uint8_t)(conf->interval / VRRP_SECOND));
	} else {
		put16(&w, (uint16_t)(interval / VRRP_CENTISECOND));
	}
	put16(&w, 0);
	for (i = 0; i < conf->naddr; i++)
		put(&w, conf->vip[i].addr.octet, family->addr_len);
	if (conf->version == 2)
		put(&w, conf->auth, VRRP_AUTH_LEN);
	else if (family == &vrrp_ipv6 || vr->pseudo_header)
		seed = pseudo_sum(family, vr->source.octet, family->group, len,
		    VRRP_PROTOCOL);
	fill_checksum(&w, msg + 6, seed, msg);
	return frame_end(&w);
}

/*
 * The virtual router's MAC, 00-00-5E-00-01-{VRID} for IPv4 (RFC 3768 7.3),
 * 00-00-5E-00-02-{VRID} for IPv6 (RFC 9568 7.3)
 */
void
vrrp_mac(uint8_t *mac, const struct vrrp_conf *conf)
{
	const uint8_t virtual[VRRP_MAC_LEN] = {
		0x00, 0x00, 0x5e, 0x00, conf->family->mac_family, conf->vrid
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
