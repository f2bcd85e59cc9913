/*
 * vrrpd: one virtual router.  The loop, and what the actions of the state
 * machine do to the host.  This file alone sees both the pure core (fsm.c,
 * packet.c, announce.c, conf.c) and the edges (link.c, ipaddr.c, notify.c, ...);
 * it decides nothing about the protocol.
 */
#include "cmdline.h"
#include "ipaddr.h"
#include "libnetlink.h"
#include "link.h"
#include "lockfile.h"
#include "log.h"
#include "notify.h"
#include "process.h"
#include "report.h"
#include "vrrp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

/* How often the kernel's state is looked at even when it says nothing. */
#define CHECK_INTERVAL	(30 * VRRP_SECOND)
/* How soon again when that went wrong. */
#define RETRY_INTERVAL	(1 * VRRP_SECOND)
/* How long scripts may go on when we want to leave. */
#define EXIT_GRACE	(10 * VRRP_SECOND)

enum {
	EXIT_REFUSED = 1,		/* by us: the configuration */
	EXIT_SYSTEM = 2,		/* by the system */
	/*
	 * Frames taken in one turn.  More than a socket's default queue holds,
	 * so that after a stall all that waited is read before the timer is
	 * judged; bounded, so that a flood does not starve it.
	 */
	DRAIN_MAX = 512,
	FRAME_SIZE = 2048,
	REASON_LEN = 128,
	MAC_TEXT_LEN = 18
};

static struct {
	struct conf conf;
	struct vrrp vr;
	struct stats stats;
	struct notify notify;
	struct nl nl;			/* requests */
	struct nl events;		/* what the kernel tells */
	struct link link;		/* fd -1: no interface to work on */
	struct link_state seen;		/* the interface, when last looked at */
	struct ipaddr_table addrs;	/* its addresses, likewise */
	struct lockfile pid_file;
	struct lockfile mac_file;
	uint8_t virtual_mac[VRRP_MAC_LEN];
	uint8_t own_mac[VRRP_MAC_LEN];	/* never a virtual one */
	uint16_t ip_id;
	bool swapped;			/* the virtual MAC is on */
	bool holding;			/* the virtual addresses are on */
	bool dirty;			/* look at the interface again */
	bool fault;			/* tell the state machine next turn */
	usec_t check_deadline;		/* when to look anyway */
	char reason[REASON_LEN];	/* why it cannot be used, "" = it can */
} d;

/* CLOCK_MONOTONIC, microseconds: a step of the wall clock moves nothing (F12) */
static usec_t
clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * VRRP_SECOND + ts.tv_nsec / 1000;
}

static const char *
mac_text(char *buf, const uint8_t *mac)
{
	snprintf(buf, MAC_TEXT_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
	    mac[1], mac[2], mac[3], mac[4], mac[5]);
	return buf;
}

/* --- what the actions do ------------------------------------------------ */

static bool
send_frame(const uint8_t *frame, size_t len, usec_t now)
{
	if (d.link.fd != -1 && link_send(&d.link, frame, len) == 0)
		return true;
	report_send_error(&d.stats, d.link.fd == -1 ? ENODEV : errno, now);
	return false;
}

static void
send_advert(uint8_t priority, const uint8_t *mac, usec_t now)
{
	uint8_t frame[VRRP_FRAME_MAX];
	size_t len = advert_build(frame, sizeof(frame), &d.vr, mac, priority,
	    ++d.ip_id);

	if (!send_frame(frame, len, now))
		return;
	d.stats.sent++;
	if (priority == VRRP_PRIORITY_STOP)
		d.stats.zero_sent++;
}

/* The MAC that the virtual addresses are at while we are Master. */
static const uint8_t *
master_mac(void)
{
	return d.conf.vr.vmac ? d.virtual_mac : d.seen.mac;
}

