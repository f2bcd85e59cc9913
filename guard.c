/*
 * The guard: blocked until the daemon dies, hangs, or wants a script run.  It
 * never decides what the network should look like; it only undoes (C13).
 *
 *	daemon ---- requests, and the end of file when it dies ----> guard
 *	   |------- shared timer: runs out when nobody sets it -----'|
 *	   `------- shared page: last turn, frame and MAC ----------'
 */
#include "guard.h"
#include "clean.h"
#include "process.h"
#include "router.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What is asked of a guard. */
enum request {
	REQUEST_STATE,			/* run the script for it; watch */
	REQUEST_TUNE,			/* sysctls of a new macvlan */
	REQUEST_LEAVE			/* the daemon ends in order */
};

struct message {
	uint8_t request;		/* enum request */
	uint8_t from, to;		/* enum vrrp_state */
};

enum {
	GUARD_FD = 64,			/* more than a daemon ever has open */
	EXCUSES_MAX = 10,		/* each as long as the limit */
	LOOP_TICKS = 2,			/* of 10 ms: no turn takes so long */
	EXIT_POLL = 2000000,		/* ns */
	EXIT_POLLS = 250
};

/* How long the daemon waits for what the guard does at the end, but scripts. */
#define LEAVE_MAX	(3 * VRRP_SECOND)
/* How long a guard that was killed may take to be gone. */
#define REAP_MAX	(1 * VRRP_SECOND)
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

static uint32_t
milliseconds(usec_t now)
{
	return (uint32_t)(now / 1000);
}

/* The timer that both share; nobody gets a say from it before. */
static void
set_timer(const struct router *r, usec_t at)
{
	const struct itimerspec timer = {
		.it_value = { at / VRRP_SECOND, at % VRRP_SECOND * 1000 }
	};

	(void)timerfd_settime(r->guard.timer, TFD_TIMER_ABSTIME, &timer, NULL);
}

/* --- in the daemon ------------------------------------------------------- */

/* The page and the timer, for this guard and the next ones.  -1 with errno. */
int
guard_init(struct router *r)
{
	void *page = mmap(NULL, sizeof(*r->guard.page), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return -1;
	r->guard.page = page;
	/* A Master writes the first one then, which lies on the first page. */
	r->guard.page->current = 1;
	r->guard.fd = -1;
	process_note_fault(&r->guard.page->fault);
	r->guard.timer = -1;
	if (!r->conf->guard)
		return 0;
	r->guard.timer = timerfd_create(CLOCK_MONOTONIC,
	    TFD_CLOEXEC | TFD_NONBLOCK);
	return r->guard.timer == -1 ? -1 : 0;
}

static bool
request(struct router *r, enum request what, enum vrrp_state from)
{
	const struct message message = {
		(uint8_t)what, (uint8_t)from, (uint8_t)r->vr.state
	};

	return r->guard.fd != -1 && send(r->guard.fd, &message,
	    sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof(message);
}

/*
 * The state, for its script, if the guard does not know it.  One that was
 * stopped takes so many messages and no more; what it missed is one change.
 */
static void
tell_state(struct router *r)
{
	struct guard *g = &r->guard;

	if (g->fd == -1 || g->told == r->vr.state)
		return;
	if (request(r, REQUEST_STATE, g->told)) {
		g->told = r->vr.state;
		g->full = false;
	} else if (!g->full) {
		g->full = true;
		log_err("guard: %s; it hears of the state later",
		    strerror(errno));
	}
}

/* The guard believes another state, and took no more when it was last told. */
bool
guard_behind(const struct router *r)
{
	return r->guard.full && r->guard.told != r->vr.state;
}

static void
arm(struct router *r, usec_t now, usec_t limit)
{
	set_timer(r, now + limit);
	r->guard.armed_at = now;
}

/*
 * One turn of the loop: we live.  The timer is not set each time; a guard that
 * it wakes too early sees when we turned, and sets it itself.
 */
void
guard_turn(struct router *r, usec_t now)
{
	usec_t limit = (usec_t)atomic_load(&r->guard.page->limit) * 1000;

	tell_state(r);
	atomic_store(&r->guard.page->turned, milliseconds(now));
	if (limit > 0 && now - r->guard.armed_at > limit / 2)
		arm(r, now, limit);
}

/*
 * For a start after both of us were killed.  Seldom, and deep in the stack: no
 * part of what is done with each advert.
 */
static __attribute__((noinline)) void
write_resignation(struct router *r, const uint8_t *frame, size_t len)
{
	char text[RECORD_FRAME_LEN], path[LOCKFILE_PATH_LEN];

	record_print_frame(text, frame, len);
	if (lockfile_write(&r->undo_file, len == 0 ? "" : text) == -1)
		log_warning("%s: %s; should we and the guard be killed "
		    "together, nobody resigns, and cleanup needs the "
		    "addresses", lockfile_path(path, &r->undo_file),
		    strerror(errno));
}

/*
 * What would have to be undone now: the resignation of a Master, sent from mac.
 * Before anything of it is done.  The other copy stays true until this one is.
 */
void
guard_keep(struct router *r, const uint8_t *mac)
{
	struct guard_page *page = r->guard.page;
	unsigned current = atomic_load(&page->current);
	const struct guard_undo *old = &page->undo[current];
	struct guard_undo *new = &page->undo[!current];
	uint8_t frame[VRRP_FRAME_MAX];
	size_t len = 0;

	if (r->vr.state == VRRP_MASTER)
		len = advert_build(frame, sizeof(frame), &r->vr, mac,
		    VRRP_PRIORITY_STOP, 0);
	if (len == old->len &&
	    memcmp(r->own_mac, old->own_mac, sizeof(old->own_mac)) == 0 &&
	    (len == 0 || memcmp(frame, page->frame[current], len) == 0))
		return;
	new->len = len;
	memcpy(new->own_mac, r->own_mac, sizeof(new->own_mac));
	memcpy(page->frame[!current], frame, len);
	atomic_store(&page->current, !current);
	write_resignation(r, frame, len);
}

/* It works on another interface. */
void
guard_link(struct router *r)
{
	atomic_store(&r->guard.page->index, r->index);
}

/*
 * Another state: the script for it, and a Master is watched.  Without a guard
 * scripts run from here.
 */
void
guard_state(struct router *r, enum vrrp_state from, usec_t now)
{
	usec_t limit = r->conf->guard && r->vr.state == VRRP_MASTER ?
	    conf_hang_limit(r->conf) : 0;

	if (limit > 0)
		arm(r, now, limit);
	atomic_store(&r->guard.page->limit, milliseconds(limit));
	if (!r->conf->guard)
		notify_state(&r->notify, from, r->vr.state, now);
	tell_state(r);
}

/* True if the guard does it. */
bool
guard_tune(struct router *r)
{
	return request(r, REQUEST_TUNE, r->vr.state);
}

/*
 * After SIGCHLD.  False if the guard is dead and cannot be followed by another:
 * scripts need one from before the sandbox, and one that dies at once is a
 * sign of worse.
 */
bool
guard_reap(struct router *r, usec_t now)
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
	    guard_start(r, now) == -1)
		return false;
	guard_state(r, r->vr.state, now);
	log_notice("another guard watches");
	return true;
}

