/*
 * What the tests of fsm.c share: one router with a clock of its own, events,
 * and the complete outcome of a step.  fsm.c never looks at the family, so
 * conf.family stays NULL here.
 */
#ifndef FSM_UTIL_H
#define FSM_UTIL_H

#include "vrrp.h"
#include "check_util.h"

#include <inttypes.h>
#include <string.h>

enum {
	/* The set of actions on becoming Master */
	BECOME = VRRP_ACT_ADVERT | VRRP_ACT_ACQUIRE | VRRP_ACT_ANNOUNCE |
	    VRRP_ACT_NOTIFY,
	/* Leaving it by our own will, and to a better one (F01, F38) */
	RESIGN = VRRP_ACT_RESIGN | VRRP_ACT_RELEASE | VRRP_ACT_NOTIFY,
	YIELD = VRRP_ACT_RELEASE | VRRP_ACT_ADVERT | VRRP_ACT_NOTIFY,
	ANSWER = VRRP_ACT_ADVERT | VRRP_ACT_ANNOUNCE,
	TRACE_MAX = 4096
};

#define MS	((usec_t)1000)
#define A	VRRP_SECOND		/* interval */
#define GAP	((usec_t)VRRP_ANNOUNCE_GAP)
#define SKEW	((usec_t)609375)	/* of priority 100 */
#define DOWN	((usec_t)3609375)
#define START	(1000 * VRRP_SECOND)
#define NEVER	VRRP_NEVER
#define SAME	((usec_t)-1)		/* deadline as it was before */
#define INIT	VRRP_INITIALIZE
#define BACKUP	VRRP_BACKUP
#define MASTER	VRRP_MASTER
#define T	(100 * MS)
#define WHY(x)	VRRP_WHY_##x

static struct vrrp_conf conf;
static struct vrrp vr;
static usec_t now;

static struct {
	usec_t at;
	unsigned actions;
} trace[TRACE_MAX];
static unsigned ntrace;

static inline void
setup(void)
{
	memset(&conf, 0, sizeof(conf));
	conf.version = 2;
	conf.vrid = 51;
	conf.priority = 100;
	conf.preempt = true;
	conf.interval = A;
	conf.min_interval = VRRP_CENTISECOND;
	conf.down_adverts = 3;
	conf.refresh = 60 * A;
	conf.naddr = 1;
	now = START;
	ntrace = 0;
}

static inline void
set_priority(uint8_t priority)
{
	conf.priority = priority;
	conf.owner = priority == VRRP_PRIORITY_OWNER;
}

static inline void
note(unsigned actions)
{
	ck_assert_uint_lt(ntrace, TRACE_MAX);
	trace[ntrace].at = now;
	trace[ntrace++].actions = actions;
}

static inline unsigned
step(enum vrrp_event_type type)
{
	struct vrrp_event ev = { type, NULL };
	unsigned actions = vrrp_step(&vr, &ev, now);

	note(actions);
	return actions;
}

/* An advert with all that the machine looks at */
static inline unsigned
hear_advert(uint8_t priority, const char *src, usec_t interval,
    enum vrrp_checksum sum)
{
	struct vrrp_advert adv = { .src = addr(src), .vrid = 51,
	    .priority = priority, .count = 1, .interval = interval,
	    .sum = sum };
	struct vrrp_event ev = { VRRP_EV_ADVERT, &adv };
	unsigned actions = vrrp_step(&vr, &ev, now);

	note(actions);
	return actions;
}

static inline unsigned
hear_from(uint8_t priority, const char *src)
{
	return hear_advert(priority, src, conf.interval, VRRP_SUM_MESSAGE);
}

static inline unsigned
hear_form(uint8_t priority, enum vrrp_checksum sum)
{
	return hear_advert(priority, "192.0.2.30", A, sum);
}

static inline unsigned
hear(uint8_t priority)
{
	return hear_from(priority, "192.0.2.30");
}

/* Serves the timer whenever it wants to be, then stands at the time end. */
static inline void
run_until(usec_t end)
{
	while (vrrp_deadline(&vr) <= end) {
		ck_assert_int_ge(vrrp_deadline(&vr), now);
		now = vrrp_deadline(&vr);
		step(VRRP_EV_TIMER);
	}
	now = end;
}

/* At the end of its timer */
static inline void
take_over(void)
{
	run_until(vr.deadline);
	ck_assert_int_eq(vr.state, VRRP_MASTER);
}

/* How often an action was taken in [from, to] */
static inline unsigned
count(unsigned action, usec_t from, usec_t to)
{
	unsigned i, n = 0;

	for (i = 0; i < ntrace; i++)
		if ((trace[i].actions & action) != 0 && trace[i].at >= from &&
		    trace[i].at <= to)
			n++;
	return n;
}

/* As the router stands after start, in the state from; now is its entry. */
static inline void
enter(enum vrrp_state from)
{
	vrrp_init(&vr, &conf, now);
	vr.source = addr("192.0.2.20");
	if (from == VRRP_INITIALIZE)
		return;
	step(VRRP_EV_LINK_UP);
	if (from == VRRP_MASTER && vr.state == VRRP_BACKUP) {
		now = vr.deadline;
		step(VRRP_EV_TIMER);
	}
	ck_assert_int_eq(vr.state, from);
}

static inline void
see_at(int line, const char *what, unsigned got, unsigned actions,
    enum vrrp_state state, usec_t deadline, usec_t announce)
{
	ck_assert_msg(got == actions, "%s, line %d: actions %#x, not %#x", what,
	    line, got, actions);
	ck_assert_msg(vr.state == state, "%s, line %d: %s, not %s", what, line,
	    vrrp_state_name(vr.state), vrrp_state_name(state));
	ck_assert_msg(vr.deadline == deadline, "%s, line %d: deadline in %"
	    PRId64 ", not %" PRId64, what, line, vr.deadline - now,
	    deadline - now);
	ck_assert_msg(vr.announce_deadline == announce,
	    "%s, line %d: announcement in %" PRId64 ", not %" PRId64, what,
	    line, vr.announce_deadline - now, announce - now);
	ck_assert_msg(vrrp_deadline(&vr) ==
	    (deadline < announce ? deadline : announce), "%s, line %d", what,
	    line);
}

/* The complete outcome: actions, state and both deadlines (absolute) */
#define SEE(got, actions, state, deadline, announce) \
	see_at(__LINE__, "outcome", got, actions, state, deadline, announce)

/* It became Master just now, with that interval. */
#define SEE_MASTER(interval) \
	SEE(trace[ntrace - 1].actions, BECOME, MASTER, now + (interval), \
	    now + GAP)

/* What a row of a table says of a deadline, as a time */
static inline usec_t
expected(usec_t left, usec_t before)
{
	if (left == SAME)
		return before;
	return left == NEVER ? NEVER : now + left;
}

/* The outcome of an event that is a row of a table, with its reason */
#define SEE_ROW(r, before, actions) do {				\
	see_at(0, (r)->id, actions, (r)->actions, (r)->to,		\
	    expected((r)->deadline, (before)->deadline),		\
	    expected((r)->announce, (before)->announce_deadline));	\
	ck_assert_msg(vr.why == (r)->why, "%s: why %d", (r)->id, vr.why); \
	ck_assert_int_eq(vr.since, (r)->to == (r)->from ?		\
	    (before)->since : now);					\
	/* An ignored event leaves no trace at all. */			\
	if ((actions) == 0 && (r)->deadline == SAME &&			\
	    ((r)->type != VRRP_EV_ADVERT || (r)->from == INIT))		\
		ck_assert_mem_eq(before, &vr, sizeof(vr));		\
} while (0)

#endif