static void
announce_ipv4(const struct vrrp_addr *addr, const uint8_t *mac, usec_t now)
{
	uint8_t frame[VRRP_FRAME_MIN];

	send_frame(frame, arp_build(frame, sizeof(frame), false, mac, addr),
	    now);
	send_frame(frame, arp_build(frame, sizeof(frame), true, mac, addr),
	    now);
}

/*
 * The interface's own addresses are at another MAC since a swap, either way:
 * frames to the old one no longer reach us, so everybody must know.
 */
static void
announce_own(const uint8_t *mac, usec_t now)
{
	uint8_t frame[128];
	unsigned i;

	for (i = 0; i < d.addrs.n4; i++)
		announce_ipv4(&d.addrs.own4[i], mac, now);
	for (i = 0; i < d.addrs.n6; i++)
		send_frame(frame, na_build(frame, sizeof(frame),
		    d.seen.router6, mac, &d.addrs.own6[i]), now);
}

/* The announcements that must follow come with VRRP_ACT_ANNOUNCE. */
static bool
mac_on(void)
{
	if (link_swap_mac(d.link.index, d.virtual_mac, d.own_mac) == -1) {
		log_err("cannot set the virtual MAC: %s%s", strerror(errno),
		    errno == EBUSY || errno == EOPNOTSUPP ?
		    " (this driver needs -n; a macvlan device is not built "
		    "in)" : "");
		return false;
	}
	d.swapped = true;
	return true;
}

static void
mac_off(usec_t now)
{
	if (!d.swapped)
		return;
	d.swapped = false;
	if (link_restore_mac(d.link.index, d.virtual_mac, d.own_mac) == -1) {
		if (errno != ENODEV && errno != ENXIO)
			log_err("cannot put the own MAC back: %s",
			    strerror(errno));
		return;
	}
	announce_own(d.own_mac, now);
}

static void
act_release(usec_t now)
{
	if (d.holding && !d.conf.vr.owner &&
	    ipaddr_del(&d.nl, d.link.index, &d.conf.vr, &d.addrs) == -1 &&
	    errno != ENODEV)
		log_err("cannot remove the virtual addresses: %s%s%s",
		    strerror(errno), d.nl.error[0] ? ": " : "", d.nl.error);
	d.holding = false;
	mac_off(now);
	d.dirty = true;
}

static bool
add_addresses(void)
{
	if (d.conf.vr.owner)
		return true;
	if (ipaddr_add(&d.nl, d.link.index, &d.conf.vr) == 0)
		return true;
	log_err("cannot set the virtual addresses: %s%s%s", strerror(errno),
	    d.nl.error[0] ? ": " : "", d.nl.error);
	return false;
}

/* A Master that cannot hold its addresses is no Master (P-17). */
static bool
act_acquire(void)
{
	d.holding = true;
	d.dirty = true;
	if ((!d.conf.vr.vmac || mac_on()) && add_addresses())
		return true;
	d.stats.faults++;
	d.fault = true;
	return false;
}

/* One round.  Own addresses too: theirs may have been lost as well. */
static void
act_announce(usec_t now)
{
	unsigned i;

	for (i = 0; i < d.conf.vr.naddr; i++)
		announce_ipv4(&d.conf.vr.vip[i].addr, master_mac(), now);
	if (d.swapped)
		announce_own(d.virtual_mac, now);
}

static void
act_notify(enum vrrp_state from, usec_t now)
{
	char status[64];

	report_change(&d.vr, from, d.reason, now);
	if (d.vr.state == VRRP_MASTER)
		d.stats.became_master++;
	notify_state(&d.notify, from, d.vr.state, now);
	snprintf(status, sizeof(status), "STATUS=%s",
	    vrrp_state_name(d.vr.state));
	notify_manager(status);
}

