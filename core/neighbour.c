/*
 * The frames that tell neighbours and switches where an address is: gratuitous
 * ARP (RFC 3768 6.4.2, RFC 5227) and the unsolicited neighbour advertisement
 * (RFC 4861 7.2.6); the answers to those who ask; and who else says that an
 * address is his.  Pure.
 */
#include "vrrp.h"
#include "wire.h"

enum {
	ARP_ETHERNET = 1,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	IPV6_ICMP = 58,
	NA_LEN = 32,			/* with one target link-layer option */
	NS_TYPE = 135,
	NS_LEN = 24,			/* header and target, as in an NA */
	NA_TYPE = 136,
	NA_ROUTER = 0x80,
	NA_SOLICITED = 0x40,
	NA_OVERRIDE = 0x20,
	NA_HOP_LIMIT = 255,
	OPT_TARGET_MAC = 2		/* RFC 4861 4.6.1 */
};

static const struct vrrp_addr nobody;
static const uint8_t all_nodes[16] = { 0xff, 2, [15] = 1 };
static const uint8_t all_nodes_mac[VRRP_MAC_LEN] = { 0x33, 0x33, 0, 0, 0, 1 };
static const uint8_t unknown[VRRP_MAC_LEN];
static const uint8_t broadcast_mac[VRRP_MAC_LEN] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff
};

static void
put_arp(struct writer *w, const uint8_t *to, uint16_t operation,
    const uint8_t *mac, const struct vrrp_addr *source,
    const uint8_t *target_mac, const struct vrrp_addr *target)
{
	put_ethernet(w, to, mac, ETH_ARP);
	put16(w, ARP_ETHERNET);
	put16(w, ETH_IPV4);
	put8(w, VRRP_MAC_LEN);
	put8(w, vrrp_ipv4.addr_len);
	put16(w, operation);
	put(w, mac, VRRP_MAC_LEN);
	put(w, source->octet, vrrp_ipv4.addr_len);
	put(w, target_mac, VRRP_MAC_LEN);
	put(w, target->octet, vrrp_ipv4.addr_len);
}

/*
 * Gratuitous ARP for an IPv4 address at mac, as a request or as a reply, which
 * nobody answers (F37).  In the request of VRRPv2 the target hardware address
 * is unknown (zero), in that of version 3 it is mac too (RFC 9568 6.4.2).
 * Returns the length of the frame, 0 = does not fit.
 */
size_t
arp_build(uint8_t *buf, size_t size, bool reply, const uint8_t *mac,
    const struct vrrp_addr *addr, unsigned version)
{
	struct writer w = { buf, 0, size, false };

	put_arp(&w, broadcast_mac, reply ? ARP_REPLY : ARP_REQUEST, mac, addr,
	    reply || version == 3 ? mac : unknown, addr);
	return frame_end(&w);
}

/*
 * An ordinary ARP request: who has addr, tell source at mac.  Returns the
 * length of the frame, 0 = does not fit.
 */
size_t
arp_ask_build(uint8_t *buf, size_t size, const uint8_t *mac,
    const struct vrrp_addr *source, const struct vrrp_addr *addr)
{
	struct writer w = { buf, 0, size, false };

	put_arp(&w, broadcast_mac, ARP_REQUEST, mac, source, unknown, addr);
	return frame_end(&w);
}

/* The headers of a message of len octets, which begins at what is returned. */
static size_t
put_icmp(struct writer *w, const uint8_t *mac, const struct vrrp_addr *from,
    const uint8_t *to_mac, const uint8_t *to, uint16_t len)
{
	put_ethernet(w, to_mac, mac, ETH_IPV6);
	put16(w, 0x6000);
	put16(w, 0);
	put16(w, len);
	put8(w, IPV6_ICMP);
	put8(w, NA_HOP_LIMIT);
	put(w, from->octet, vrrp_ipv6.addr_len);
	put(w, to, vrrp_ipv6.addr_len);
	return w->len;
}

/* A neighbour advertisement, from the address itself (P-39). */
static size_t
put_na(struct writer *w, uint8_t flags, const uint8_t *mac,
    const struct vrrp_addr *addr, const uint8_t *to_mac, const uint8_t *to)
{
	size_t msg = put_icmp(w, mac, addr, to_mac, to, NA_LEN);

	put8(w, NA_TYPE);
	put8(w, 0);
	put16(w, 0);
	put8(w, flags);
	put_zeros(w, 3);
	put(w, addr->octet, vrrp_ipv6.addr_len);
	put8(w, OPT_TARGET_MAC);
	put8(w, 1);			/* eight octets */
	put(w, mac, VRRP_MAC_LEN);
	fill_checksum(w, msg + 2, pseudo_sum(&vrrp_ipv6, addr->octet, to,
	    NA_LEN, IPV6_ICMP), msg);
	return frame_end(w);
}

