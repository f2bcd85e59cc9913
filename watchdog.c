/*
 * The guard's own process: blocked until the daemon dies, hangs, or wants a
 * script run.  It never decides what the network should look like; it only
 * undoes (C13).
 */
#include "watchdog.h"

#include "aftermath.h"
#include "clean.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	GUARD_FD = 64,			/* more than a daemon ever has open */
	EXCUSES_MAX = 10,		/* each as long as the limit */
	LOOP_TICKS = 2			/* of 10 ms: no turn takes so long */
};

/* A guard that wakes so much too late is not the only one. */
#define LATE_MAX	(VRRP_SECOND / 4)
/* How long to watch whether a daemon uses the processor. */
#define LOOK_AGAIN	(VRRP_SECOND / 10)
/* How long a killed daemon may take to be gone before we clean up ... */
#define KILL_GRACE	(VRRP_SECOND / 10)
/* ... and before we do not wait for it any more. */
#define DEATH_MAX	(60 * VRRP_SECOND)
/* A guard that did not live so long is not followed by another. */
#define GUARD_LIFE_MIN	(1 * VRRP_SECOND)

/* A state that is none, or a request that is none, does nothing. */
static void
on_message(struct router *r, const struct guard_message *message, usec_t now)
{
	struct ground *g = &r->ground;
	if (message->from > VRRP_MASTER || message->to > VRRP_MASTER)
		return;
	if (message->request == GUARD_STATE && message->from != message->to)
		notify_state(&r->notify, message->from, message->to, now);
	if (message->request == GUARD_TUNE &&
	    (link_get(&g->nl, r->conf->vr.ifname, &g->seen) == -1 ||
	    vmac_tune_ipv6(r->conf->macvlan, g->seen.router6) == -1))
		log_warning("cannot set the sysctls of %s: %s",
		    r->conf->macvlan, strerror(errno));
}

enum ending {
	LIVES,
	LEAVES,				/* it said so */
	DYING,				/* killed, but perhaps still there */
	DIED
};

static enum ending
read_messages(struct router *r, usec_t now)
{
	struct guard_message message;
	ssize_t n;

	for (;;) {
		n = recv(r->guard.fd, &message, sizeof(message), MSG_DONTWAIT);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return LIVES;
		if (n <= 0)
			return DIED;
		if (n != sizeof(message))
			continue;
		if (message.request == GUARD_LEAVE)
			return LEAVES;
		on_message(r, &message, now);
	}
}

/*
 * When the daemon counts as hung; VRRP_NEVER = it is not watched.  The stamp
 * has 32 bits, so that it can be read whole everywhere.
 */
static usec_t
hang_deadline(const struct router *r, usec_t now)
{
	uint32_t limit = atomic_load(&r->guard.page->limit);
	uint32_t age = guard_milliseconds(now) -
	    atomic_load(&r->guard.page->turned);

	if (limit == 0)
		return VRRP_NEVER;
	/* It turned after we read the clock. */
	if (age > UINT32_MAX / 2)
		age = 0;
	return now + ((usec_t)limit - age) * 1000;
}

static void
watch_fd(int fd, fd_set *set, int *max)
{
	if (fd == -1)
		return;
	FD_SET(fd, set);
	if (fd > *max)
		*max = fd;
}

/*
 * Until a message, the timer, a script's word, end or timeout, or the deadline.
 */
static void
wait_until(struct router *r, usec_t deadline, const sigset_t *waiting)
{
	usec_t until = deadline < r->notify.kill_deadline ? deadline :
	    r->notify.kill_deadline;
	usec_t left = until - process_now();
	struct timespec timeout = {
		left / VRRP_SECOND, left % VRRP_SECOND * 1000
	};
	fd_set set;
	int max = -1;

	if (left < 0)
		timeout = (struct timespec){ 0, 0 };
	FD_ZERO(&set);
	watch_fd(r->guard.fd, &set, &max);
	watch_fd(r->guard.timer, &set, &max);
	watch_fd(r->notify.out_fd, &set, &max);
	(void)pselect(max + 1, &set, NULL, NULL,
	    until == VRRP_NEVER ? NULL : &timeout, waiting);
}

static void
serve_scripts(struct router *r, usec_t now)
{
	notify_read(&r->notify);
	notify_reap(&r->notify, now);
	notify_timeout(&r->notify, now);
}

