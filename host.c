/*
 * The host as the kernel shows it: the interface, its MAC and its addresses.
 * What should be and what is are compared at start, at every event and now and
 * then; events only say when to look (F05, F06, F07, F19, F33).
 */
#include "router.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How often the kernel's state is looked at even when it says nothing. */
#define CHECK_INTERVAL	(30 * VRRP_SECOND)
/* How soon again when that went wrong. */
#define RETRY_INTERVAL	(1 * VRRP_SECOND)
/* So many times in so long are a fight and not an accident. */
#define FIGHT_INTERVAL	(10 * VRRP_SECOND)

enum {
	FIGHT_MAX = 20
};

void
host_set_own_mac(struct router *r, const uint8_t *mac)
{
	char text[RECORD_LEN], path[LOCKFILE_PATH_LEN];

	memcpy(r->own_mac, mac, VRRP_MAC_LEN);
	if (r->mac_file.fd == -1)
		return;
	record_print_mac(text, mac);
	if (lockfile_write(&r->mac_file, text) == -1)
		log_err("%s: %s", lockfile_path(path, &r->mac_file),
		    strerror(errno));
}

/* "vrrpd eth0 51": by this alias we know our macvlan again. */
void
host_macvlan_alias(const struct router *r, char *alias, size_t size)
{
	snprintf(alias, size, "vrrpd %s %u%s", r->conf->vr.ifname,
	    r->conf->vr.vrid, r->conf->vr.family == &vrrp_ipv6 ? " v6" : "");
}

bool
host_is_our_macvlan(const struct router *r, const struct link_state *state)
{
	char alias[LINK_ALIAS_LEN];

	host_macvlan_alias(r, alias, sizeof(alias));
	return state->present && strcmp(state->alias, alias) == 0;
}

/*
 * Events come for what is watched alone.  Once that has changed we look again:
 * something may have happened before.
 */
static void
watch(struct router *r)
{
	if (r->watched[0] == r->seen.index && r->watched[1] == r->macvlan)
		return;
	if (link_watch(&r->events, &r->conf->vr, r->seen.index,
	    r->macvlan) == -1)
		log_warning("cannot choose events: %s", strerror(errno));
	r->watched[0] = r->seen.index;
	r->watched[1] = r->macvlan;
	r->dirty = true;
}

/* Looks at the interface and its addresses; -1 = could not, look again soon. */
static int
look(struct router *r, usec_t now)
{
	struct link_state seen, macvlan = { 0 };

	r->dirty = false;
	r->check_deadline = now + CHECK_INTERVAL;
	if (link_get(&r->nl, r->conf->vr.ifname, &seen) == 0 &&
	    (!r->conf->use_macvlan ||
	    link_get(&r->nl, r->conf->macvlan, &macvlan) == 0) &&
	    (!seen.present || ipaddr_scan(&r->nl, seen.index,
	    r->conf->use_macvlan ? macvlan.index : seen.index, &r->conf->vr,
	    &r->addrs) == 0)) {
		r->seen = seen;
		r->macvlan = host_is_our_macvlan(r, &macvlan) ?
		    macvlan.index : 0;
		r->macvlan_seen = macvlan;
		r->vr.own = router_sources(r, &r->vr.nown);
		watch(r);
		return 0;
	}
	if (errno == ENODEV)
		r->dirty = true;	/* it went between two questions */
	else
		log_err("cannot read the interface's state: %s",
		    strerror(errno));
	r->check_deadline = now + RETRY_INTERVAL;
	return -1;
}

static bool
owns(const struct router *r, const struct vrrp_addr *addr)
{
	unsigned i;

	for (i = 0; i < r->vr.nown; i++)
		if (memcmp(&r->vr.own[i], addr, sizeof(*addr)) == 0)
			return true;
	return false;
}

/* IPv6 adverts come from a link-local address (RFC 9568 5.1.2.1). */
static bool
has_source(const struct router *r)
{
	const uint8_t *octet = r->vr.own[0].octet;

	return r->vr.nown > 0 && (r->conf->vr.family == &vrrp_ipv4 ||
	    (octet[0] == 0xfe && (octet[1] & 0xc0) == 0x80));
}