/*
 * Unsolicited neighbour advertisement of an IPv6 address at mac, RFC 4861
 * 7.2.6: to all nodes, override set, router or not.  Returns the length of the
 * frame, 0 = does not fit.
 */
size_t
na_build(uint8_t *buf, size_t size, bool router, const uint8_t *mac,
    const struct vrrp_addr *addr)
{
	struct writer w = { buf, 0, size, false };

	return put_na(&w, NA_OVERRIDE | (router ? NA_ROUTER : 0), mac, addr,
	    all_nodes_mac, all_nodes);
}

/*
 * Who has addr?  Asked from no address, so that nobody learns one (RFC 5227
 * 2.1.1, RFC 4862 5.4.2).  Returns the length of the frame, 0 = does not fit.
 */
size_t
probe_build(uint8_t *buf, size_t size, const struct vrrp_family *family,
    const uint8_t *mac, const struct vrrp_addr *addr)
{
	uint8_t to[16] = { 0xff, 2, [11] = 1, [12] = 0xff };
	uint8_t to_mac[VRRP_MAC_LEN] = { 0x33, 0x33, 0xff };
	struct writer w = { buf, 0, size, false };
	size_t msg;

	if (family == &vrrp_ipv4)
		return arp_ask_build(buf, size, mac, &nobody, addr);
	memcpy(to + 13, addr->octet + 13, 3);
	memcpy(to_mac + 3, addr->octet + 13, 3);
	msg = put_icmp(&w, mac, &nobody, to_mac, to, NS_LEN);
	put8(&w, NS_TYPE);
	put_zeros(&w, 7);
	put(&w, addr->octet, vrrp_ipv6.addr_len);
	fill_checksum(&w, msg + 2, pseudo_sum(&vrrp_ipv6, nobody.octet, to,
	    NS_LEN, IPV6_ICMP), msg);
	return frame_end(&w);
}

struct arp {
	uint16_t operation;
	const uint8_t *mac;		/* the sender's */
	const uint8_t *sender;
	const uint8_t *target;
};

/* RFC 826: of IPv4 on Ethernet */
static bool
parse_arp(struct arp *arp, struct reader *r)
{
	uint16_t hardware = get16(r), protocol = get16(r);
	uint8_t hardware_len = get8(r), protocol_len = get8(r);

	arp->operation = get16(r);
	arp->mac = take(r, VRRP_MAC_LEN);
	arp->sender = take(r, vrrp_ipv4.addr_len);
	take(r, VRRP_MAC_LEN);
	arp->target = take(r, vrrp_ipv4.addr_len);
	return !r->bad && hardware == ARP_ETHERNET && protocol == ETH_IPV4 &&
	    hardware_len == VRRP_MAC_LEN &&
	    protocol_len == vrrp_ipv4.addr_len;
}

/* The frame's sender in mac; its type, 0 if it has none. */
static uint16_t
parse_ethernet(struct reader *r, const uint8_t **mac)
{
	take(r, VRRP_MAC_LEN);
	*mac = take(r, VRRP_MAC_LEN);
	return get16(r);
}

static bool
parse_arp_request(struct vrrp_question *q, struct reader *r)
{
	struct arp arp;

	if (!parse_arp(&arp, r) || arp.operation != ARP_REQUEST)
		return false;
	memcpy(q->mac, arp.mac, VRRP_MAC_LEN);
	memcpy(q->asker.octet, arp.sender, vrrp_ipv4.addr_len);
	memcpy(q->target.octet, arp.target, vrrp_ipv4.addr_len);
	/* Gratuitous: it tells and does not ask (F37). */
	return memcmp(&q->asker, &q->target, sizeof(q->asker)) != 0;
}

/*
 * RFC 4861 7.1.1, 7.1.2: a solicitation or an advertisement.  Options are left
 * in r.
 */
