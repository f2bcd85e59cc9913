/*
 * The LAN of check_model: its moves, and its states packed into octets.  An
 * advert reaches each router at any time after it was sent, in any order, or
 * never; while the network is whole it arrives before the time goes on.
 */
#include "model.h"

#include <string.h>

enum {
	OFF_THE_GRID = 254,
	NEVER = 255,
	PACKED = 9		/* octets of struct vrrp, of the rules */
};

static void
broken(struct world *w, unsigned router, const char *law)
{
	if (w->broken == NULL && law != NULL) {
		w->broken = law;
		w->broken_at = router;
	}
}

void
model_start(struct world *w, const struct lan *lan)
{
	unsigned i;

	memset(w, 0, sizeof(*w));
	w->lan = lan;
	for (i = 0; i < lan->n; i++) {
		struct node *node = &w->node[i];

		vrrp_init(&node->vr, &lan->conf[i], MODEL_NOW);
		node->vr.source.octet[3] = (uint8_t)(i + 1);
		rules_init(&node->rules, &lan->conf[i]);
	}
}

/* What is only shown to people, or means nothing in this state, is dropped. */
static void
mask(struct node *node, const struct lan *lan)
{
	struct vrrp *vr = &node->vr;
	struct rules *r = &node->rules;

	vr->why = VRRP_WHY_START;
	vr->since = MODEL_NOW - 1;
	vr->heard_at = VRRP_NEVER;
	vr->master_priority = 0;
	memset(&vr->master, 0, sizeof(vr->master));
	vr->pseudo_header = false;
	if (vr->hold_until < MODEL_NOW)
		vr->hold_until = MODEL_NOW;
	if (vr->state != VRRP_MASTER) {
		vr->sent_at = MODEL_NOW - MODEL_PAST * MODEL_TICK;
		vr->replies_left = 0;
	}
	if (vr->state != VRRP_MASTER)
		vr->doubts_left = r->doubts = 0;
	if (lan->coarse) {
		vr->doubts_left = vr->state == VRRP_MASTER ? VRRP_DOUBTS : 0;
		r->doubts = 0;
		vr->announce_left = r->rounds = 0;
		vr->announce_deadline = VRRP_NEVER;
		r->announce = MODEL_NEVER;
		vr->replies_left = vr->state == VRRP_MASTER ? VRRP_REPLIES : 0;
		r->replies = 0;
	}
}

static uint8_t
pack_ticks(int t)
{
	if (t == MODEL_NEVER)
		return NEVER;
	if (t < -MODEL_PAST || t + MODEL_PAST >= OFF_THE_GRID)
		return OFF_THE_GRID;
	return (uint8_t)(t + MODEL_PAST);
}

static int
unpack_ticks(uint8_t octet)
{
	return octet == NEVER ? MODEL_NEVER : octet - MODEL_PAST;
}

static uint8_t
pack_time(usec_t t)
{
	if (t == VRRP_NEVER)
		return NEVER;
	if (t < MODEL_NOW - MODEL_PAST * MODEL_TICK ||
	    (t - MODEL_NOW) % MODEL_TICK != 0)
		return OFF_THE_GRID;
	return pack_ticks((int)((t - MODEL_NOW) / MODEL_TICK));
}

static usec_t
unpack_time(uint8_t octet)
{
	return octet == NEVER ? VRRP_NEVER :
	    MODEL_NOW + (octet - MODEL_PAST) * MODEL_TICK;
}

static void
pack_vrrp(uint8_t *p, const struct vrrp *vr)
{
	p[0] = (uint8_t)(vr->state | vr->quiet << 2 | vr->resigned << 3 |
	    (vr->replies_left & 15) << 4);
	p[1] = (uint8_t)((vr->faults & 15) | (vr->announce_left & 15) << 4);
	p[2] = pack_time(vr->deadline);
	p[3] = pack_time(vr->announce_deadline);
	p[4] = pack_time(vr->hold_until);
	p[5] = pack_time(vr->preempt_deadline);
	p[6] = pack_time(vr->sent_at);
	p[7] = pack_time(MODEL_NOW + vr->master_interval);
	p[8] = (uint8_t)vr->doubts_left;
}