/* Why the interface cannot be used now; false = it can. */
static bool
find_reason(struct router *r, char *reason)
{
	reason[0] = '\0';
	if (!r->seen.present)
		strcpy(reason, "the interface is gone");
	else if (r->link.fd != -1 && r->seen.index != r->link.index)
		strcpy(reason, "the interface was replaced");
	else if (!r->seen.ethernet)
		strcpy(reason, "not an Ethernet interface");
	else if (!r->seen.up)
		strcpy(reason, "the interface is down");
	else if (r->seen.mtu < advert_len(&r->conf->vr))
		snprintf(reason, ROUTER_REASON_LEN,
		    "%u addresses need an MTU of %u, it has %u",
		    r->conf->vr.naddr, (unsigned)advert_len(&r->conf->vr),
		    r->seen.mtu);
	else if (r->conf->vr.owner &&
	    !ipaddr_complete(&r->addrs, &r->conf->vr))
		strcpy(reason, "it has lost an address that we own");
	else if (!has_source(r))
		strcpy(reason, r->conf->vr.family == &vrrp_ipv4 ?
		    "it has no IPv4 address of its own" :
		    "it has no link-local address of its own");
	else if (!r->seen.carrier)
		strcpy(reason, "no carrier");
	return reason[0] != '\0';
}

/*
 * The address that our adverts come from was replaced (F19).  Another one of
 * the interface is as good, and nothing of the election depends on which it is
 * but the tie between equal Masters.
 */
static void
follow_source(struct router *r)
{
	char addr[REPORT_ADDR_LEN];

	if (r->vr.state == VRRP_INITIALIZE || !r->seen.present ||
	    !has_source(r) || owns(r, &r->vr.source))
		return;
	router_set_source(r, &r->vr.own[0]);
	log_notice("source address is now %s",
	    report_addr(addr, r->conf->vr.family, &r->vr.source));
}

/* Stops using the interface; the sockets go when it is another one, or none. */
static void
leave_link(struct router *r, usec_t now)
{
	bool carrier_only = r->seen.present && !r->seen.carrier &&
	    strcmp(r->reason, "no carrier") == 0;

	router_step(r, carrier_only ? VRRP_EV_CARRIER_LOST :
	    VRRP_EV_LINK_DOWN, NULL, now);
	if (r->link.fd == -1 ||
	    (r->seen.present && r->seen.index == r->link.index))
		return;
	link_close(&r->link);
	respond_close(&r->respond);
	r->swapped = false;
	r->holding = false;
	r->dirty = true;
}

/*
 * The sysctls of the macvlan, of one family or both.  Forwarding is as on the
 * interface.  In the sandbox nobody but the guard can write those of IPv6.
 */
static void
tune_macvlan(struct router *r, bool ipv4, bool ipv6)
{
	bool done = !ipv4 || vmac_tune(&r->nl, r->macvlan,
	    r->seen.router4) == 0;

	if (ipv6 && vmac_tune_ipv6(r->conf->macvlan, r->seen.router6) == -1 &&
	    !guard_tune(r))
		done = false;
	if (!done && !r->untuned)
		log_warning("cannot set the sysctls of %s: %s",
		    r->conf->macvlan, strerror(errno));
	r->untuned = !done;
}

/*
 * The macvlan beside the interface, and silence of the interface itself about
 * the addresses there.  Both go with the interface when that is deleted.
 */
static bool
prepare_macvlan(struct router *r)
{
	struct link_state state;
	char alias[LINK_ALIAS_LEN];

	if (!r->conf->use_macvlan || r->macvlan != 0)
		return true;
	host_macvlan_alias(r, alias, sizeof(alias));
	if (vmac_create(&r->nl, r->seen.index, r->conf->macvlan,
	    r->virtual_mac, alias) == -1) {
		log_err("cannot create %s: %s%s%s", r->conf->macvlan,
		    strerror(errno), r->nl.error[0] ? ": " : "", r->nl.error);
		return false;
	}
	if (link_get(&r->nl, r->conf->macvlan, &state) == -1 || !state.present)
		return false;
	r->macvlan = state.index;
	r->dirty = true;
	r->untuned = false;
	tune_macvlan(r, true, true);
	if (!r->conf->vr.accept && vmac_dummy(&r->nl, r->macvlan) == -1)
		log_warning("cannot set the dummy address of %s: %s",
		    r->conf->macvlan, strerror(errno));
	if (vmac_hush(&r->nl, r->seen.index) == -1)
		log_warning("cannot set the ARP sysctls of %s: %s",
		    r->conf->vr.ifname, strerror(errno));
	return true;
}

