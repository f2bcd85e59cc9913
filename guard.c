/*
 * The daemon's side of its guard: says that it turns, keeps ready what would
 * have to be undone, and asks for what only root can do.
 *
 *	daemon ---- requests, and the end of file when it dies ----> guard
 *	   |------- shared timer: runs out when nobody sets it -----'|
 *	   `------- shared page: last turn, frame and MAC ----------'
 */
#include "guard.h"

#include "log.h"
#include "process.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How long the daemon waits for what the guard does at the end, but scripts. */
#define LEAVE_MAX	(3 * VRRP_SECOND)
/* How long a guard that was killed may take to be gone. */
#define REAP_MAX	(1 * VRRP_SECOND)

/* As the page has times: they wrap. */
uint32_t
guard_milliseconds(usec_t now)
{
	return (uint32_t)(now / 1000);
}

/* The timer that both share; at: microseconds of CLOCK_MONOTONIC. */
void
guard_set_timer(const struct guard *g, usec_t at)
{
	const struct itimerspec timer = {
		.it_value = { at / VRRP_SECOND, at % VRRP_SECOND * 1000 }
	};

	(void)timerfd_settime(g->timer, TFD_TIMER_ABSTIME, &timer, NULL);
}

/*
 * The page and, if a guard is wanted, the timer, for this guard and the next
 * ones.  -1 with errno.
 */
int
guard_init(struct guard *g, bool wanted)
{
	void *page = mmap(NULL, sizeof(*g->page), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return -1;
	g->page = page;
	/* A Master writes the first one then, which lies on the first page. */
	g->page->current = 1;
	g->fd = -1;
	process_note_fault(&g->page->fault);
	g->timer = -1;
	if (!wanted)
		return 0;
	g->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return g->timer == -1 ? -1 : 0;
}

static bool
request(const struct guard *g, enum guard_request what, enum vrrp_state from,
    enum vrrp_state to)
{
	const struct guard_message message = {
		(uint8_t)what, (uint8_t)from, (uint8_t)to
	};

	return g->fd != -1 && send(g->fd, &message, sizeof(message),
	    MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof(message);
}

/*
 * The state, for its script, if the guard does not know it.  A guard that was
 * stopped takes so many messages and no more; what it missed is one change.
 */
static void
tell_state(struct guard *g, enum vrrp_state state)
{
	if (g->fd == -1 || g->told == state)
		return;
	if (request(g, GUARD_STATE, g->told, state)) {
		g->told = state;
		g->full = false;
	} else if (!g->full) {
		g->full = true;
		log_err("the guard does not read (%s): it is told the state "
		    "later", strerror(errno));
	}
}

/* The guard believes another state, and took no more when it was last told. */
bool
guard_behind(const struct guard *g, enum vrrp_state state)
{
	return g->full && g->told != state;
}

static void
arm(struct guard *g, usec_t now, usec_t limit)
{
	guard_set_timer(g, now + limit);
	g->armed_at = now;
}

/*
 * One turn of the loop: we live.  The timer is not set each time; a guard that
 * it wakes too early sees when we turned, and sets it itself.
 */
void
guard_turn(struct guard *g, enum vrrp_state state, usec_t now)
{
	usec_t limit = (usec_t)atomic_load(&g->page->limit) * 1000;

	tell_state(g, state);
	atomic_store(&g->page->turned, guard_milliseconds(now));
	if (limit > 0 && now - g->armed_at > limit / 2)
		arm(g, now, limit);
}

/*
 * What would have to be undone now: how a Master resigns (len 0: no Master) and
 * what the interface's own MAC is.  Before anything of it is done.  The other
 * copy stays true until this one is.  False if nothing of it is new.
 */
bool
guard_keep(struct guard *g, const uint8_t *frame, size_t len,
    const uint8_t *own_mac)
{
	struct guard_page *page = g->page;
	unsigned current = atomic_load(&page->current);
	const struct guard_undo *old = &page->undo[current];
	struct guard_undo *new = &page->undo[!current];

	if (len == old->len &&
	    memcmp(own_mac, old->own_mac, sizeof(old->own_mac)) == 0 &&
	    (len == 0 || memcmp(frame, page->frame[current], len) == 0))
		return false;
	new->len = len;
	memcpy(new->own_mac, own_mac, sizeof(new->own_mac));
	memcpy(page->frame[!current], frame, len);
	atomic_store(&page->current, !current);
	return true;
}

/* The daemon works on another interface. */
void
guard_link(struct guard *g, unsigned index)
{
	atomic_store(&g->page->index, index);
}

/*
 * Another state: the script for it, and a Master is watched: limit, in
 * microseconds, is how long a turn may take, 0 = for ever.
 */
void
guard_state(struct guard *g, enum vrrp_state state, usec_t limit, usec_t now)
{
	if (limit > 0)
		arm(g, now, limit);
	atomic_store(&g->page->limit, guard_milliseconds(limit));
	tell_state(g, state);
}

/* True if the guard does it. */
bool
guard_tune(struct guard *g, enum vrrp_state state)
{
	return request(g, GUARD_TUNE, state, state);
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
 * The end, in order: scripts, which may take the given time, and files are the
 * guard's, and we wait for its end.  False if there is none.
 */
bool
guard_leave(struct guard *g, enum vrrp_state state, usec_t scripts)
{
	int status;

	/* All that the sandbox lets us do for a guard that was stopped. */
	if (g->pid > 0)
		kill(g->pid, SIGCONT);
	if (!request(g, GUARD_LEAVE, state, state)) {
		if (g->fd != -1)
			log_err("guard: %s", strerror(errno));
		return false;
	}
	if (guard_ends(g, LEAVE_MAX + scripts, &status))
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