/* Always in this order; an action that fails is an event of the next turn. */
static void
run_actions(unsigned actions, enum vrrp_state from, usec_t now)
{
	bool held = true;

	if (actions & VRRP_ACT_RESIGN)
		send_advert(VRRP_PRIORITY_STOP, master_mac(), now);
	if (actions & VRRP_ACT_RELEASE)
		act_release(now);
	/* Who yields no longer speaks for the virtual MAC. */
	if (actions & VRRP_ACT_ADVERT)
		send_advert(d.conf.vr.priority, d.vr.state == VRRP_MASTER ?
		    master_mac() : d.own_mac, now);
	if (actions & VRRP_ACT_ACQUIRE)
		held = act_acquire();
	if ((actions & VRRP_ACT_ANNOUNCE) && held)
		act_announce(now);
	if (actions & VRRP_ACT_NOTIFY)
		act_notify(from, now);
}

static void
step(enum vrrp_event_type type, const struct vrrp_advert *adv, usec_t now)
{
	const struct vrrp_event ev = { type, adv };
	enum vrrp_state from = d.vr.state;
	unsigned actions = vrrp_step(&d.vr, &ev, now);

	run_actions(actions, from, now);
}

/* --- what the kernel tells ---------------------------------------------- */

static void
set_own_mac(const uint8_t *mac)
{
	char text[MAC_TEXT_LEN + 1];

	memcpy(d.own_mac, mac, VRRP_MAC_LEN);
	if (d.mac_file.fd == -1)
		return;
	mac_text(text, mac);
	strcat(text, "\n");
	if (lockfile_write(&d.mac_file, text) == -1)
		log_err("%s: %s", d.mac_file.path, strerror(errno));
}

/* Looks at the interface and its addresses; -1 = could not, look again soon. */
static int
look(usec_t now)
{
	struct link_state seen;

	d.dirty = false;
	d.check_deadline = now + CHECK_INTERVAL;
	if (link_get(&d.nl, d.conf.vr.ifname, &seen) == 0 &&
	    (!seen.present || ipaddr_scan(&d.nl, seen.index, &d.conf.vr,
	    &d.addrs) == 0)) {
		d.seen = seen;
		d.vr.own = d.addrs.own4;
		d.vr.nown = d.addrs.n4;
		return 0;
	}
	if (errno == ENODEV)
		d.dirty = true;		/* it went between two questions */
	else
		log_err("cannot read the interface's state: %s",
		    strerror(errno));
	d.check_deadline = now + RETRY_INTERVAL;
	return -1;
}

static bool
owns(const struct vrrp_addr *addr)
{
	unsigned i;

	for (i = 0; i < d.addrs.n4; i++)
		if (memcmp(&d.addrs.own4[i], addr, sizeof(*addr)) == 0)
			return true;
	return false;
}

/* Why the interface cannot be used now; false = it can. */
static bool
find_reason(char *reason)
{
	char addr[REPORT_ADDR_LEN];

	reason[0] = '\0';
	if (!d.seen.present)
		strcpy(reason, "the interface is gone");
	else if (d.link.fd != -1 && d.seen.index != d.link.index)
		strcpy(reason, "the interface was replaced");
	else if (!d.seen.ethernet)
		strcpy(reason, "not an Ethernet interface");
	else if (!d.seen.up)
		strcpy(reason, "the interface is down");
	else if (d.conf.vr.owner &&
	    !ipaddr_complete(&d.addrs, &d.conf.vr))
		strcpy(reason, "it has lost an address that we own");
	else if (d.addrs.n4 == 0)
		strcpy(reason, "it has no IPv4 address of its own");
	else if (d.vr.state != VRRP_INITIALIZE && !owns(&d.vr.source))
		snprintf(reason, REASON_LEN, "it has lost its address %s",
		    report_addr(addr, &d.vr.source));
	else if (!d.seen.carrier)
		strcpy(reason, "no carrier");
	return reason[0] != '\0';
}