/* The ARP sysctls of an interface, as recorded; false if that failed. */
static bool
unhush(struct router *r, unsigned index)
{
	char text[RECORD_LEN];
	int ignore, announce;
	ssize_t n = pread(r->arp_file.fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	if (!record_parse_arp(&ignore, &announce, text) ||
	    vmac_unhush(&r->nl, index, ignore, announce) == 0)
		return true;
	log_err("cannot put the ARP sysctls of %s back: %s",
	    r->conf->vr.ifname, strerror(errno));
	return false;
}

/* By the last vrrpd that needs others; what fails stays recorded. */
void
host_restore_arp(struct router *r)
{
	if (r->arp_file.fd == -1 || !lockfile_alone(&r->arp_file))
		return;
	if (r->seen.present && !unhush(r, r->seen.index))
		lockfile_release(&r->arp_file);
	lockfile_remove(&r->arp_file);
}

/*
 * From now on we work on this interface.  The one before may still be there
 * under another name: nothing of ours stays on it, nor beside it.
 */
static void
take_link(struct router *r)
{
	unsigned before = r->index;

	if (before == r->seen.index)
		return;
	if (before != 0 && r->conf->use_macvlan) {
		if (r->macvlan != 0 && vmac_delete(&r->nl, r->macvlan) == -1)
			log_err("cannot delete %s: %s", r->conf->macvlan,
			    strerror(errno));
		r->macvlan = 0;
		(void)unhush(r, before);
	}
	r->index = r->seen.index;
	guard_link(r);
}

/* At the end: what was made is removed, what was changed is put back. */
void
host_close(struct router *r)
{
	if (r->macvlan != 0 && vmac_delete(&r->nl, r->macvlan) == -1)
		log_err("cannot delete %s: %s", r->conf->macvlan,
		    strerror(errno));
	host_restore_arp(r);
}

static void
enter_link(struct router *r, usec_t now)
{
	if (!prepare_macvlan(r)) {
		r->check_deadline = now + RETRY_INTERVAL;
		return;
	}
	if (r->link.fd == -1 &&
	    link_open(&r->link, r->seen.index, &r->conf->vr) == -1) {
		log_err("packet socket: %s", strerror(errno));
		r->check_deadline = now + RETRY_INTERVAL;
		return;
	}
	if (r->vr.state == VRRP_INITIALIZE)
		router_set_source(r, &r->vr.own[0]);
	if (r->vr.state == VRRP_INITIALIZE || r->vr.quiet)
		router_step(r, VRRP_EV_LINK_UP, NULL, now);
}

/*
 * Something of ours was taken away.  True if it is to be put back; who takes it
 * again and again wins, loudly (F05): two that fight serve nobody.
 */
static bool
may_restore(struct router *r, usec_t now)
{
	if (now - r->fight_since > FIGHT_INTERVAL) {
		r->fights = 0;
		r->fight_since = now;
	}
	r->stats.restored++;
	if (++r->fights <= FIGHT_MAX)
		return true;
	if (r->fights == FIGHT_MAX + 1)
		log_err("somebody undoes what we set, %d times in %d s: we "
		    "resign", FIGHT_MAX,
		    (int)((now - r->fight_since) / VRRP_SECOND));
	r->fault = true;
	return false;
}

/* The interface's MAC: ours to keep, somebody's to change. */
static void
settle_mac(struct router *r, usec_t now)
{
	char text[ROUTER_MAC_TEXT_LEN];
	bool virtual = vrrp_mac_is_virtual(r->seen.mac);

	if (r->swapped &&
	    memcmp(r->seen.mac, r->virtual_mac, VRRP_MAC_LEN) != 0) {
		log_warning("somebody set the MAC to %s",
		    router_mac_text(text, r->seen.mac));
		if (!virtual)
			host_set_own_mac(r, r->seen.mac);
		if (may_restore(r, now) && router_mac_on(r))
			router_step(r, VRRP_EV_ANNOUNCE, NULL, now);
		else
			r->fault = true;
	} else if (!r->swapped && virtual && r->mac_file.fd != -1) {
		r->swapped = true;
		router_mac_off(r, now);
	} else if (!r->swapped && !virtual &&
	    memcmp(r->seen.mac, r->own_mac, VRRP_MAC_LEN) != 0) {
		host_set_own_mac(r, r->seen.mac);
		router_step(r, VRRP_EV_ANNOUNCE, NULL, now);
	}
}

/* Ours under another name: the kernel would let us make no second one. */
static void
delete_renamed(struct router *r)
{
	struct link_state state;
	char alias[LINK_ALIAS_LEN];

	host_macvlan_alias(r, alias, sizeof(alias));
	if (link_find(&r->nl, alias, &state) == 0 && state.present)
		(void)vmac_delete(&r->nl, state.index);
}

/* The macvlan is there and, in Master, up, whoever meddles. */
static void
settle_macvlan(struct router *r, usec_t now)
{
	if (!r->conf->use_macvlan || (r->macvlan != 0 &&
	    (r->macvlan_seen.up || !r->holding)))
		return;
	if (r->vr.state == VRRP_INITIALIZE)
		return;
	if (r->holding && !may_restore(r, now))
		return;
	log_warning("somebody took %s away or down: put back",
	    r->conf->macvlan);
	if (r->macvlan == 0)
		delete_renamed(r);
	if (prepare_macvlan(r) && (!r->holding ||
	    (router_mac_on(r) && router_add_addresses(r))))
		r->dirty = true;
	else
		r->fault = r->holding;
}

/*
 * What it has: our MAC, the MTU of the interface, which the kernel lowers but
 * does not raise, its forwarding, and the silence of the interface itself
 * (F17).
 */
static void
settle_macvlan_state(struct router *r, usec_t now)
{
	const struct link_state *seen = &r->macvlan_seen;
	char text[ROUTER_MAC_TEXT_LEN];
	bool right = memcmp(seen->mac, r->virtual_mac, VRRP_MAC_LEN) == 0;

	if (r->macvlan == 0 || r->macvlan != seen->index)
		return;
	if (!right) {
		log_warning("somebody set the MAC of %s to %s: put back",
		    r->conf->macvlan, router_mac_text(text, seen->mac));
		if (r->holding && !may_restore(r, now))
			return;
	}
	if ((!right || seen->mtu != r->seen.mtu) && vmac_repair(&r->nl,
	    r->macvlan, r->virtual_mac, r->seen.mtu) == -1) {
		log_err("cannot repair %s: %s", r->conf->macvlan,
		    strerror(errno));
		r->fault = r->holding && !right;
	} else if (!right && r->holding) {
		router_step(r, VRRP_EV_ANNOUNCE, NULL, now);
	}
	if (seen->router4 != r->seen.router4 ||
	    seen->router6 != r->seen.router6)
		tune_macvlan(r, seen->router4 != r->seen.router4,
		    seen->router6 != r->seen.router6);
	if ((r->seen.arp_ignore == 0 || r->seen.arp_announce == 0) &&
	    vmac_hush(&r->nl, r->seen.index) == -1)
		log_warning("cannot set the ARP sysctls of %s: %s",
		    r->conf->vr.ifname, strerror(errno));
}

/* The virtual addresses: on in Master, off otherwise, whoever meddles (F05). */
static void
settle_addresses(struct router *r, usec_t now)
{
	const struct vrrp_conf *conf = &r->conf->vr;

	if (conf->owner)
		return;
	/* No event tells of a route; what is there stays as it is. */
	if (!conf->accept) {
		if (r->holding && (ipaddr_block(&r->nl, conf) == -1 ||
		    (r->conf->use_macvlan && r->macvlan != 0 &&
		    vmac_dummy(&r->nl, r->macvlan) == -1)))
			log_err("cannot keep packets to the addresses out: %s",
			    strerror(errno));
		return;
	}
	if (r->holding && !ipaddr_complete(&r->addrs, conf)) {
		if (!may_restore(r, now))
			return;
		log_warning("somebody removed a virtual address: put back");
		if (!router_add_addresses(r))
			r->fault = true;
		else if (!r->stalled)
			router_step(r, VRRP_EV_ANNOUNCE, NULL, now);
		r->dirty = true;
	} else if (!r->holding && ipaddr_left(&r->addrs, conf)) {
		log_notice("removing virtual addresses of an earlier life");
		if (ipaddr_del(&r->nl, r->conf->use_macvlan ? r->macvlan :
		    r->seen.index, conf, &r->addrs, true) == -1)
			log_err("cannot remove them: %s", strerror(errno));
	}
}

/* Compares what should be with what is, and mends (F06). */
void
host_reconcile(struct router *r, usec_t now)
{
	char before[ROUTER_REASON_LEN];
	uint32_t flaps = r->seen.flaps;

	if (look(r, now) == -1)
		return;
	follow_source(r);
	memcpy(before, r->reason, sizeof(before));
	if (find_reason(r, r->reason)) {
		if (r->vr.state == VRRP_INITIALIZE &&
		    strcmp(before, r->reason) != 0)
			log_notice("waiting: %s", r->reason);
		leave_link(r, now);
		/* What we saw is not true any more; look again at once. */
		if (r->dirty)
			return;
	}
	if (r->seen.present) {
		take_link(r);
		settle_mac(r, now);
		settle_macvlan(r, now);
		settle_macvlan_state(r, now);
		settle_addresses(r, now);
	}
	if (r->reason[0] != '\0')
		return;
	/* A flap that was over before we looked: switches forgot us. */
	if (r->vr.state == VRRP_MASTER && !r->vr.quiet &&
	    flaps != r->seen.flaps)
		router_step(r, VRRP_EV_ANNOUNCE, NULL, now);
	enter_link(r, now);
}

/* Whether an event is about our interface, by index or by name. */
static void
on_kernel_message(const struct nl_msg *msg, void *arg)
{
	struct router *r = arg;
	const uint8_t *p = msg->payload;
	size_t left = msg->len;
	struct ifinfomsg ifi;
	struct ifaddrmsg ifa;
	struct nl_attr attr;

	/* A sysctl of one of the devices: the filter lets no other through. */
	if (msg->type == RTM_NEWNETCONF)
		r->dirty = true;
	/* What we do ourselves, as in renewing a lease, is no news. */
	if ((msg->type == RTM_NEWADDR || msg->type == RTM_DELADDR) &&
	    left >= sizeof(ifa) && msg->port != r->nl.port) {
		memcpy(&ifa, p, sizeof(ifa));
		if (ifa.ifa_index == r->seen.index ||
		    ifa.ifa_index == r->macvlan)
			r->dirty = true;
	}
	if ((msg->type != RTM_NEWLINK && msg->type != RTM_DELLINK) ||
	    left < sizeof(ifi))
		return;
	memcpy(&ifi, p, sizeof(ifi));
	if ((unsigned)ifi.ifi_index == r->seen.index ||
	    (unsigned)ifi.ifi_index == r->macvlan)
		r->dirty = true;
	p += NLMSG_ALIGN(sizeof(ifi));
	left -= NLMSG_ALIGN(sizeof(ifi));
	while (nl_next_attr(&p, &left, &attr))
		if (attr.type == IFLA_IFNAME && attr.len > 0 &&
		    strncmp((const char *)attr.data, r->conf->vr.ifname,
		    attr.len) == 0)
			r->dirty = true;
}

void
host_events(struct router *r)
{
	int i;

	for (i = 0; i < ROUTER_DRAIN_MAX; i++) {
		if (nl_receive(&r->events, on_kernel_message, r) == 0)
			continue;
		if (errno == EAGAIN)
			return;
		/* ENOBUFS: some were lost.  Whatever it was: look ourselves. */
		r->stats.lost_events++;
		r->dirty = true;
		if (errno != ENOBUFS)
			return;
	}
}

