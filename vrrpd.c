/*
 * vrrpd: one process, one virtual router.  Start, loop and end; what happens in
 * between is in router.c and host.c.
 */
#include "cmdline.h"
#include "process.h"
#include "router.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

/* How long scripts may go on when we want to leave. */
#define EXIT_GRACE	(10 * VRRP_SECOND)

enum {
	EXIT_REFUSED = 1,		/* by us: the configuration */
	EXIT_SYSTEM = 2			/* by the system */
};

static struct router d;

/* Microseconds; a step of the wall clock moves nothing (F12). */
static usec_t
clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * VRRP_SECOND + ts.tv_nsec / 1000;
}

static void
on_signals(usec_t now)
{
	if (process_signals.report) {
		process_signals.report = 0;
		report_state(&d.vr, &d.stats, d.reason, now);
		router_step(&d, VRRP_EV_ANNOUNCE, NULL, now);
	}
	if (process_signals.take) {
		process_signals.take = 0;
		router_step(&d, VRRP_EV_TAKE, NULL, now);
	}
	if (process_signals.yield) {
		process_signals.yield = 0;
		router_step(&d, VRRP_EV_YIELD, NULL, now);
	}
	if (process_signals.child) {
		process_signals.child = 0;
		notify_reap(&d.notify, now);
	}
}

