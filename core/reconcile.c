/*
 * The comparison of what should be on the host with what is (F05, F06, F07,
 * F17, F19, F33).  One table has a row for everything that vrrpd sets.  Events
 * of the kernel only say when to look; what counts is what is seen then.  Pure.
 */
#include "reconcile.h"

#include <stdio.h>
#include <string.h>

/* So many times in so long are a fight and not an accident. */
#define FIGHT_INTERVAL	(10 * VRRP_SECOND)

enum {
	FIGHT_MAX = 20
};

/* What a row is, and what follows when another program changed it. */
static const struct {
	const char *name;		/* in the log */
	bool fought;			/* while we hold: a limit applies */
	bool told;			/* while we hold: announce again */
} rows[RECONCILE_ROWS] = {
	[RECONCILE_MAC] = { "the MAC address", true, true },
	[RECONCILE_DEVICE] = { "the macvlan", true, true },
	[RECONCILE_DEVICE_MAC] = { "the MAC address of the macvlan", true,
	    true },
	[RECONCILE_DEVICE_MTU] = { "the MTU of the macvlan", false, false },
	[RECONCILE_FORWARD4] = { "IPv4 forwarding of the macvlan", false,
	    false },
	[RECONCILE_FORWARD6] = { "IPv6 forwarding of the macvlan", false,
	    false },
	[RECONCILE_HUSH] = { "the ARP sysctls of the interface", false,
	    false },
	[RECONCILE_ADDRESSES] = { "a virtual address", true, true },
	[RECONCILE_BLOCK] = { "the routes that keep packets out", false,
	    false },
};

/* How the log calls a row. */
const char *
reconcile_row_name(enum reconcile_row row)
{
	return rows[row].name;
}

static bool
same_mac(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, VRRP_MAC_LEN) == 0;
}

/* IPv6 adverts come from a link-local address (RFC 9568 5.1.2.1). */
static bool
has_source(const struct reconcile_seen *seen, const struct vrrp_conf *conf)
{
	return seen->nown > 0 && (conf->family == &vrrp_ipv4 ||
	    (seen->own[0].octet[0] == 0xfe &&
	    (seen->own[0].octet[1] & 0xc0) == 0x80));
}

static bool
owns(const struct reconcile_seen *seen, const struct vrrp_addr *addr)
{
	unsigned i;

	for (i = 0; i < seen->nown; i++)
		if (memcmp(&seen->own[i], addr, sizeof(*addr)) == 0)
			return true;
	return false;
}

static enum reconcile_reason
find_reason(const struct reconcile_known *known,
    const struct reconcile_seen *seen)
{
	const struct vrrp_conf *conf = known->vr->conf;

	if (!seen->present)
		return RECONCILE_GONE;
	if (known->open && seen->index != known->index)
		return RECONCILE_REPLACED;
	if (!seen->ethernet)
		return RECONCILE_NO_ETHERNET;
	if (!seen->up)
		return RECONCILE_DOWN;
	if (seen->mtu < advert_len(conf))
		return RECONCILE_SMALL_MTU;
	if (conf->owner && !seen->complete)
		return RECONCILE_NOT_OWNER;
	if (!has_source(seen, conf))
		return RECONCILE_NO_SOURCE;
	return seen->carrier ? RECONCILE_FINE : RECONCILE_NO_CARRIER;
}

/* The reason as a clause for the log and the report; "" for none. */
void
reconcile_reason_text(char *buf, size_t size, enum reconcile_reason reason,
    const struct vrrp_conf *conf, unsigned mtu)
{
	static const char *const text[] = {
		[RECONCILE_FINE] = "",
		[RECONCILE_GONE] = "the interface is gone",
		[RECONCILE_REPLACED] = "the interface was replaced",
		[RECONCILE_NO_ETHERNET] = "not an Ethernet interface",
		[RECONCILE_DOWN] = "the interface is down",
		[RECONCILE_NOT_OWNER] = "it has lost an address that we own",
		[RECONCILE_NO_CARRIER] = "no carrier"
	};

	if (reason == RECONCILE_SMALL_MTU)
		snprintf(buf, size, "%u addresses need an MTU of %u, it has %u",
		    conf->naddr, (unsigned)advert_len(conf), mtu);
	else if (reason == RECONCILE_NO_SOURCE)
		snprintf(buf, size, "it has no %s address of its own",
		    conf->family == &vrrp_ipv4 ? "IPv4" : "link-local");
	else
		snprintf(buf, size, "%s", text[reason]);
}

/*
 * Another program took something away.  True if it is to be put back.  A
 * program that takes it again and again wins, loudly: two that fight serve
 * nobody.
 */
static bool
may_restore(struct reconcile_plan *plan, struct reconcile_memory *memory,
    usec_t now)
{
	if (now - memory->fight_since > FIGHT_INTERVAL) {
		memory->fights = 0;
		memory->fight_since = now;
	}
	if (++memory->fights <= FIGHT_MAX)
		return true;
	if (memory->fights == FIGHT_MAX + 1)
		plan->news |= RECONCILE_FIGHT;
	plan->news |= RECONCILE_FAULT;
	return false;
}

/*
 * Which rows are not what is wanted.  Routes and rules are not looked at: what
 * is there stays as it is when they are set again.
 */
