/*
 * One interface: what it is now, and the events about it.  Functions return 0,
 * or -1 with errno.
 */
#ifndef LINK_H
#define LINK_H

#include "libnetlink.h"
#include "vrrp.h"

enum {
	LINK_ALIAS_LEN = 64		/* longer ones are not looked at */
};

/* The kernel's view at one moment. */
struct link_state {
	bool present;			/* the interface exists */
	bool ethernet;
	bool up;			/* by the administrator */
	bool carrier;
	bool router4;			/* forwards IPv4 */
	bool router6;			/* forwards IPv6: R flag of its NAs */
	bool has_permanent;
	unsigned index;
	char name[VRRP_IFNAME_LEN];
	int arp_ignore;			/* sysctls of this device alone */
	int arp_announce;
	char alias[LINK_ALIAS_LEN];	/* as an administrator, or we, set it */
	unsigned mtu;
	uint32_t flaps;			/* changes of the carrier, ever */
	uint8_t mac[VRRP_MAC_LEN];
	uint8_t permanent[VRRP_MAC_LEN];	/* burnt in, if has_permanent */
};

int	link_get(struct nl *, const char *, struct link_state *);
int	link_get_index(struct nl *, unsigned, struct link_state *);
int	link_find(struct nl *, const char *, struct link_state *);

int	link_watch(const struct nl *, const struct vrrp_conf *, unsigned,
	    unsigned);

#endif
