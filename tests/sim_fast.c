/*
 * A healthy LAN repeats itself: the Master advertises, the Backups hear it.
 * What can be told in advance is left out, with exactly the same outcome.
 *
 * Why that is so.  vrrp_step() uses the time in sums and comparisons with the
 * seven times in struct vrrp alone; try_after is not its own.  If over one
 * cycle, from one regular advert of the only Master to the next, all else of
 * every router stood still, and each of these times either stood still and lies
 * in the past (or is never), or moved as far as the router's own clock did,
 * then the next cycle takes the same branches, and so does each one after it,
 * until something else comes: a fault, an announcement, the end of the run.
 * The state after the last of them follows from when it happens, and that is
 * computed, not repeated.  Frames differ in their identification alone.  A
 * healthy wire draws no random number.
 *
 * check_sim.c runs thousands of scenarios both ways and compares traces, final
 * states and counters.
 */
#include "sim.h"

#include <string.h>

/* A new member of struct vrrp must be thought about here. */
_Static_assert(sizeof(void *) != 8 || sizeof(struct vrrp) == 168,
    "struct vrrp has changed");

static const size_t vrrp_times[] = {
	offsetof(struct vrrp, deadline),
	offsetof(struct vrrp, announce_deadline),
	offsetof(struct vrrp, hold_until),
	offsetof(struct vrrp, preempt_deadline),
	offsetof(struct vrrp, sent_at),
	offsetof(struct vrrp, since),
	offsetof(struct vrrp, heard_at)
};

static const size_t watch_times[] = {
	offsetof(struct sim_watch, due),
	offsetof(struct sim_watch, hold),
	offsetof(struct sim_watch, lower_since),
	offsetof(struct sim_watch, lower_last),
	offsetof(struct sim_watch, sent),
	offsetof(struct sim_watch, announce)
};

enum {
	VRRP_TIMES = sizeof(vrrp_times) / sizeof(vrrp_times[0]),
	WATCH_TIMES = sizeof(watch_times) / sizeof(watch_times[0])
};

static usec_t *
time_in(void *base, size_t at)
{
	return (usec_t *)(void *)((char *)base + at);
}

/* Whether old is now, but for times that moved by as much as the clock did. */
static bool
same_course(const void *now, const void *old, size_t size,
    const size_t *times, unsigned n, usec_t moved, usec_t clock)
{
	union {
		struct vrrp vr;
		struct sim_watch watch;
	} a, b;
	usec_t *t, *u;
	unsigned i;

	memcpy(&a, now, size);
	memcpy(&b, old, size);
	for (i = 0; i < n; i++) {
		t = time_in(&a, times[i]);
		u = time_in(&b, times[i]);
		if (*t == *u ? *t > clock && *t != VRRP_NEVER :
		    *t - *u != moved)
			return false;
		*t = *u = 0;
	}
	return memcmp(&a, &b, size) == 0;
}

static void
move(void *now, const void *old, const size_t *times, unsigned n, usec_t by)
{
	usec_t was, *t;
	unsigned i;

	for (i = 0; i < n; i++) {
		t = time_in(now, times[i]);
		memcpy(&was, (const char *)old + times[i], sizeof(was));
		if (*t != was)
			*t += by;
	}
}

/* The Master's deadline goes by its interval, even if it woke late by 1 us. */
static bool
master_repeats(const struct sim *s, const struct sim_router *r, usec_t wake)
{
	struct sim_snap snap;
	struct vrrp vr;
	struct sim_watch watch;

	memcpy(&snap, &s->snap[r->index], sizeof(snap));
	memcpy(&vr, &r->vr, sizeof(vr));
	memcpy(&watch, &r->watch, sizeof(watch));
	if (vr.deadline - snap.vr.deadline != vr.conf->interval ||
	    vr.announce_deadline != snap.vr.announce_deadline ||
	    watch.announce != snap.watch.announce)
		return false;
	vr.deadline = snap.vr.deadline = VRRP_NEVER;
	vr.announce_deadline = snap.vr.announce_deadline = VRRP_NEVER;
	watch.announce = snap.watch.announce = VRRP_NEVER;
	return same_course(&vr, &snap.vr, sizeof(vr), vrrp_times, VRRP_TIMES,
	    vr.sent_at - snap.vr.sent_at, wake) &&
	    same_course(&watch, &snap.watch, sizeof(watch), watch_times,
	    WATCH_TIMES, vr.sent_at - snap.vr.sent_at, wake);
}

static bool
backup_repeats(const struct sim *s, const struct sim_router *r, usec_t interval)
{
	const struct sim_snap *snap = &s->snap[r->index];
	usec_t heard = r->vr.heard_at, moved = heard - snap->vr.heard_at;
	usec_t slack = interval / 16 + 1000;

	if (r->vr.deadline == snap->vr.deadline ||
	    r->vr.deadline - heard < interval + slack)
		return false;
	return same_course(&r->vr, &snap->vr, sizeof(r->vr), vrrp_times,
	    VRRP_TIMES, moved, heard) &&
	    same_course(&r->watch, &snap->watch, sizeof(r->watch),
	    watch_times, WATCH_TIMES, moved, heard);
}