/* Stops using the interface; the sockets go when it is another one, or none. */
static void
leave_link(usec_t now)
{
	bool carrier_only = d.seen.present && !d.seen.carrier &&
	    strcmp(d.reason, "no carrier") == 0;

	step(carrier_only ? VRRP_EV_CARRIER_LOST : VRRP_EV_LINK_DOWN, NULL,
	    now);
	if (d.link.fd == -1 ||
	    (d.seen.present && d.seen.index == d.link.index))
		return;
	link_close(&d.link);
	d.swapped = false;
	d.holding = false;
}

static void
enter_link(usec_t now)
{
	if (d.link.fd == -1 &&
	    link_open(&d.link, d.seen.index, &d.conf.vr) == -1) {
		log_err("packet socket: %s", strerror(errno));
		d.check_deadline = now + RETRY_INTERVAL;
		return;
	}
	if (d.vr.state == VRRP_INITIALIZE)
		d.vr.source = d.addrs.own4[0];
	if (d.vr.state == VRRP_INITIALIZE || d.vr.quiet)
		step(VRRP_EV_LINK_UP, NULL, now);
}

/* The interface's MAC: ours to keep, somebody's to change. */
static void
settle_mac(usec_t now)
{
	char text[MAC_TEXT_LEN];
	bool virtual = vrrp_mac_is_virtual(d.seen.mac);

	if (d.swapped && memcmp(d.seen.mac, d.virtual_mac, VRRP_MAC_LEN) != 0) {
		d.stats.restored++;
		log_warning("somebody set the MAC to %s",
		    mac_text(text, d.seen.mac));
		if (!virtual)
			set_own_mac(d.seen.mac);
		if (mac_on())
			step(VRRP_EV_ANNOUNCE, NULL, now);
		else
			d.fault = true;
	} else if (!d.swapped && virtual && d.conf.vr.vmac) {
		d.swapped = true;
		mac_off(now);
	} else if (!d.swapped && !virtual &&
	    memcmp(d.seen.mac, d.own_mac, VRRP_MAC_LEN) != 0) {
		set_own_mac(d.seen.mac);
		step(VRRP_EV_ANNOUNCE, NULL, now);
	}
}

/* The virtual addresses: on in Master, off otherwise, whoever meddles (F05). */
static void
settle_addresses(usec_t now)
{
	const struct vrrp_conf *conf = &d.conf.vr;

	if (conf->owner)
		return;
	if (d.holding && !ipaddr_complete(&d.addrs, conf)) {
		d.stats.restored++;
		log_warning("somebody removed a virtual address: put back");
		if (add_addresses())
			step(VRRP_EV_ANNOUNCE, NULL, now);
		else
			d.fault = true;
		d.dirty = true;
	} else if (!d.holding && ipaddr_left(&d.addrs, conf)) {
		log_notice("removing virtual addresses of an earlier life");
		if (ipaddr_del(&d.nl, d.seen.index, conf, &d.addrs) == -1)
			log_err("cannot remove them: %s", strerror(errno));
	}
}

/* Compares what should be with what is, and mends (F06). */
static void
reconcile(usec_t now)
{
	char before[REASON_LEN];
	uint32_t flaps = d.seen.flaps;

	if (look(now) == -1)
		return;
	memcpy(before, d.reason, sizeof(before));
	if (find_reason(d.reason)) {
		if (d.vr.state == VRRP_INITIALIZE &&
		    strcmp(before, d.reason) != 0)
			log_notice("waiting: %s", d.reason);
		leave_link(now);
		/* Another address or device may do at once. */
		if (d.vr.state == VRRP_INITIALIZE)
			find_reason(d.reason);
	}
	if (d.seen.present) {
		settle_mac(now);
		settle_addresses(now);
	}
	if (d.reason[0] != '\0')
		return;
	if (d.vr.state == VRRP_MASTER && !d.vr.quiet && flaps != d.seen.flaps)
		step(VRRP_EV_ANNOUNCE, NULL, now);
	enter_link(now);
}

