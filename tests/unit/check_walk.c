/*
 * fsm.c, a long random walk in either version, with the invariants checked
 * after each step against a memory of its own: what must hold whatever comes.
 * VRRP_SEED sets the seed.
 */
#include "vrrp.h"
#include "fsm_util.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	WALK = 200000
};

static uint64_t seed;
static usec_t sent;			/* our last advert */
static int doubts;		/* answered since a timed round */
static usec_t earliest;			/* no take-over by the timer before */
static usec_t learned;			/* Active_Adver_Interval */
static bool pseudo;			/* the form of checksum */

static unsigned
dice(unsigned sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % sides;
}

/* Intervals of version 3, from the shortest to the longest */
static usec_t
any_interval(void)
{
	static const unsigned cs[] = { 1, 2, 10, 50, 99, 100, 101, 300, 4095 };

	return cs[dice(9)] * VRRP_CENTISECOND;
}

static void
walk_conf(unsigned version)
{
	static const uint8_t priorities[] = { 1, 50, 100, 200, 254, 255 };
	static const unsigned counts[] = { 2, 3, 3, 100 };

	setup();
	set_priority(priorities[dice(6)]);
	conf.version = (uint8_t)version;
	conf.preempt = dice(2) == 0;
	conf.interval = (1 + dice(3)) * VRRP_SECOND;
	if (version == 3) {
		conf.interval = any_interval();
		conf.min_interval = dice(3) == 0 ? any_interval() :
		    VRRP_CENTISECOND;
		conf.checksum = (enum vrrp_checksum)dice(3);
	}
	conf.down_adverts = counts[dice(4)];
	conf.start_delay = dice(3) * 4 * VRRP_SECOND;
	conf.preempt_delay = dice(3) * 5 * VRRP_SECOND;
	conf.refresh = dice(2) * 7 * VRRP_SECOND;
	enter(INIT);
	learned = conf.interval;
	pseudo = conf.checksum == VRRP_SUM_PSEUDO;
}

/* The time of the next event; never past the timer, but for a stall. */
static void
walk_time(void)
{
	usec_t due = vrrp_deadline(&vr);
	usec_t next = now + dice(2500) * (conf.interval / 1000);

	if (dice(50) == 0)
		next += dice(20) * VRRP_SECOND;
	else if (next > due)
		next = due;
	if (next > now)
		now = next;
}

static usec_t
skew(void)
{
	usec_t unit = conf.version == 2 ? VRRP_SECOND : learned;

	return unit * (256 - conf.priority) / 256;
}

static usec_t
down(void)
{
	return learned * conf.down_adverts + skew();
}

/* P-29: a lower Master counts as one while the preempt delay runs. */
static bool
respected(const struct vrrp *before, const struct vrrp_advert *adv)
{
	return adv->priority != 0 && conf.preempt_delay > 0 &&
	    vr.preempt_deadline != NEVER &&
	    before->deadline < vr.preempt_deadline;
}

/* RFC 9568 6.4.2, 6.4.3: what the router knows of the others now */
static void
walk_learn(const struct vrrp *before, const struct vrrp_event *ev)
{
	const struct vrrp_advert *adv = ev->advert;

	if (before->state == INIT) {
		if (ev->type == VRRP_EV_LINK_UP)
			learned = conf.interval;	/* SM3-02 */
		return;
	}
	if (ev->type != VRRP_EV_ADVERT) {
		/* Whose interval it is after our own office is open. */
		if (before->state == MASTER && vr.state == BACKUP)
			learned = conf.interval;
		return;
	}
	if (conf.checksum == VRRP_SUM_AUTO)
		pseudo = adv->sum == VRRP_SUM_PSEUDO;
	if ((before->state == MASTER && vr.state == BACKUP) ||
	    (before->state == BACKUP && adv->priority != 0 &&
	    (!conf.preempt || adv->priority >= conf.priority ||
	    respected(before, adv))))
		learned = adv->interval > conf.min_interval ? adv->interval :
		    conf.min_interval;
}

/* RFC 3768 6.4.2 alone: how the Backup's timer must be armed, at least */
static void
walk_expect(const struct vrrp *before, const struct vrrp_event *ev)
{

	if (vr.state != BACKUP)
		return;
	if (before->state != BACKUP)
		earliest = before->state == INIT && conf.owner ?
		    vr.hold_until : now + down();
	else if (ev->type != VRRP_EV_ADVERT)
		return;
	else if (ev->advert->priority == 0)
		earliest = now + skew();
	else if (!conf.preempt || ev->advert->priority >= conf.priority)
		earliest = now + down();
	else if (respected(before, ev->advert))
		earliest = now + down() < vr.preempt_deadline ? now + down() :
		    vr.preempt_deadline;
}