static void
take_snapshots(struct sim *s, const struct sim_router *m, usec_t wake)
{
	unsigned i;

	for (i = 0; i < s->n; i++) {
		memcpy(&s->snap[i].vr, &s->router[i].vr, sizeof(struct vrrp));
		memcpy(&s->snap[i].watch, &s->router[i].watch,
		    sizeof(struct sim_watch));
	}
	s->snap_master = m->index;
	s->snap_wake = wake;
	s->disturbed = false;
}

/* One Master, the others of those who run Backups, nothing else at work. */
static bool
is_healthy(const struct sim *s, const struct sim_router *m)
{
	const struct sim_router *r;
	unsigned i;

	if (!s->calm || s->inflight > 0 || m->vr.state != VRRP_MASTER ||
	    m->vr.quiet || m->fault || m->dirty ||
	    m->vr.announce_deadline <= m->vr.deadline ||
	    s->delay_max * 4 > m->vr.conf->interval)
		return false;
	for (i = 0; i < s->n; i++) {
		r = &s->router[i];
		if (r != m && r->running && (r->vr.state != VRRP_BACKUP ||
		    r->fault || r->dirty))
			return false;
	}
	return true;
}

static bool
repeats(const struct sim *s, const struct sim_router *m, usec_t wake)
{
	unsigned i;

	if (s->disturbed || s->snap_master != m->index ||
	    !master_repeats(s, m, wake))
		return false;
	for (i = 0; i < s->n; i++)
		if (&s->router[i] != m && s->router[i].running &&
		    !backup_repeats(s, &s->router[i], m->vr.conf->interval))
			return false;
	return true;
}

/* Leaves out count cycles, of which the first was due now. */
static void
leap(struct sim *s, struct sim_router *m, unsigned count)
{
	usec_t interval = m->vr.conf->interval;
	usec_t at = sim_global(m, m->vr.deadline + (count - 1) * interval);
	usec_t deadline = m->vr.deadline + count * interval;
	usec_t announce = m->vr.announce_deadline, by;
	struct sim_router *r;
	unsigned i;

	for (i = 0; i < s->n; i++) {
		r = &s->router[i];
		if (!r->running || r == m)
			continue;
		by = sim_local(r, at + s->delay[m->index][i]) - r->vr.heard_at;
		move(&r->vr, &s->snap[i].vr, vrrp_times, VRRP_TIMES, by);
		move(&r->watch, &s->snap[i].watch, watch_times, WATCH_TIMES,
		    by);
		r->now = r->vr.heard_at;
		r->wake = sim_global(r, vrrp_deadline(&r->vr));
		r->received += count;
		s->skipped += count;
	}
	by = sim_local(m, at) - m->vr.sent_at;
	move(&m->vr, &s->snap[m->index].vr, vrrp_times, VRRP_TIMES, by);
	move(&m->watch, &s->snap[m->index].watch, watch_times, WATCH_TIMES,
	    by);
	m->vr.deadline = deadline;
	m->vr.announce_deadline = announce;
	m->now = m->vr.sent_at;
	m->wake = sim_global(m, vrrp_deadline(&m->vr));
	m->sent += count;
	m->ip_id = (uint16_t)(m->ip_id + count);
	s->frames += count;
	s->skipped += count;
	s->disturbed = true;		/* look anew at the next one */
}

/*
 * Router m is the next to wake, and nothing comes before that.  True if time
 * was left out; then m wakes later.
 */
bool
fast_forward(struct sim *s, struct sim_router *m, usec_t until)
{
	usec_t limit = s->nheap > 0 ? s->heap[0].at : VRRP_NEVER;
	usec_t wake, last, count;

	if (!is_healthy(s, m)) {
		s->disturbed = true;
		return false;
	}
	wake = sim_local(m, m->wake);
	if (!repeats(s, m, wake)) {
		take_snapshots(s, m, wake);
		return false;
	}
	if (limit > until)
		limit = until;
	if (m->vr.announce_deadline != VRRP_NEVER &&
	    sim_global(m, m->vr.announce_deadline) < limit)
		limit = sim_global(m, m->vr.announce_deadline);
	last = sim_local(m, limit - s->delay_max - 1);
	count = (last - m->vr.deadline) / m->vr.conf->interval + 1;
	if (last < m->vr.deadline || count < 2) {
		take_snapshots(s, m, wake);
		return false;
	}
	leap(s, m, (unsigned)(count > 1000000 ? 1000000 : count));
	return true;
}