/* Whether an event is about our interface, by index or by name. */
static void
on_kernel_message(const struct nl_msg *msg, void *arg)
{
	const uint8_t *p = msg->payload;
	size_t left = msg->len;
	struct ifinfomsg ifi;
	struct ifaddrmsg ifa;
	struct nl_attr attr;

	(void)arg;
	if ((msg->type == RTM_NEWADDR || msg->type == RTM_DELADDR) &&
	    left >= sizeof(ifa)) {
		memcpy(&ifa, p, sizeof(ifa));
		if (ifa.ifa_index == d.seen.index)
			d.dirty = true;
	}
	if ((msg->type != RTM_NEWLINK && msg->type != RTM_DELLINK) ||
	    left < sizeof(ifi))
		return;
	memcpy(&ifi, p, sizeof(ifi));
	if ((unsigned)ifi.ifi_index == d.seen.index)
		d.dirty = true;
	p += NLMSG_ALIGN(sizeof(ifi));
	left -= NLMSG_ALIGN(sizeof(ifi));
	while (nl_next_attr(&p, &left, &attr))
		if (attr.type == IFLA_IFNAME && attr.len > 0 &&
		    strncmp((const char *)attr.data, d.conf.vr.ifname,
		    attr.len) == 0)
			d.dirty = true;
}

static void
on_events(void)
{
	int i;

	for (i = 0; i < DRAIN_MAX; i++) {
		if (nl_receive(&d.events, on_kernel_message, NULL) == 0)
			continue;
		if (errno == EAGAIN)
			return;
		/* ENOBUFS: some were lost.  Whatever it was: look ourselves. */
		d.stats.lost_events++;
		d.dirty = true;
		if (errno != ENOBUFS)
			return;
	}
}

/* --- what the network tells --------------------------------------------- */

static void
on_drop(enum vrrp_drop drop, const struct vrrp_addr *from, uint32_t got,
    uint32_t want, usec_t now)
{
	report_drop(&d.stats, drop, from, got, want, false, now);
	/* An owner hears no rival (RFC 3768 7.1), its neighbours do (F01). */
	if (drop == VRRP_DROP_OWNER && d.vr.announce_left == 0)
		step(VRRP_EV_ANNOUNCE, NULL, now);
}

/* Parse, check, step: the way of one advert. */
static void
on_frame(const uint8_t *frame, size_t len, usec_t now)
{
	struct vrrp_packet pkt;
	struct vrrp_advert adv;
	enum vrrp_drop drop;
	char addr[REPORT_ADDR_LEN];

	drop = frame_parse(&pkt, frame, len);
	if (drop == VRRP_DROP_NONE)
		drop = advert_parse(&adv, &pkt);
	if (drop != VRRP_DROP_NONE) {
		on_drop(drop, &pkt.src, pkt.got, pkt.want, now);
		return;
	}
	drop = advert_check(&adv, &d.vr);
	if (drop != VRRP_DROP_NONE) {
		on_drop(drop, &adv.src, adv.got, adv.want, now);
		return;
	}
	if (adv.remark != VRRP_DROP_NONE)
		report_drop(&d.stats, adv.remark, &adv.src, adv.got, adv.want,
		    true, now);
	d.stats.received++;
	if (adv.priority == VRRP_PRIORITY_STOP)
		d.stats.zero_received++;
	log_debug("advert from %s: priority %u", report_addr(addr, &adv.src),
	    adv.priority);
	step(VRRP_EV_ADVERT, &adv, now);
}

static void
on_packets(usec_t now)
{
	uint8_t frame[FRAME_SIZE];
	ssize_t n;
	int i;

	for (i = 0; i < DRAIN_MAX && d.link.fd != -1; i++) {
		n = link_recv(&d.link, frame, sizeof(frame));
		if (n > 0 && d.vr.state != VRRP_INITIALIZE) {
			on_frame(frame, (size_t)n, now);
		} else if (n == -1 && errno != EINTR) {
			/* ENETDOWN and the like: netlink tells more. */
			if (errno != EAGAIN)
				d.dirty = true;
			return;
		}
	}
}