/* The set of actions alone */
static void
walk_actions(const struct vrrp *before, unsigned actions)
{
	bool was = before->state == MASTER, is = vr.state == MASTER;

	ck_assert(((actions & VRRP_ACT_ACQUIRE) != 0) == (!was && is));
	ck_assert(((actions & VRRP_ACT_RELEASE) != 0) == (was && !is));
	ck_assert(((actions & VRRP_ACT_NOTIFY) != 0) ==
	    (before->state != vr.state));
	ck_assert((actions & VRRP_ACT_RESIGN) == 0 ||
	    (actions & VRRP_ACT_RELEASE) != 0);
	ck_assert((actions & VRRP_ACT_ADVERT) == 0 || was || is);
	ck_assert((actions & VRRP_ACT_ANNOUNCE) == 0 || is);
}

static void
walk_check(const struct vrrp *before, enum vrrp_event_type type,
    unsigned actions)
{
	bool is = vr.state == MASTER;

	walk_actions(before, actions);
	ck_assert((vr.deadline == NEVER) == (vr.state == INIT));
	ck_assert(is || (vr.announce_deadline == NEVER &&
	    vr.announce_left == 0));
	ck_assert(before->state != INIT || vr.state == INIT ||
	    type == VRRP_EV_LINK_UP);
	if ((actions & VRRP_ACT_ADVERT) != 0)
		sent = now;
	/* Two rounds between timed ones, unless we changed or were asked. */
	if (before->state != MASTER || (type == VRRP_EV_TIMER &&
	    (actions & VRRP_ACT_ANNOUNCE) != 0))
		doubts = 0;
	else if ((actions & VRRP_ACT_ANNOUNCE) != 0 &&
	    type != VRRP_EV_ANNOUNCE && !before->quiet)
		ck_assert_int_le(++doubts, 2);
	if (is && !vr.quiet)
		ck_assert_int_le(vr.deadline, sent + conf.interval);
	if (is && vr.quiet)
		ck_assert_int_le(vr.deadline,
		    now + (conf.down_adverts - 1) * conf.interval);
	/* The loop never spins. */
	if (type == VRRP_EV_TIMER)
		ck_assert_int_gt(vrrp_deadline(&vr), now);
	if (vr.state == BACKUP)
		ck_assert(vr.deadline >= earliest &&
		    vr.deadline >= vr.hold_until);
	if (before->state == BACKUP && is && type == VRRP_EV_TIMER)
		ck_assert(now >= earliest && now >= vr.hold_until);
	if (vr.state == BACKUP)
		ck_assert_int_eq(vr.master_interval, learned);
	ck_assert(vr.pseudo_header == pseudo);
}

static void
walk_step(void)
{
	static const uint8_t priorities[] = { 0, 1, 50, 100, 200, 254, 255 };
	static const char *const senders[] = { "192.0.2.19", "192.0.2.21" };
	struct vrrp_advert adv = { .vrid = 51, .count = 1 };
	struct vrrp_event ev = { VRRP_EV_TIMER, NULL };
	struct vrrp before;
	unsigned actions;

	walk_time();
	if (now < vrrp_deadline(&vr) || dice(20) == 0)
		ev.type = (enum vrrp_event_type)
		    (dice(3) == 0 ? dice(VRRP_EV_DOUBT + 1) :
		    vr.state == INIT ? VRRP_EV_LINK_UP :
		    dice(3) == 0 ? VRRP_EV_TIMER : VRRP_EV_ADVERT);
	adv.priority = priorities[dice(7)];
	adv.src = addr(senders[dice(2)]);
	adv.interval = conf.version == 2 ? conf.interval : any_interval();
	adv.sum = conf.version == 3 && dice(2) == 0 ? VRRP_SUM_PSEUDO :
	    VRRP_SUM_MESSAGE;
	if (ev.type == VRRP_EV_ADVERT)
		ev.advert = &adv;
	before = vr;
	actions = vrrp_step(&vr, &ev, now);
	walk_learn(&before, &ev);
	walk_expect(&before, &ev);
	walk_check(&before, ev.type, actions);
}

/* proves: R3768-6.2-1 + */
LOOP_TEST(random_walk, 2, 4)
{
	const char *given = getenv("VRRP_SEED");
	uint64_t first = given ? strtoull(given, NULL, 0) : 0x2338;
	unsigned version = (unsigned)_i, visits[3] = { 0 };
	int i;

	seed = first != 0 ? first : 1;
	printf("random walk, version %u: VRRP_SEED=%#" PRIx64 "\n", version,
	    first);
	for (i = 0; i < WALK; i++) {
		if (i % 1000 == 0)
			walk_conf(version);
		walk_step();
		visits[vr.state]++;
	}
	for (i = 0; i < 3; i++)
		ck_assert_uint_gt(visits[i], WALK / 20);
}

RUN_TESTS("walk", 60, NULL, NULL)
