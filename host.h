/*
 * The host: looks at it and puts right what core/reconcile.c finds wrong.
 * Calls neither the state machine nor the guard: what these must hear is
 * returned.
 */
#ifndef HOST_H
#define HOST_H

#include "ground.h"

/* What is left to the caller after host_mend() or host_use(). */
enum host_news {
	HOST_FAULT = 1 << 0,		/* what we hold could not be set */
	HOST_TUNE = 1 << 1		/* the guard must set IPv6 sysctls */
};

void	host_set_own_mac(struct ground *, const uint8_t *);
const char *host_mac_text(char *, const uint8_t *);

int	host_look(struct ground *, struct vrrp *, usec_t);
void	host_compare(struct ground *, const struct vrrp *,
	    struct reconcile_plan *, usec_t);
void	host_close(struct ground *);
void	host_move(struct ground *);
unsigned host_mend(struct ground *, const struct vrrp *,
	    const struct reconcile_plan *, usec_t);
int	host_use(struct ground *, unsigned *, usec_t);
void	host_events(struct ground *);

enum {
	HOST_DRAIN_MAX = 512,		/* events taken in one turn */
	HOST_MAC_TEXT_LEN = 18
};

#endif
