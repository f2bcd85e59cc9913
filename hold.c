/*
 * What a Master holds: the virtual MAC and the virtual addresses.  Taken,
 * renewed, given back.
 */
#include "hold.h"

#include "clean.h"
#include "process.h"

#include <errno.h>
#include <string.h>

enum {
	RENEW_GAP = 900000,		/* us; once a second, with adverts */
	RENEW_GAP_CROWDED = 10000000,	/* us */
	LEASE_MIN = 3,			/* s */
	CROWD = 32,			/* addresses of other routers */
	LEASE_CROWDED = 30		/* s */
};

/* The device that the virtual addresses are on. */
static unsigned
vip_index(const struct ground *g)
{
	return g->conf->use_macvlan ? g->macvlan : g->port.index;
}

static bool
swap_on(struct ground *g)
{
	if (vmac_swap(&g->nl, g->port.index, g->virtual_mac,
	    g->own_mac) == -1) {
		log_err("cannot set the virtual MAC: %s%s", strerror(errno),
		    errno == EBUSY || errno == EOPNOTSUPP ?
		    " (this driver needs --macvlan or -n)" : "");
		return false;
	}
	g->swapped = true;
	return true;
}

static bool
macvlan_on(struct ground *g)
{
	if (g->macvlan != 0 && vmac_up(&g->nl, g->macvlan) == 0)
		return true;
	log_err("cannot bring up %s: %s", g->conf->macvlan,
	    g->macvlan == 0 ? "it does not exist" : strerror(errno));
	return false;
}

/* The announcements that must follow are the state machine's. */
bool
hold_mac(struct ground *g)
{
	if (!g->conf->vr.vmac)
		return true;
	return g->conf->use_macvlan ? macvlan_on(g) : swap_on(g);
}

void
hold_no_mac(struct ground *g, usec_t now)
{
	if (g->swapped && !clean_mac(g, now) && errno != ENODEV &&
	    errno != ENXIO)
		log_err("cannot set the interface's own MAC address again: %s",
		    strerror(errno));
}

/* Whether a guard ends us, should we hang, sooner than a long lease would. */
static bool
is_watched(const struct ground *g)
{
	const usec_t limit = conf_hang_limit(g->conf);

	return g->conf->guard && limit > 0 &&
	    limit <= LEASE_CROWDED * VRRP_SECOND;
}

/*
 * The addresses end by the kernel's own hand when nobody renews them: not
 * before the others have taken over, in whole seconds.  When hundreds take over
 * at once, leases that all renew each second would keep the kernel busy, which
 * costs one election after the other.  Later each would hear of each renewal of
 * the others; a router whose guard watches it can wait longer.
 */
static struct ipaddr_lease
begin_lease(struct ground *g, const struct vrrp *vr)
{
	const bool crowded = g->slow ||
	    (is_watched(g) && g->addrs.others >= CROWD);
	usec_t down = vrrp_master_down_interval(vr) + VRRP_SECOND - 1;
	struct ipaddr_lease lease = {
		(uint32_t)(down / VRRP_SECOND), g->conf->use_macvlan
	};

	if (lease.seconds < LEASE_MIN)
		lease.seconds = LEASE_MIN;
	if (crowded && lease.seconds < LEASE_CROWDED)
		lease.seconds = LEASE_CROWDED;
	if (!g->conf->lease)
		lease.seconds = IPADDR_FOREVER;
	g->renew_at = process_now() + (crowded ? RENEW_GAP_CROWDED : RENEW_GAP);
	return lease;
}

/* Was the kernel so busy with others that adverts come late by it? */
static void
note_slow(struct ground *g, const struct vrrp *vr, usec_t start)
{
	g->slow = process_now() - start > vrrp_master_down_interval(vr) / 2;
}

/* Not after a stall, until it is known that nobody took over meanwhile. */
void
hold_renew(struct ground *g, const struct vrrp *vr, usec_t now)
{
	struct ipaddr_lease lease;
	usec_t start;

	if (!g->conf->lease || !g->holding || g->conf->vr.owner ||
	    !g->conf->vr.accept || g->stalled || now < g->renew_at)
		return;
	start = process_now();
	lease = begin_lease(g, vr);
	if (ipaddr_renew(&g->nl, vip_index(g), &g->conf->vr, &lease) == -1)
		log_err("cannot renew the lease of the addresses: %s",
		    strerror(errno));
	note_slow(g, vr, start);
}

bool
hold_addresses(struct ground *g, const struct vrrp *vr)
{
	const struct vrrp_conf *conf = &g->conf->vr;
	const struct ipaddr_lease lease = begin_lease(g, vr);
	int result;

	if (conf->owner)
		return true;
	if (conf->accept)
		result = ipaddr_add(&g->nl, vip_index(g), conf, &lease);
	else if ((result = ipaddr_block(&g->nl, conf)) == 0)
		result = respond_open(&g->respond, vip_index(g), conf);
	if (result == 0)
		return true;
	log_err("cannot set the virtual addresses: %s%s%s", strerror(errno),
	    g->nl.error[0] ? ": " : "", g->nl.error);
	return false;
}

static void
remove_addresses(struct ground *g)
{
	const struct vrrp_conf *conf = &g->conf->vr;
	unsigned index = vip_index(g);
	int result;

	if (conf->owner)
		return;
	if (!conf->accept) {
		/* Those routes are not on the device: it may be gone. */
		respond_close(&g->respond);
		result = ipaddr_unblock(&g->nl, conf);
	} else if (index == 0) {
		return;
	} else {
		result = ipaddr_del(&g->nl, index, conf, &g->addrs, false);
	}
	if (result == -1 && errno != ENODEV)
		log_err("cannot remove the virtual addresses: %s%s%s",
		    strerror(errno), g->nl.error[0] ? ": " : "", g->nl.error);
}

/* Virtual MAC on, addresses on.  -1 if it cannot hold them. */
int
hold_acquire(struct ground *g, const struct vrrp *vr)
{
	const usec_t start = process_now();

	g->holding = true;
	g->dirty = true;
	g->memory.fights = 0;
	g->slow = false;
	if (!hold_mac(g))
		return -1;
	note_slow(g, vr, start);
	return hold_addresses(g, vr) ? 0 : -1;
}

/* A macvlan goes down first: what the kernel says of it then stays inside. */
void
hold_release(struct ground *g, usec_t now)
{
	if (g->holding) {
		if (g->macvlan != 0 && vmac_down(&g->nl, g->macvlan) == -1 &&
		    errno != ENODEV)
			log_err("cannot take down %s: %s", g->conf->macvlan,
			    strerror(errno));
		remove_addresses(g);
	}
	g->holding = false;
	hold_no_mac(g, now);
	g->dirty = true;
}
