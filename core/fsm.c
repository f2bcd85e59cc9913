/*
 * The state machine of RFC 2338 section 6.4 (RFC 3768 6.4 is the same) and RFC
 * 9568 6.4: given a router, an event and the time, the new state and the set
 * of actions.  Version 3 differs in one thing: the interval is learned.
 *
 * One switch per state, in the order of the RFC, so that both can be read side
 * by side.  Pure: no I/O, no clock, no allocation, no logging.  Where we do
 * more than the RFC says, a comment tells why; vrrpd.8 lists it in STANDARDS.
 */
#include "vrrp.h"

#include "state.h"

#include <string.h>

/* Unsigned and in network byte order, as RFC 9568 6.4.3 spells it out. */
static int
addr_cmp(const struct vrrp_addr *a, const struct vrrp_addr *b)
{
	return memcmp(a->octet, b->octet, sizeof(a->octet));
}

/* Master no more, by our own will: say so before anything else (C08). */
static unsigned
resign(unsigned actions)
{
	return VRRP_ACT_RESIGN | VRRP_ACT_RELEASE | actions;
}

/* RFC 9568 6.4.2: Active_Adver_Interval.  In version 2 all are equal. */
static void
learn_interval(struct vrrp *vr, const struct vrrp_advert *adv)
{
	vr->master_interval = state_later(adv->interval,
	    vr->conf->min_interval);
}

/* RFC 3768 6.4.1, RFC 9568 6.4.1 */
static unsigned
step_initialize(struct vrrp *vr, const struct vrrp_event *ev, usec_t now)
{
	if (ev->type != VRRP_EV_LINK_UP)
		return 0;
	vr->master_interval = vr->conf->interval;	/* P-45 */
	/* Each time: the port of a switch that comes up again is blocked. */
	vr->hold_until = state_later(vr->hold_until,
	    now + vr->conf->start_delay);
	if (!vr->conf->owner)
		return state_to_backup(vr, VRRP_WHY_START, now);
	if (now >= vr->hold_until)
		return state_to_master(vr, VRRP_WHY_OWNER, now);
	/* An owner that is held back listens, and takes over when it may. */
	state_to_backup(vr, VRRP_WHY_START, now);
	vr->deadline = vr->hold_until;
	return VRRP_ACT_NOTIFY;
}

/*
 * RFC 3768 6.4.2, last branch: an advert that is worse than ours.  The timer
 * runs on, so we take over when it ends, and were it late; a preempt delay
 * (F23) moves that end, for as long as the other one keeps talking (P-29).
 */
static unsigned
backup_hears_lower(struct vrrp *vr, const struct vrrp_advert *adv,
    usec_t now)
{
	usec_t delay = vr->conf->preempt_delay;

	if (vr->preempt_deadline == VRRP_NEVER)
		vr->preempt_deadline = delay == 0 ? vr->deadline :
		    state_later(vr->deadline, now + delay);
	/* A delay is running: until then it counts as a Master (P-29). */
	if (vr->deadline < vr->preempt_deadline) {
		learn_interval(vr, adv);
		state_arm_down(vr, now, vrrp_master_down_interval(vr));
		vr->deadline = state_sooner(vr->deadline, vr->preempt_deadline);
	}
	vr->resigned = false;
	return 0;
}

static unsigned
backup_hears(struct vrrp *vr, const struct vrrp_advert *adv, usec_t now)
{
	const struct vrrp_conf *conf = vr->conf;

	if (adv->priority == VRRP_PRIORITY_STOP) {
		vr->resigned = true;
		vr->preempt_deadline = VRRP_NEVER;
		/* "Set", not "shorten": it can also become longer (P-26). */
		state_arm_down(vr, now, vrrp_skew_time(vr));
		return 0;
	}
	if (conf->preempt && adv->priority < conf->priority)
		return backup_hears_lower(vr, adv, now);
	vr->resigned = false;
	vr->preempt_deadline = VRRP_NEVER;
	learn_interval(vr, adv);
	state_arm_down(vr, now, vrrp_master_down_interval(vr));
	return 0;
}

static unsigned
backup_timer(struct vrrp *vr, usec_t now)
{
	enum vrrp_why why = VRRP_WHY_SILENCE;

	if (now < vr->deadline)
		return 0;
	if (vr->conf->owner)
		why = VRRP_WHY_OWNER;
	else if (vr->resigned)
		why = VRRP_WHY_RESIGNED;
	else if (now >= vr->preempt_deadline)
		why = VRRP_WHY_PREEMPT;
	return state_to_master(vr, why, now);
}

