/*
 * What must hold after each step of each router, whatever the network does, and
 * of the whole LAN once it had time.  Written from the RFCs and the manual, not
 * from fsm.c: the tables of states, a second reckoning of the timers, and what
 * a receiver must make of a frame.  Of the machine under test it reads what
 * that tells others: state, reason, actions, when it wants its timer, and what
 * stands in a report.
 */
#include "sim.h"

#include <string.h>

/* As vrrp.h promises them; here in their own words. */
#define GAP		((usec_t)250000)
enum {
	ROUNDS = 5,
	REPLIES = 3,
	DOUBTS = 2,
	DOUBLINGS = 4,
	BAD_SPELL = 1 << SIM_STALL | 1 << SIM_BUSY | 1 << SIM_ACQUIRE
};

/* What a router says of the host is true so soon after a change. */
#define SOON		VRRP_SECOND
/* And so soon if it was not told, with a clock that is late. */
#define LOOK		((usec_t)31000000)

#define rule(s, r, holds, text) do {					\
	if (!(holds))							\
		sim_fail((s), "r%u: %s", (r)->index + 1, (text));	\
} while (0)

/* RFC 3768 6.1, RFC 9568 6.1 */
static usec_t
skew(const struct vrrp_conf *conf, usec_t interval)
{
	return (256 - conf->priority) *
	    (conf->version == 2 ? VRRP_SECOND : interval) / 256;
}

static usec_t
down_interval(const struct vrrp_conf *conf, usec_t interval)
{
	return conf->down_adverts * interval + skew(conf, interval);
}

/* A router begins. */
void
rules_start(struct sim_router *r)
{
	struct sim_watch *w = &r->watch;

	memset(w, 0, sizeof(*w));
	w->due = w->preempt = w->announce = VRRP_NEVER;
	w->state = VRRP_INITIALIZE;
	w->why = VRRP_WHY_START;
	w->since = r->now;
	w->interval = r->vr.conf->interval;
	w->pseudo_header = r->vr.conf->checksum == VRRP_SUM_PSEUDO;
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
	bool looped = false;
	unsigned i;

	for (i = 0; i < r->seen.nown; i++)
		looped |= memcmp(&frame->src, &r->own[i],
		    sizeof(frame->src)) == 0;
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
		if (adv->src.octet[i] != r->source.octet[i])
			return adv->src.octet[i] > r->source.octet[i];
	return false;
}

/* Where each state must go from an event; nothing else may move it. */
static enum vrrp_state
wanted(const struct sim_router *r, const struct vrrp_event *ev)
{
	const struct sim_watch *w = &r->watch;
	bool due = ev->type == VRRP_EV_TIMER && r->now >= w->due &&
	    (r->now >= w->hold || w->state == VRRP_MASTER);

	switch (w->state) {
	case VRRP_INITIALIZE:
		if (ev->type != VRRP_EV_LINK_UP)
			return VRRP_INITIALIZE;
		return r->vr.conf->owner && r->now >= w->hold &&
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
		    ev->type == VRRP_EV_LINK_DOWN || (w->quiet && due))
			return VRRP_INITIALIZE;
		if (ev->type == VRRP_EV_FAULT ||
		    (ev->type == VRRP_EV_YIELD && !r->vr.conf->owner) ||
		    (ev->type == VRRP_EV_ADVERT && is_better(r, ev->advert)))
			return VRRP_BACKUP;
	}
	return w->state;
}

/* Why it went there, as log and scripts are told. */
static enum vrrp_why
reason(const struct sim_router *r, const struct vrrp_event *ev)
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
		if (w->state == VRRP_MASTER)
			return VRRP_WHY_LINK;
		if (r->vr.conf->owner)
			return VRRP_WHY_OWNER;
		if (w->resigned)
			return VRRP_WHY_RESIGNED;
		return r->now >= w->preempt ? VRRP_WHY_PREEMPT :
		    VRRP_WHY_SILENCE;
	default:
		return VRRP_WHY_OPERATOR;
	}
}

/* --- timers and actions ------------------------------------------------- */

static void
learn(struct sim_router *r, const struct vrrp_advert *adv)
{
	r->watch.interval = greater(adv->interval, r->vr.conf->min_interval);
}