/* Whether the guard has ended; waits that long for it. */
static bool
guard_ends(const struct guard *g, usec_t time, int *status)
{
	const struct timespec timeout = {
		time / VRRP_SECOND, time % VRRP_SECOND * 1000
	};
	fd_set set;

	FD_ZERO(&set);
	FD_SET(g->fd, &set);
	/* The end of file comes a moment before the end. */
	return pselect(g->fd + 1, &set, NULL, NULL, &timeout, NULL) == 1 &&
	    waitpid(g->pid, status, 0) == g->pid;
}

/*
 * The end, in order: scripts and files are the guard's, we wait for its end.
 * False if there is none.
 */
bool
guard_leave(struct router *r)
{
	const bool scripts = r->conf->on_master != NULL ||
	    r->conf->on_backup != NULL;
	struct guard *g = &r->guard;
	int status;

	/* All that the sandbox lets us do for one that somebody stopped. */
	if (g->pid > 0)
		kill(g->pid, SIGCONT);
	if (!request(r, REQUEST_LEAVE, r->vr.state)) {
		if (g->fd != -1)
			log_err("guard: %s", strerror(errno));
		return false;
	}
	if (guard_ends(g, LEAVE_MAX + (scripts ? NOTIFY_GRACE_ALL : 0),
	    &status))
		return status == 0;
	/* Or it would undo later what the next one does. */
	if (kill(g->pid, SIGKILL) == -1)
		log_err("the guard hangs and cannot be killed: %s",
		    strerror(errno));
	else if (guard_ends(g, REAP_MAX, &status))
		log_err("the guard hung: killed");
	else
		log_err("the guard hangs and does not die");
	return false;
}

/* --- in the guard -------------------------------------------------------- */