static void
unpack_vrrp(struct vrrp *vr, const uint8_t *p)
{
	vr->state = p[0] & 3;
	vr->quiet = p[0] >> 2 & 1;
	vr->resigned = p[0] >> 3 & 1;
	vr->replies_left = p[0] >> 4;
	vr->faults = p[1] & 15;
	vr->announce_left = p[1] >> 4;
	vr->deadline = unpack_time(p[2]);
	vr->announce_deadline = unpack_time(p[3]);
	vr->hold_until = unpack_time(p[4]);
	vr->preempt_deadline = unpack_time(p[5]);
	vr->sent_at = unpack_time(p[6]);
	vr->master_interval = unpack_time(p[7]) - MODEL_NOW;
	vr->doubts_left = p[8];
}

static void
pack_rules(uint8_t *p, const struct rules *r)
{
	p[0] = (uint8_t)(r->state | r->quiet << 2 | r->zero << 3 |
	    r->replies << 4);
	p[1] = (uint8_t)(r->faults | r->rounds << 4);
	p[2] = pack_ticks(r->due);
	p[3] = pack_ticks(r->announce);
	p[4] = pack_ticks(r->hold);
	p[5] = pack_ticks(r->preempt);
	p[6] = pack_ticks(r->sent);
	p[7] = pack_ticks(r->interval);
	p[8] = r->doubts;
}

static void
unpack_rules(struct rules *r, const uint8_t *p)
{
	r->state = p[0] & 3;
	r->quiet = p[0] >> 2 & 1;
	r->zero = p[0] >> 3 & 1;
	r->replies = p[0] >> 4;
	r->faults = p[1] & 15;
	r->rounds = p[1] >> 4;
	r->due = unpack_ticks(p[2]);
	r->announce = unpack_ticks(p[3]);
	r->hold = unpack_ticks(p[4]);
	r->preempt = unpack_ticks(p[5]);
	r->sent = unpack_ticks(p[6]);
	r->interval = unpack_ticks(p[7]);
	r->doubts = p[8];
}

unsigned
model_key_len(const struct lan *lan)
{
	return (lan->n * MODEL_NODE_LEN + MODEL_WIRE + 7) / 8 * 8;
}

/* The wire has no order: one form for each set of adverts under way. */
static void
pack_wire(uint8_t *p, const struct world *w)
{
	unsigned i, j;

	memset(p, 0, MODEL_WIRE);
	for (i = 0; i < w->nwire; i++) {
		const struct flight *f = &w->wire[i];
		uint8_t octet = (uint8_t)(f->from | f->zero << 2 | f->to << 3);

		for (j = i; j > 0 && p[j - 1] < octet; j--)
			p[j] = p[j - 1];
		p[j] = octet;
	}
}

/* key[model_key_len()]; a time that the key cannot hold breaks a law. */
void
model_pack(uint8_t *key, struct world *w)
{
	unsigned i, j;

	memset(key, 0, model_key_len(w->lan));
	for (i = 0; i < w->lan->n; i++) {
		uint8_t *p = key + i * MODEL_NODE_LEN;

		mask(&w->node[i], w->lan);
		pack_vrrp(p, &w->node[i].vr);
		pack_rules(p + PACKED, &w->node[i].rules);
		for (j = 2; j < PACKED; j++)
			if (p[j] == OFF_THE_GRID)
				broken(w, i, "every time is on the grid and "
				    "not far from now");
	}
	pack_wire(key + w->lan->n * MODEL_NODE_LEN, w);
}

void
model_unpack(struct world *w, const struct lan *lan, const uint8_t *key)
{
	const uint8_t *p;
	unsigned i;

	model_start(w, lan);
	for (i = 0; i < lan->n; i++) {
		p = key + i * MODEL_NODE_LEN;
		unpack_vrrp(&w->node[i].vr, p);
		unpack_rules(&w->node[i].rules, p + PACKED);
		mask(&w->node[i], lan);
	}
	p = key + lan->n * MODEL_NODE_LEN;
	for (i = 0; i < MODEL_WIRE && p[i] != 0; i++) {
		w->wire[i].from = p[i] & 3;
		w->wire[i].zero = p[i] >> 2 & 1;
		w->wire[i].to = p[i] >> 3;
	}
	w->nwire = i;
}

