/*
 * Hears ARP, or neighbour discovery, about the virtual addresses.  One packet
 * socket for who else claims them, and one for who asks for them while the
 * kernel does not know them (--no-accept).  Functions return 0, or -1 with
 * errno.
 */
#ifndef RESPOND_H
#define RESPOND_H

#include "vrrp.h"

#include <sys/types.h>

struct respond {
	int fd;				/* packet socket; -1 = closed */
	int group_fd;			/* in the solicited-node groups */
};

int	respond_open_claims(struct respond *, unsigned,
	    const struct vrrp_conf *);
int	respond_open(struct respond *, unsigned, const struct vrrp_conf *);
void	respond_close(struct respond *);
ssize_t	respond_recv(const struct respond *, uint8_t *, size_t);
int	respond_send(const struct respond *, const uint8_t *, size_t);

#endif