/* A daemon that does not turn. */
struct suspect {
	int stat;			/* its /proc/PID/stat; -1 = unknown */
	unsigned long ticks;		/* of processor time, when looked at */
	bool looked;			/* at that, LOOK_AGAIN ago */
	unsigned excused;		/* so often */
};

/*
 * How much longer it may stand still; 0 if it hangs.  Who waits inside the
 * kernel for what others hold, as when 255 routers take over at once, is not
 * hung, and would not die either; nor is who gets no processor.
 */
static usec_t
excuse(struct suspect *suspect, usec_t limit)
{
	unsigned long before = suspect->ticks;
	char state;

	if (suspect->excused == EXCUSES_MAX || process_look(suspect->stat,
	    &state, &suspect->ticks) == -1 || (state != 'D' && state != 'R'))
		return 0;
	/* It runs, or only would: that takes two looks in a row. */
	suspect->looked = state == 'R' && !suspect->looked;
	if (suspect->looked)
		return LOOK_AGAIN;
	if (state == 'R' && suspect->ticks - before >= LOOP_TICKS)
		return 0;
	if (suspect->excused++ == 0)
		log_warning("the daemon has not responded for %d ms: it waits "
		    "for the %s", (int)(limit / 1000), state == 'D' ? "kernel" :
		    "processor");
	return limit;
}

/* Whether the timer did; once. */
static bool
ran_out(const struct router *r)
{
	uint64_t times;

	return read(r->guard.timer, &times, sizeof(times)) == sizeof(times);
}

static void
close_timer(struct router *r)
{
	if (r->guard.timer != -1)
		close(r->guard.timer);
	r->guard.timer = -1;
}

static void
kill_daemon(struct router *r, pid_t daemon)
{
	close_timer(r);
	/* Not one that has got its number since. */
	if (getppid() == daemon)
		kill(daemon, SIGKILL);
	log_err("the daemon has not responded for %d ms: killed",
	    (int)(conf_hang_limit(r->conf) / 1000));
}

/*
 * Nothing of a killed process's own code runs any more, but it may be in the
 * middle of a system call.  False if it still is when the time is over.
 */
static bool
await_death(struct router *r, usec_t grace)
{
	const usec_t end = process_now() + grace;
	usec_t now;

	do {
		wait_until(r, end, NULL);
		now = process_now();
		if (read_messages(r, now) != LIVES)
			return true;
		serve_scripts(r, now);
	} while (now < end);
	return false;
}

/*
 * Returns when the daemon is gone, or as good as.  A Master that does not turn
 * is of no use and in the way of the others.  If we were late ourselves the
 * whole machine was: then it gets its time once more.
 */
static enum ending
watch(struct router *r, pid_t daemon, const sigset_t *waiting)
{
	struct suspect suspect = { .stat = process_open_look(daemon) };
	const usec_t limit = conf_hang_limit(r->conf);
	usec_t now = process_now(), deadline, patience = VRRP_NEVER, excused;
	enum ending ending;
	bool expired;

	for (;;) {
		process_trim(now, VRRP_SECOND);
		wait_until(r, patience, waiting);
		now = process_now();
		ending = read_messages(r, now);
		if (ending != LIVES)
			return ending;
		serve_scripts(r, now);
		expired = ran_out(r);
		deadline = hang_deadline(r, now);
		if (deadline > now) {
			suspect.looked = false;
			suspect.excused = 0;
			/* It may have turned with an old idea of the time. */
			if ((expired || patience != VRRP_NEVER) &&
			    deadline != VRRP_NEVER)
				guard_set_timer(&r->guard, deadline);
			patience = VRRP_NEVER;
			continue;
		}
		if (patience != VRRP_NEVER) {
			if (now < patience)
				continue;
			deadline = patience;
		}
		excused = now - deadline > LATE_MAX ? limit :
		    excuse(&suspect, limit);
		if (excused > 0) {
			patience = now + excused;
			continue;
		}
		/* It may have turned, and sleep again, while we looked. */
		if (hang_deadline(r, process_now()) > now) {
			patience = now;
			continue;
		}
		kill_daemon(r, daemon);
		return await_death(r, KILL_GRACE) ? DIED : DYING;
	}
}

/*
 * A daemon that got no processor to die on may have put back what it was about
 * to renew, after we had removed it.
 */
