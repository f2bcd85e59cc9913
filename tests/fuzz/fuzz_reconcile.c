/*
 * The comparison with any host: a plan orders nothing for what is right, and a
 * host to which it was done needs no other.  The input describes the host and
 * what we did so far, a bit for each fact.
 */
#include "fuzz.h"
#include "core/reconcile.h"

enum {
	LOOKS_MAX = 8,
	FIGHT_MAX = 20,
	/* What may be said of a host that is as we want it. */
	STEADY = RECONCILE_USE | RECONCILE_CARRIER
};

#define BIT(row)	(1u << (row))

static const uint8_t virtual_mac[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 1, 7 };

/* A host and its router, with room for what those only point to. */
struct host {
	struct vrrp_conf conf;
	struct vrrp vr;
	struct vrrp_addr own[2];
	uint8_t own_mac[VRRP_MAC_LEN];
	struct reconcile_known known;
	struct reconcile_seen seen;
	struct reconcile_memory memory;
	usec_t now;
};

static void
input_mac(struct input *in, uint8_t *mac)
{
	const uint8_t kind = input8(in);

	memcpy(mac, virtual_mac, VRRP_MAC_LEN);
	mac[5] = kind >> 2;
	if (kind & 1)
		mac[0] = 2;
	if (kind & 2)
		mac[4] = 2;
}

static void
input_router(struct input *in, struct host *h)
{
	const unsigned bits = input8(in) | (unsigned)input8(in) << 8;

	h->conf.family = bits & 1 ? &vrrp_ipv6 : &vrrp_ipv4;
	h->conf.version = 3;
	h->conf.owner = bits & 2;
	h->conf.accept = (bits & 4) == 0;
	h->conf.naddr = 1 + input8(in) % 250;
	h->vr.conf = &h->conf;
	h->vr.state = bits >> 8 & 3;
	if (h->vr.state > VRRP_MASTER)
		h->vr.state = VRRP_MASTER;
	h->vr.quiet = bits & 8;
	h->vr.source.octet[0] = input8(in);
	h->known.vr = &h->vr;
	h->known.virtual_mac = virtual_mac;
	h->known.own_mac = h->own_mac;
	h->known.macvlan = bits & 16;
	h->known.keeps_mac = bits & 32;
	h->known.open = bits & 64;
	h->known.holding = h->vr.state == VRRP_MASTER;
	h->known.swapped = h->known.holding && !h->known.macvlan && bits & 128;
	h->known.stalled = bits >> 10 & 1;
	h->known.index = bits >> 11 & 3;
	if (h->known.index == 0)
		h->known.open = false;
	h->memory.reason = bits >> 13;
	h->memory.fights = input8(in) % (FIGHT_MAX + 3);
	h->memory.flaps = input8(in) % 2;
	h->now = h->memory.fight_since = VRRP_SECOND;
	h->now += input8(in) % 32 * VRRP_SECOND;
}

static void
input_host(struct input *in, struct host *h)
{
	const unsigned bits = input8(in) | (unsigned)input8(in) << 8;
	struct reconcile_seen *seen = &h->seen;

	seen->present = bits & 1;
	seen->ethernet = bits & 2;
	seen->up = bits & 4;
	seen->carrier = bits & 8;
	seen->forwards4 = bits & 16;
	seen->forwards6 = bits & 32;
	seen->hushed = bits & 64;
	seen->complete = bits & 128;
	seen->marked = bits >> 8 & 1;
	seen->device.present = bits >> 9 & 1;
	seen->device.up = bits >> 10 & 1;
	seen->device.forwards4 = bits >> 11 & 1;
	seen->device.forwards6 = bits >> 12 & 1;
	seen->index = 1 + (bits >> 13 & 1);
	seen->flaps = bits >> 14 & 1;
	seen->mtu = 16u * input8(in);
	seen->device.mtu = 16u * input8(in);
	input_mac(in, seen->mac);
	input_mac(in, seen->device.mac);
	input_mac(in, h->own_mac);
	h->own_mac[0] = 2;		/* never a virtual one */
	seen->own = h->own;
	seen->nown = input8(in) % 3;
	h->own[0].octet[0] = input8(in);
	h->own[0].octet[1] = input8(in);
	h->own[1].octet[0] = input8(in);
}

