/*
 * The hosts of the simulator: an interface each, what others do to it, and what
 * the router sets there.  core/reconcile.c decides; this carries it out as
 * router.c, host.c and hold.c do.
 */
#include "sim.h"

#include <string.h>

/* How often a router looks though nothing was said, as in host.c */
#define CHECK_INTERVAL	(30 * VRRP_SECOND)

enum {
	MTU = 1500,
	MTU_SMALL = 28,
	AGAIN_MAX = 10,			/* looks that end with another */
	/* What is seen of the interface, and is told by the kernel */
	TOLD = 1 << SIM_CARRIER | 1 << SIM_LINK | 1 << SIM_GONE |
	    1 << SIM_SMALL | 1 << SIM_NO_ADDRESS | 1 << SIM_RENUMBER
};

/* An interface as it is when the host has started. */
static void
fresh(struct sim_router *r)
{
	struct sim_host *h = &r->host;

	h->index++;
	h->complete = h->device = false;
	memcpy(h->mac, "\002\000\000\000\000", 5);
	h->mac[5] = (uint8_t)r->index;
	memcpy(h->own_mac, h->mac, VRRP_MAC_LEN);
}

/* Boots the host; whatever was set there is gone. */
void
host_boot(struct sim_router *r)
{
	fresh(r);
	memcpy(r->own_mac, r->host.mac, VRRP_MAC_LEN);
	r->seen.own = r->own;
}

bool
host_connected(const struct sim_router *r)
{
	return !(r->weather & (1 << SIM_CARRIER | 1 << SIM_LINK |
	    1 << SIM_GONE));
}

/* Whether frames reach the router's socket, and leave from it. */
bool
host_open(const struct sim_router *r)
{
	return host_connected(r) && r->open &&
	    r->working_on == r->host.index;
}

/* The interface that the router works on is there. */
static bool
is_there(const struct sim_router *r)
{
	return !sim_is(r, SIM_GONE) && r->working_on == r->host.index;
}

static bool
uses_macvlan(const struct sim_router *r)
{
	return r->macvlan && r->vr.conf->vmac;
}

/* --- looking ------------------------------------------------------------ */

static void
look(struct sim *s, struct sim_router *r)
{
	const struct sim_host *h = &r->host;
	struct reconcile_seen *seen = &r->seen;
	const bool both = sim_is(r, SIM_RENUMBER);
	const unsigned next = (h->renumbered + 1) % SIM_OWN;

	r->dirty = false;
	r->check = r->now + CHECK_INTERVAL;
	if (r->unseen)
		r->changed = s->now;
	*seen = (struct reconcile_seen){
		.present = !sim_is(r, SIM_GONE),
		.ethernet = true,
		.up = !sim_is(r, SIM_LINK),
		.carrier = host_connected(r),
		.hushed = true,
		.index = h->index,
		.mtu = sim_is(r, SIM_SMALL) ? MTU_SMALL : MTU,
		.flaps = h->flaps,
		.own = r->own,
		/* An owner has another one left, but no right to be Master. */
		.nown = sim_is(r, SIM_NO_ADDRESS) && !r->vr.conf->owner ? 0 :
		    1 + both,
		.complete = r->vr.conf->owner ? !sim_is(r, SIM_NO_ADDRESS) :
		    h->complete,
		.marked = h->complete,
		.device.present = h->device,
		.device.up = h->device_up,
		.device.mtu = h->device_mtu
	};
	memcpy(seen->mac, h->mac, VRRP_MAC_LEN);
	memcpy(seen->device.mac, h->device_mac, VRRP_MAC_LEN);
	/* The new address is the better source as often as not. */
	r->own[0] = r->pool[h->renumbered];
	r->own[1] = r->pool[next];
	if (both && next == 1) {
		r->own[0] = r->pool[next];
		r->own[1] = r->pool[h->renumbered];
	}
	r->vr.own = r->own;
	r->vr.nown = seen->nown;
	if (r->unseen)
		rules_disturbed(s);
	r->unseen = false;
}

/* --- setting ------------------------------------------------------------ */

static bool
set_mac(struct sim_router *r, const uint8_t *mac)
{
	if (!is_there(r) || sim_is(r, SIM_BUSY))
		return false;
	/* A MAC that another set, and nobody told of, is lost. */
	if (r->unseen)
		memcpy(r->host.own_mac, r->own_mac, VRRP_MAC_LEN);
	memcpy(r->host.mac, mac, VRRP_MAC_LEN);
	r->dirty |= !sim_is(r, SIM_LOST);
	return true;
}

