/*
 * The states of a virtual router: its timers, and how a state is entered.  What
 * makes it change is in fsm.c.  Pure.
 */
#include "state.h"

#include <string.h>

/*
 * Skew_Time in microseconds, floored once at the end (P-21): a fraction of a
 * second in version 2 (RFC 3768 6.1), of the interval that the Master uses in
 * version 3 (RFC 9568 6.1).
 */
usec_t
vrrp_skew_time(const struct vrrp *vr)
{
	usec_t unit = vr->conf->version == 2 ? VRRP_SECOND :
	    vr->master_interval;

	return (256 - vr->conf->priority) * unit / 256;
}

/* Master_Down_Interval, RFC 3768 6.1 and RFC 9568 6.1, in microseconds */
usec_t
vrrp_master_down_interval(const struct vrrp *vr)
{
	return vr->conf->down_adverts * vr->master_interval +
	    vrrp_skew_time(vr);
}

/* When vrrp_step() wants VRRP_EV_TIMER; VRRP_NEVER = not at all. */
usec_t
vrrp_deadline(const struct vrrp *vr)
{
	return state_sooner(vr->deadline, vr->announce_deadline);
}

const char *
vrrp_state_name(enum vrrp_state state)
{
	switch (state) {
	case VRRP_BACKUP:
		return "backup";
	case VRRP_MASTER:
		return "master";
	case VRRP_INITIALIZE:
		break;
	}
	return "initialize";
}

void
vrrp_init(struct vrrp *vr, const struct vrrp_conf *conf, usec_t now)
{
	memset(vr, 0, sizeof(*vr));
	vr->conf = conf;
	vr->state = VRRP_INITIALIZE;
	vr->why = VRRP_WHY_START;
	vr->deadline = VRRP_NEVER;
	vr->master_interval = conf->interval;
	vr->pseudo_header = conf->checksum == VRRP_SUM_PSEUDO;
	vr->announce_deadline = VRRP_NEVER;
	vr->preempt_deadline = VRRP_NEVER;
	vr->heard_at = VRRP_NEVER;
	vr->since = now;
}

/* Master_Down_Timer; a start delay or a fault makes it longer. */
void
state_arm_down(struct vrrp *vr, usec_t now, usec_t interval)
{
	vr->deadline = state_later(now + interval, vr->hold_until);
}

/* The first round goes out with this step, the others follow spaced (F34). */
void
state_arm_announce(struct vrrp *vr, usec_t now)
{
	vr->announce_left = VRRP_ANNOUNCE_ROUNDS - 1;
	vr->announce_deadline = now + VRRP_ANNOUNCE_GAP;
}

void
state_arm_advert(struct vrrp *vr, usec_t now)
{
	vr->sent_at = now;
	vr->deadline = now + vr->conf->interval;
}

static void
enter(struct vrrp *vr, enum vrrp_state state, enum vrrp_why why, usec_t now)
{
	vr->state = state;
	vr->why = why;
	vr->since = now;
	vr->deadline = VRRP_NEVER;
	vr->announce_deadline = VRRP_NEVER;
	vr->preempt_deadline = VRRP_NEVER;
	vr->announce_left = 0;
	vr->quiet = false;
	vr->resigned = false;
}

unsigned
state_to_initialize(struct vrrp *vr, enum vrrp_why why, usec_t now)
{
	enter(vr, VRRP_INITIALIZE, why, now);
	return VRRP_ACT_NOTIFY;
}

unsigned
state_to_backup(struct vrrp *vr, enum vrrp_why why, usec_t now)
{
	enter(vr, VRRP_BACKUP, why, now);
	state_arm_down(vr, now, vrrp_master_down_interval(vr));
	return VRRP_ACT_NOTIFY;
}

unsigned
state_to_master(struct vrrp *vr, enum vrrp_why why, usec_t now)
{
	enter(vr, VRRP_MASTER, why, now);
	vr->master_interval = vr->conf->interval;	/* P-45 */
	state_arm_advert(vr, now);
	state_arm_announce(vr, now);
	vr->replies_left = VRRP_REPLIES;
	vr->doubts_left = VRRP_DOUBTS;
	return VRRP_ACT_ADVERT | VRRP_ACT_ACQUIRE | VRRP_ACT_ANNOUNCE |
	    VRRP_ACT_NOTIFY;
}
