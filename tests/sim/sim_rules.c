/*
 * What must hold after each step of each router, whatever the network does.
 * Written from the RFCs and the manual, not from fsm.c: the tables of states,
 * a second reckoning of the timers, and what a receiver must make of a frame.
 */
#include "sim.h"

#include <string.h>

/* As vrrp.h promises them; here in their own words. */
#define GAP		((usec_t)250000)
#define DOUBT_GAP	((usec_t)250000)
enum {
	ROUNDS = 5,
	REPLIES = 3,
	DOUBLINGS = 4
};

#define rule(s, r, holds, text) do {					\
	if (!(holds))							\
		sim_fail((s), "r%u: %s", (r)->index + 1, (text));	\
} while (0)

static usec_t
greater(usec_t a, usec_t b)
{
	return a > b ? a : b;
}

static usec_t
lesser(usec_t a, usec_t b)
{
	return a < b ? a : b;
}

/* RFC 3768 6.1, RFC 9568 6.1 */
static usec_t
skew(const struct vrrp_conf *conf, usec_t interval)
{
	return (256 - conf->priority) *
	    (conf->version == 2 ? VRRP_SECOND : interval) / 256;
}

usec_t
rules_down_interval(const struct vrrp_conf *conf, usec_t interval)
{
	return conf->down_adverts * interval + skew(conf, interval);
}

/* A router begins. */
void
rules_start(struct sim_router *r)
{
	struct sim_watch *w = &r->watch;

	memset(w, 0, sizeof(*w));
	w->lower_since = w->lower_last = w->announce = VRRP_NEVER;
}

/* --- frames ------------------------------------------------------------- */

static bool
same_list(const struct vrrp_conf *a, const struct vrrp_conf *b)
{
	unsigned i, j;

	for (i = 0; i < a->naddr; i++) {
		for (j = 0; j < b->naddr; j++)
			if (memcmp(&a->vip[i].addr, &b->vip[j].addr,
			    sizeof(a->vip[i].addr)) == 0)
				break;
		if (j == b->naddr)
			return false;
	}
	return a->naddr == b->naddr;
}

/* The rungs of RFC 3768 7.1 that version 3 does not have */
static enum vrrp_drop
v2_verdict(const struct vrrp_conf *ours, const struct vrrp_conf *theirs,
    uint8_t priority)
{
	if (theirs->auth_type != ours->auth_type)
		return VRRP_DROP_AUTH_TYPE;
	if (ours->auth_type == VRRP_AUTH_PASSWORD &&
	    memcmp(ours->auth, theirs->auth, VRRP_AUTH_LEN) != 0)
		return VRRP_DROP_AUTH;
	if (ours->strict_addresses && priority != VRRP_PRIORITY_OWNER &&
	    !same_list(ours, theirs))
		return VRRP_DROP_ADDRESSES;
	if (theirs->interval != ours->interval)
		return VRRP_DROP_INTERVAL;
	return VRRP_DROP_NONE;
}

/* RFC 3768 7.1 and RFC 9568 7.1, in their order, for a frame of a router. */
static enum vrrp_drop
verdict(const struct vrrp_conf *ours, const struct vrrp_conf *theirs,
    uint8_t priority, bool looped)
{
	if (theirs->version != ours->version)
		return VRRP_DROP_VERSION;
	if (looped)
		return VRRP_DROP_SOURCE;
	if (theirs->vrid != ours->vrid)
		return VRRP_DROP_VRID;
	if (ours->owner)
		return VRRP_DROP_OWNER;
	return ours->version == 2 ? v2_verdict(ours, theirs, priority) :
	    VRRP_DROP_NONE;
}

/* Whether two routers understand each other. */
bool
rules_compatible(const struct vrrp_conf *a, const struct vrrp_conf *b)
{
	return a->version == b->version && a->vrid == b->vrid &&
	    (a->version == 3 || v2_verdict(a, b, 1) == VRRP_DROP_NONE);
}

