/*
 * What a guard does for a daemon that died.
 */
#include "aftermath.h"

#include "clean.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	EXIT_POLL = 2000000,		/* ns */
	EXIT_POLLS = 250
};

/* What is said of a Master's death; never more than was done. */
static const char *
outcome(const struct router *r, bool resigned, bool undone)
{
	if (!undone)
		return resigned ? "; sent priority 0" : "";
	if (!r->ground.seen.present)
		return "; its interface is gone";
	return resigned ? "; sent priority 0 and removed all that it had set" :
	    "; removed all that it had set, but could not send priority 0";
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

/* The daemon left without a word.  Times in microseconds. */
void
aftermath_clean(struct router *r, pid_t daemon, usec_t now)
{
	struct ground *g = &r->ground;
	const struct guard_page *page = r->guard.page;
	const struct guard_undo *undo = &page->undo[page->current];
	enum vrrp_state state = undo->len > 0 ? VRRP_MASTER : VRRP_BACKUP;
	bool resigned, undone;

	lockfile_write(&g->pid_file, "");
	memcpy(g->own_mac, undo->own_mac, sizeof(g->own_mac));
	g->holding = undo->len > 0 && r->conf->vr.accept && !r->conf->vr.owner;
	resigned = clean_resign(g, page->frame[page->current], undo->len, now);
	await_exit(r, daemon);
	undone = clean_undo(g, now) == 0;
	if (!undone) {
		log_err("cannot remove all that the daemon set: %s",
		    strerror(errno));
		/* The next start will. */
		lockfile_release(&g->undo_file);
	}
	log_err("the daemon %s%s%s", page->fault != 0 ? "crashed: " :
	    "was killed", page->fault != 0 ? strsignal(page->fault) : "",
	    state == VRRP_MASTER ? outcome(r, resigned, undone) : "");
	notify_state(&r->notify, state, VRRP_INITIALIZE, now);
}