static void
begin_backup(struct sim_router *r, const struct vrrp_event *ev)
{
	struct sim_watch *w = &r->watch;
	const struct vrrp_conf *conf = r->vr.conf;
	usec_t down;

	if (ev->type == VRRP_EV_ADVERT)
		learn(r, ev->advert);
	down = down_interval(conf, w->interval);
	if (ev->type == VRRP_EV_FAULT) {
		w->hold = greater(w->hold, r->now + (down << w->faults));
		if (w->faults < DOUBLINGS)
			w->faults++;
	}
	/* An owner waits for nothing but its delays. */
	w->due = r->now + (conf->owner && w->state == VRRP_INITIALIZE ? 0 :
	    down);
}

static void
backup_heard(struct sim_router *r, const struct vrrp_advert *adv)
{
	struct sim_watch *w = &r->watch;
	const struct vrrp_conf *conf = r->vr.conf;
	usec_t due = greater(w->due, w->hold);

	w->resigned = adv->priority == 0;
	if (adv->priority > 0 && adv->priority < conf->priority &&
	    (conf->preempt || conf->owner)) {
		if (w->preempt == VRRP_NEVER)
			w->preempt = conf->preempt_delay == 0 ? due :
			    greater(due, r->now + conf->preempt_delay);
		/* P-29: while the delay runs it is respected as a Master. */
		if (due < w->preempt) {
			learn(r, adv);
			w->due = lesser(r->now + down_interval(conf,
			    w->interval), w->preempt);
		}
		return;
	}
	w->preempt = VRRP_NEVER;
	if (adv->priority == 0) {
		w->due = r->now + skew(conf, w->interval);
		return;
	}
	learn(r, adv);
	w->due = r->now + down_interval(conf, w->interval);
}

static unsigned
start_announcing(struct sim_router *r)
{
	r->watch.rounds = ROUNDS - 1;
	r->watch.announce = r->now + GAP;
	return VRRP_ACT_ANNOUNCE;
}

static unsigned
speak(struct sim_router *r)
{
	r->watch.due = r->now + r->vr.conf->interval;
	return VRRP_ACT_ADVERT;
}

/* Adverts do not drift, and none comes twice; rounds have their gaps. */
static unsigned
master_timer_fired(struct sim_router *r)
{
	struct sim_watch *w = &r->watch;
	const struct vrrp_conf *conf = r->vr.conf;
	unsigned actions = 0;

	if (r->now >= w->due) {
		actions = VRRP_ACT_ADVERT;
		w->replies = w->faults = 0;
		w->due += conf->interval;
		if (w->due <= r->now)
			w->due = r->now + conf->interval;
	}
	if (r->now < w->announce)
		return actions;
	w->doubts = 0;
	if (w->rounds > 0)
		w->rounds--;
	w->announce = w->rounds > 0 ? r->now + GAP :
	    conf->refresh == 0 ? VRRP_NEVER : r->now + conf->refresh;
	return actions | VRRP_ACT_ANNOUNCE;
}

/*
 * Others may have misled the neighbours: they are told at once, twice between
 * two timed rounds, and by these.
 */
static unsigned
master_doubted(struct sim_router *r)
{
	struct sim_watch *w = &r->watch;

	if (w->quiet || w->doubts == DOUBTS)
		return 0;
	w->doubts++;
	return start_announcing(r);
}

/* RFC 9568 6.4.3, and the limits of C01 and F04 */
static unsigned
master_heard(struct sim_router *r, const struct vrrp_advert *adv)
{
	struct sim_watch *w = &r->watch;
	unsigned actions = 0;

	if (!w->quiet && w->replies < REPLIES && w->sent != r->now) {
		w->replies++;
		actions = speak(r);
	}
	return adv->priority == 0 ? actions : actions | master_doubted(r);
}

/* It has no carrier now, or has it again. */
static unsigned
master_carrier(struct sim_router *r, bool quiet)
{
	struct sim_watch *w = &r->watch;
	const struct vrrp_conf *conf = r->vr.conf;

	if (quiet == w->quiet)
		return 0;
	w->quiet = quiet;
	if (!quiet)
		return speak(r) | start_announcing(r);
	w->announce = VRRP_NEVER;
	w->due = greater(r->now, w->sent +
	    (conf->down_adverts - 1) * conf->interval);
	return 0;
}

