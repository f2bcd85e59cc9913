/*
 * What a router must do, written from the tables of RFC 3768 6.4 and RFC 9568
 * 6.4 and from what vrrpd.8 promises beyond them, in ticks and without a look
 * into fsm.c; and the invariants of each step.  Each law is a text, which is
 * what a broken one prints.
 */
#include "model.h"

#include <string.h>

enum {
	SECOND = (int)(VRRP_SECOND / MODEL_TICK),
	ROUNDS = 5,			/* announcements of a burst ... */
	GAP = 1,			/* ... a quarter of a second apart */
	REPLIES = 3,
	DOUBTS = 2,
	DOUBLINGS = 4,
	TAKE_OVER = VRRP_ACT_ADVERT | VRRP_ACT_ACQUIRE | VRRP_ACT_ANNOUNCE |
	    VRRP_ACT_NOTIFY,
	RESIGN = VRRP_ACT_RESIGN | VRRP_ACT_RELEASE | VRRP_ACT_NOTIFY,
	YIELD = VRRP_ACT_RELEASE | VRRP_ACT_ADVERT | VRRP_ACT_NOTIFY
};

/* What the reference wants; why counts when the state changes. */
struct verdict {
	unsigned actions;
	enum vrrp_why why;
};

static int
ticks(usec_t t)
{
	return (int)(t / MODEL_TICK);
}

static int
most(int a, int b)
{
	return a > b ? a : b;
}

/* RFC 3768 6.1: of a second; RFC 9568 6.1: of the Master's interval */
static int
skew(const struct rules *r, const struct vrrp_conf *conf)
{
	int unit = conf->version == 2 ? SECOND : r->interval;

	return (256 - conf->priority) * unit / 256;
}

int
rules_down_interval(const struct rules *r, const struct vrrp_conf *conf)
{
	return (int)conf->down_adverts * r->interval + skew(r, conf);
}

void
rules_init(struct rules *r, const struct vrrp_conf *conf)
{
	memset(r, 0, sizeof(*r));
	r->state = VRRP_INITIALIZE;
	r->due = r->preempt = r->announce = MODEL_NEVER;
	r->sent = -MODEL_PAST;
	r->interval = ticks(conf->interval);
}

static struct verdict
go(struct rules *r, enum vrrp_state state, unsigned actions, enum vrrp_why why)
{
	struct verdict v = { actions, why };

	r->state = state;
	r->quiet = r->zero = false;
	r->due = r->preempt = r->announce = MODEL_NEVER;
	r->sent = -MODEL_PAST;
	r->rounds = r->replies = 0;
	return v;
}

static void
burst(struct rules *r)
{
	r->rounds = ROUNDS - 1;
	r->announce = GAP;
}

/* Others may have misled the neighbours: two bursts, until a timed round */
static unsigned
doubt(struct rules *r)
{
	if (r->quiet || r->doubts == DOUBTS)
		return 0;
	r->doubts++;
	burst(r);
	return VRRP_ACT_ANNOUNCE;
}

static void
advert(struct rules *r, const struct vrrp_conf *conf)
{
	r->sent = 0;
	r->due = ticks(conf->interval);
}

/* SM2-01, SM2-05 */
static struct verdict
take_over(struct rules *r, const struct vrrp_conf *conf, enum vrrp_why why)
{
	struct verdict v = go(r, VRRP_MASTER, TAKE_OVER, why);

	r->interval = ticks(conf->interval);	/* P-45 */
	advert(r, conf);
	burst(r);
	return v;
}

static struct verdict
step_down(struct rules *r, const struct vrrp_conf *conf, unsigned actions,
    enum vrrp_why why)
{
	struct verdict v = go(r, VRRP_BACKUP, actions, why);

	r->due = most(rules_down_interval(r, conf), r->hold);
	return v;
}

