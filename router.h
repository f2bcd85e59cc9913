/*
 * One virtual router: the pure state machine, the ground that it stands on, and
 * its guard.  The way of an advert in, and of the actions out.
 */
#ifndef ROUTER_H
#define ROUTER_H

#include "ground.h"
#include "guard.h"
#include "notify.h"

enum {
	/*
	 * Frames taken in one turn.  More than a socket's default queue holds,
	 * so that after a stall all that waited is read before the timer is
	 * judged; bounded, so that a flood does not starve it.
	 */
	ROUTER_DRAIN_MAX = 512
};

struct router {
	struct conf *conf;		/* read-only once the loop runs */
	struct vrrp vr;
	struct ground ground;
	struct guard guard;
	struct notify notify;
	struct respond claims;		/* who else has our addresses ... */
	struct duplicate duplicate;	/* ... and what we think of it */
	bool fault;			/* tell the state machine next turn */
	usec_t ask_deadline;		/* when to ask who has the addresses */
};

void	router_step(struct router *, enum vrrp_event_type,
	    const struct vrrp_advert *, usec_t);
void	router_reconcile(struct router *, usec_t);
void	router_receive(struct router *, usec_t);
void	router_answer(struct router *, usec_t);
void	router_hear(struct router *, usec_t);
void	router_ask(struct router *, usec_t);
void	router_tell_guard(struct router *, usec_t);

#endif
