/*
 * The envelope of an advert, in both families: Ethernet and IP headers, read
 * and written.  What differs between IPv4 and IPv6 is in the two tables and in
 * the four small functions beside them.  Pure.
 */
#include "vrrp.h"
#include "wire.h"

#include <sys/socket.h>

enum {
	ETH_GROUP = 0x01,		/* first octet of the destination */
	IPV4_FRAGMENT = 0x3fff,		/* more fragments, or an offset */
	IPV6_FRAGMENT = 44		/* next header */
};

const struct vrrp_family vrrp_ipv4 = {
	.ip_version = 4,
	.addr_len = 4,
	.header_len = 20,
	.ethertype = ETH_IPV4,
	.af = AF_INET,
	.group = { 224, 0, 0, 18 },
	.group_mac = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x12 },
	.mac_family = 1
};

const struct vrrp_family vrrp_ipv6 = {
	.ip_version = 6,
	.addr_len = 16,
	.header_len = 40,
	.ethertype = ETH_IPV6,
	.af = AF_INET6,
	.group = { 0xff, 0x02, [15] = 0x12 },
	.group_mac = { 0x33, 0x33, 0x00, 0x00, 0x00, 0x12 },
	.mac_family = 2
};

/* Of an IPv6 address: RFC 4291 2.5.6 */
bool
vrrp_is_link_local(const uint8_t *addr)
{
	return addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
}

/* Into one that is all zero. */
static void
get_addr(struct reader *r, struct vrrp_addr *addr, uint8_t len)
{
	const uint8_t *p = take(r, len);

	if (p)
		memcpy(addr->octet, p, len);
}

/*
 * The IP total length decides, not the frame's: short frames are padded (F26).
 * Options are skipped (P-06).
 */
static enum vrrp_drop
parse_ipv4(struct vrrp_packet *pkt, struct reader *r, uint8_t *protocol)
{
	const uint8_t *header = r->p;
	struct reader whole = *r;
	uint16_t total, fragment;
	size_t len = (size_t)(get8(r) & 0x0f) * 4;

	take(r, 1);
	total = get16(r);
	take(r, 2);
	fragment = get16(r);
	pkt->ttl = get8(r);
	*protocol = get8(r);
	take(r, 2);
	get_addr(r, &pkt->src, vrrp_ipv4.addr_len);
	get_addr(r, &pkt->dst, vrrp_ipv4.addr_len);
	if (r->bad || len < vrrp_ipv4.header_len || total < len ||
	    total > whole.left || sum16(0, header, len) != 0xffff)
		return VRRP_DROP_IP;
	take(&whole, len);
	pkt->msg = whole.p;
	pkt->len = total - len;
	return fragment & IPV4_FRAGMENT ? VRRP_DROP_FRAGMENT : VRRP_DROP_NONE;
}

/* Extension headers have no business in an advert: another protocol. */
static enum vrrp_drop
parse_ipv6(struct vrrp_packet *pkt, struct reader *r, uint8_t *protocol)
{
	take(r, 4);
	pkt->len = get16(r);
	*protocol = get8(r);
	pkt->ttl = get8(r);
	get_addr(r, &pkt->src, vrrp_ipv6.addr_len);
	get_addr(r, &pkt->dst, vrrp_ipv6.addr_len);
	pkt->msg = r->p;
	if (r->bad || pkt->len > r->left)
		return VRRP_DROP_IP;
	return *protocol == IPV6_FRAGMENT ? VRRP_DROP_FRAGMENT :
	    VRRP_DROP_NONE;
}

/* Where the VRRP message lies in an Ethernet frame of len octets. */
enum vrrp_drop
frame_parse(struct vrrp_packet *pkt, const struct vrrp_family *family,
    const uint8_t *frame, size_t len)
{
	struct reader r = { frame, len, false };
	enum vrrp_drop drop;
	uint8_t protocol;

	memset(pkt, 0, sizeof(*pkt));
	take(&r, VRRP_MAC_LEN);
	take(&r, VRRP_MAC_LEN);
	if (get16(&r) != family->ethertype || r.left == 0 ||
	    r.p[0] >> 4 != family->ip_version)
		return VRRP_DROP_IP;
	drop = family == &vrrp_ipv4 ? parse_ipv4(pkt, &r, &protocol) :
	    parse_ipv6(pkt, &r, &protocol);
	if (drop != VRRP_DROP_NONE)
		return drop;
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
	/* Nor to the group in a frame to this host alone. */
	if ((frame[0] & ETH_GROUP) == 0 ||
	    memcmp(pkt->dst.octet, family->group, family->addr_len) != 0)
		return VRRP_DROP_DESTINATION;
	return VRRP_DROP_NONE;
}

static void
put_ipv4(struct writer *w, const struct vrrp_addr *src, size_t len,
    uint16_t id)
{
	size_t at = w->len;

	put8(w, 0x45);
	put8(w, VRRP_TOS);
	put16(w, (uint16_t)(vrrp_ipv4.header_len + len));
	put16(w, id);
	put16(w, 0);
	put8(w, VRRP_TTL);
	put8(w, VRRP_PROTOCOL);
	put16(w, 0);
	put(w, src->octet, vrrp_ipv4.addr_len);
	put(w, vrrp_ipv4.group, vrrp_ipv4.addr_len);
	fill_checksum(w, at + 10, 0, at);
}

static void
put_ipv6(struct writer *w, const struct vrrp_addr *src, size_t len)
{
	put16(w, 0x6000 | VRRP_TOS << 4);	/* version, traffic class */
	put16(w, 0);
	put16(w, (uint16_t)len);
	put8(w, VRRP_PROTOCOL);
	put8(w, VRRP_TTL);
	put(w, src->octet, vrrp_ipv6.addr_len);
	put(w, vrrp_ipv6.group, vrrp_ipv6.addr_len);
}

/* Everything before a message of len octets, from src to the group. */
void
put_envelope(struct writer *w, const struct vrrp_family *family,
    const uint8_t *mac, const struct vrrp_addr *src, size_t len, uint16_t id)
{
	put_ethernet(w, family->group_mac, mac, family->ethertype);
	if (family == &vrrp_ipv4)
		put_ipv4(w, src, len, id);
	else
		put_ipv6(w, src, len);
}

/*
 * The sum over the pseudo-header of RFC 8200 8.1; for IPv4 the same with its
 * shorter addresses, which is how RFC 5798 is read.
 */
uint16_t
pseudo_sum(const struct vrrp_family *family, const uint8_t *src,
    const uint8_t *dst, size_t len, uint8_t protocol)
{
	uint32_t sum = (uint32_t)len + protocol;

	sum = sum16(sum, src, family->addr_len);
	return sum16(sum, dst, family->addr_len);
}