/* What was sent is what is read. */
static bool
is_whole(const struct sim_frame *frame, const struct vrrp_advert *adv)
{
	const struct vrrp_conf *conf = frame->conf;
	bool pseudo = conf->family == &vrrp_ipv6 ||
	    (conf->version == 3 && frame->pseudo_header);
	size_t len = conf->family->addr_len;
	unsigned i;

	for (i = 0; i < conf->naddr && i < adv->count; i++)
		if (memcmp(adv->addrs + i * len, conf->vip[i].addr.octet,
		    len) != 0)
			return false;
	return adv->priority == frame->priority && adv->vrid == conf->vrid &&
	    adv->count == conf->naddr && (adv->interval == conf->interval ||
	    adv->interval == frame->interval) &&
	    memcmp(&adv->src, &frame->src, sizeof(adv->src)) == 0 &&
	    adv->sum == (pseudo ? VRRP_SUM_PSEUDO : VRRP_SUM_MESSAGE);
}

void
rules_frame(struct sim *s, struct sim_router *r,
    const struct sim_frame *frame, enum vrrp_drop drop,
    const struct vrrp_advert *adv)
{
	bool looped = memcmp(&frame->src, &r->own, sizeof(r->own)) == 0;

	if (frame->conf == NULL) {
		rule(s, r, drop != VRRP_DROP_NONE,
		    "takes a frame that is no advert for it");
		return;
	}
	if (!frame->damaged)
		rule(s, r, drop == verdict(r->vr.conf, frame->conf,
		    frame->priority, looped),
		    "judges an advert other than the RFC does");
	if (drop == VRRP_DROP_NONE)
		rule(s, r, is_whole(frame, adv),
		    "reads something else than was sent");
}

/* --- states ------------------------------------------------------------- */

/* The last branch of RFC 9568 6.4.3 */
static bool
is_better(const struct sim_router *r, const struct vrrp_advert *adv)
{
	unsigned i;

	if (adv->priority != r->vr.conf->priority)
		return adv->priority > r->vr.conf->priority;
	for (i = 0; i < sizeof(adv->src.octet); i++)
		if (adv->src.octet[i] != r->own.octet[i])
			return adv->src.octet[i] > r->own.octet[i];
	return false;
}

/* Where each state must go from an event; nothing else may move it. */
static enum vrrp_state
wanted(const struct sim_router *r, const struct vrrp *old,
    const struct vrrp_event *ev)
{
	bool due = ev->type == VRRP_EV_TIMER && r->now >= old->deadline;

	switch (old->state) {
	case VRRP_INITIALIZE:
		if (ev->type != VRRP_EV_LINK_UP)
			return VRRP_INITIALIZE;
		return r->vr.conf->owner && r->now >= r->watch.hold &&
		    r->vr.conf->start_delay == 0 ? VRRP_MASTER : VRRP_BACKUP;
	case VRRP_BACKUP:
		if (ev->type == VRRP_EV_SHUTDOWN ||
		    ev->type == VRRP_EV_LINK_DOWN ||
		    ev->type == VRRP_EV_CARRIER_LOST)
			return VRRP_INITIALIZE;
		return due || ev->type == VRRP_EV_TAKE ? VRRP_MASTER :
		    VRRP_BACKUP;
	case VRRP_MASTER:
		if (ev->type == VRRP_EV_SHUTDOWN ||
		    ev->type == VRRP_EV_LINK_DOWN || (old->quiet && due))
			return VRRP_INITIALIZE;
		if (ev->type == VRRP_EV_FAULT ||
		    (ev->type == VRRP_EV_YIELD && !r->vr.conf->owner) ||
		    (ev->type == VRRP_EV_ADVERT && is_better(r, ev->advert)))
			return VRRP_BACKUP;
	}
	return old->state;
}