static unsigned
step_backup(struct vrrp *vr, const struct vrrp_event *ev, usec_t now)
{
	switch (ev->type) {
	case VRRP_EV_SHUTDOWN:
		return state_to_initialize(vr, VRRP_WHY_SHUTDOWN, now);
	case VRRP_EV_LINK_DOWN:
	case VRRP_EV_CARRIER_LOST:
		return state_to_initialize(vr, VRRP_WHY_LINK, now);
	case VRRP_EV_TIMER:
		return backup_timer(vr, now);
	case VRRP_EV_ADVERT:
		return backup_hears(vr, ev->advert, now);
	case VRRP_EV_TAKE:
		vr->hold_until = now;
		return state_to_master(vr, VRRP_WHY_OPERATOR, now);
	case VRRP_EV_LINK_UP:
	case VRRP_EV_FAULT:
	case VRRP_EV_YIELD:
	case VRRP_EV_ANNOUNCE:
	case VRRP_EV_DOUBT:
		break;
	}
	return 0;
}

/*
 * Answer an advert with one of ours.  Not more than VRRP_REPLIES between two
 * regular ones, and not two in the same instant: two confused routers must not
 * storm (C01), and a queue read after a stall gets one answer (F04).
 * Adver_Timer starts anew, so that the rate stays what it was (P-19).
 */
static unsigned
master_replies(struct vrrp *vr, usec_t now)
{
	if (vr->quiet || vr->replies_left == 0 || vr->sent_at == now)
		return 0;
	vr->replies_left--;
	state_arm_advert(vr, now);
	return VRRP_ACT_ADVERT;
}

/*
 * Others may have misled the neighbours, and can do so often, while a round can
 * have hundreds of frames: between two rounds by timer VRRP_DOUBTS are answered
 * at once, each by a burst; the rounds of the last burst answer the others.
 */
static unsigned
master_doubts(struct vrrp *vr, usec_t now)
{
	if (vr->quiet || vr->doubts_left == 0)
		return 0;
	vr->doubts_left--;
	state_arm_announce(vr, now);
	return VRRP_ACT_ANNOUNCE;
}

static bool
outranks(const struct vrrp_advert *adv, const struct vrrp *vr)
{
	if (adv->priority != vr->conf->priority)
		return adv->priority > vr->conf->priority;
	return addr_cmp(&adv->src, &vr->source) > 0;
}

/*
 * RFC 3768 6.4.3.  Two additions, since a healed partition leaves neighbours
 * and switches with the wrong entry for hours (F01, F38): a Master that yields
 * sends one last advert, from its own MAC, so that the winner hears of the
 * rival; a Master that hears a losing rival answers, as RFC 9568 6.4.3 has it,
 * and announces again.
 */
static unsigned
master_hears(struct vrrp *vr, const struct vrrp_advert *adv, usec_t now)
{
	if (adv->priority == VRRP_PRIORITY_STOP)
		return master_replies(vr, now);
	if (outranks(adv, vr)) {
		learn_interval(vr, adv);
		return VRRP_ACT_RELEASE | VRRP_ACT_ADVERT |
		    state_to_backup(vr, VRRP_WHY_OUTRANKED, now);
	}
	return master_replies(vr, now) | master_doubts(vr, now);
}

static unsigned
announce_timer(struct vrrp *vr, usec_t now)
{
	vr->doubts_left = VRRP_DOUBTS;
	if (vr->announce_left > 0)
		vr->announce_left--;
	if (vr->announce_left > 0)
		vr->announce_deadline = now + VRRP_ANNOUNCE_GAP;
	else if (vr->conf->refresh > 0)
		vr->announce_deadline = now + vr->conf->refresh;
	else
		vr->announce_deadline = VRRP_NEVER;
	return VRRP_ACT_ANNOUNCE;
}

static unsigned
master_timer(struct vrrp *vr, usec_t now)
{
	unsigned actions = 0;

	if (vr->quiet && now >= vr->deadline)
		return resign(state_to_initialize(vr, VRRP_WHY_LINK, now));
	if (now >= vr->deadline) {
		/* From the due time, so that nothing drifts; but never two. */
		vr->deadline += vr->conf->interval;
		if (vr->deadline <= now)
			vr->deadline = now + vr->conf->interval;
		vr->sent_at = now;
		vr->replies_left = VRRP_REPLIES;
		vr->faults = 0;
		actions |= VRRP_ACT_ADVERT;
	}
	if (now >= vr->announce_deadline)
		actions |= announce_timer(vr, now);
	return actions;
}