/* --- what the operator tells -------------------------------------------- */

static void
on_signals(usec_t now)
{
	if (process_signals.report) {
		process_signals.report = 0;
		report_state(&d.vr, &d.stats, d.reason, now);
		step(VRRP_EV_ANNOUNCE, NULL, now);
	}
	if (process_signals.take) {
		process_signals.take = 0;
		step(VRRP_EV_TAKE, NULL, now);
	}
	if (process_signals.yield) {
		process_signals.yield = 0;
		step(VRRP_EV_YIELD, NULL, now);
	}
	if (process_signals.child) {
		process_signals.child = 0;
		notify_reap(&d.notify, now);
	}
}

/* --- the loop ----------------------------------------------------------- */

static usec_t
next_deadline(void)
{
	usec_t deadline = vrrp_deadline(&d.vr);

	if (d.check_deadline < deadline)
		deadline = d.check_deadline;
	if (d.notify.kill_deadline < deadline)
		deadline = d.notify.kill_deadline;
	return d.fault || d.dirty ? 0 : deadline;
}

static void
watch(int fd, fd_set *set, int *max)
{
	if (fd == -1)
		return;
	FD_SET(fd, set);
	if (fd > *max)
		*max = fd;
}

/* Until something is there to read, the deadline, or a signal. */
static void
wait_until(usec_t deadline, fd_set *set, const sigset_t *waiting)
{
	usec_t left = deadline - clock_now();
	struct timespec timeout = { 0, 0 };
	int max = -1;

	if (left > 0) {
		timeout.tv_sec = left / VRRP_SECOND;
		timeout.tv_nsec = left % VRRP_SECOND * 1000;
	}
	FD_ZERO(set);
	watch(d.link.fd, set, &max);
	watch(d.events.fd, set, &max);
	watch(d.notify.out_fd, set, &max);
	if (pselect(max + 1, set, NULL, NULL, &timeout, waiting) == -1)
		FD_ZERO(set);
}

/*
 * The socket is drained before the timer is judged: a router that was stalled
 * while adverts waited must not take over (F04).
 */
static void
turn(const sigset_t *waiting)
{
	fd_set set;
	usec_t now;

	wait_until(next_deadline(), &set, waiting);
	now = clock_now();
	if (now >= vrrp_deadline(&d.vr) ||
	    (d.link.fd != -1 && FD_ISSET(d.link.fd, &set)))
		on_packets(now);
	if (FD_ISSET(d.events.fd, &set))
		on_events();
	if (d.notify.out_fd != -1 && FD_ISSET(d.notify.out_fd, &set))
		notify_read(&d.notify);
	if (d.dirty || now >= d.check_deadline)
		reconcile(now);
	on_signals(now);
	if (d.fault) {
		d.fault = false;
		step(VRRP_EV_FAULT, NULL, now);
	}
	if (now >= vrrp_deadline(&d.vr))
		step(VRRP_EV_TIMER, NULL, now);
	notify_timeout(&d.notify, now);
}

/* --- start and end ------------------------------------------------------ */

#define fatal(status, ...) do {		\
	log_err(__VA_ARGS__);		\
	exit(status);			\
} while (0)

/* An advert must fit into one packet (P-14). */
static void
check_mtu(void)
{
	unsigned need = VRRP_FRAME_MAX - 14 -
	    (VRRP_ADDR_MAX - d.conf.vr.naddr) * 4;

	if (d.seen.mtu < need)
		fatal(EXIT_REFUSED, "%u addresses need an MTU of %u, %s has %u",
		    d.conf.vr.naddr, need, d.conf.vr.ifname, d.seen.mtu);
}