/* Why it went there, as log and scripts are told. */
static enum vrrp_why
reason(const struct sim_router *r, const struct vrrp *old,
    const struct vrrp_event *ev)
{
	const struct sim_watch *w = &r->watch;

	switch (ev->type) {
	case VRRP_EV_LINK_UP:
		return r->vr.state == VRRP_MASTER ? VRRP_WHY_OWNER :
		    VRRP_WHY_START;
	case VRRP_EV_LINK_DOWN:
	case VRRP_EV_CARRIER_LOST:
		return VRRP_WHY_LINK;
	case VRRP_EV_SHUTDOWN:
		return VRRP_WHY_SHUTDOWN;
	case VRRP_EV_ADVERT:
		return VRRP_WHY_OUTRANKED;
	case VRRP_EV_FAULT:
		return VRRP_WHY_FAULT;
	case VRRP_EV_TIMER:
		if (old->state == VRRP_MASTER)
			return VRRP_WHY_LINK;
		if (r->vr.conf->owner)
			return VRRP_WHY_OWNER;
		if (w->resigned)
			return VRRP_WHY_RESIGNED;
		return w->lower_since != VRRP_NEVER &&
		    r->now >= old->preempt_deadline ? VRRP_WHY_PREEMPT :
		    VRRP_WHY_SILENCE;
	default:
		return VRRP_WHY_OPERATOR;
	}
}

/* DESIGN: what goes with which change of state, and what never does */
static void
check_actions(struct sim *s, struct sim_router *r, const struct vrrp *old,
    unsigned actions)
{
	const struct vrrp *vr = &r->vr;
	bool changed = vr->state != old->state;
	bool entered = changed && vr->state == VRRP_MASTER;
	bool left = changed && old->state == VRRP_MASTER;
	bool outranked = left && vr->why == VRRP_WHY_OUTRANKED;
	bool speaks = vr->state == VRRP_MASTER && !vr->quiet;

	rule(s, r, !(actions & VRRP_ACT_NOTIFY) == !changed,
	    "NOTIFY is not told of a change, or without one");
	rule(s, r, !(actions & VRRP_ACT_ACQUIRE) == !entered,
	    "ACQUIRE belongs to becoming Master");
	rule(s, r, !(actions & VRRP_ACT_RELEASE) == !left,
	    "RELEASE belongs to leaving Master");
	rule(s, r, !(actions & VRRP_ACT_RESIGN) == !(left && !outranked),
	    "RESIGN belongs to leaving Master unless outranked");
	rule(s, r, !(actions & VRRP_ACT_ADVERT) || speaks || outranked,
	    "an advert from one who is not Master, or is quiet");
	rule(s, r, !(actions & VRRP_ACT_ANNOUNCE) || speaks,
	    "an announcement from one who is not Master, or is quiet");
	rule(s, r, !entered || ((actions & VRRP_ACT_ADVERT) &&
	    (actions & VRRP_ACT_ANNOUNCE)), "becomes Master in silence");
	rule(s, r, !outranked || (actions & VRRP_ACT_ADVERT),
	    "yields in silence");
	rule(s, r, vr->since == (changed ? r->now : old->since),
	    "does not know since when");
}

static void
check_shape(struct sim *s, struct sim_router *r)
{
	const struct vrrp *vr = &r->vr;

	rule(s, r, (vr->deadline == VRRP_NEVER) ==
	    (vr->state == VRRP_INITIALIZE), "no deadline iff Initialize");
	rule(s, r, vr->preempt_deadline == VRRP_NEVER ||
	    vr->state == VRRP_BACKUP, "a preempt delay outside Backup");
	rule(s, r, !vr->quiet || vr->state == VRRP_MASTER,
	    "quiet outside Master");
	rule(s, r, !vr->resigned || vr->state == VRRP_BACKUP,
	    "a resignation outside Backup");
	rule(s, r, vr->master_interval == r->watch.interval ||
	    vr->state == VRRP_INITIALIZE, "has learned another interval");
	rule(s, r, vr->announce_deadline == r->watch.announce,
	    "announcements at another time");
	rule(s, r, r->holding == (vr->state == VRRP_MASTER) || r->fault,
	    "addresses in place iff Master");
}

/* --- timers ------------------------------------------------------------- */