static struct verdict
in_initialize(struct rules *r, const struct vrrp_conf *conf,
    const struct vrrp_event *ev)
{
	struct verdict v = { 0, 0 };

	if (ev->type != VRRP_EV_LINK_UP)	/* SM2-03, SM2-15 */
		return v;
	r->interval = ticks(conf->interval);
	r->hold = most(r->hold, ticks(conf->start_delay));
	if (!conf->owner)			/* SM2-02 */
		return step_down(r, conf, VRRP_ACT_NOTIFY, VRRP_WHY_START);
	if (r->hold <= 0)			/* SM2-01 */
		return take_over(r, conf, VRRP_WHY_OWNER);
	v = step_down(r, conf, VRRP_ACT_NOTIFY, VRRP_WHY_START);
	r->due = r->hold;
	return v;
}

static void
backup_hears(struct rules *r, const struct vrrp_conf *conf,
    const struct vrrp_advert *adv)
{
	bool lower = adv->priority < conf->priority &&
	    (conf->preempt || conf->owner);
	int silence = most(rules_down_interval(r, conf), r->hold);

	if (adv->priority == 0) {		/* SM2-06, P-26 */
		r->zero = true;
		r->preempt = MODEL_NEVER;
		r->due = most(skew(r, conf), r->hold);
	} else if (lower) {			/* SM2-08, P-29 */
		r->zero = false;
		if (r->preempt == MODEL_NEVER)
			r->preempt = most(r->due, ticks(conf->preempt_delay));
		r->due = r->preempt < silence ? r->preempt : silence;
	} else {				/* SM2-07, SM3-07 */
		r->zero = false;
		r->preempt = MODEL_NEVER;
		r->interval = ticks(adv->interval);
		r->due = most(rules_down_interval(r, conf), r->hold);
	}
}

static struct verdict
in_backup(struct rules *r, const struct vrrp_conf *conf,
    const struct vrrp_event *ev)
{
	struct verdict v = { 0, 0 };

	switch (ev->type) {
	case VRRP_EV_SHUTDOWN:			/* SM2-04 */
		return go(r, VRRP_INITIALIZE, VRRP_ACT_NOTIFY,
		    VRRP_WHY_SHUTDOWN);
	case VRRP_EV_LINK_DOWN:			/* P-16 */
	case VRRP_EV_CARRIER_LOST:
		return go(r, VRRP_INITIALIZE, VRRP_ACT_NOTIFY, VRRP_WHY_LINK);
	case VRRP_EV_TAKE:
		r->hold = 0;
		return take_over(r, conf, VRRP_WHY_OPERATOR);
	case VRRP_EV_ADVERT:
		backup_hears(r, conf, ev->advert);
		break;
	case VRRP_EV_TIMER:			/* SM2-05 */
		if (r->due > 0)
			break;
		return take_over(r, conf, conf->owner ? VRRP_WHY_OWNER :
		    r->zero ? VRRP_WHY_RESIGNED :
		    r->preempt <= 0 ? VRRP_WHY_PREEMPT : VRRP_WHY_SILENCE);
	default:				/* SM2-14 */
		break;
	}
	return v;
}

/* SM2-11, SM3-13; limited (C01), and one in an instant (F04) */
static struct verdict
reply(struct rules *r, const struct vrrp_conf *conf)
{
	struct verdict v = { 0, 0 };

	if (r->quiet || r->replies == REPLIES || r->sent == 0)
		return v;
	r->replies++;
	advert(r, conf);
	v.actions = VRRP_ACT_ADVERT;
	return v;
}

static struct verdict
master_hears(struct node *node, const struct vrrp_conf *conf,
    const struct vrrp_advert *adv)
{
	struct rules *r = &node->rules;
	int cmp = adv->priority - conf->priority;
	struct verdict v;

	if (adv->priority == 0)			/* SM2-11 */
		return reply(r, conf);
	if (cmp == 0)
		cmp = memcmp(&adv->src, &node->vr.source, sizeof(adv->src));
	if (cmp < 0) {				/* SM2-13, SM3-13, F01 */
		v = reply(r, conf);
		v.actions |= doubt(r);
		return v;
	}
	r->interval = ticks(adv->interval);	/* SM2-12, SM3-12 */
	return step_down(r, conf, YIELD, VRRP_WHY_OUTRANKED);
}