/* Reads the interface and settles who we are, before anything is changed. */
static void
check_system(void)
{
	const struct vrrp_conf *conf = &d.conf.vr;
	bool real[VRRP_ADDR_MAX];
	char err[CONF_ERROR_LEN];
	unsigned i;

	if (nl_open(&d.nl, 0) == -1)
		fatal(EXIT_SYSTEM, "netlink socket: %s", strerror(errno));
	if (link_get(&d.nl, conf->ifname, &d.seen) == -1)
		fatal(EXIT_SYSTEM, "-i %s: %s", conf->ifname, strerror(errno));
	if (!d.seen.present)
		fatal(EXIT_SYSTEM, "-i %s: no such interface; ip link lists "
		    "them", conf->ifname);
	if (!d.seen.ethernet)
		fatal(EXIT_SYSTEM, "-i %s: not an Ethernet interface",
		    conf->ifname);
	if (ipaddr_scan(&d.nl, d.seen.index, conf, &d.addrs) == -1)
		fatal(EXIT_SYSTEM, "addresses of %s: %s", conf->ifname,
		    strerror(errno));
	for (i = 0; i < conf->naddr; i++)
		real[i] = d.addrs.presence[i] == IPADDR_REAL;
	if (conf_set_owner(&d.conf, real, err) == -1)
		fatal(EXIT_REFUSED, "%s", err);
	check_mtu();
	if (!process_may_admin())
		fatal(EXIT_SYSTEM, "not permitted: run it as root, or with "
		    "CAP_NET_ADMIN and CAP_NET_RAW");
}

static void
leave_files(void)
{
	lockfile_remove(&d.mac_file);
	lockfile_remove(&d.pid_file);
}

#define refuse_start(...) do {		\
	log_err(__VA_ARGS__);		\
	leave_files();			\
	exit(EXIT_SYSTEM);		\
} while (0)

static void
lock_pid_file(void)
{
	char path[LOCKFILE_PATH_LEN], text[32];

	snprintf(path, sizeof(path), "%s/vrrpd_%s_%u.pid", d.conf.piddir,
	    d.conf.vr.ifname, d.conf.vr.vrid);
	if (lockfile_open(&d.pid_file, path, text, sizeof(text)) == -1) {
		if (errno == EWOULDBLOCK)
			fatal(EXIT_SYSTEM, "another vrrpd runs %s vrid %u; its "
			    "pid is in %s", d.conf.vr.ifname, d.conf.vr.vrid,
			    path);
		fatal(EXIT_SYSTEM, "%s: %s", path, strerror(errno));
	}
}

/* True if the interface's MAC is ours to change now. */
static bool
lock_mac_file(char *text, size_t size)
{
	char path[LOCKFILE_PATH_LEN];

	snprintf(path, sizeof(path), "%s/vrrpd_%s.mac", d.conf.piddir,
	    d.conf.vr.ifname);
	if (lockfile_open(&d.mac_file, path, text, size) == 0)
		return true;
	if (errno != EWOULDBLOCK)
		refuse_start("%s: %s", path, strerror(errno));
	if (d.conf.vr.vmac)
		refuse_start("another vrrpd uses the MAC of %s: give this one "
		    "or both -n", d.conf.vr.ifname);
	return false;
}

static bool
parse_mac(uint8_t *mac, const char *text)
{
	unsigned v[VRRP_MAC_LEN];
	int i, used = 0;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &v[0], &v[1], &v[2],
	    &v[3], &v[4], &v[5], &used) != VRRP_MAC_LEN || used != 17)
		return false;
	for (i = 0; i < VRRP_MAC_LEN; i++)
		mac[i] = (uint8_t)v[i];
	return !vrrp_mac_is_virtual(mac) && (mac[0] & 1) == 0;
}

/*
 * The interface's own MAC.  After a crash it may have a virtual one: then our
 * record knows, or the hardware, and it is put right at once; a virtual one is
 * never taken for it (C13), unless another vrrpd of this interface is at work.
 */