static void
begin_backup(struct sim_router *r, const struct vrrp *old,
    enum vrrp_event_type type)
{
	struct sim_watch *w = &r->watch;
	const struct vrrp_conf *conf = r->vr.conf;
	usec_t down = rules_down_interval(conf, w->interval);

	if (type == VRRP_EV_FAULT) {
		w->hold = greater(w->hold, r->now + (down << w->faults));
		if (w->faults < DOUBLINGS)
			w->faults++;
	}
	w->resigned = false;
	w->lower_since = w->lower_last = VRRP_NEVER;
	w->announce = VRRP_NEVER;
	w->due = r->now + down;
	/* An owner waits for nothing but its delays. */
	if (conf->owner && old->state == VRRP_INITIALIZE)
		w->due = r->now;
}

static void
backup_heard(struct sim_router *r, const struct vrrp *old,
    const struct vrrp_advert *adv)
{
	struct sim_watch *w = &r->watch;
	const struct vrrp_conf *conf = r->vr.conf;

	w->resigned = adv->priority == 0;
	if (adv->priority > 0 && adv->priority < conf->priority &&
	    (conf->preempt || conf->owner)) {
		if (w->lower_since == VRRP_NEVER)
			w->lower_since = r->now;
		w->lower_last = r->now;
		/* P-29: while the delay runs it is respected as a Master. */
		if (conf->preempt_delay > 0 &&
		    old->deadline < r->vr.preempt_deadline) {
			w->interval = greater(adv->interval,
			    conf->min_interval);
			w->due = lesser(r->now + rules_down_interval(conf,
			    w->interval), r->vr.preempt_deadline);
		}
		return;
	}
	w->lower_since = w->lower_last = VRRP_NEVER;
	if (adv->priority == 0) {
		w->due = r->now + skew(conf, w->interval);
		return;
	}
	w->interval = greater(adv->interval, conf->min_interval);
	w->due = r->now + rules_down_interval(conf, w->interval);
}

/* The timer is between what the RFC, the delays and the silence ask for. */
static void
check_backup(struct sim *s, struct sim_router *r)
{
	const struct sim_watch *w = &r->watch;
	const struct vrrp_conf *conf = r->vr.conf;
	usec_t least = greater(w->due, w->hold), most = least, patience;

	/* Without a delay the advert is discarded, however late the timer. */
	if (w->lower_since != VRRP_NEVER && conf->preempt_delay > 0) {
		patience = lesser(w->lower_since + conf->preempt_delay,
		    w->lower_last + rules_down_interval(conf, w->interval));
		least = greater(least, patience);
		most = greater(most, w->lower_since + conf->preempt_delay);
	}
	rule(s, r, r->vr.deadline >= least, "takes over too early");
	rule(s, r, r->vr.deadline <= most, "takes over too late");
}

static void
start_announcing(struct sim_router *r)
{
	r->watch.rounds = ROUNDS - 1;
	r->watch.announce = r->now + GAP;
}

static void
announced_by_timer(struct sim *s, struct sim_router *r, unsigned actions)
{
	struct sim_watch *w = &r->watch;

	rule(s, r, actions & VRRP_ACT_ANNOUNCE, "announces too late");
	if (w->rounds > 0)
		w->rounds--;
	if (w->rounds > 0)
		w->announce = r->now + GAP;
	else
		w->announce = r->vr.conf->refresh == 0 ? VRRP_NEVER :
		    r->now + r->vr.conf->refresh;
}

static void
master_timer_fired(struct sim *s, struct sim_router *r,
    const struct vrrp *old, unsigned actions)
{
	struct sim_watch *w = &r->watch;
	usec_t next = old->deadline + r->vr.conf->interval;

	if (r->now >= w->announce)
		announced_by_timer(s, r, actions);
	else
		rule(s, r, !(actions & VRRP_ACT_ANNOUNCE),
		    "announces too early");
	rule(s, r, !(actions & VRRP_ACT_ADVERT) == (r->now < old->deadline),
	    "a regular advert too early or too late");
	if (r->now < old->deadline)
		return;
	w->replies = w->faults = 0;
	rule(s, r, r->vr.deadline == (next > r->now ? next :
	    r->now + r->vr.conf->interval), "adverts drift, or come twice");
}