/* What a Master that stays one does. */
static unsigned
follow_master(struct sim_router *r, const struct vrrp_event *ev)
{
	switch (ev->type) {
	case VRRP_EV_TIMER:
		return master_timer_fired(r);
	case VRRP_EV_ADVERT:
		return master_heard(r, ev->advert);
	case VRRP_EV_CARRIER_LOST:
		return master_carrier(r, true);
	case VRRP_EV_LINK_UP:
		return master_carrier(r, false);
	case VRRP_EV_ANNOUNCE:
		return r->watch.quiet ? 0 : start_announcing(r);
	case VRRP_EV_DOUBT:
		return master_doubted(r);
	default:
		return 0;
	}
}

/* What goes with a change of state, and the timers afterwards. */
static unsigned
follow_change(struct sim_router *r, const struct vrrp_event *ev)
{
	struct sim_watch *w = &r->watch;
	unsigned actions = VRRP_ACT_NOTIFY;

	if (w->state == VRRP_MASTER)
		actions |= VRRP_ACT_RELEASE | (ev->type == VRRP_EV_ADVERT ?
		    VRRP_ACT_ADVERT : VRRP_ACT_RESIGN);
	w->resigned = w->quiet = false;
	w->preempt = w->announce = VRRP_NEVER;
	w->since = r->now;
	if (r->vr.state == VRRP_INITIALIZE) {
		w->due = VRRP_NEVER;
	} else if (r->vr.state == VRRP_BACKUP) {
		begin_backup(r, ev);
	} else {
		w->interval = r->vr.conf->interval;	/* P-45 */
		w->replies = w->doubts = 0;
		actions |= VRRP_ACT_ACQUIRE | speak(r) | start_announcing(r);
	}
	return actions;
}

/* Returns what is to be done. */
static unsigned
follow(struct sim_router *r, const struct vrrp_event *ev)
{
	struct sim_watch *w = &r->watch;
	unsigned actions = 0;

	if (ev->type == VRRP_EV_LINK_UP && w->state == VRRP_INITIALIZE) {
		w->interval = r->vr.conf->interval;
		w->hold = greater(w->hold, r->now + r->vr.conf->start_delay);
	}
	if (ev->type == VRRP_EV_TAKE && w->state == VRRP_BACKUP)
		w->hold = r->now;
	if (r->vr.state != w->state)
		actions = follow_change(r, ev);
	else if (w->state == VRRP_MASTER)
		actions = follow_master(r, ev);
	else if (w->state == VRRP_BACKUP && ev->type == VRRP_EV_ADVERT)
		backup_heard(r, ev->advert);
	if (actions & VRRP_ACT_ADVERT)
		w->sent = r->now;
	return actions;
}

/* When it must want its timer. */
static usec_t
next_deadline(const struct sim_router *r)
{
	const struct sim_watch *w = &r->watch;

	return w->state == VRRP_BACKUP ? greater(w->due, w->hold) :
	    lesser(w->due, w->announce);
}

static void
check_heard(struct sim *s, struct sim_router *r, const struct vrrp_advert *adv)
{
	const struct vrrp *vr = &r->vr;

	rule(s, r, vr->heard_at == r->now &&
	    vr->master_priority == adv->priority &&
	    memcmp(&vr->master, &adv->src, sizeof(adv->src)) == 0,
	    "does not know whom it heard");
	/* Seen on the wire by those that read its adverts. */
	if (vr->conf->checksum == VRRP_SUM_AUTO)
		r->watch.pseudo_header = adv->sum == VRRP_SUM_PSEUDO;
}

/* After a step, before anything of it is done. */
void
rules_step(struct sim *s, struct sim_router *r, const struct vrrp_event *ev,
    unsigned actions)
{
	const struct vrrp *vr = &r->vr;
	struct sim_watch *w = &r->watch;
	enum vrrp_state state = wanted(r, ev);
	unsigned right;

	if (vr->state != state) {
		sim_fail(s, "r%u: %s, it must be %s", r->index + 1,
		    vrrp_state_name(vr->state), vrrp_state_name(state));
		return;
	}
	rule(s, r, vr->why == (state == w->state ? w->why : reason(r, ev)),
	    "gives another reason");
	if (ev->type == VRRP_EV_ADVERT && w->state != VRRP_INITIALIZE)
		check_heard(s, r, ev->advert);
	right = follow(r, ev);
	w->state = state;
	w->why = vr->why;
	if (actions != right)
		sim_fail(s, "r%u: the actions are 0x%x, they must be 0x%x",
		    r->index + 1, actions, right);
	rule(s, r, vr->since == w->since, "does not know since when");
	rule(s, r, vrrp_deadline(vr) >= next_deadline(r),
	    "its timer ends too early");
	rule(s, r, vrrp_deadline(vr) <= next_deadline(r),
	    "its timer ends too late");
	rule(s, r, ev->type != VRRP_EV_TIMER || vrrp_deadline(vr) > r->now,
	    "the timer was served and is due again");
}