/* A full wire loses the advert; a whole one is never full. */
static void
transmit(struct world *w, unsigned from, bool zero)
{
	unsigned to = ((1U << w->lan->n) - 1) & ~(1U << from);

	if (!w->whole && w->nwire >= w->lan->flights)
		return;
	if (w->nwire == MODEL_WIRE) {
		broken(w, from, "no storm of adverts in one instant");
		return;
	}
	w->wire[w->nwire].from = (uint8_t)from;
	w->wire[w->nwire].zero = zero;
	w->wire[w->nwire++].to = (uint8_t)to;
}

static unsigned
step(struct world *w, unsigned i, const struct vrrp_event *ev)
{
	struct node *node = &w->node[i];
	struct vrrp before = node->vr;
	unsigned actions = vrrp_step(&node->vr, ev, MODEL_NOW);

	broken(w, i, rules_step(node, &before, ev, actions));
	if (actions & VRRP_ACT_RESIGN)
		transmit(w, i, true);
	if (actions & VRRP_ACT_ADVERT)
		transmit(w, i, false);
	return actions;
}

/* This advert is no more on its way to this router. */
static struct flight
land(struct world *w, unsigned slot, unsigned router)
{
	struct flight f = w->wire[slot];

	w->wire[slot].to &= (uint8_t)~(1U << router);
	if (w->wire[slot].to == 0)
		w->wire[slot] = w->wire[--w->nwire];
	return f;
}

static unsigned
hear(struct world *w, unsigned slot, unsigned i)
{
	struct flight f = land(w, slot, i);
	const struct vrrp_conf *conf = &w->lan->conf[f.from];
	struct vrrp_advert adv = { .src = w->node[f.from].vr.source,
	    .priority = f.zero ? 0 : conf->priority,
	    .interval = conf->interval };
	struct vrrp_event ev = { VRRP_EV_ADVERT, &adv };

	/* As advert_check() does: an owner is deaf (R3768-7.1-6). */
	if (w->lan->conf[i].owner)
		return 0;
	return step(w, i, &ev);
}

/* Everything comes nearer; what must not lie in the past shows it. */
static void
tick(struct world *w)
{
	unsigned i;

	for (i = 0; i < w->lan->n; i++) {
		struct vrrp *vr = &w->node[i].vr;

		if (vr->deadline != VRRP_NEVER)
			vr->deadline -= MODEL_TICK;
		if (vr->announce_deadline != VRRP_NEVER)
			vr->announce_deadline -= MODEL_TICK;
		if (vr->preempt_deadline != VRRP_NEVER)
			vr->preempt_deadline -= MODEL_TICK;
		vr->hold_until -= MODEL_TICK;
		if (vr->state == VRRP_MASTER)
			vr->sent_at -= MODEL_TICK;
		broken(w, i, rules_tick(&w->node[i], w->lan->late));
	}
}

/* Returns the actions of the router. */
unsigned
model_apply(struct world *w, struct move m)
{
	struct vrrp_event ev = { VRRP_EV_TIMER, NULL };
	struct node *node = &w->node[m.router];

	switch (m.type) {
	case MOVE_TICK:
		tick(w);
		break;
	case MOVE_HEAR:
		return hear(w, m.arg, m.router);
	case MOVE_LOSE:
		land(w, m.arg, m.router);
		break;
	case MOVE_CRASH:
		vrrp_init(&node->vr, node->vr.conf, MODEL_NOW);
		node->vr.source.octet[3] = (uint8_t)(m.router + 1);
		rules_init(&node->rules, node->vr.conf);
		break;
	case MOVE_EVENT:
		ev.type = m.arg;
		/* FALLTHROUGH */
	default:
		return step(w, m.router, &ev);
	}
	return 0;
}

static unsigned
put(struct move *m, unsigned n, unsigned type, unsigned router, unsigned arg)
{
	m[n].type = (uint8_t)type;
	m[n].router = (uint8_t)router;
	m[n].arg = (uint8_t)arg;
	return n + 1;
}

/* How many ticks the most overdue timer is late; negative: none is due. */
static int
lateness(const struct world *w)
{
	int late, most = -1;
	unsigned i;

	for (i = 0; i < w->lan->n; i++) {
		usec_t deadline = vrrp_deadline(&w->node[i].vr);

		if (deadline > MODEL_NOW)
			continue;
		late = (int)((MODEL_NOW - deadline) / MODEL_TICK);
		if (late > most)
			most = late;
	}
	return most;
}

