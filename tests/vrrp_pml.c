/*
 * The LAN of vrrp.pml: wakes a router's struct vrrp from its few octets, lets
 * the daemon's own fsm.c take one step, and stores it again.
 */
#include "vrrp_pml.h"
#include "vrrp.h"

#include <stdlib.h>
#include <string.h>

enum {
	NEVER = 255,
	PAST = 8,			/* ticks back that can be stored */
	SECOND = 4
};

#define TICK	(VRRP_SECOND / SECOND)
#define NOW	(1000 * VRRP_SECOND)

struct pml pml;

/* Skews of 0.75, 0.5 and 0.25 s: whole ticks, worked out by hand */
static const uint8_t priority[] = { 64, 128, 192 };
static const uint8_t skew[] = { 3, 2, 1 };

static uint8_t
down(int i)
{
	return (uint8_t)(DOWN * SECOND + skew[i]);
}

static uint8_t
store_time(usec_t t)
{
	if (t == VRRP_NEVER)
		return NEVER;
	if ((t - NOW) % TICK != 0 || t < NOW - PAST * TICK)
		pml.broken = true;
	return (uint8_t)((t - NOW) / TICK + PAST);
}

static usec_t
wake_time(uint8_t octet)
{
	return octet == NEVER ? VRRP_NEVER : NOW + (octet - PAST) * TICK;
}

static void
wake(struct vrrp *vr, struct vrrp_conf *conf, int i)
{
	const struct pml_router *r = &pml.router[i];

	memset(conf, 0, sizeof(*conf));
	conf->version = 2;
	conf->priority = priority[i];
	conf->preempt = true;
	conf->interval = VRRP_SECOND;
	conf->down_adverts = DOWN;
	vrrp_init(vr, conf, NOW);
	vr->source.octet[3] = (uint8_t)(i + 1);
	vr->state = r->state;
	vr->deadline = wake_time(r->deadline);
	vr->preempt_deadline = wake_time(r->preempt);
	vr->sent_at = wake_time(r->sent);
	vr->replies_left = VRRP_REPLIES;
}

static void
store(const struct vrrp *vr, int i)
{
	struct pml_router *r = &pml.router[i];

	r->state = (uint8_t)vr->state;
	r->deadline = store_time(vr->deadline);
	r->preempt = store_time(vr->preempt_deadline);
	r->sent = vr->state == VRRP_MASTER ? store_time(vr->sent_at) : 0;
}

/* A full wire loses it: then all is not well. */
static void
transmit(int from, bool zero)
{
	int s;

	for (s = 0; s < FLIGHTS; s++) {
		struct pml_flight *f = &pml.wire[s];

		if (f->to != 0)
			continue;
		f->from = (uint8_t)from;
		f->to = (uint8_t)(((1 << ROUTERS) - 1) & ~(1 << from));
		f->zero = zero;
		f->age = 0;
		return;
	}
	pml.calm = 0;
}

/* The wire has no order: of equal LANs one form. */
static void
sort_wire(void)
{
	int i, j;

	for (i = 1; i < FLIGHTS; i++)
		for (j = i; j > 0 && memcmp(&pml.wire[j], &pml.wire[j - 1],
		    sizeof(pml.wire[j])) > 0; j--) {
			struct pml_flight f = pml.wire[j];

			pml.wire[j] = pml.wire[j - 1];
			pml.wire[j - 1] = f;
		}
}

/* Timers are served and adverts arrive before it is too late for them. */
static bool
can_tick(void)
{
	int i;

	for (i = 0; i < ROUTERS; i++)
		if (pml.due[i])
			return false;
	for (i = 0; i < FLIGHTS; i++)
		if (pml.wire[i].to != 0 && pml.wire[i].age >= DELAY)
			return false;
	return true;
}

/*
 * At the end of each instant: no take-over was early, none is overdue, and
 * when nothing went wrong for the slowest Master_Down_Interval, counted from
 * the latest arrival of what was sent before, the best router is Master alone.
 */
static bool
in_order(void)
{
	int i, best = -1, masters = 0;

	if (pml.broken)
		return false;
	for (i = 0; i < ROUTERS; i++) {
		const struct pml_router *r = &pml.router[i];

		if (r->state == VRRP_BACKUP && r->wait == 0)
			return false;
		if (r->state != VRRP_INITIALIZE)
			best = i;
		masters += r->state == VRRP_MASTER;
	}
	if (best == -1 || pml.calm < down(0) + DELAY - SOONER)
		return true;
	return masters == 1 && pml.router[best].state == VRRP_MASTER;
}