static bool
hold_mac(struct sim_router *r)
{
	uint8_t mac[VRRP_MAC_LEN];

	if (!r->vr.conf->vmac)
		return true;
	if (uses_macvlan(r)) {
		r->host.device_up = r->host.device;
		return r->host.device;
	}
	vrrp_mac(mac, r->vr.conf);
	if (!set_mac(r, mac))
		return false;
	r->swapped = true;
	return true;
}

static void
hold_no_mac(struct sim_router *r)
{
	if (r->swapped)
		set_mac(r, r->own_mac);
	r->swapped = false;
}

static bool
hold_addresses(struct sim_router *r)
{
	if (r->vr.conf->owner)
		return true;
	if (!is_there(r) || sim_is(r, SIM_ACQUIRE) ||
	    (uses_macvlan(r) && !r->host.device))
		return false;
	r->host.complete = true;
	return true;
}

/* As hold_acquire() of hold.c */
bool
host_acquire(struct sim_router *r)
{
	r->holding = r->dirty = true;
	r->memory.fights = 0;
	return hold_mac(r) && hold_addresses(r);
}

/* As hold_release() of hold.c */
void
host_release(struct sim_router *r)
{
	if (r->holding && is_there(r))
		r->host.device_up = r->host.complete = false;
	hold_no_mac(r);
	r->holding = false;
	r->dirty = true;
}

static bool
make_macvlan(struct sim_router *r)
{
	struct sim_host *h = &r->host;

	if (!uses_macvlan(r) || h->device)
		return true;
	if (!is_there(r))
		return false;
	h->device = r->dirty = true;
	h->device_up = false;
	h->device_mtu = r->seen.mtu;
	vrrp_mac(h->device_mac, r->vr.conf);
	return true;
}

/* As set_row() of host.c */
static bool
set_row(struct sim_router *r, enum reconcile_row row)
{
	switch (row) {
	case RECONCILE_MAC:
		return hold_mac(r);
	case RECONCILE_DEVICE:
		r->dirty = true;
		return make_macvlan(r) && (!r->holding ||
		    (hold_mac(r) && hold_addresses(r)));
	case RECONCILE_DEVICE_MAC:
	case RECONCILE_DEVICE_MTU:
		r->host.device_mtu = r->seen.mtu;
		vrrp_mac(r->host.device_mac, r->vr.conf);
		return true;
	case RECONCILE_ADDRESSES:
		r->dirty = true;
		return hold_addresses(r);
	default:
		return true;
	}
}

/* As host_mend() of host.c; true if what we hold could not be set. */
static bool
mend(struct sim_router *r, const struct reconcile_plan *plan)
{
	bool fault = false;
	unsigned row;

	for (row = 0; row < RECONCILE_ROWS; row++) {
		if (row == RECONCILE_MAC && plan->news & RECONCILE_OWN_MAC)
			memcpy(r->own_mac, r->seen.mac, VRRP_MAC_LEN);
		if (plan->undo & 1u << row && row == RECONCILE_MAC) {
			r->swapped = true;
			hold_no_mac(r);
		} else if (plan->undo & 1u << row) {
			r->host.complete = false;
		}
		if (plan->set & 1u << row && !set_row(r, row))
			fault |= r->holding;
	}
	return fault;
}

/* As host_use() of host.c and use() of router.c */
static void
use(struct sim *s, struct sim_router *r)
{
	if (!make_macvlan(r)) {
		r->check = r->now + VRRP_SECOND;
		return;
	}
	r->open = true;
	if (r->vr.state == VRRP_INITIALIZE)
		r->source = r->vr.source = r->own[0];
	if (r->vr.state == VRRP_INITIALIZE || r->vr.quiet)
		sim_step(s, r, VRRP_EV_LINK_UP, NULL);
}