static unsigned
timers(struct move *m, unsigned n, const struct world *w)
{
	unsigned i;

	for (i = 0; i < w->lan->n; i++)
		if (vrrp_deadline(&w->node[i].vr) <= MODEL_NOW)
			n = put(m, n, MOVE_TIMER, i, 0);
	return n;
}

static unsigned
flights(struct move *m, unsigned n, const struct world *w, unsigned type)
{
	unsigned i, slot;

	for (slot = 0; slot < w->nwire; slot++)
		for (i = 0; i < w->lan->n; i++)
			if (w->wire[slot].to >> i & 1)
				n = put(m, n, type, i, slot);
	return n;
}

/* Everything that can happen next; m[MODEL_MOVES] */
unsigned
model_moves(struct move *m, const struct world *w)
{
	unsigned i, type, n = 0;

	if (lateness(w) < w->lan->late)
		n = put(m, n, MOVE_TICK, 0, 0);
	n = timers(m, n, w);
	n = flights(m, n, w, MOVE_HEAR);
	n = flights(m, n, w, MOVE_LOSE);
	for (i = 0; i < w->lan->n; i++) {
		for (type = 0; type <= VRRP_EV_DOUBT; type++)
			if ((w->lan->events >> type & 1) &&
			    (type != VRRP_EV_FAULT ||
			    w->node[i].vr.faults < w->lan->faults))
				n = put(m, n, MOVE_EVENT, i, type);
		if (w->lan->crashes)
			n = put(m, n, MOVE_CRASH, i, 0);
	}
	return n;
}

/*
 * What can happen next in a network that is whole: carriers are back at once,
 * adverts arrive in any order before the time goes on, timers are served.
 */
unsigned
model_calm_moves(struct move *m, const struct world *w)
{
	unsigned i, n = 0;

	for (i = 0; i < w->lan->n; i++)
		if (w->node[i].vr.quiet)
			return put(m, 0, MOVE_EVENT, i, VRRP_EV_LINK_UP);
	n = timers(m, n, w);
	n = flights(m, n, w, MOVE_HEAR);
	if (n == 0)
		n = put(m, n, MOVE_TICK, 0, 0);
	return n;
}

/* Must the best one be Master?  Else any one will do. */
static bool
strict(const struct lan *lan)
{
	unsigned i, j;

	for (i = 0; i < lan->n; i++) {
		if (!lan->conf[i].preempt && !lan->conf[i].owner)
			return false;
		for (j = 0; j < i; j++)
			if (lan->conf[i].priority == lan->conf[j].priority)
				return false;
	}
	return true;
}

/* Not exactly one Master, or not the one that it should be. */
bool
model_wrong(const struct world *w)
{
	unsigned i, up = 0, masters = 0, best = 0, priority = 0;

	for (i = 0; i < w->lan->n; i++) {
		const struct vrrp *vr = &w->node[i].vr;

		if (vr->state == VRRP_INITIALIZE)
			continue;
		up++;
		if (vr->conf->priority > best)
			best = vr->conf->priority;
		if (vr->state == VRRP_MASTER) {
			masters++;
			priority = vr->conf->priority;
		}
	}
	if (up == 0)
		return false;
	return masters != 1 || (strict(w->lan) && priority != best);
}

/*
 * In how many ticks a whole network must come to one Master: the slowest
 * Master_Down_Interval and an interval; delays that the operator asked for, or
 * that faults have earned, come before.
 */
int
model_bound(const struct world *w)
{
	int down = 0, interval = 0, wait = 0;
	unsigned i;

	for (i = 0; i < w->lan->n; i++) {
		const struct vrrp_conf *conf = &w->lan->conf[i];
		int t = (int)(conf->interval / MODEL_TICK);

		if (t > interval)
			interval = t;
	}
	for (i = 0; i < w->lan->n; i++) {
		const struct vrrp_conf *conf = &w->lan->conf[i];
		struct rules r = { .interval = interval };
		int t = rules_down_interval(&r, conf);

		if (t > down)
			down = t;
		t = (int)(conf->preempt_delay / MODEL_TICK);
		if (w->node[i].rules.hold > t)
			t = w->node[i].rules.hold;
		if (t > wait)
			wait = t;
	}
	return down + interval + wait;
}