static void
clean_again(struct router *r)
{
	struct ground *g = &r->ground;
	if (!await_death(r, DEATH_MAX))
		log_err("the daemon cannot be killed");
	g->holding = r->conf->vr.accept && !r->conf->vr.owner;
	if (clean_undo(g, process_now()) == -1)
		log_err("cannot remove all that the daemon set: %s",
		    strerror(errno));
}

/* Scripts that run or wait may finish, within reason. */
static void
finish_scripts(struct router *r, const sigset_t *waiting)
{
	usec_t now = process_now(), end = now + NOTIFY_GRACE_ALL;

	r->guard.fd = -1;
	notify_hurry(&r->notify, now);
	while (notify_busy(&r->notify) && now < end) {
		wait_until(r, end, waiting);
		now = process_now();
		serve_scripts(r, now);
	}
	notify_kill(&r->notify);
}

/* Nothing of the daemon's is kept but the locks and the page. */
static void
become_guard(struct router *r, sigset_t *waiting)
{
	struct ground *g = &r->ground;
	process_rename("vrrpd-guard");
	/*
	 * A group, but no session of its own: within one anybody may continue
	 * a process, and a stopped group whose last relative dies goes on.
	 */
	setpgid(0, 0);
	if (r->conf->daemonize)
		process_mute();
	port_close(&g->port);
	respond_close(&g->respond);
	respond_close(&r->claims);
	nl_close(&g->events);
	nl_close(&g->nl);
	sigfillset(waiting);
	sigdelset(waiting, SIGCHLD);
	sigprocmask(SIG_BLOCK, waiting, NULL);
	if (nl_open(&g->nl, 0) == -1)
		_exit(1);
	/* There may be no descriptor when it is needed. */
	(void)port_open_to_send(&g->port, g->seen.index);
	process_spare();
	if (r->conf->realtime)
		process_realtime();
}

static _Noreturn void
run_guard(struct router *r, pid_t daemon)
{
	struct ground *g = &r->ground;
	sigset_t waiting;
	enum ending ending;

	become_guard(r, &waiting);
	ending = watch(r, daemon, &waiting);
	close_timer(r);
	g->index = atomic_load(&r->guard.page->index);
	if (ending != LEAVES)
		aftermath_clean(r, daemon, process_now());
	if (ending == DYING)
		clean_again(r);
	/* As long as the locks are held no other daemon starts scripts. */
	finish_scripts(r, &waiting);
	clean_leave(g);
	_exit(0);
}

/*
 * The kernel closes what a dead process had open from the highest number down,
 * and takes some 20 ms for each packet socket.  The guard shall know before.
 */
static int
last_to_open(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, GUARD_FD);

	if (high == -1)
		return fd;
	close(fd);
	return high;
}

/* A guard for this daemon; -1 with errno. */
int
watchdog_start(struct router *r, usec_t now)
{
	pid_t daemon = getpid();
	int pair[2];

	if (!r->conf->guard)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	guard_turn(&r->guard, r->vr.state, now);
	r->guard.full = false;
	r->guard.pid = fork();
	if (r->guard.pid == 0) {
		close(pair[0]);
		r->guard.fd = pair[1];
		run_guard(r, daemon);
	}
	close(pair[1]);
	r->guard.fd = last_to_open(pair[0]);
	r->guard.since = now;
	if (r->guard.pid != -1)
		return 0;
	close(r->guard.fd);
	r->guard.fd = -1;
	r->guard.pid = 0;
	return -1;
}

/*
 * After SIGCHLD.  False if the guard is dead and cannot be followed by another:
 * scripts need one from before the sandbox, and one that dies at once is a
 * sign of worse.
 */
bool
watchdog_reap(struct router *r, usec_t now)
{
	struct guard *g = &r->guard;
	int status;

	if (g->pid == 0 || waitpid(g->pid, &status, WNOHANG) != g->pid)
		return true;
	log_err("the guard died (%s %d)", WIFSIGNALED(status) ? "signal" :
	    "exit status", WIFSIGNALED(status) ? WTERMSIG(status) :
	    WEXITSTATUS(status));
	close(g->fd);
	g->fd = -1;
	g->pid = 0;
	if (now - g->since < GUARD_LIFE_MIN || (r->conf->sandbox &&
	    (r->conf->on_master != NULL || r->conf->on_backup != NULL)) ||
	    watchdog_start(r, now) == -1)
		return false;
	router_tell_guard(r, now);
	log_notice("started another guard");
	return true;
}