/*
 * The cable is out.  The others wait three intervals after our last advert (or
 * as many as configured); for one less we keep the office and are quiet, so
 * that a flap costs no election (F08).
 */
static unsigned
master_loses_carrier(struct vrrp *vr, usec_t now)
{
	if (vr->quiet)
		return 0;
	vr->quiet = true;
	vr->deadline = state_later(vr->sent_at +
	    (vr->conf->down_adverts - 1) * vr->conf->interval, now);
	vr->announce_deadline = VRRP_NEVER;
	return 0;
}

static unsigned
master_announces(struct vrrp *vr, usec_t now)
{
	if (vr->quiet)
		return 0;
	state_arm_announce(vr, now);
	return VRRP_ACT_ANNOUNCE;
}

static unsigned
master_link_up(struct vrrp *vr, usec_t now)
{
	if (!vr->quiet)
		return 0;
	vr->quiet = false;
	state_arm_advert(vr, now);
	return VRRP_ACT_ADVERT | master_announces(vr, now);
}

/* Sit out longer after each failure in a row; the others have the addresses. */
static unsigned
master_fault(struct vrrp *vr, usec_t now)
{
	usec_t hold = vrrp_master_down_interval(vr) << vr->faults;

	if (vr->faults < VRRP_FAULT_DOUBLINGS)
		vr->faults++;
	vr->hold_until = state_later(vr->hold_until, now + hold);
	return resign(state_to_backup(vr, VRRP_WHY_FAULT, now));
}

/*
 * Not the owner: its addresses stay in the kernel, and it would answer for them
 * beside the next Master.
 */
static unsigned
master_yields(struct vrrp *vr, usec_t now)
{
	if (vr->conf->owner)
		return 0;
	return resign(state_to_backup(vr, VRRP_WHY_OPERATOR, now));
}

/* RFC 3768 6.4.3, RFC 9568 6.4.3 */
static unsigned
step_master(struct vrrp *vr, const struct vrrp_event *ev, usec_t now)
{
	switch (ev->type) {
	case VRRP_EV_SHUTDOWN:
		return resign(state_to_initialize(vr, VRRP_WHY_SHUTDOWN, now));
	case VRRP_EV_LINK_DOWN:
		return resign(state_to_initialize(vr, VRRP_WHY_LINK, now));
	case VRRP_EV_CARRIER_LOST:
		return master_loses_carrier(vr, now);
	case VRRP_EV_LINK_UP:
		return master_link_up(vr, now);
	case VRRP_EV_TIMER:
		return master_timer(vr, now);
	case VRRP_EV_ADVERT:
		return master_hears(vr, ev->advert, now);
	case VRRP_EV_FAULT:
		return master_fault(vr, now);
	case VRRP_EV_YIELD:
		return master_yields(vr, now);
	case VRRP_EV_ANNOUNCE:
		return master_announces(vr, now);
	case VRRP_EV_DOUBT:
		return master_doubts(vr, now);
	case VRRP_EV_TAKE:
		break;
	}
	return 0;
}

/*
 * For the log and the status; and the form of checksum that the others
 * understand, since many take one only (P-08).
 */
static void
heard(struct vrrp *vr, const struct vrrp_advert *adv, usec_t now)
{
	if (vr->conf->checksum == VRRP_SUM_AUTO)
		vr->pseudo_header = adv->sum == VRRP_SUM_PSEUDO;
	vr->master = adv->src;
	vr->master_priority = adv->priority;
	vr->heard_at = now;
}

/*
 * One event at the time now (microseconds, never going back between calls).
 * Returns the set of VRRP_ACT_* to run, in their order; the new state and
 * deadlines are in *vr before any of them runs.
 */
unsigned
vrrp_step(struct vrrp *vr, const struct vrrp_event *ev, usec_t now)
{
	if (ev->type == VRRP_EV_ADVERT && vr->state != VRRP_INITIALIZE)
		heard(vr, ev->advert, now);
	switch (vr->state) {
	case VRRP_BACKUP:
		return step_backup(vr, ev, now);
	case VRRP_MASTER:
		return step_master(vr, ev, now);
	case VRRP_INITIALIZE:
		break;
	}
	return step_initialize(vr, ev, now);
}