static void
settle(void)
{
	int i, s;

	sort_wire();
	for (i = 0; i < ROUTERS; i++) {
		pml.up[i] = pml.router[i].state != VRRP_INITIALIZE;
		pml.due[i] = pml.router[i].deadline <= PAST;
		for (s = 0; s < FLIGHTS; s++)
			pml.way[s][i] = pml.wire[s].to >> i & 1;
	}
	pml.can_tick = can_tick();
	pml.in_order = in_order();
}

/*
 * No take-over before the time (R3768-6.4.2-5); a Master says that it stops
 * (R3768-6.4.3-5) and that it lives when another stops (R3768-6.4.3-7), once
 * in an instant.
 */
static bool
is_wrong(enum vrrp_state from, const struct vrrp *vr,
    const struct vrrp_event *ev, unsigned actions, const struct pml_router *r)
{
	if (from == VRRP_BACKUP && vr->state == VRRP_MASTER)
		return r->wait > 0;
	if (from != VRRP_MASTER)
		return false;
	if (ev->type == VRRP_EV_SHUTDOWN)
		return (actions & VRRP_ACT_RESIGN) == 0;
	if (ev->type == VRRP_EV_ADVERT && ev->advert->priority == 0)
		return vr->state != VRRP_MASTER || vr->sent_at != NOW ||
		    vr->deadline != NOW + VRRP_SECOND;
	return false;
}

static void
step(int i, enum vrrp_event_type type, const struct vrrp_advert *adv)
{
	struct pml_router *r = &pml.router[i];
	struct vrrp_event ev = { type, adv };
	enum vrrp_state from = r->state;
	struct vrrp_conf conf;
	struct vrrp vr;
	unsigned actions;

	wake(&vr, &conf, i);
	actions = vrrp_step(&vr, &ev, NOW);
	store(&vr, i);
	if (is_wrong(from, &vr, &ev, actions, r))
		pml.broken = true;
	if (from != VRRP_BACKUP && vr.state == VRRP_BACKUP)
		r->wait = down(i);
	if (vr.state != VRRP_BACKUP)
		r->wait = 0;
	if (actions & VRRP_ACT_RESIGN)
		transmit(i, true);
	if (actions & VRRP_ACT_ADVERT)
		transmit(i, false);
	settle();
}

void
pml_open(void)
{
	int i;

	memset(&pml, 0, sizeof(pml));
	for (i = 0; i < ROUTERS; i++)
		pml.router[i].deadline = pml.router[i].preempt = NEVER;
	settle();
}

void
pml_start(int i)
{
	pml.calm = 0;
	step(i, VRRP_EV_LINK_UP, NULL);
}

void
pml_stop(int i)
{
	pml.calm = 0;
	step(i, VRRP_EV_SHUTDOWN, NULL);
}

void
pml_crash(int i)
{
	struct pml_router *r = &pml.router[i];

	pml.calm = 0;
	memset(r, 0, sizeof(*r));
	r->deadline = r->preempt = NEVER;
	settle();
}

void
pml_timer(int i)
{
	step(i, VRRP_EV_TIMER, NULL);
}

static struct pml_flight
land(int s, int i)
{
	struct pml_flight f = pml.wire[s];

	pml.wire[s].to &= (uint8_t)~(1 << i);
	if (pml.wire[s].to == 0)
		memset(&pml.wire[s], 0, sizeof(pml.wire[s]));
	return f;
}

/* RFC 3768 6.4.2: what an advert does to the time that a Backup waits */
void
pml_hear(int s, int i)
{
	struct pml_flight f = land(s, i);
	struct pml_router *r = &pml.router[i];
	struct vrrp_advert adv = { .interval = VRRP_SECOND,
	    .priority = f.zero ? 0 : priority[f.from] };

	adv.src.octet[3] = (uint8_t)(f.from + 1);
	if (r->state == VRRP_BACKUP && f.zero)
		r->wait = skew[i];
	else if (r->state == VRRP_BACKUP && f.from >= i)
		r->wait = down(i);
	step(i, VRRP_EV_ADVERT, &adv);
}

void
pml_lose(int s, int i)
{
	pml.calm = 0;
	land(s, i);
	settle();
}

void
pml_tick(void)
{
	int i;

	if (pml.calm < down(0) + DELAY)
		pml.calm++;
	for (i = 0; i < ROUTERS; i++) {
		struct pml_router *r = &pml.router[i];

		if (r->deadline != NEVER)
			r->deadline--;
		if (r->preempt != NEVER && r->preempt > 0)
			r->preempt--;
		if (r->sent > 0)
			r->sent--;
		if (r->wait > 0)
			r->wait--;
	}
	for (i = 0; i < FLIGHTS; i++)
		if (pml.wire[i].to != 0)
			pml.wire[i].age++;
	settle();
}