/*
 * Others may have misled the neighbours: they are told now, by rounds that are
 * to follow, or by one a second after the last.
 */
static void
master_doubted(struct sim *s, struct sim_router *r, const struct vrrp *old,
    unsigned actions)
{
	struct sim_watch *w = &r->watch;
	bool at_once = !old->quiet && w->rounds == 0 &&
	    r->now - w->announced >= DOUBT_GAP;

	rule(s, r, !(actions & VRRP_ACT_ANNOUNCE) == !at_once,
	    "a doubt, and no announcement, or one too many");
	if (at_once)
		start_announcing(r);
	if (old->quiet || w->rounds > 0)
		return;
	w->rounds = 1;
	w->announce = w->announced + DOUBT_GAP;
}

/* RFC 9568 6.4.3, and the limits of C01 and F04 */
static void
master_heard(struct sim *s, struct sim_router *r, const struct vrrp *old,
    const struct vrrp_advert *adv, unsigned actions)
{
	struct sim_watch *w = &r->watch;
	bool may = !old->quiet && w->replies < REPLIES && w->sent != r->now;

	rule(s, r, !(actions & VRRP_ACT_ADVERT) == !may,
	    "no answer, or one too many");
	w->replies += may;
	if (adv->priority > 0)
		master_doubted(s, r, old, actions);
	else
		rule(s, r, !(actions & VRRP_ACT_ANNOUNCE),
		    "announces for one who goes");
}

static void
master_lost_carrier(struct sim *s, struct sim_router *r,
    const struct vrrp *old)
{
	const struct vrrp_conf *conf = r->vr.conf;

	rule(s, r, r->vr.quiet, "speaks without a carrier");
	if (old->quiet)
		return;
	r->watch.announce = VRRP_NEVER;
	rule(s, r, r->vr.deadline == greater(r->now, r->watch.sent +
	    (conf->down_adverts - 1) * conf->interval),
	    "waits too long for its carrier, or not long enough");
}

static void
follow_master(struct sim *s, struct sim_router *r, const struct vrrp *old,
    const struct vrrp_event *ev, unsigned actions)
{
	const struct vrrp *vr = &r->vr;

	switch (ev->type) {
	case VRRP_EV_TIMER:
		master_timer_fired(s, r, old, actions);
		break;
	case VRRP_EV_ADVERT:
		master_heard(s, r, old, ev->advert, actions);
		break;
	case VRRP_EV_CARRIER_LOST:
		master_lost_carrier(s, r, old);
		break;
	case VRRP_EV_LINK_UP:
		rule(s, r, !vr->quiet, "has a carrier and is quiet");
		if (old->quiet)
			start_announcing(r);
		break;
	case VRRP_EV_ANNOUNCE:
		if (!old->quiet)
			start_announcing(r);
		rule(s, r, !(actions & VRRP_ACT_ANNOUNCE) == old->quiet,
		    "was asked to announce");
		break;
	case VRRP_EV_DOUBT:
		master_doubted(s, r, old, actions);
		break;
	default:
		break;
	}
	if (!(actions & VRRP_ACT_ADVERT))
		rule(s, r, vr->deadline == old->deadline || vr->quiet,
		    "moves Adver_Timer without an advert");
	else if (ev->type != VRRP_EV_TIMER)
		rule(s, r, vr->deadline == r->now + vr->conf->interval,
		    "Adver_Timer does not start anew");
}