static int
same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, VRRP_MAC_LEN) == 0;
}

/* No row is set, or taken off, that is right as it is. */
static void
check_rows(const struct host *h, const struct reconcile_plan *plan)
{
	const struct reconcile_seen *seen = &h->seen;

	must(plan->set >> RECONCILE_ROWS == 0);
	must((plan->undo & ~(BIT(RECONCILE_MAC) |
	    BIT(RECONCILE_ADDRESSES))) == 0);
	must((plan->set & plan->undo) == 0);
	if (plan->set & BIT(RECONCILE_MAC))
		must(h->known.swapped && !same(seen->mac, virtual_mac));
	if (plan->undo & BIT(RECONCILE_MAC))
		must(!h->known.swapped && vrrp_mac_is_virtual(seen->mac));
	if (plan->set & BIT(RECONCILE_DEVICE))
		must(!seen->device.present || !seen->device.up);
	if (plan->set & BIT(RECONCILE_DEVICE_MAC))
		must(!same(seen->device.mac, virtual_mac));
	if (plan->set & BIT(RECONCILE_DEVICE_MTU))
		must(seen->device.mtu != seen->mtu);
	if (plan->set & BIT(RECONCILE_FORWARD4))
		must(seen->device.forwards4 != seen->forwards4);
	if (plan->set & BIT(RECONCILE_FORWARD6))
		must(seen->device.forwards6 != seen->forwards6);
	if (plan->set & BIT(RECONCILE_HUSH))
		must(!seen->hushed);
	if (plan->set & (BIT(RECONCILE_DEVICE_MAC) | BIT(RECONCILE_DEVICE_MTU) |
	    BIT(RECONCILE_FORWARD4) | BIT(RECONCILE_FORWARD6) |
	    BIT(RECONCILE_HUSH)))
		must(h->known.macvlan && seen->device.present);
	if (plan->set & BIT(RECONCILE_ADDRESSES))
		must(h->known.holding && !seen->complete && !h->conf.owner);
	if (plan->undo & BIT(RECONCILE_ADDRESSES))
		must(!h->known.holding && seen->marked && !h->conf.owner);
	if (plan->set & BIT(RECONCILE_BLOCK))
		must(h->known.holding && !h->conf.accept);
}

static void
check_news(const struct host *h, const struct reconcile_plan *plan)
{
	const bool fine = h->memory.reason == RECONCILE_FINE;
	const unsigned orders = plan->set | plan->undo | plan->foreign;

	must(plan->news >> 12 == 0);
	if (plan->news & RECONCILE_USE)
		must(fine && h->seen.present && h->seen.nown > 0);
	if (plan->news & RECONCILE_AGAIN) {
		must(plan->news & (RECONCILE_LOST | RECONCILE_CLOSE));
		must(orders == 0);
	} else {
		must(!(plan->news & (RECONCILE_LOST | RECONCILE_CLOSE)));
		must(fine == !!(plan->news & RECONCILE_USE));
	}
	if (plan->news & (RECONCILE_LOST | RECONCILE_CLOSE |
	    RECONCILE_CARRIER | RECONCILE_SAY_REASON))
		must(!fine);
	if (plan->news & RECONCILE_MOVED)
		must(h->seen.present && !h->known.open &&
		    h->seen.index != h->known.index);
	if (plan->news & RECONCILE_NEW_SOURCE)
		must(h->seen.present && h->seen.nown > 0);
	if (plan->news & RECONCILE_FIGHT)
		must(plan->news & RECONCILE_FAULT);
	if (plan->news & RECONCILE_FAULT)
		must(h->known.holding && plan->foreign & ~plan->set);
	if (!h->seen.present)
		must(orders == 0 && !(plan->news & (RECONCILE_OWN_MAC |
		    RECONCILE_TELL | RECONCILE_MOVED)));
	/* Others may be Master: nothing that they would have to undo. */
	if (h->known.stalled)
		must(!(plan->news & RECONCILE_TELL));
}

/* --- a host that obeys --------------------------------------------------- */

static void
release(struct host *h)
{
	if (h->known.swapped && h->seen.index == h->known.index)
		memcpy(h->seen.mac, h->own_mac, VRRP_MAC_LEN);
	if (h->known.holding)
		h->seen.device.up = h->seen.marked = false;
	h->known.swapped = h->known.holding = false;
}

