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

/* How often the kernel's state is looked at even when it says nothing. */
#define CHECK_INTERVAL	(30 * VRRP_SECOND)
/* How soon again when that went wrong. */
#define RETRY_INTERVAL	(1 * VRRP_SECOND)

void
host_set_own_mac(struct router *r, const uint8_t *mac)
{
	char text[ROUTER_MAC_TEXT_LEN + 1];

	memcpy(r->own_mac, mac, VRRP_MAC_LEN);
	if (r->mac_file.fd == -1)
		return;
	router_mac_text(text, mac);
	strcat(text, "\n");
	if (lockfile_write(&r->mac_file, text) == -1)
		log_err("%s: %s", r->mac_file.path, strerror(errno));
}

/* Looks at the interface and its addresses; -1 = could not, look again soon. */
static int
look(struct router *r, usec_t now)
{
	struct link_state seen;

	r->dirty = false;
	r->check_deadline = now + CHECK_INTERVAL;
	if (link_get(&r->nl, r->conf.vr.ifname, &seen) == 0 &&
	    (!seen.present || ipaddr_scan(&r->nl, seen.index, &r->conf.vr,
	    &r->addrs) == 0)) {
		r->seen = seen;
		r->vr.own = r->addrs.own4;
		r->vr.nown = r->addrs.n4;
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
owns(struct router *r, const struct vrrp_addr *addr)
{
	unsigned i;

	for (i = 0; i < r->addrs.n4; i++)
		if (memcmp(&r->addrs.own4[i], addr, sizeof(*addr)) == 0)
			return true;
	return false;
}

/* Why the interface cannot be used now; false = it can. */
static bool
find_reason(struct router *r, char *reason)
{
	char addr[REPORT_ADDR_LEN];

	reason[0] = '\0';
	if (!r->seen.present)
		strcpy(reason, "the interface is gone");
	else if (r->link.fd != -1 && r->seen.index != r->link.index)
		strcpy(reason, "the interface was replaced");
	else if (!r->seen.ethernet)
		strcpy(reason, "not an Ethernet interface");
	else if (!r->seen.up)
		strcpy(reason, "the interface is down");
	else if (r->conf.vr.owner &&
	    !ipaddr_complete(&r->addrs, &r->conf.vr))
		strcpy(reason, "it has lost an address that we own");
	else if (r->addrs.n4 == 0)
		strcpy(reason, "it has no IPv4 address of its own");
	else if (r->vr.state != VRRP_INITIALIZE && !owns(r, &r->vr.source))
		snprintf(reason, ROUTER_REASON_LEN,
		    "it has lost its address %s",
		    report_addr(addr, &r->vr.source));
	else if (!r->seen.carrier)
		strcpy(reason, "no carrier");
	return reason[0] != '\0';
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
	r->swapped = false;
	r->holding = false;
	r->dirty = true;
}

static void
enter_link(struct router *r, usec_t now)
{
	if (r->link.fd == -1 &&
	    link_open(&r->link, r->seen.index, &r->conf.vr) == -1) {
		log_err("packet socket: %s", strerror(errno));
		r->check_deadline = now + RETRY_INTERVAL;
		return;
	}
	if (r->vr.state == VRRP_INITIALIZE)
		r->vr.source = r->addrs.own4[0];
	if (r->vr.state == VRRP_INITIALIZE || r->vr.quiet)
		router_step(r, VRRP_EV_LINK_UP, NULL, now);
}

/* The interface's MAC: ours to keep, somebody's to change. */
static void
settle_mac(struct router *r, usec_t now)
{
	char text[ROUTER_MAC_TEXT_LEN];
	bool virtual = vrrp_mac_is_virtual(r->seen.mac);

	if (r->swapped &&
	    memcmp(r->seen.mac, r->virtual_mac, VRRP_MAC_LEN) != 0) {
		r->stats.restored++;
		log_warning("somebody set the MAC to %s",
		    router_mac_text(text, r->seen.mac));
		if (!virtual)
			host_set_own_mac(r, r->seen.mac);
		if (router_mac_on(r))
			router_step(r, VRRP_EV_ANNOUNCE, NULL, now);
		else
			r->fault = true;
	} else if (!r->swapped && virtual && r->conf.vr.vmac) {
		r->swapped = true;
		router_mac_off(r, now);
	} else if (!r->swapped && !virtual &&
	    memcmp(r->seen.mac, r->own_mac, VRRP_MAC_LEN) != 0) {
		host_set_own_mac(r, r->seen.mac);
		router_step(r, VRRP_EV_ANNOUNCE, NULL, now);
	}
}

/* The virtual addresses: on in Master, off otherwise, whoever meddles (F05). */
static void
settle_addresses(struct router *r, usec_t now)
{
	const struct vrrp_conf *conf = &r->conf.vr;

	if (conf->owner)
		return;
	if (r->holding && !ipaddr_complete(&r->addrs, conf)) {
		r->stats.restored++;
		log_warning("somebody removed a virtual address: put back");
		if (router_add_addresses(r))
			router_step(r, VRRP_EV_ANNOUNCE, NULL, now);
		else
			r->fault = true;
		r->dirty = true;
	} else if (!r->holding && ipaddr_left(&r->addrs, conf)) {
		log_notice("removing virtual addresses of an earlier life");
		if (ipaddr_del(&r->nl, r->seen.index, conf, &r->addrs,
		    true) == -1)
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
		settle_mac(r, now);
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

	if ((msg->type == RTM_NEWADDR || msg->type == RTM_DELADDR) &&
	    left >= sizeof(ifa)) {
		memcpy(&ifa, p, sizeof(ifa));
		if (ifa.ifa_index == r->seen.index)
			r->dirty = true;
	}
	if ((msg->type != RTM_NEWLINK && msg->type != RTM_DELLINK) ||
	    left < sizeof(ifi))
		return;
	memcpy(&ifi, p, sizeof(ifi));
	if ((unsigned)ifi.ifi_index == r->seen.index)
		r->dirty = true;
	p += NLMSG_ALIGN(sizeof(ifi));
	left -= NLMSG_ALIGN(sizeof(ifi));
	while (nl_next_attr(&p, &left, &attr))
		if (attr.type == IFLA_IFNAME && attr.len > 0 &&
		    strncmp((const char *)attr.data, r->conf.vr.ifname,
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

