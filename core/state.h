/*
 * The timers of a virtual router, and how its states are entered; for fsm.c.
 */
#ifndef STATE_H
#define STATE_H

#include "vrrp.h"

static inline usec_t
state_later(usec_t a, usec_t b)
{
	return a > b ? a : b;
}

static inline usec_t
state_sooner(usec_t a, usec_t b)
{
	return a < b ? a : b;
}

/* Each at the time now, in microseconds. */
void		state_arm_down(struct vrrp *, usec_t now, usec_t interval);
void		state_arm_announce(struct vrrp *, usec_t now);
void		state_arm_advert(struct vrrp *, usec_t now);

/* They return the VRRP_ACT_* that belong to it. */
unsigned	state_to_initialize(struct vrrp *, enum vrrp_why, usec_t now);
unsigned	state_to_backup(struct vrrp *, enum vrrp_why, usec_t now);
unsigned	state_to_master(struct vrrp *, enum vrrp_why, usec_t now);

#endif