static void
find_own_mac(void)
{
	char record[64] = "", text[MAC_TEXT_LEN];
	uint8_t mac[VRRP_MAC_LEN];
	bool virtual = vrrp_mac_is_virtual(d.seen.mac);

	d.mac_file.fd = -1;
	memcpy(mac, d.seen.mac, sizeof(mac));
	if ((virtual || d.conf.vr.vmac) && lock_mac_file(record,
	    sizeof(record)) && virtual && !parse_mac(mac, record)) {
		memcpy(mac, d.seen.permanent, sizeof(mac));
		if (!d.seen.has_permanent || vrrp_mac_is_virtual(mac))
			refuse_start("%s has the virtual MAC %s and its own is "
			    "not known: set it (ip link set dev %s address "
			    "MAC)", d.conf.vr.ifname,
			    mac_text(text, d.seen.mac), d.conf.vr.ifname);
	}
	set_own_mac(mac);
	if (memcmp(mac, d.seen.mac, sizeof(mac)) != 0) {
		log_notice("%s has the MAC %s of an earlier life: its own is "
		    "put back", d.conf.vr.ifname, mac_text(text, d.seen.mac));
		if (link_restore_mac(d.seen.index, d.seen.mac, mac) == -1)
			refuse_start("cannot put the own MAC of %s back: %s",
			    d.conf.vr.ifname, strerror(errno));
	}
	if (!d.conf.vr.vmac)
		lockfile_remove(&d.mac_file);
}

static void
start_router(usec_t now)
{
	char pid[32];

	d.link.fd = d.link.group_fd = -1;
	if (nl_open(&d.events, RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
	    RTMGRP_IPV6_IFADDR) == -1)
		refuse_start("netlink socket: %s", strerror(errno));
	if (link_open(&d.link, d.seen.index, &d.conf.vr) == -1)
		refuse_start("packet socket: %s", strerror(errno));
	snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (lockfile_write(&d.pid_file, pid) == -1)
		refuse_start("%s: %s", d.pid_file.path, strerror(errno));
	vrrp_mac(d.virtual_mac, &d.conf.vr);
	vrrp_init(&d.vr, &d.conf.vr, now);
	notify_init(&d.notify, &d.conf.vr, d.conf.on_master, d.conf.on_backup);
	d.dirty = true;
}

static void
stop_router(const sigset_t *waiting)
{
	usec_t now = clock_now(), end = now + EXIT_GRACE;

	notify_manager("STOPPING=1");
	step(VRRP_EV_SHUTDOWN, NULL, now);
	while (notify_busy(&d.notify) && (now = clock_now()) < end) {
		fd_set set;

		wait_until(end, &set, waiting);
		notify_read(&d.notify);
		notify_reap(&d.notify, now);
	}
	notify_kill(&d.notify);
	leave_files();
	log_info("stopped");
}

static void
print_dry_run(void)
{
	char text[CONF_TEXT_LEN];

	conf_print(text, sizeof(text), &d.conf);
	exit(fputs(text, stdout) == EOF || fflush(stdout) == EOF ?
	    EXIT_SYSTEM : 0);
}

int
main(int argc, char **argv)
{
	sigset_t waiting;
	int ready = -1;

	process_clean();
	cmdline_parse(&d.conf, argc, argv);
	log_open(d.conf.log_level);
	check_system();
	if (d.conf.dry_run)
		print_dry_run();
	process_catch(&waiting);
	if (d.conf.daemonize && (ready = process_detach()) == -1)
		fatal(EXIT_SYSTEM, "cannot go to the background: %s",
		    strerror(errno));
	lock_pid_file();
	find_own_mac();
	start_router(clock_now());
	if (d.conf.daemonize)
		log_to_syslog(d.conf.log_name);
	log_prefix(d.conf.vr.ifname, d.conf.vr.vrid);
	log_info("vrrpd %s starts", VERSION);
	process_ready(ready, d.conf.daemonize);
	notify_manager("READY=1");
	while (!process_signals.stop)
		turn(&waiting);
	stop_router(&waiting);
	return 0;
}