/* Adverts are counted before the timers are looked at. */
static void
follow(struct sim *s, struct sim_router *r, const struct vrrp *old,
    const struct vrrp_event *ev, unsigned actions)
{
	struct sim_watch *w = &r->watch;
	bool changed = r->vr.state != old->state;

	if (ev->type == VRRP_EV_LINK_UP && old->state == VRRP_INITIALIZE) {
		w->interval = r->vr.conf->interval;
		w->hold = greater(w->hold, r->now + r->vr.conf->start_delay);
	}
	if (ev->type == VRRP_EV_TAKE && old->state == VRRP_BACKUP)
		w->hold = r->now;
	if (changed && ev->type == VRRP_EV_ADVERT)
		w->interval = greater(ev->advert->interval,
		    r->vr.conf->min_interval);
	if (r->vr.state == VRRP_INITIALIZE) {
		w->announce = VRRP_NEVER;
	} else if (r->vr.state == VRRP_BACKUP) {
		if (changed)
			begin_backup(r, old, ev->type);
		else if (ev->type == VRRP_EV_ADVERT)
			backup_heard(r, old, ev->advert);
		check_backup(s, r);
	} else if (changed) {
		w->interval = r->vr.conf->interval;	/* P-45 */
		w->replies = 0;
		start_announcing(r);
		rule(s, r, r->vr.deadline == r->now + r->vr.conf->interval,
		    "the first Adver_Timer is not the interval");
	} else {
		follow_master(s, r, old, ev, actions);
	}
	if (actions & VRRP_ACT_ADVERT)
		w->sent = r->now;
	if (!(actions & VRRP_ACT_ANNOUNCE))
		return;
	rule(s, r, changed || old->quiet || ev->type == VRRP_EV_ANNOUNCE ||
	    r->now - w->announced >= GAP || (r->vr.conf->refresh > 0 &&
	    r->now - w->announced >= r->vr.conf->refresh),
	    "rounds follow each other too soon");
	w->announced = r->now;
}

static void
check_heard(struct sim *s, struct sim_router *r, const struct vrrp_advert *adv)
{
	const struct vrrp *vr = &r->vr;

	rule(s, r, vr->heard_at == r->now &&
	    vr->master_priority == adv->priority &&
	    memcmp(&vr->master, &adv->src, sizeof(adv->src)) == 0,
	    "does not know whom it heard");
	rule(s, r, vr->pseudo_header == (vr->conf->checksum == VRRP_SUM_AUTO ?
	    adv->sum == VRRP_SUM_PSEUDO :
	    vr->conf->checksum == VRRP_SUM_PSEUDO),
	    "sends a checksum that the others do not");
}

void
rules_step(struct sim *s, struct sim_router *r, const struct vrrp *old,
    const struct vrrp_event *ev, unsigned actions)
{
	const struct vrrp *vr = &r->vr;

	if (vr->state != wanted(r, old, ev)) {
		sim_fail(s, "r%u: %s, it must be %s", r->index + 1,
		    vrrp_state_name(vr->state),
		    vrrp_state_name(wanted(r, old, ev)));
		return;
	}
	rule(s, r, vr->why == (vr->state == old->state ? old->why :
	    reason(r, old, ev)), "gives another reason");
	if (ev->type == VRRP_EV_ADVERT && old->state != VRRP_INITIALIZE)
		check_heard(s, r, ev->advert);
	check_actions(s, r, old, actions);
	follow(s, r, old, ev, actions);
	check_shape(s, r);
	rule(s, r, vr->state != VRRP_MASTER || vr->quiet ||
	    vr->deadline <= r->watch.sent + vr->conf->interval,
	    "a Master is silent for longer than its interval");
	rule(s, r, ev->type != VRRP_EV_TIMER || vrrp_deadline(vr) > r->now,
	    "the timer was served and is due again");
}

/* Nothing that was due is left when the turn is over. */
void
rules_turn(struct sim *s, struct sim_router *r)
{
	rule(s, r, !r->running || r->now < vrrp_deadline(&r->vr),
	    "a deadline was missed");
	rule(s, r, r->running || !r->holding, "addresses of a dead router");
	rule(s, r, !r->running || r->fault || !r->vr.quiet || !r->carrier ||
	    !r->up || r->dirty, "quiet with a carrier");
}
