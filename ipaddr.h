/*
 * The addresses of the interface: which are its own, which of the virtual ones
 * are there, and putting those on and off.  Functions return 0, or -1 with
 * errno; already there and already gone are success.
 */
#ifndef IPADDR_H
#define IPADDR_H

#include "libnetlink.h"
#include "vrrp.h"

enum {
	IPADDR_OWN_MAX = 64		/* more than these are not looked at */
};

enum ipaddr_presence {
	IPADDR_ABSENT,
	IPADDR_REAL,			/* somebody else put it there */
	IPADDR_OURS			/* carries our mark */
};

/*
 * How long the virtual addresses stay when nobody renews them.  The route to
 * an IPv6 prefix, which the device's own addresses share, would end with the
 * lease: the virtual one brings none, unless the device is for them alone.
 */
struct ipaddr_lease {
	uint32_t seconds;		/* or IPADDR_FOREVER */
	bool alone;
};

#define IPADDR_FOREVER	0xffffffffu

/* What is on the interface at one moment. */
struct ipaddr_table {
	unsigned n4;
	unsigned n6;
	unsigned others;	/* virtual ones of other routers */
	uint8_t presence[VRRP_ADDR_MAX];	/* enum ipaddr_presence */
	uint8_t plen[VRRP_ADDR_MAX];		/* of those that are OURS */
	struct vrrp_addr own4[IPADDR_OWN_MAX];	/* in the kernel's order */
	struct vrrp_addr own6[IPADDR_OWN_MAX];	/* link-local ones first */
};

int	ipaddr_scan(struct nl *, unsigned, unsigned, const struct vrrp_conf *,
	    struct ipaddr_table *);
int	ipaddr_add(struct nl *, unsigned, const struct vrrp_conf *,
	    const struct ipaddr_lease *);
int	ipaddr_renew(struct nl *, unsigned, const struct vrrp_conf *,
	    const struct ipaddr_lease *);
int	ipaddr_del(struct nl *, unsigned, const struct vrrp_conf *,
	    const struct ipaddr_table *, bool);
int	ipaddr_block(struct nl *, const struct vrrp_conf *);
int	ipaddr_unblock(struct nl *, const struct vrrp_conf *);
bool	ipaddr_complete(const struct ipaddr_table *, const struct vrrp_conf *);
bool	ipaddr_left(const struct ipaddr_table *, const struct vrrp_conf *);

#endif