static struct verdict
master_timer(struct rules *r, const struct vrrp_conf *conf)
{
	struct verdict v = { 0, 0 };

	if (r->quiet && r->due <= 0)		/* F08 */
		return go(r, VRRP_INITIALIZE, RESIGN, VRRP_WHY_LINK);
	if (r->due <= 0) {			/* SM2-10, P-24 */
		r->due += ticks(conf->interval);
		if (r->due <= 0)
			r->due = ticks(conf->interval);
		r->sent = 0;
		r->replies = r->faults = 0;
		v.actions |= VRRP_ACT_ADVERT;
	}
	if (r->announce <= 0) {			/* F34 */
		r->doubts = 0;
		if (r->rounds > 0)
			r->rounds--;
		r->announce = r->rounds > 0 ? GAP : conf->refresh > 0 ?
		    ticks(conf->refresh) : MODEL_NEVER;
		v.actions |= VRRP_ACT_ANNOUNCE;
	}
	return v;
}

/* The carrier comes and goes (F08), or somebody may have missed us (C10). */
static struct verdict
master_link(struct rules *r, const struct vrrp_conf *conf,
    enum vrrp_event_type type)
{
	struct verdict v = { 0, 0 };

	if (type == VRRP_EV_CARRIER_LOST && !r->quiet) {
		r->quiet = true;
		r->due = most(r->sent + ((int)conf->down_adverts - 1) *
		    ticks(conf->interval), 0);
		r->announce = MODEL_NEVER;
	} else if (type == VRRP_EV_LINK_UP && r->quiet) {
		r->quiet = false;
		advert(r, conf);
		burst(r);
		v.actions = VRRP_ACT_ADVERT | VRRP_ACT_ANNOUNCE;
	} else if (type == VRRP_EV_ANNOUNCE && !r->quiet) {
		burst(r);
		v.actions = VRRP_ACT_ANNOUNCE;
	} else if (type == VRRP_EV_DOUBT) {
		v.actions = doubt(r);
	}
	return v;
}

static struct verdict
in_master(struct node *node, const struct vrrp_event *ev)
{
	const struct vrrp_conf *conf = node->vr.conf;
	struct rules *r = &node->rules;
	struct verdict v = { 0, 0 };

	switch (ev->type) {
	case VRRP_EV_SHUTDOWN:			/* SM2-09 */
		return go(r, VRRP_INITIALIZE, RESIGN, VRRP_WHY_SHUTDOWN);
	case VRRP_EV_LINK_DOWN:			/* P-16 */
		return go(r, VRRP_INITIALIZE, RESIGN, VRRP_WHY_LINK);
	case VRRP_EV_FAULT:			/* P-17, DESIGN: no Master */
		r->hold = most(r->hold, rules_down_interval(r, conf) *
		    (1 << r->faults));
		if (r->faults < DOUBLINGS)
			r->faults++;
		return step_down(r, conf, RESIGN, VRRP_WHY_FAULT);
	case VRRP_EV_YIELD:
		if (conf->owner)		/* R3768-1.3-1 */
			break;
		return step_down(r, conf, RESIGN, VRRP_WHY_OPERATOR);
	case VRRP_EV_ADVERT:
		return master_hears(node, conf, ev->advert);
	case VRRP_EV_TIMER:
		return master_timer(r, conf);
	case VRRP_EV_CARRIER_LOST:
	case VRRP_EV_LINK_UP:
	case VRRP_EV_ANNOUNCE:
	case VRRP_EV_DOUBT:
		return master_link(r, conf, ev->type);
	case VRRP_EV_TAKE:
		break;
	}
	return v;
}