/* The device as vrrpd makes it, and what it is given while we hold. */
static void
make_device(struct host *h)
{
	if (!h->seen.device.present) {
		h->seen.device.present = true;
		memcpy(h->seen.device.mac, virtual_mac, VRRP_MAC_LEN);
		h->seen.device.mtu = h->seen.mtu;
		h->seen.device.forwards4 = h->seen.forwards4;
		h->seen.device.forwards6 = h->seen.forwards6;
		h->seen.hushed = true;
		h->seen.device.up = false;
	}
	if (h->known.holding) {
		h->seen.device.up = true;
		h->seen.complete = true;
	}
}

static void
set_rows(struct host *h, const struct reconcile_plan *plan)
{
	struct reconcile_seen *seen = &h->seen;

	if (plan->set & BIT(RECONCILE_MAC))
		memcpy(seen->mac, virtual_mac, VRRP_MAC_LEN);
	if (plan->undo & BIT(RECONCILE_MAC))
		memcpy(seen->mac, h->own_mac, VRRP_MAC_LEN);
	if (plan->set & BIT(RECONCILE_DEVICE))
		make_device(h);
	if (plan->set & BIT(RECONCILE_DEVICE_MAC))
		memcpy(seen->device.mac, virtual_mac, VRRP_MAC_LEN);
	if (plan->set & BIT(RECONCILE_DEVICE_MTU))
		seen->device.mtu = seen->mtu;
	if (plan->set & BIT(RECONCILE_FORWARD4))
		seen->device.forwards4 = seen->forwards4;
	if (plan->set & BIT(RECONCILE_FORWARD6))
		seen->device.forwards6 = seen->forwards6;
	if (plan->set & BIT(RECONCILE_HUSH))
		seen->hushed = true;
	if (plan->set & BIT(RECONCILE_ADDRESSES))
		seen->complete = true;
	if (plan->undo & BIT(RECONCILE_ADDRESSES))
		seen->marked = false;
}

static void
obey(struct host *h, const struct reconcile_plan *plan)
{
	if (plan->news & RECONCILE_NEW_SOURCE)
		h->vr.source = h->own[0];
	if (plan->news & RECONCILE_LOST) {
		release(h);
		h->vr.state = VRRP_INITIALIZE;
	}
	if (plan->news & RECONCILE_CLOSE)
		h->known.open = h->known.swapped = h->known.holding = false;
	if (plan->news & RECONCILE_MOVED)
		h->known.index = h->seen.index;
	if (plan->news & RECONCILE_OWN_MAC)
		memcpy(h->own_mac, h->seen.mac, VRRP_MAC_LEN);
	set_rows(h, plan);
	if (plan->news & RECONCILE_FAULT) {
		release(h);
		h->vr.state = VRRP_BACKUP;
	}
	if (plan->news & RECONCILE_USE) {
		if (h->known.macvlan)
			make_device(h);
		if (h->vr.state == VRRP_INITIALIZE) {
			h->vr.source = h->own[0];
			h->vr.state = VRRP_BACKUP;
		}
		h->known.open = true;
		h->vr.quiet = false;
	}
}

/* Nothing is left to do, but for what is set without a look. */
static bool
is_steady(const struct reconcile_plan *plan)
{
	return ((plan->set | plan->undo | plan->foreign) &
	    ~BIT(RECONCILE_BLOCK)) == 0 &&
	    (plan->news & ~(unsigned)STEADY) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct reconcile_plan plan;
	struct host h = { 0 };
	char text[128];
	int looks = 0;

	input_router(&in, &h);
	input_host(&in, &h);
	do {
		must(looks++ < LOOKS_MAX);
		reconcile(&plan, &h.memory, &h.known, &h.seen, h.now);
		check_rows(&h, &plan);
		check_news(&h, &plan);
		reconcile_reason_text(text, sizeof(text), h.memory.reason,
		    &h.conf, h.seen.mtu);
		must((text[0] == '\0') == (h.memory.reason == RECONCILE_FINE));
		obey(&h, &plan);
	} while (!is_steady(&plan));
	return 0;
}
