/*
 * The frames that tell neighbours and switches where an address is: gratuitous
 * ARP (RFC 3768 6.4.2, RFC 5227) and the unsolicited neighbour advertisement
 * (RFC 4861 7.2.6).  Pure.
 */
#include "vrrp.h"
#include "wire.h"

enum {
	ARP_ETHERNET = 1,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	IPV6_ICMP = 58,
	NA_LEN = 32,			/* with one target link-layer option */
	NA_TYPE = 136,
	NA_ROUTER = 0x80,
	NA_OVERRIDE = 0x20,
	NA_HOP_LIMIT = 255,
	OPT_TARGET_MAC = 2		/* RFC 4861 4.6.1 */
};

static const uint8_t all_nodes[16] = { 0xff, 2, [15] = 1 };
static const uint8_t all_nodes_mac[VRRP_MAC_LEN] = { 0x33, 0x33, 0, 0, 0, 1 };
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
	put8(w, IPV4_LEN);
	put16(w, operation);
	put(w, mac, VRRP_MAC_LEN);
	put(w, source->octet, IPV4_LEN);
	put(w, target_mac, VRRP_MAC_LEN);
	put(w, target->octet, IPV4_LEN);
}

/*
 * Gratuitous ARP for an IPv4 address at mac, as a request (RFC 3768 6.4.2; the
 * target hardware address is not known yet: zero) or as a reply, which nobody
 * answers (F37).  Returns the length of the frame, 0 = does not fit.
 */
size_t
arp_build(uint8_t *buf, size_t size, bool reply, const uint8_t *mac,
    const struct vrrp_addr *addr)
{
	static const uint8_t unknown[VRRP_MAC_LEN];
	struct writer w = { buf, 0, size, false };

	put_arp(&w, broadcast_mac, reply ? ARP_REPLY : ARP_REQUEST, mac, addr,
	    reply ? mac : unknown, addr);
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
	static const uint8_t unknown[VRRP_MAC_LEN];
	struct writer w = { buf, 0, size, false };

	put_arp(&w, broadcast_mac, ARP_REQUEST, mac, source, unknown, addr);
	return frame_end(&w);
}

/*
 * Unsolicited neighbour advertisement of an IPv6 address at mac, RFC 4861
 * 7.2.6: to all nodes, override set, router as the host forwards or not.
 * Returns the length of the frame, 0 = does not fit.
 */
size_t
na_build(uint8_t *buf, size_t size, bool router, const uint8_t *mac,
    const struct vrrp_addr *addr)
{
	struct writer w = { buf, 0, size, false };
	size_t msg;
	uint32_t seed;

	put_ethernet(&w, all_nodes_mac, mac, ETH_IPV6);
	put16(&w, 0x6000);
	put16(&w, 0);
	put16(&w, NA_LEN);
	put8(&w, IPV6_ICMP);
	put8(&w, NA_HOP_LIMIT);
	put(&w, addr->octet, sizeof(addr->octet));
	put(&w, all_nodes, sizeof(all_nodes));
	msg = w.len;
	put8(&w, NA_TYPE);
	put8(&w, 0);
	put16(&w, 0);
	put8(&w, NA_OVERRIDE | (router ? NA_ROUTER : 0));
	put_zeros(&w, 3);
	put(&w, addr->octet, sizeof(addr->octet));
	put8(&w, OPT_TARGET_MAC);
	put8(&w, 1);			/* eight octets */
	put(&w, mac, VRRP_MAC_LEN);
	/* The pseudo-header of RFC 8200 8.1 is not in the frame. */
	seed = sum16(NA_LEN + IPV6_ICMP, addr->octet, sizeof(addr->octet));
	seed = sum16(seed, all_nodes, sizeof(all_nodes));
	fill_checksum(&w, msg + 2, seed, msg);
	return frame_end(&w);
}