/* The invariants of one step, whatever the event */
static const char *
invariants(const struct vrrp *before, const struct vrrp *vr, unsigned actions)
{
	bool was = before->state == VRRP_MASTER;
	bool is = vr->state == VRRP_MASTER;
	bool changed = before->state != vr->state;

	if ((vr->deadline == VRRP_NEVER) != (vr->state == VRRP_INITIALIZE))
		return "no deadline if and only if Initialize";
	if (!(actions & VRRP_ACT_ACQUIRE) != !(is && !was))
		return "ACQUIRE on becoming Master, and only then";
	if (!(actions & VRRP_ACT_RELEASE) != !(was && !is))
		return "RELEASE on leaving Master, and only then";
	if (!(actions & VRRP_ACT_NOTIFY) != !changed)
		return "NOTIFY if and only if the state changed";
	if ((actions & VRRP_ACT_RESIGN) && !(actions & VRRP_ACT_RELEASE))
		return "RESIGN only on leaving Master";
	if ((actions & VRRP_ACT_ADVERT) && !was && !is)
		return "only a Master sends adverts (R3768-3-1)";
	if ((actions & VRRP_ACT_ANNOUNCE) && !is)
		return "only a Master announces";
	if (vr->announce_deadline != VRRP_NEVER && !is)
		return "no round of announcements outside Master (F29)";
	if (was && before->quiet && vr->quiet && actions != 0)
		return "a Master without a carrier does nothing";
	if (vr->since != (changed ? MODEL_NOW : before->since))
		return "since is when the state was entered";
	return NULL;
}

static const char *
remembers(const struct vrrp *before, const struct vrrp *vr,
    const struct vrrp_event *ev)
{
	bool hears = ev->type == VRRP_EV_ADVERT &&
	    before->state != VRRP_INITIALIZE;

	if (vr->heard_at != (hears ? MODEL_NOW : before->heard_at))
		return "heard_at is when the last advert came";
	if (hears && (vr->master_priority != ev->advert->priority ||
	    memcmp(&vr->master, &ev->advert->src, sizeof(vr->master)) != 0))
		return "the sender of the last advert is known";
	return NULL;
}

/*
 * After vrrp_step() turned before into node->vr: NULL, or the law that it
 * broke.  Moves the reference on.
 */
const char *
rules_step(struct node *node, const struct vrrp *before,
    const struct vrrp_event *ev, unsigned actions)
{
	struct rules *r = &node->rules;
	const struct vrrp *vr = &node->vr;
	const char *law = invariants(before, vr, actions);
	enum vrrp_state from = r->state;
	struct verdict v;

	if (law == NULL)
		law = remembers(before, vr, ev);
	if (law == NULL && ev->type == VRRP_EV_TIMER && vr->state ==
	    VRRP_MASTER && from == VRRP_BACKUP && most(r->due, r->hold) > 0)
		law = "no take-over earlier than the RFC allows (SM2-05)";
	if (law != NULL)
		return law;
	if (from == VRRP_INITIALIZE)
		v = in_initialize(r, vr->conf, ev);
	else if (from == VRRP_BACKUP)
		v = in_backup(r, vr->conf, ev);
	else
		v = in_master(node, ev);
	if (vr->state != r->state)
		return "the state is not the one of the RFC's table";
	if (actions != v.actions)
		return "the actions are not those of the RFC's table";
	if (vr->state != from && vr->why != v.why)
		return "the cause of the change is another one";
	if (ev->type == VRRP_EV_TIMER && vrrp_deadline(vr) <= MODEL_NOW)
		return "a timer that was served is due again at once";
	return NULL;
}

/* Time went on by a tick: NULL, or the broken law.  late: see struct lan. */
const char *
rules_tick(struct node *node, int late)
{
	struct rules *r = &node->rules;
	const struct vrrp_conf *conf = node->vr.conf;
	bool due = vrrp_deadline(&node->vr) <= MODEL_NOW;
	bool wanted;

	r->due -= r->due != MODEL_NEVER;
	r->preempt -= r->preempt != MODEL_NEVER;
	r->announce -= r->announce != MODEL_NEVER;
	r->hold -= r->hold > 0;
	if (r->state == VRRP_MASTER)
		r->sent--;
	wanted = r->due <= 0 || r->announce <= 0;
	if (r->state == VRRP_MASTER && !r->quiet &&
	    -r->sent > ticks(conf->interval) + late)
		return "a Master is never silent longer than its interval";
	if (wanted && !due)
		return r->state == VRRP_BACKUP ?
		    "a Backup takes over no later than the RFC allows" :
		    "a Master is awake when it has to do something";
	if (due && !wanted)
		return r->state == VRRP_BACKUP ?
		    "a Backup is not awake before the RFC's time" :
		    "a Master is not awake for nothing";
	return NULL;
}
