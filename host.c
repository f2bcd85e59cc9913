/*
 * The host as the kernel shows it, and what vrrpd sets there.  Decides nothing:
 * host_look() asks, core/reconcile.c compares, host_mend() does what follows, a
 * function for each row of its table.
 */
#include "host.h"

#include "clean.h"
#include "core/record.h"
#include "hold.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

/* How often the kernel's state is looked at even when it says nothing. */
#define CHECK_INTERVAL	(30 * VRRP_SECOND)
/* How soon again when that went wrong. */
#define RETRY_INTERVAL	(1 * VRRP_SECOND)

/* buf[HOST_MAC_TEXT_LEN] */
const char *
host_mac_text(char *buf, const uint8_t *mac)
{
	snprintf(buf, HOST_MAC_TEXT_LEN, "%02x:%02x:%02x:%02x:%02x:%02x",
	    mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return buf;
}

/* The interface's own MAC, remembered and recorded for the next start. */
void
host_set_own_mac(struct ground *g, const uint8_t *mac)
{
	char text[RECORD_LEN], path[LOCKFILE_PATH_LEN];

	memcpy(g->own_mac, mac, VRRP_MAC_LEN);
	if (g->mac_file.fd == -1)
		return;
	record_print_mac(text, mac);
	if (lockfile_write(&g->mac_file, text) == -1)
		log_err("%s: %s", lockfile_path(path, &g->mac_file),
		    strerror(errno));
}

/* The interface's real addresses of our family, the best source first. */
static const struct vrrp_addr *
own_addresses(const struct ground *g, unsigned *n)
{
	const bool ipv4 = g->conf->vr.family == &vrrp_ipv4;

	*n = ipv4 ? g->addrs.n4 : g->addrs.n6;
	return ipv4 ? g->addrs.own4 : g->addrs.own6;
}

/* --- looking ------------------------------------------------------------- */

/*
 * Events come for what is watched alone.  Once that has changed we look again:
 * something may have happened before.
 */
static void
watch(struct ground *g)
{
	if (g->watched[0] == g->seen.index && g->watched[1] == g->macvlan)
		return;
	if (link_watch(&g->events, &g->conf->vr, g->seen.index,
	    g->macvlan) == -1)
		log_warning("cannot filter the kernel's events: %s",
		    strerror(errno));
	g->watched[0] = g->seen.index;
	g->watched[1] = g->macvlan;
	g->dirty = true;
}

/*
 * Looks at the interface, the macvlan and their addresses, and lends these to
 * the state machine.  -1 = could not, and will look again soon.
 */
int
host_look(struct ground *g, struct vrrp *vr, usec_t now)
{
	struct link_state seen, macvlan = { 0 };

	g->dirty = false;
	g->check_deadline = now + CHECK_INTERVAL;
	if (link_get(&g->nl, g->conf->vr.ifname, &seen) == 0 &&
	    (!g->conf->use_macvlan ||
	    link_get(&g->nl, g->conf->macvlan, &macvlan) == 0) &&
	    (!seen.present || ipaddr_scan(&g->nl, seen.index,
	    g->conf->use_macvlan ? macvlan.index : seen.index, &g->conf->vr,
	    &g->addrs) == 0)) {
		g->seen = seen;
		g->macvlan = clean_is_our_macvlan(g, &macvlan) ?
		    macvlan.index : 0;
		g->macvlan_seen = macvlan;
		vr->own = own_addresses(g, &vr->nown);
		watch(g);
		return 0;
	}
	if (errno == ENODEV)
		g->dirty = true;	/* it went between two questions */
	else
		log_err("cannot read the interface's state: %s",
		    strerror(errno));
	g->check_deadline = now + RETRY_INTERVAL;
	return -1;
}

/* What was seen, in the words of core/reconcile.c; own is lent by g. */
static void
describe(struct reconcile_seen *seen, const struct ground *g)
{
	const struct link_state *link = &g->seen, *device = &g->macvlan_seen;

	*seen = (struct reconcile_seen){
		.present = link->present,
		.ethernet = link->ethernet,
		.up = link->up,
		.carrier = link->carrier,
		.forwards4 = link->router4,
		.forwards6 = link->router6,
		.hushed = link->arp_ignore != 0 && link->arp_announce != 0,
		.index = link->index,
		.mtu = link->mtu,
		.flaps = link->flaps,
		.complete = ipaddr_complete(&g->addrs, &g->conf->vr),
		.marked = ipaddr_left(&g->addrs, &g->conf->vr),
		.device.present = g->macvlan != 0,
		.device.up = device->up,
		.device.forwards4 = device->router4,
		.device.forwards6 = device->router6,
		.device.mtu = device->mtu
	};
	memcpy(seen->mac, link->mac, VRRP_MAC_LEN);
	memcpy(seen->device.mac, device->mac, VRRP_MAC_LEN);
	seen->own = own_addresses(g, &seen->nown);
}

/* Compares what was seen with what should be. */
void
host_compare(struct ground *g, const struct vrrp *vr,
    struct reconcile_plan *plan, usec_t now)
{
	const struct reconcile_known known = {
		.vr = vr,
		.virtual_mac = g->virtual_mac,
		.own_mac = g->own_mac,
		.macvlan = g->conf->use_macvlan,
		.keeps_mac = g->mac_file.fd != -1,
		.open = g->port.fd != -1,
		.index = g->index,
		.swapped = g->swapped,
		.holding = g->holding,
		.stalled = g->stalled
	};
	struct reconcile_seen seen;

	describe(&seen, g);
	reconcile(plan, &g->memory, &known, &seen, now);
	reconcile_reason_text(g->reason, sizeof(g->reason), g->memory.reason,
	    &g->conf->vr, g->seen.mtu);
}

/*
 * The filter of link_watch() lets no other event through than those about our
 * devices, and about our name.
 */
static void
on_kernel_message(const struct nl_msg *msg, void *arg)
{
	struct ground *g = arg;

	/* What we do ourselves, as in renewing a lease, is no news. */
	if ((msg->type != RTM_NEWADDR && msg->type != RTM_DELADDR) ||
	    msg->port != g->nl.port)
		g->dirty = true;
}

/* Takes what the kernel tells; it only says when to look. */
void
host_events(struct ground *g)
{
	int i;

	for (i = 0; i < HOST_DRAIN_MAX; i++) {
		if (nl_receive(&g->events, on_kernel_message, g) == 0)
			continue;
		if (errno == EAGAIN)
			return;
		/* ENOBUFS: some were lost.  Whatever it was: look ourselves. */
		g->stats.lost_events++;
		g->dirty = true;
		if (errno != ENOBUFS)
			return;
	}
}

/* --- the macvlan ---------------------------------------------------------- */

/*
 * What the macvlan does is right from the start, and forwarding follows that of
 * the interface.  In the sandbox only the guard can write the sysctls of IPv6.
 */
static unsigned
tune(struct ground *g, bool ipv4, bool ipv6)
{
	bool done = !ipv4 || vmac_tune(&g->nl, g->macvlan,
	    g->seen.router4) == 0;
	unsigned news = 0;

	if (ipv6 && vmac_tune_ipv6(g->conf->macvlan, g->seen.router6) == -1)
		news = HOST_TUNE;
	if (!done && !g->untuned)
		log_warning("cannot set the sysctls of %s: %s",
		    g->conf->macvlan, strerror(errno));
	g->untuned = !done;
	return news;
}

static void
hush(struct ground *g)
{
	if (vmac_hush(&g->nl, g->seen.index) == -1)
		log_warning("cannot set the ARP sysctls of %s: %s",
		    g->conf->vr.ifname, strerror(errno));
}

/*
 * The macvlan beside the interface, and silence of the interface itself about
 * the addresses there.  Both go with the interface when that is deleted.  -1 if
 * there is none afterwards.
 */
static int
make_macvlan(struct ground *g, unsigned *news)
{
	struct link_state state;
	char alias[LINK_ALIAS_LEN];

	if (!g->conf->use_macvlan || g->macvlan != 0)
		return 0;
	clean_macvlan_alias(g, alias, sizeof(alias));
	if (vmac_create(&g->nl, g->seen.index, g->conf->macvlan,
	    g->virtual_mac, alias) == -1) {
		log_err("cannot create %s: %s%s%s", g->conf->macvlan,
		    strerror(errno), g->nl.error[0] ? ": " : "", g->nl.error);
		return -1;
	}
	if (link_get(&g->nl, g->conf->macvlan, &state) == -1 || !state.present)
		return -1;
	g->macvlan = state.index;
	g->dirty = true;
	g->untuned = false;
	*news |= tune(g, true, true);
	if (!g->conf->vr.accept && vmac_dummy(&g->nl, g->macvlan) == -1)
		log_warning("cannot set the dummy address of %s: %s",
		    g->conf->macvlan, strerror(errno));
	hush(g);
	return 0;
}

/* --- mending, a function for each row ------------------------------------ */

/* True if it is as wanted afterwards. */
static bool
set_row(struct ground *g, const struct vrrp *vr, enum reconcile_row row,
    unsigned *news)
{
	switch (row) {
	case RECONCILE_MAC:
		return hold_mac(g);
	case RECONCILE_DEVICE:
		/* Under another name the kernel would let us make no second. */
		if (g->macvlan == 0) {
			clean_find_macvlan(g);
			clean_macvlan(g);
		}
		g->dirty = true;
		return make_macvlan(g, news) == 0 && (!g->holding ||
		    (hold_mac(g) && hold_addresses(g, vr)));
	case RECONCILE_DEVICE_MAC:
	case RECONCILE_DEVICE_MTU:
		return vmac_repair(&g->nl, g->macvlan, g->virtual_mac,
		    g->seen.mtu) == 0;
	case RECONCILE_FORWARD4:
		*news |= tune(g, true, false);
		return true;
	case RECONCILE_FORWARD6:
		*news |= tune(g, false, true);
		return true;
	case RECONCILE_HUSH:
		hush(g);
		return true;
	case RECONCILE_ADDRESSES:
		g->dirty = true;
		return hold_addresses(g, vr);
	case RECONCILE_BLOCK:
		return ipaddr_block(&g->nl, &g->conf->vr) == 0 &&
		    (g->macvlan == 0 || vmac_dummy(&g->nl, g->macvlan) == 0);
	case RECONCILE_ROWS:
		break;
	}
	return true;
}

static void
undo_row(struct ground *g, enum reconcile_row row, usec_t now)
{
	if (row == RECONCILE_MAC) {
		g->swapped = true;
		hold_no_mac(g, now);
		return;
	}
	log_notice("removing virtual addresses that an earlier vrrpd left");
	if (ipaddr_del(&g->nl, g->conf->use_macvlan ? g->macvlan :
	    g->seen.index, &g->conf->vr, &g->addrs, true) == -1)
		log_err("cannot remove the left-over addresses: %s",
		    strerror(errno));
}

static void
log_foreign(const struct ground *g, enum reconcile_row row)
{
	char text[HOST_MAC_TEXT_LEN];

	if (row == RECONCILE_MAC)
		log_warning("another program set the MAC address to %s",
		    host_mac_text(text, g->seen.mac));
	else
		log_warning("another program changed or removed %s: put back",
		    reconcile_row_name(row));
}

/* A row that could not be set; only some of them a Master cannot be without. */
static unsigned
fail_row(const struct ground *g, enum reconcile_row row)
{
	switch (row) {
	case RECONCILE_BLOCK:
		log_err("cannot set the blackhole routes of the addresses: %s",
		    strerror(errno));
		return 0;
	case RECONCILE_DEVICE_MTU:
	case RECONCILE_DEVICE_MAC:
		log_err("cannot repair %s: %s", g->conf->macvlan,
		    strerror(errno));
		return row == RECONCILE_DEVICE_MAC && g->holding ? HOST_FAULT :
		    0;
	default:
		return g->holding ? HOST_FAULT : 0;
	}
}

/*
 * Does what the comparison found.  Returns enum host_news; what the plan says
 * beside the rows is the caller's.
 */
unsigned
host_mend(struct ground *g, const struct vrrp *vr,
    const struct reconcile_plan *plan, usec_t now)
{
	unsigned row, news = 0;

	for (row = 0; row < RECONCILE_ROWS; row++) {
		if (plan->foreign & 1u << row) {
			g->stats.restored += g->holding;
			if (plan->set & 1u << row)
				log_foreign(g, row);
		}
		if (row == RECONCILE_MAC && plan->news & RECONCILE_OWN_MAC)
			host_set_own_mac(g, g->seen.mac);
		if (plan->undo & 1u << row)
			undo_row(g, row, now);
		if (plan->set & 1u << row && !set_row(g, vr, row, &news))
			news |= fail_row(g, row);
	}
	return news;
}

/* --- one interface after the other --------------------------------------- */

/* The interface is gone, or another one: nothing of ours is there any more. */
void
host_close(struct ground *g)
{
	port_close(&g->port);
	respond_close(&g->respond);
	g->swapped = false;
	g->holding = false;
	g->dirty = true;
}

/*
 * From now on we work on the interface that was seen.  The one before may still
 * be there under another name: nothing of ours stays on it, nor beside it.
 */
void
host_move(struct ground *g)
{
	if (g->index != 0 && g->conf->use_macvlan) {
		clean_macvlan(g);
		(void)clean_arp(g, g->index);
	}
	g->index = g->seen.index;
}

/* Ready for adverts: the macvlan and the socket.  -1 = try again later. */
int
host_use(struct ground *g, unsigned *news, usec_t now)
{
	*news = 0;
	if (make_macvlan(g, news) == 0) {
		if (g->port.fd != -1 ||
		    port_open(&g->port, g->seen.index, &g->conf->vr) == 0)
			return 0;
		log_err("packet socket: %s", strerror(errno));
	}
	g->check_deadline = now + RETRY_INTERVAL;
	return -1;
}
