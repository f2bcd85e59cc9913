/*
 * vrrpd: one process, one virtual router.  Start, loop and end; what happens in
 * between is in router.c and host.c.
 */
#include "start.h"

#include "clean.h"
#include "cmdline.h"
#include "host.h"
#include "process.h"
#include "remains.h"
#include "watchdog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

/*
 * How often the stack is given back, us: a Master also writes frames and asks
 * the kernel.
 */
#define TRIM_GAP_MASTER	(VRRP_SECOND * 9 / 10)	/* with adverts each second */
#define TRIM_GAP	(10 * VRRP_SECOND)
#define PROMPT_BELOW	(VRRP_SECOND / 10)	/* the interval */

static struct router d;
static int exit_status;

static void
on_signals(usec_t now)
{
	if (process_signals.report) {
		process_signals.report = 0;
		report_state(&d.vr, &d.ground.stats, d.ground.reason, now);
	}
	if (process_signals.take) {
		process_signals.take = 0;
		router_step(&d, d.vr.state == VRRP_MASTER ? VRRP_EV_ANNOUNCE :
		    VRRP_EV_TAKE, NULL, now);
	}
	if (process_signals.yield) {
		process_signals.yield = 0;
		if (d.conf->vr.owner && d.vr.state == VRRP_MASTER)
			log_notice("USR2: the owner of the addresses stays "
			    "Master");
		router_step(&d, VRRP_EV_YIELD, NULL, now);
	}
	if (process_signals.child) {
		process_signals.child = 0;
		notify_reap(&d.notify, now);
		if (!watchdog_reap(&d, now)) {
			log_err("cannot start another guard: resigning and "
			    "ending");
			process_signals.stop = 1;
			exit_status = EXIT_SYSTEM;
		}
	}
}

static usec_t
next_deadline(void)
{
	usec_t turn, deadline = vrrp_deadline(&d.vr);
	/* A Master that turns each second asks then, without another turn. */
	const bool asks = d.vr.state != VRRP_MASTER ||
	    d.conf->vr.interval > VRRP_SECOND;

	if (d.ground.check_deadline < deadline)
		deadline = d.ground.check_deadline;
	if (d.notify.kill_deadline < deadline)
		deadline = d.notify.kill_deadline;
	if (asks && d.ask_deadline < deadline)
		deadline = d.ask_deadline;
	/*
	 * A Master without carrier waits longer than its guard may, a Backup
	 * longer than a guard should that has yet to hear of the state.
	 */
	turn = process_now() + d.conf->vr.interval;
	if ((d.vr.quiet || guard_behind(&d.guard, d.vr.state)) &&
	    turn < deadline)
		deadline = turn;
	return d.fault || d.ground.dirty ? 0 : deadline;
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
	usec_t left = deadline - process_now();

	if (left < 0)
		return 0;
	return d.vr.state == VRRP_BACKUP ? left - left / 500 : left;
}

/*
 * Until something is there to read, the deadline, or a signal.  False if it was
 * the deadline: then nothing was there a moment ago.
 */
static bool
wait_until(usec_t deadline, fd_set *set, const sigset_t *waiting)
{
	usec_t left = wait_time(deadline);
	struct timespec timeout = {
		left / VRRP_SECOND, left % VRRP_SECOND * 1000
	};
	int n, max = -1;

	FD_ZERO(set);
	watch(d.ground.port.fd, set, &max);
	watch(d.ground.events.fd, set, &max);
	watch(d.ground.respond.fd, set, &max);
	watch(d.claims.fd, set, &max);
	watch(d.notify.out_fd, set, &max);
	n = pselect(max + 1, set, NULL, NULL, &timeout, waiting);
	if (n == -1)
		FD_ZERO(set);
	return n != 0;
}

/*
 * We slept so long that the others had time to elect another: what waits in the
 * sockets tells.  After a start there was no deadline yet.
 */
static void
note_stall(usec_t deadline, usec_t now)
{
	if (deadline == 0 || now - deadline <=
	    vrrp_master_down_interval(&d.vr))
		return;
	log_warning("woke %d ms too late", (int)((now - deadline) / 1000));
	d.ground.stats.stalls++;
	d.ground.stalled = true;
	d.ground.dirty = true;
}

/* Still Master: neighbours may have learned otherwise meanwhile. */
static void
end_stall(usec_t now)
{
	d.ground.stalled = false;
	router_step(&d, VRRP_EV_ANNOUNCE, NULL, now);
}