/* --- the host ----------------------------------------------------------- */

static bool
is_usable(const struct sim_router *r)
{
	return host_connected(r) &&
	    !(r->weather & (1 << SIM_SMALL | 1 << SIM_NO_ADDRESS));
}

/* The one address that it has, or the one that is to stay. */
static bool
has_source(const struct sim_router *r)
{
	const unsigned i = r->host.renumbered, next = (i + 1) % SIM_OWN;

	return memcmp(&r->source, &r->pool[i], sizeof(r->source)) == 0 ||
	    (sim_is(r, SIM_RENUMBER) &&
	    memcmp(&r->source, &r->pool[next], sizeof(r->source)) == 0);
}

/* What a Master must have, and nobody else may. */
static void
check_held(struct sim *s, struct sim_router *r)
{
	const struct sim_host *h = &r->host;
	const bool master = r->vr.state == VRRP_MASTER;
	const bool vmac = r->vr.conf->vmac;
	uint8_t mac[VRRP_MAC_LEN];

	vrrp_mac(mac, r->vr.conf);
	if (!r->vr.conf->owner)
		rule(s, r, h->complete == master, "addresses iff Master");
	rule(s, r, memcmp(h->mac, master && vmac && !r->macvlan ? mac :
	    h->own_mac, VRRP_MAC_LEN) == 0, "the virtual MAC iff Master");
	if (!vmac || !r->macvlan)
		return;
	rule(s, r, h->device && memcmp(h->device_mac, mac, VRRP_MAC_LEN) == 0 &&
	    h->device_mtu == r->seen.mtu, "has no macvlan as it should be");
	rule(s, r, h->device_up == master, "the macvlan is up iff Master");
}

/* No router is deaf or lame for long while its interface can be used. */
void
rules_host(struct sim *s, struct sim_router *r)
{
	const usec_t ago = s->now - r->changed;

	if (s->failed || !r->running || r->dirty || sim_is(r, SIM_STALL) ||
	    ago <= SOON)
		return;
	if (r->unseen) {
		rule(s, r, ago <= LOOK, "does not look at its host");
		return;
	}
	if (!is_usable(r)) {
		rule(s, r, r->watch.quiet || r->vr.state == VRRP_INITIALIZE,
		    "goes on without a usable interface");
		return;
	}
	rule(s, r, r->vr.state != VRRP_INITIALIZE && !r->watch.quiet &&
	    host_open(r), "is deaf though its interface is fine");
	rule(s, r, has_source(r), "sends from an address that it has not");
	if (r->fault)
		return;
	if (!(r->weather & BAD_SPELL))
		check_held(s, r);
	rule(s, r, r->vr.state != VRRP_MASTER ||
	    r->watch.told >= r->misled,
	    "does not announce after a flap, or a loss");
}

/* Nothing that was due is left when the turn is over. */
void
rules_turn(struct sim *s, struct sim_router *r)
{
	rule(s, r, !r->running || r->now < vrrp_deadline(&r->vr),
	    "a deadline was missed");
	rule(s, r, r->running || !r->host.complete || r->vr.conf->owner,
	    "addresses of a dead router");
	rules_host(s, r);
}

/* --- the LAN ------------------------------------------------------------ */

usec_t
rules_longest_interval(const struct sim *s)
{
	usec_t longest = s->cured ? s->alien_conf.interval : 0;
	const struct vrrp_conf *conf;
	unsigned i, k;

	for (i = 0; i < s->n; i++)
		for (k = 0; k < SIM_VARIANTS; k++) {
			conf = &s->router[i].conf[k];
			longest = greater(longest, greater(conf->interval,
			    conf->min_interval));
		}
	return longest;
}