static usec_t
next_deadline(void)
{
	usec_t deadline = vrrp_deadline(&d.vr);

	if (d.check_deadline < deadline)
		deadline = d.check_deadline;
	if (d.notify.kill_deadline < deadline)
		deadline = d.notify.kill_deadline;
	if (d.ask_deadline < deadline)
		deadline = d.ask_deadline;
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

/*
 * How long to wait at once.  The kernel lets an ordinary process wait up to a
 * thousandth longer than asked, 3.6 ms in Master_Down_Interval.  A Backup wakes
 * a little early instead and waits for the rest, which is late by a thousandth
 * of nearly nothing; in a healthy network an advert comes first and there is no
 * second time.
 */
static usec_t
wait_time(usec_t deadline)
{
	usec_t left = deadline - clock_now();

	if (left < 0)
		return 0;
	return d.vr.state == VRRP_BACKUP ? left - left / 500 : left;
}

/* Until something is there to read, the deadline, or a signal. */
static void
wait_until(usec_t deadline, fd_set *set, const sigset_t *waiting)
{
	usec_t left = wait_time(deadline);
	struct timespec timeout = {
		left / VRRP_SECOND, left % VRRP_SECOND * 1000
	};
	int max = -1;

	FD_ZERO(set);
	watch(d.link.fd, set, &max);
	watch(d.events.fd, set, &max);
	watch(d.respond.fd, set, &max);
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
		router_receive(&d, now);
	if (d.respond.fd != -1 && FD_ISSET(d.respond.fd, &set))
		router_answer(&d, now);
	if (FD_ISSET(d.events.fd, &set))
		host_events(&d);
	if (d.notify.out_fd != -1 && FD_ISSET(d.notify.out_fd, &set))
		notify_read(&d.notify);
	if (d.dirty || now >= d.check_deadline)
		host_reconcile(&d, now);
	on_signals(now);
	if (d.fault) {
		d.fault = false;
		router_step(&d, VRRP_EV_FAULT, NULL, now);
	}
	if (now >= vrrp_deadline(&d.vr)) {
		report_lateness(&d.stats, now - vrrp_deadline(&d.vr));
		router_step(&d, VRRP_EV_TIMER, NULL, now);
	}
	if (now >= d.ask_deadline)
		router_ask(&d, now);
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
	unsigned need = (unsigned)advert_len(&d.conf.vr);

	if (d.seen.mtu < need)
		fatal(EXIT_REFUSED, "%u addresses need an MTU of %u, %s has %u",
		    d.conf.vr.naddr, need, d.conf.vr.ifname, d.seen.mtu);
}

/* A device of that name that we did not make is not ours to take. */
static void
check_macvlan(void)
{
	struct link_state state;

	if (!d.conf.use_macvlan)
		return;
	if (link_get(&d.nl, d.conf.macvlan, &state) == -1)
		fatal(EXIT_SYSTEM, "--macvlan=%s: %s", d.conf.macvlan,
		    strerror(errno));
	if (state.present && !host_is_our_macvlan(&d, &state))
		fatal(EXIT_REFUSED, "--macvlan=%s: a device of that name "
		    "exists and is not ours", d.conf.macvlan);
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
	if (ipaddr_scan(&d.nl, d.seen.index, d.seen.index, conf,
	    &d.addrs) == -1)
		fatal(EXIT_SYSTEM, "addresses of %s: %s", conf->ifname,
		    strerror(errno));
	for (i = 0; i < conf->naddr; i++)
		real[i] = d.addrs.presence[i] == IPADDR_REAL;
	if (conf_set_owner(&d.conf, real, err) == -1)
		fatal(EXIT_REFUSED, "%s", err);
	if (conf->owner && d.conf.use_macvlan)
		fatal(EXIT_REFUSED, "--macvlan: not for the owner of the "
		    "addresses, its interface would answer too");
	check_macvlan();
	check_mtu();
	if (!process_may_run())
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

	snprintf(path, sizeof(path), "%s/%s_%s_%u.pid", d.conf.piddir,
	    conf_pid_stem(&d.conf), d.conf.vr.ifname, d.conf.vr.vrid);
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
	if (d.conf.vr.vmac && !d.conf.use_macvlan)
		refuse_start("another vrrpd uses the MAC of %s: give this one "
		    "or both --macvlan, or -n", d.conf.vr.ifname);
	return false;
}

/*
 * The interface's own MAC.  After a crash it may have a virtual one: then our
 * record knows, or the hardware, and it is put right at once; a virtual one is
 * never taken for it (C13), unless another vrrpd of this interface is at work.
 */
static void
find_own_mac(void)
{
	char record[RECORD_LEN] = "", text[ROUTER_MAC_TEXT_LEN];
	uint8_t mac[VRRP_MAC_LEN];
	bool virtual = vrrp_mac_is_virtual(d.seen.mac);
	bool swaps = d.conf.vr.vmac && !d.conf.use_macvlan;

	d.mac_file.fd = -1;
	memcpy(mac, d.seen.mac, sizeof(mac));
	if ((virtual || swaps) && lock_mac_file(record,
	    sizeof(record)) && virtual && !record_parse_mac(mac, record)) {
		memcpy(mac, d.seen.permanent, sizeof(mac));
		if (!d.seen.has_permanent || vrrp_mac_is_virtual(mac))
			refuse_start("%s has the virtual MAC %s and its own is "
			    "not known: set it (ip link set dev %s address "
			    "MAC)", d.conf.vr.ifname,
			    router_mac_text(text, d.seen.mac),
			    d.conf.vr.ifname);
	}
	host_set_own_mac(&d, mac);
	if (memcmp(mac, d.seen.mac, sizeof(mac)) != 0) {
		log_notice("%s has the MAC %s of an earlier life: its own is "
		    "put back", d.conf.vr.ifname,
		    router_mac_text(text, d.seen.mac));
		if (vmac_restore(d.seen.index, d.seen.mac, mac) == -1)
			refuse_start("cannot put the own MAC of %s back: %s",
			    d.conf.vr.ifname, strerror(errno));
	}
	if (!swaps)
		lockfile_remove(&d.mac_file);
}

/*
 * What the ARP sysctls of the interface were before the first of us.  Without
 * --macvlan only a record of an earlier life matters, if nobody else uses it.
 */
static void
record_arp(void)
{
	char path[LOCKFILE_PATH_LEN], text[RECORD_LEN];

	d.arp_file.fd = -1;
	snprintf(path, sizeof(path), "%s/vrrpd_%s.arp", d.conf.piddir,
	    d.conf.vr.ifname);
	if (!d.conf.use_macvlan && access(path, F_OK) == -1)
		return;
	if (lockfile_share(&d.arp_file, path, text, sizeof(text)) == -1)
		refuse_start("%s: %s", path, strerror(errno));
	if (!d.conf.use_macvlan) {
		host_restore_arp(&d);
		return;
	}
	if (text[0] != '\0')
		return;
	/* Not what was seen before: the last of the others may have ended. */
	if (link_get(&d.nl, d.conf.vr.ifname, &d.seen) == -1)
		refuse_start("-i %s: %s", d.conf.vr.ifname, strerror(errno));
	record_print_arp(text, d.seen.arp_ignore, d.seen.arp_announce);
	if (lockfile_write(&d.arp_file, text) == -1)
		refuse_start("%s: %s", path, strerror(errno));
}

/*
 * What an earlier life left, whatever its options were: its macvlan with all
 * that is on it, addresses on the interface, blackhole routes (C13, F32).
 */
static void
clean_host(void)
{
	struct link_state old;
	char alias[LINK_ALIAS_LEN];

	host_macvlan_alias(&d, alias, sizeof(alias));
	if (link_find(&d.nl, alias, &old) == 0 && old.present) {
		log_notice("removing %s of an earlier life", old.name);
		if (vmac_delete(&d.nl, old.index) == -1)
			refuse_start("cannot delete %s: %s", old.name,
			    strerror(errno));
	}
	if (ipaddr_left(&d.addrs, &d.conf.vr)) {
		log_notice("removing virtual addresses of an earlier life");
		if (ipaddr_del(&d.nl, d.seen.index, &d.conf.vr, &d.addrs,
		    true) == -1)
			refuse_start("cannot remove them: %s",
			    strerror(errno));
	}
	if (!d.conf.vr.owner && ipaddr_unblock(&d.nl, &d.conf.vr) == -1)
		log_warning("cannot remove blackhole routes: %s",
		    strerror(errno));
}

static void
start_router(usec_t now)
{
	char pid[32];

	d.link.fd = d.link.group_fd = -1;
	d.respond.fd = d.respond.group_fd = -1;
	record_arp();
	clean_host();
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
	d.ask_deadline = VRRP_NEVER;
	d.dirty = true;
}

static void
stop_router(const sigset_t *waiting)
{
	usec_t now = clock_now(), end = now + EXIT_GRACE;

	notify_manager("STOPPING=1");
	router_step(&d, VRRP_EV_SHUTDOWN, NULL, now);
	/* Nobody else is listened to any more. */
	link_close(&d.link);
	nl_close(&d.events);
	while (notify_busy(&d.notify) && (now = clock_now()) < end) {
		fd_set set;

		wait_until(end, &set, waiting);
		notify_read(&d.notify);
		notify_reap(&d.notify, now);
	}
	notify_kill(&d.notify);
	host_close(&d);
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

static void
log_realtime(int error)
{
	if (error == 0)
		log_info("realtime: SCHED_RR, memory locked");
	else
		log_warning("realtime: the system refuses: %s; going on "
		    "without", strerror(error));
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
	if (d.conf.realtime)
		log_realtime(process_realtime());
	process_ready(ready, d.conf.daemonize);
	notify_manager("READY=1");
	while (!process_signals.stop)
		turn(&waiting);
	stop_router(&waiting);
	return 0;
}