static bool
parse_discovery(const uint8_t **src, const uint8_t **target, struct reader *r,
    uint8_t type)
{
	const uint8_t *dst, *msg;
	uint16_t len;
	uint8_t version, next, hop_limit;

	version = get8(r) >> 4;
	take(r, 3);
	len = get16(r);
	next = get8(r);
	hop_limit = get8(r);
	*src = take(r, vrrp_ipv6.addr_len);
	dst = take(r, vrrp_ipv6.addr_len);
	msg = r->p;
	if (r->bad || version != 6 || len < NS_LEN || len > r->left ||
	    next != IPV6_ICMP ||
	    hop_limit != NA_HOP_LIMIT || msg[0] != type || msg[1] != 0 ||
	    sum16(pseudo_sum(&vrrp_ipv6, *src, dst, len, IPV6_ICMP), msg,
	    len) != 0xffff)
		return false;
	r->left = len;
	take(r, 8);
	*target = take(r, vrrp_ipv6.addr_len);
	return true;
}

/* Without options: the answer goes to the frame's sender. */
static bool
parse_solicitation(struct vrrp_question *q, struct reader *r)
{
	const uint8_t *src, *target;

	if (!parse_discovery(&src, &target, r, NS_TYPE))
		return false;
	memcpy(q->asker.octet, src, vrrp_ipv6.addr_len);
	memcpy(q->target.octet, target, vrrp_ipv6.addr_len);
	return true;
}

/* Whether a frame asks who has an address, and if so what and who. */
bool
question_parse(struct vrrp_question *q, const struct vrrp_family *family,
    const uint8_t *frame, size_t len)
{
	struct reader r = { frame, len, false };
	const uint8_t *mac;
	uint16_t type = parse_ethernet(&r, &mac);

	memset(q, 0, sizeof(*q));
	if (r.bad)
		return false;
	memcpy(q->mac, mac, VRRP_MAC_LEN);
	if (family == &vrrp_ipv4)
		return type == ETH_ARP && parse_arp_request(q, &r);
	return type == ETH_IPV6 && parse_solicitation(q, &r);
}

/*
 * The answer that RFC 3768 8.2 and RFC 9568 8.2.2 want: the virtual MAC, and in
 * IPv6 the Router flag, router or not.  Who asks from no address (duplicate
 * detection) is told with everybody else.  Returns the length of the frame,
 * 0 = does not fit.
 */
size_t
answer_build(uint8_t *buf, size_t size, const struct vrrp_family *family,
    bool router, const struct vrrp_question *q, const uint8_t *mac)
{
	const uint8_t flags = NA_OVERRIDE | (router ? NA_ROUTER : 0);
	struct writer w = { buf, 0, size, false };

	if (family == &vrrp_ipv4) {
		put_arp(&w, q->mac, ARP_REPLY, mac, &q->target, q->mac,
		    &q->asker);
		return frame_end(&w);
	}
	if (memcmp(&q->asker, &nobody, sizeof(nobody)) == 0)
		return na_build(buf, size, router, mac, &q->target);
	return put_na(&w, flags | NA_SOLICITED, mac, &q->target, q->mac,
	    q->asker.octet);
}

/* Whoever hears any ARP takes the sender's two addresses for a pair. */
static bool
parse_arp_claim(struct vrrp_claim *claim, struct reader *r)
{
	struct arp arp;

	if (!parse_arp(&arp, r))
		return false;
	memcpy(claim->addr.octet, arp.sender, vrrp_ipv4.addr_len);
	memcpy(claim->mac, arp.mac, VRRP_MAC_LEN);
	return true;
}

/* Without the option that names the MAC it is where the frame came from. */
static bool
parse_advertisement(struct vrrp_claim *claim, const uint8_t *mac,
    struct reader *r)
{
	const uint8_t *src, *target, *option;
	uint8_t type, units;

	if (!parse_discovery(&src, &target, r, NA_TYPE))
		return false;
	type = get8(r);
	units = get8(r);
	option = take(r, VRRP_MAC_LEN);
	if (!r->bad && type == OPT_TARGET_MAC && units == 1)
		mac = option;
	memcpy(claim->addr.octet, target, vrrp_ipv6.addr_len);
	memcpy(claim->mac, mac, VRRP_MAC_LEN);
	return true;
}

/* Whether a frame says where an address is, and if so which and where. */
bool
claim_parse(struct vrrp_claim *claim, const struct vrrp_family *family,
    const uint8_t *frame, size_t len)
{
	struct reader r = { frame, len, false };
	const uint8_t *mac;
	uint16_t type = parse_ethernet(&r, &mac);

	memset(claim, 0, sizeof(*claim));
	if (family == &vrrp_ipv4)
		return type == ETH_ARP && parse_arp_claim(claim, &r);
	return type == ETH_IPV6 && parse_advertisement(claim, mac, &r);
}