/*
 * From now on, with nothing wrong any more: Master_Down_Interval of the
 * slowest, or what is left of a start delay or a fault's hold, or the whole
 * start delay if the link is still to come; a preempt delay; an interval; by
 * the slowest of the clocks.
 */
usec_t
rules_settling_time(const struct sim *s)
{
	usec_t longest = rules_longest_interval(s), down = 0, delay = 0, all;
	const struct sim_router *r;
	unsigned i;

	for (i = 0; i < s->n; i++) {
		r = &s->router[i];
		if (!r->running)
			continue;
		down = greater(down, down_interval(r->vr.conf, longest));
		down = greater(down, r->watch.hold - sim_local(r, s->now));
		if (r->watch.state == VRRP_INITIALIZE)
			down = greater(down, r->vr.conf->start_delay);
		delay = greater(delay, r->vr.conf->preempt_delay);
	}
	all = down + delay + longest + 4 * s->delay_max + 4 * SIM_TURN;
	return all + all / 99 + 1;
}

/* If one of those that can must be the Master: which; else SIM_ALL. */
static unsigned
rightful_master(const struct sim *s)
{
	unsigned best = SIM_ALL, ties = 0, i;
	const struct vrrp_conf *conf;
	int most = -1;

	for (i = 0; i < s->n; i++) {
		conf = s->router[i].vr.conf;
		if (!s->router[i].running || !is_usable(&s->router[i]) ||
		    conf->priority < most)
			continue;
		ties = conf->priority == most ? ties + 1 : 0;
		most = conf->priority;
		best = i;
	}
	if (best == SIM_ALL || ties > 0)
		return SIM_ALL;
	conf = s->router[best].vr.conf;
	return conf->preempt || conf->owner ? best : SIM_ALL;
}

/*
 * Whether one Master is to be expected: nothing is wrong but interfaces that
 * cannot be used, of which the routers know, and all routers go together.
 */
static bool
is_calm(const struct sim *s)
{
	const struct sim_router *r, *first = NULL;
	unsigned i;

	for (i = 0; i < s->nfault; i++)
		if (s->active >> i & 1 && (s->fault[i].kind >= SIM_CUT ||
		    1 << s->fault[i].kind & BAD_SPELL))
			return false;
	for (i = 0; i < s->n; i++) {
		r = &s->router[i];
		if (!r->running)
			continue;
		if (r->unseen || (first != NULL &&
		    !rules_compatible(r->vr.conf, first->vr.conf)))
			return false;
		first = r;
	}
	return true;
}

/* Something happened: until when all is to be well again. */
void
rules_disturbed(struct sim *s)
{
	usec_t late = 0;
	unsigned i;

	for (i = 0; i < s->nfault; i++)
		if (s->fault[i].kind == SIM_SLOW)
			late = greater(late, s->fault[i].value);
	s->calm_at = is_calm(s) ? s->now + late + rules_settling_time(s) +
	    s->delay_max + 1000 + SIM_TURN : VRRP_NEVER;
}

static void
check_switches(struct sim *s, unsigned master)
{
	const struct vrrp_conf *conf = s->router[master].vr.conf;
	unsigned i;

	/* The switches keep account of one virtual MAC only. */
	if (!conf->vmac || conf->vrid != s->alien_conf.vrid)
		return;
	for (i = 0; i < s->n; i++)
		if (host_connected(&s->router[i]) && s->fdb[i] != master)
			sim_fail(s, "beside r%u, the switch has the virtual "
			    "MAC at the port of r%u; the Master is r%u", i + 1,
			    s->fdb[i] + 1, master + 1);
}

/* Long after what happened last, and before something happens again. */
void
rules_lan(struct sim *s)
{
	unsigned master = SIM_ALL, right = rightful_master(s), able = 0, i;
	unsigned masters = sim_masters(s, &master);

	for (i = 0; i < s->n; i++) {
		rules_host(s, &s->router[i]);
		able += s->router[i].running && is_usable(&s->router[i]);
	}
	if (s->failed || s->now <= s->calm_at)
		return;
	if (masters != (able > 0))
		sim_fail(s, "%u Masters, all well for long", masters);
	else if (right != SIM_ALL && right != master)
		sim_fail(s, "r%u is Master, r%u must be", master + 1,
		    right + 1);
	else if (s->changed_at > s->calm_at)
		sim_fail(s, "a change of state, all well for long");
	else if (masters == 1)
		check_switches(s, master);
}