static void
find_wrong(bool wrong[RECONCILE_ROWS], const struct reconcile_known *known,
    const struct reconcile_seen *seen)
{
	const struct vrrp_conf *conf = known->vr->conf;
	const bool device = known->macvlan && seen->device.present;

	wrong[RECONCILE_MAC] = known->swapped &&
	    !same_mac(seen->mac, known->virtual_mac);
	wrong[RECONCILE_DEVICE] = known->macvlan &&
	    known->vr->state != VRRP_INITIALIZE &&
	    (!device || (known->holding && !seen->device.up));
	wrong[RECONCILE_DEVICE_MAC] = device &&
	    !same_mac(seen->device.mac, known->virtual_mac);
	wrong[RECONCILE_DEVICE_MTU] = device && seen->device.mtu != seen->mtu;
	wrong[RECONCILE_FORWARD4] = device &&
	    seen->device.forwards4 != seen->forwards4;
	wrong[RECONCILE_FORWARD6] = device &&
	    seen->device.forwards6 != seen->forwards6;
	wrong[RECONCILE_HUSH] = device && !seen->hushed;
	/* An owner that lacks one does not come so far. */
	wrong[RECONCILE_ADDRESSES] = known->holding && conf->accept &&
	    !seen->complete;
	wrong[RECONCILE_BLOCK] = known->holding && !conf->accept &&
	    !conf->owner;
}

/* One row that is wrong: whether to mend it, and what follows. */
static void
mend(struct reconcile_plan *plan, struct reconcile_memory *memory,
    const struct reconcile_known *known, enum reconcile_row row, usec_t now)
{
	if (rows[row].fought)
		plan->foreign |= 1u << row;
	if (rows[row].fought && known->holding &&
	    !may_restore(plan, memory, now))
		return;
	plan->set |= 1u << row;
	if (rows[row].told && known->holding)
		plan->news |= RECONCILE_TELL;
}

/*
 * What an earlier life left, or what another program has changed while it does
 * not concern our addresses: the own MAC is the administrator's to choose.
 */
static void
find_left(struct reconcile_plan *plan, const struct reconcile_known *known,
    const struct reconcile_seen *seen)
{
	const struct vrrp_conf *conf = known->vr->conf;
	const bool virtual = vrrp_mac_is_virtual(seen->mac);

	if (!known->swapped && virtual && known->keeps_mac)
		plan->undo |= 1u << RECONCILE_MAC;
	if (!virtual && !same_mac(seen->mac, known->own_mac))
		plan->news |= RECONCILE_OWN_MAC | RECONCILE_TELL;
	if (!known->holding && conf->accept && !conf->owner && seen->marked)
		plan->undo |= 1u << RECONCILE_ADDRESSES;
}

/*
 * The ground is lost, or its carrier.  What was seen may not be true any more
 * once the state machine has heard of it.
 */
static void
leave(struct reconcile_plan *plan, const struct reconcile_known *known,
    enum reconcile_reason reason)
{
	if (reason == RECONCILE_NO_CARRIER)
		plan->news |= RECONCILE_CARRIER;
	else if (known->vr->state != VRRP_INITIALIZE)
		plan->news |= RECONCILE_LOST | RECONCILE_AGAIN;
	if (known->open && (reason == RECONCILE_GONE ||
	    reason == RECONCILE_REPLACED))
		plan->news |= RECONCILE_CLOSE | RECONCILE_AGAIN;
}

/*
 * Compares at the time now (microseconds, never going back) and fills *plan.
 * *memory is all zero at first, and kept from look to look.
 */
void
reconcile(struct reconcile_plan *plan, struct reconcile_memory *memory,
    const struct reconcile_known *known, const struct reconcile_seen *seen,
    usec_t now)
{
	const struct vrrp *vr = known->vr;
	const enum reconcile_reason reason = find_reason(known, seen);
	const bool flapped = seen->flaps != memory->flaps;
	const bool new_reason = reason != memory->reason;
	bool wrong[RECONCILE_ROWS];
	unsigned row;

	memset(plan, 0, sizeof(*plan));
	memory->reason = reason;
	memory->flaps = seen->flaps;
	if (vr->state != VRRP_INITIALIZE && seen->present &&
	    has_source(seen, vr->conf) && !owns(seen, &vr->source))
		plan->news |= RECONCILE_NEW_SOURCE;
	if (reason != RECONCILE_FINE) {
		if (vr->state == VRRP_INITIALIZE && new_reason)
			plan->news |= RECONCILE_SAY_REASON;
		leave(plan, known, reason);
		if (plan->news & RECONCILE_AGAIN)
			return;
	}
	if (seen->present) {
		if (known->index != seen->index)
			plan->news |= RECONCILE_MOVED;
		find_left(plan, known, seen);
		find_wrong(wrong, known, seen);
		for (row = 0; row < RECONCILE_ROWS; row++)
			if (wrong[row])
				mend(plan, memory, known, row, now);
	}
	/* A flap that was over before we looked: switches forgot us. */
	if (reason == RECONCILE_FINE && vr->state == VRRP_MASTER &&
	    !vr->quiet && flapped)
		plan->news |= RECONCILE_TELL;
	/* The end of a stall is told anyway, if we are still Master then. */
	if (known->stalled)
		plan->news &= ~(unsigned)RECONCILE_TELL;
	if (reason == RECONCILE_FINE)
		plan->news |= RECONCILE_USE;
}
