/*
 * One interface: what it is now, its packet socket, its MAC.  Functions return
 * 0, or -1 with errno.
 */
#ifndef LINK_H
#define LINK_H

#include "libnetlink.h"
#include "vrrp.h"

#include <sys/types.h>

/* The kernel's view at one moment. */
struct link_state {
	bool present;			/* an interface of that name exists */
	bool ethernet;
	bool up;			/* by the administrator */
	bool carrier;
	bool router6;			/* forwards IPv6: R flag of its NAs */
	bool has_permanent;
	unsigned index;
	unsigned mtu;
	uint32_t flaps;			/* changes of the carrier, ever */
	uint8_t mac[VRRP_MAC_LEN];
	uint8_t permanent[VRRP_MAC_LEN];	/* burnt in, if has_permanent */
};

/* The sockets on it; index ties them to the interface, not to its name. */
struct link {
	int fd;				/* packet socket; -1 = closed */
	int group_fd;			/* makes the kernel send IGMP reports */
	unsigned index;
};

int	link_get(struct nl *, const char *, struct link_state *);

int	link_open(struct link *, unsigned, const struct vrrp_conf *);
void	link_close(struct link *);
ssize_t	link_recv(const struct link *, uint8_t *, size_t);
int	link_send(const struct link *, const uint8_t *, size_t);

int	link_swap_mac(unsigned, const uint8_t *, const uint8_t *);
int	link_restore_mac(unsigned, const uint8_t *, const uint8_t *);

#endif