/* A state that is none, or a request that is none, does nothing. */
static void
on_message(struct router *r, const struct message *message, usec_t now)
{
	if (message->from > VRRP_MASTER || message->to > VRRP_MASTER)
		return;
	if (message->request == REQUEST_STATE && message->from != message->to)
		notify_state(&r->notify, message->from, message->to, now);
	if (message->request == REQUEST_TUNE &&
	    (link_get(&r->nl, r->conf->vr.ifname, &r->seen) == -1 ||
	    vmac_tune_ipv6(r->conf->macvlan, r->seen.router6) == -1))
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
	struct message message;
	ssize_t n;

	for (;;) {
		n = recv(r->guard.fd, &message, sizeof(message), MSG_DONTWAIT);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return LIVES;
		if (n <= 0)
			return DIED;
		if (n != sizeof(message))
			continue;
		if (message.request == REQUEST_LEAVE)
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
	uint32_t age = milliseconds(now) - atomic_load(&r->guard.page->turned);

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
		log_warning("the daemon has not turned for %d ms: it waits for "
		    "the %s", (int)(limit / 1000), state == 'D' ? "kernel" :
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
	log_err("the daemon has not turned for %d ms: killed",
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
				set_timer(r, deadline);
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

/* What is said of a Master's death; never more than was done. */
static const char *
outcome(const struct router *r, bool resigned, bool undone)
{
	if (!undone)
		return resigned ? "; resigned for it" : "";
	if (!r->seen.present)
		return "; its interface is gone";
	return resigned ? "; resigned for it, and took back what it had" :
	    "; took back what it had, but could not resign for it";
}

/*
 * Who is killed closes what it has one by one.  The kernel forgets to take its
 * groups off the interface if a macvlan goes down in the moment in which a
 * socket leaves one there; who accepts nothing has such sockets, and nothing
 * that is urgent.
 */
static void
await_exit(const struct router *r, pid_t daemon)
{
	const struct timespec poll = { .tv_nsec = EXIT_POLL };
	int i;

	if (r->conf->vr.accept || !r->conf->use_macvlan)
		return;
	for (i = 0; i < EXIT_POLLS && getppid() == daemon; i++)
		nanosleep(&poll, NULL);
}

/* The daemon left without a word. */
static void
clean_up(struct router *r, pid_t daemon, usec_t now)
{
	const struct guard_page *page = r->guard.page;
	const struct guard_undo *undo = &page->undo[page->current];
	enum vrrp_state state = undo->len > 0 ? VRRP_MASTER : VRRP_BACKUP;
	bool resigned, undone;

	lockfile_write(&r->pid_file, "");
	memcpy(r->own_mac, undo->own_mac, sizeof(r->own_mac));
	r->holding = undo->len > 0 && r->conf->vr.accept && !r->conf->vr.owner;
	resigned = clean_resign(r, page->frame[page->current], undo->len, now);
	await_exit(r, daemon);
	undone = clean_undo(r, now) == 0;
	if (!undone) {
		log_err("cannot undo all of it: %s", strerror(errno));
		/* The next start will. */
		lockfile_release(&r->undo_file);
	}
	log_err("the daemon %s%s%s", page->fault != 0 ? "died of a fault of "
	    "its own: " : "was killed", page->fault != 0 ?
	    strsignal(page->fault) : "", state == VRRP_MASTER ?
	    outcome(r, resigned, undone) : "");
	notify_state(&r->notify, state, VRRP_INITIALIZE, now);
}

/*
 * A daemon that got no processor to die on may have put back what it was about
 * to renew, after we had removed it.
 */
static void
clean_again(struct router *r)
{
	if (!await_death(r, DEATH_MAX))
		log_err("the daemon cannot be killed");
	r->holding = r->conf->vr.accept && !r->conf->vr.owner;
	if (clean_undo(r, process_now()) == -1)
		log_err("cannot undo all of it: %s", strerror(errno));
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
	process_rename("vrrpd-guard");
	/*
	 * A group, but no session of its own: within one anybody may continue
	 * a process, and a stopped group whose last relative dies goes on.
	 */
	setpgid(0, 0);
	if (r->conf->daemonize)
		process_mute();
	port_close(&r->port);
	respond_close(&r->respond);
	respond_close(&r->claims);
	nl_close(&r->events);
	nl_close(&r->nl);
	sigfillset(waiting);
	sigdelset(waiting, SIGCHLD);
	sigprocmask(SIG_BLOCK, waiting, NULL);
	if (nl_open(&r->nl, 0) == -1)
		_exit(1);
	/* There may be no descriptor when it is needed. */
	(void)port_open_to_send(&r->port, r->seen.index);
	process_spare();
	if (r->conf->realtime)
		process_realtime();
}

static _Noreturn void
run_guard(struct router *r, pid_t daemon)
{
	sigset_t waiting;
	enum ending ending;

	become_guard(r, &waiting);
	ending = watch(r, daemon, &waiting);
	close_timer(r);
	r->index = atomic_load(&r->guard.page->index);
	if (ending != LEAVES)
		clean_up(r, daemon, process_now());
	if (ending == DYING)
		clean_again(r);
	/* As long as the locks are held no other daemon starts scripts. */
	finish_scripts(r, &waiting);
	clean_leave(r);
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
guard_start(struct router *r, usec_t now)
{
	pid_t daemon = getpid();
	int pair[2];

	if (!r->conf->guard)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	guard_turn(r, now);
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