/* As router_reconcile() of router.c; a plan is carried out in its order. */
void
host_reconcile(struct sim *s, struct sim_router *r)
{
	uint8_t virtual[VRRP_MAC_LEN];
	const struct reconcile_known known = {
		.vr = &r->vr, .virtual_mac = virtual, .own_mac = r->own_mac,
		.macvlan = uses_macvlan(r), .keeps_mac = true,
		.open = r->open, .index = r->working_on,
		.swapped = r->swapped, .holding = r->holding
	};
	struct reconcile_plan plan;
	bool fault;

	look(s, r);
	vrrp_mac(virtual, r->vr.conf);
	reconcile(&plan, &r->memory, &known, &r->seen, r->now);
	if (plan.news & RECONCILE_NEW_SOURCE)
		r->source = r->vr.source = r->own[0];
	if (plan.news & RECONCILE_CARRIER)
		sim_step(s, r, VRRP_EV_CARRIER_LOST, NULL);
	if (plan.news & RECONCILE_LOST)
		sim_step(s, r, VRRP_EV_LINK_DOWN, NULL);
	if (plan.news & RECONCILE_CLOSE)
		r->open = r->swapped = r->holding = false;
	if (plan.news & RECONCILE_AGAIN) {
		r->dirty = true;
		if (r->again++ == AGAIN_MAX)
			sim_fail(s, "r%u: looks again and again", r->index + 1);
		return;
	}
	r->again = 0;
	if (plan.news & RECONCILE_MOVED)
		r->working_on = r->seen.index;
	fault = mend(r, &plan);
	if (plan.news & RECONCILE_FAULT || fault)
		r->fault = true;
	else if (plan.news & RECONCILE_TELL)
		sim_step(s, r, VRRP_EV_ANNOUNCE, NULL);
	if (plan.news & RECONCILE_USE)
		use(s, r);
}

/* --- what others do ----------------------------------------------------- */

/* Something has changed, and the kernel tells of it or not. */
static void
changed(struct sim *s, struct sim_router *r, bool told)
{
	r->changed = s->now;
	if (told && !sim_is(r, SIM_LOST))
		r->dirty = true;
	else
		r->unseen = r->running;
}

/* Switches forget what was at a port that was without carrier. */
static void
flap(struct sim *s, struct sim_router *r)
{
	unsigned i;

	for (i = 0; i < s->n; i++)
		if (s->fdb[i] == r->index)
			s->fdb[i] = SIM_ALL;
	r->host.flaps++;
	r->misled = s->now;
}

void
host_weather(struct sim *s, struct sim_router *r, uint32_t weather)
{
	const uint32_t old = r->weather, differs = old ^ weather;

	r->weather = weather;
	if (differs & 1 << SIM_CARRIER)
		flap(s, r);
	if (differs & 1 << SIM_GONE)
		fresh(r);
	if (old & ~weather & 1 << SIM_RENUMBER)
		r->host.renumbered = (r->host.renumbered + 1) % SIM_OWN;
	if (differs & (TOLD | 1 << SIM_BUSY))
		changed(s, r, differs & TOLD);
	if (differs & 1 << SIM_STALL)
		r->changed = s->now;
	/* The loss itself is told of as soon as events are read again. */
	if (s->settled)
		r->dirty |= r->unseen;
}

/* True if the neighbours of a Master have to be told again. */
static bool
meddle(struct sim_router *r, unsigned how)
{
	struct sim_host *h = &r->host;
	const struct sim_host old = *h;

	switch (how) {
	case SIM_MEDDLE_MAC:
		h->own_mac[3]++;
		memcpy(h->mac, h->own_mac, VRRP_MAC_LEN);
		return true;
	case SIM_MEDDLE_ADDRESSES:
		h->complete = false;
		return old.complete;
	case SIM_MEDDLE_DEVICE:
		if (h->device)
			h->device = h->complete = false;
		return old.device;
	case SIM_MEDDLE_DOWN:
		h->device_up = false;
		return old.device && old.device_up;
	case SIM_MEDDLE_DEVICE_MAC:
		h->device_mac[5]++;
		return old.device;
	default:
		h->device_mtu--;
		return false;
	}
}

/* What is done in a moment */
void
host_befall(struct sim *s, struct sim_router *r, const struct sim_fault *f)
{
	if (f->kind == SIM_ACQUIRE && f->value == 1)
		r->host.complete = false;
	/* Without a time in which there are both */
	else if (f->kind == SIM_RENUMBER && f->value == 1)
		r->host.renumbered = (r->host.renumbered + 1) % SIM_OWN;
	else if (f->kind == SIM_REPLACE)
		fresh(r);
	else if (f->kind == SIM_MEDDLE)
		r->misled = meddle(r, f->value) ? s->now : r->misled;
	else if (f->kind == SIM_FLAP && host_connected(r)) {
		flap(s, r);
		flap(s, r);
	} else {
		return;
	}
	changed(s, r, true);
}