static bool
is_ready(int fd, const fd_set *set)
{
	return fd != -1 && FD_ISSET(fd, set);
}

/*
 * The socket is drained before the timer is judged: a router that was stalled
 * while adverts waited must not take over (F04).  A Master that waited in vain
 * until its deadline knows that none waits; a Backup wakes before.  Adverts are
 * read before claims, which they may explain.
 */
static void
turn(const sigset_t *waiting)
{
	fd_set set;
	usec_t now, deadline = next_deadline();
	bool woken, claimed;

	woken = wait_until(deadline, &set, waiting);
	now = process_now();
	guard_turn(&d.guard, d.vr.state, now);
	note_stall(deadline, now);
	claimed = is_ready(d.claims.fd, &set);
	if ((now >= vrrp_deadline(&d.vr) &&
	    (woken || d.ground.stalled || d.vr.state != VRRP_MASTER)) ||
	    is_ready(d.ground.port.fd, &set) || claimed)
		router_receive(&d, now);
	if (is_ready(d.ground.respond.fd, &set))
		router_answer(&d, now);
	if (claimed)
		router_hear(&d, now);
	if (is_ready(d.ground.events.fd, &set))
		host_events(&d.ground);
	if (is_ready(d.notify.out_fd, &set))
		notify_read(&d.notify);
	if (d.ground.dirty || now >= d.ground.check_deadline)
		router_reconcile(&d, now);
	if (d.ground.stalled)
		end_stall(now);
	on_signals(now);
	if (d.fault) {
		d.fault = false;
		router_step(&d, VRRP_EV_FAULT, NULL, now);
	}
	if (now >= vrrp_deadline(&d.vr)) {
		report_lateness(&d.ground.stats, now - vrrp_deadline(&d.vr));
		router_step(&d, VRRP_EV_TIMER, NULL, now);
	}
	if (now >= d.ask_deadline)
		router_ask(&d, now);
	notify_timeout(&d.notify, now);
	process_trim(now, d.vr.state == VRRP_MASTER ? TRIM_GAP_MASTER :
	    TRIM_GAP);
}

static void
stop_router(const sigset_t *waiting)
{
	const bool has_scripts = d.conf->on_master != NULL ||
	    d.conf->on_backup != NULL;
	usec_t now = process_now(), end = now + NOTIFY_GRACE_ALL;

	notify_manager("STOPPING=1");
	router_step(&d, VRRP_EV_SHUTDOWN, NULL, now);
	/* Nobody else is listened to any more. */
	port_close(&d.ground.port);
	nl_close(&d.ground.events);
	notify_hurry(&d.notify, now);
	while (notify_busy(&d.notify) && (now = process_now()) < end) {
		fd_set set;

		(void)wait_until(d.notify.kill_deadline < end ?
		    d.notify.kill_deadline : end, &set, waiting);
		notify_read(&d.notify);
		notify_reap(&d.notify, now);
		notify_timeout(&d.notify, now);
	}
	notify_kill(&d.notify);
	if (!guard_leave(&d.guard, d.vr.state, has_scripts ? NOTIFY_GRACE_ALL :
	    0))
		clean_leave(&d.ground);
	log_info("stopped");
}

static void
print_dry_run(void)
{
	char text[CONF_TEXT_LEN];

	conf_print(text, sizeof(text), d.conf);
	cmdline_print(text);
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

	process_clean(argv);
	start_conf(&d);
	cmdline_parse(d.conf, argc, argv);
	log_open(d.conf->log_level);
	if (d.conf->cleanup)
		remains_cleanup(&d, process_now());
	start_check(&d);
	if (d.conf->dry_run)
		print_dry_run();
	process_catch(&waiting);
	if (d.conf->daemonize && (ready = process_detach()) == -1)
		fatal(EXIT_SYSTEM, "cannot go to the background: %s",
		    strerror(errno));
	remains_lock(&d);
	if (d.conf->vr.interval < PROMPT_BELOW)
		process_prompt();
	start_router(&d, process_now());
	if (d.conf->realtime)
		log_realtime(process_realtime());
	/* Makes what root alone can make: the macvlan's sysctls. */
	router_reconcile(&d, process_now());
	if (start_sandbox(&d) == -1) {
		stop_router(&waiting);
		return EXIT_SYSTEM;
	}
	process_ready(ready);
	notify_manager("READY=1");
	while (!process_signals.stop)
		turn(&waiting);
	stop_router(&waiting);
	return exit_status;
}
