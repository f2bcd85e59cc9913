/*
 * The packet socket of a virtual router on one interface.  Functions return 0,
 * or -1 with errno.
 */
#ifndef PORT_H
#define PORT_H

#include "vrrp.h"

#include <sys/types.h>

/* index ties it to the interface, not to its name. */
struct port {
	int fd;				/* packet socket; -1 = closed */
	int group_fd;			/* makes the kernel send IGMP reports */
	unsigned index;
};

int	port_open(struct port *, unsigned, const struct vrrp_conf *);
int	port_open_to_send(struct port *, unsigned);
void	port_close(struct port *);
ssize_t	port_recv(const struct port *, uint8_t *, size_t);
int	port_send(const struct port *, const uint8_t *, size_t);

#endif
