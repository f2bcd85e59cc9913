/*
 * fsm.c in version 3: each row of RFC 9568 6.4 with the interval that is
 * learned, the timers to the microsecond, and the options that go with it.
 * What does not depend on the version is in check_fsm.c.  SM3-, R9568- and P-
 * ids name requirements, F.. old defects of VRRP daemons.
 */
#include "vrrp.h"
#include "fsm_util.h"

#define CS	VRRP_CENTISECOND

/* Of priority 100 after an interval of 200 cs, 500 cs ... was learned */
#define SKEW_1		((usec_t)6093)
#define DOWN_1		((usec_t)36093)
#define DOWN_200	((usec_t)7218750)
#define SKEW_500	((usec_t)3046875)
#define DOWN_500	((usec_t)18046875)
#define DOWN_4095	((usec_t)147803906)

static void
setup3(void)
{
	setup();
	conf.version = 3;
}

static unsigned
hear3(uint8_t priority, unsigned cs)
{
	return hear_advert(priority, "192.0.2.30", cs * CS, VRRP_SUM_MESSAGE);
}

/*
 * As enter(), after an interval of cs was learned from a Master: long ago and
 * forgotten for Initialize, from the one that went silent for Master.
 */
static void
enter_learned(enum vrrp_state from, unsigned cs)
{
	if (cs == 0) {
		enter(from);
		return;
	}
	enter(BACKUP);
	now += T;
	hear3(255, cs);
	ck_assert_int_eq(vr.master_interval, cs * CS);
	if (from == MASTER)
		run_until(vr.deadline);
	if (from == INIT)
		step(VRRP_EV_LINK_DOWN);
	ck_assert_int_eq(vr.state, from);
}

/*
 * RFC 9568 6.4, a row each.  learned and aai: Active_Adver_Interval before and
 * after in centiseconds, learned 0 = our own, which is 100.
 */
static const struct row {
	const char *id;
	uint8_t local;
	bool no_preempt;
	enum vrrp_state from;
	unsigned learned;
	usec_t at;
	enum vrrp_event_type type;
	uint8_t priority;		/* of the advert ... */
	unsigned cs;			/* ... its interval ... */
	const char *src;		/* ... and its sender, NULL = .30 */
	unsigned actions;
	enum vrrp_state to;
	usec_t deadline, announce;
	unsigned aai;
	enum vrrp_why why;
} rows[] = {
#define EV(x)	VRRP_EV_##x, 0, 0, NULL
#define ADV(p, cs) VRRP_EV_ADVERT, p, cs, NULL
#define ADVF(p, cs, src) VRRP_EV_ADVERT, p, cs, src
#define NOTIFY	VRRP_ACT_NOTIFY
/* proves: R9568-6.4.1-a +, R9568-6.4.1-b -, R9568-6.4.1-c + */
{ "SM3-01", 255, 0, INIT, 0, T, EV(LINK_UP), BECOME, MASTER, A, GAP, 100,
    WHY(OWNER) },
/* proves: R9568-6.4.1-a + */
{ "SM3-01 -s", 255, 1, INIT, 0, T, EV(LINK_UP), BECOME, MASTER, A, GAP, 100,
    WHY(OWNER) },
/* proves: R9568-6.4.1-b +, R9568-6.4.1-a -, R9568-6.1-2 + */
{ "SM3-02", 100, 0, INIT, 0, T, EV(LINK_UP), NOTIFY, BACKUP, DOWN, NEVER, 100,
    WHY(START) },
/* proves: R9568-6.4.1-b +, R9568-6.4.1-a - */
{ "SM3-02 254", 254, 0, INIT, 0, T, EV(LINK_UP), NOTIFY, BACKUP, 3007812, NEVER,
    100, WHY(START) },
/* proves: R9568-6.4.1-b +, P-45 + */
{ "SM3-02 P-45: forgotten", 100, 0, INIT, 500, T, EV(LINK_UP), NOTIFY, BACKUP,
    DOWN, NEVER, 100, WHY(START) },
{ "SM3-02 P-45: forgotten, 1 cs", 100, 0, INIT, 1, T, EV(LINK_UP), NOTIFY,
    BACKUP, DOWN, NEVER, 100, WHY(START) },
{ "SM3-03 P=0", 100, 0, INIT, 0, T, ADV(0, 500), 0, INIT, SAME, SAME, 100,
    WHY(START) },
{ "SM3-03 P<L", 100, 1, INIT, 0, T, ADV(50, 500), 0, INIT, SAME, SAME, 100,
    WHY(START) },
/* proves: P-11 + */
{ "SM3-03 P>L", 100, 0, INIT, 0, T, ADV(255, 500), 0, INIT, SAME, SAME, 100,
    WHY(START) },
/* proves: R9568-6.4.2-j +, R9568-6.4.3-h - */
{ "SM3-04", 100, 0, BACKUP, 0, T, EV(SHUTDOWN), NOTIFY, INIT, NEVER, NEVER, 100,
    WHY(SHUTDOWN) },
{ "SM3-04 link", 100, 0, BACKUP, 500, T, EV(LINK_DOWN), NOTIFY, INIT, NEVER,
    NEVER, 500, WHY(LINK) },
/* proves: R9568-6.4.2-f + */
{ "SM3-05", 100, 0, BACKUP, 0, DOWN, EV(TIMER), BECOME, MASTER, A, GAP, 100,
    WHY(SILENCE) },
/* proves: R9568-6.4.2-f +, R9568-6.4.2-f4 + */
{ "SM3-05 f4: own interval, after 500", 100, 0, BACKUP, 500, DOWN_500,
    EV(TIMER), BECOME, MASTER, A, GAP, 500, WHY(SILENCE) },
/* proves: R9568-6.4.2-f4 + */
{ "SM3-05 f4: own interval, after 1", 100, 0, BACKUP, 1, DOWN_1, EV(TIMER),
    BECOME, MASTER, A, GAP, 1, WHY(SILENCE) },
{ "SM3-05 f4: own interval, after 4095", 100, 0, BACKUP, 4095, DOWN_4095,
    EV(TIMER), BECOME, MASTER, A, GAP, 4095, WHY(SILENCE) },
/* proves: R9568-6.4.2-f -, R9568-6.4.2-f1 -, R9568-6.4.2-f3 - */
{ "SM3-05 early", 100, 0, BACKUP, 500, DOWN_500 - 1, EV(TIMER), 0, BACKUP, SAME,
    NEVER, 500, WHY(START) },
/* proves: R9568-6.4.2-f - */
{ "SM3-05 early, 1 cs", 100, 0, BACKUP, 1, DOWN_1 - 1, EV(TIMER), 0, BACKUP,
    SAME, NEVER, 1, WHY(START) },
/* proves: R9568-6.4.2-g +, R9568-6.4.3-l - */
{ "SM3-06", 100, 0, BACKUP, 0, T, ADV(0, 100), 0, BACKUP, SKEW, NEVER, 100,
    WHY(START) },
/* proves: R9568-6.4.2-g + */
{ "SM3-06 not learned (V39)", 100, 0, BACKUP, 0, T, ADV(0, 500), 0, BACKUP,
    SKEW, NEVER, 100, WHY(START) },
/* proves: R9568-6.4.2-g + */
{ "SM3-06 not learned (V39) -s", 100, 1, BACKUP, 0, T, ADV(0, 500), 0, BACKUP,
    SKEW, NEVER, 100, WHY(START) },
/* proves: R9568-6.4.2-g + */
{ "SM3-06 skew of the held interval", 100, 0, BACKUP, 500, T, ADV(0, 100), 0,
    BACKUP, SKEW_500, NEVER, 500, WHY(START) },
{ "SM3-06 skew of the held 1 cs", 100, 0, BACKUP, 1, 20 * MS, ADV(0, 4095), 0,
    BACKUP, SKEW_1, NEVER, 1, WHY(START) },
/* proves: P-26 + */
{ "SM3-06 P-26: longer", 100, 0, BACKUP, 500, DOWN_500 - 1, ADV(0, 500), 0,
    BACKUP, SKEW_500, NEVER, 500, WHY(START) },
/* proves: R9568-6.4.2-h +, R9568-6.4.2-i -, R5798-6.4.2-h +, R9568-6.1-2 + */
{ "SM3-07 P=L", 100, 0, BACKUP, 0, T, ADV(100, 200), 0, BACKUP, DOWN_200, NEVER,
    200, WHY(START) },
{ "SM3-07 P=L, lower address", 100, 0, BACKUP, 0, T, ADVF(100, 200,
    "192.0.2.1"), 0, BACKUP, DOWN_200, NEVER, 200, WHY(START) },
/* proves: R9568-6.4.2-h +, R5798-6.4.2-h + */
{ "SM3-07 P>L", 100, 0, BACKUP, 0, T, ADV(101, 200), 0, BACKUP, DOWN_200, NEVER,
    200, WHY(START) },
{ "SM3-07 P=255", 100, 0, BACKUP, 0, T, ADV(255, 200), 0, BACKUP, DOWN_200,
    NEVER, 200, WHY(START) },
/* proves: R9568-6.4.2-h +, R5798-6.4.2-h + */
{ "SM3-07 I=1 (V26)", 100, 0, BACKUP, 0, T, ADV(100, 1), 0, BACKUP, DOWN_1,
    NEVER, 1, WHY(START) },
/* proves: R9568-6.4.2-h +, R5798-6.4.2-h + */
{ "SM3-07 I=4095 (V27)", 100, 0, BACKUP, 0, T, ADV(100, 4095), 0, BACKUP,
    DOWN_4095, NEVER, 4095, WHY(START) },
{ "SM3-07 learned anew, longer", 100, 0, BACKUP, 1, 20 * MS, ADV(200, 500), 0,
    BACKUP, DOWN_500, NEVER, 500, WHY(START) },
{ "SM3-07 learned anew, shorter", 100, 0, BACKUP, 500, T, ADV(200, 1), 0,
    BACKUP, DOWN_1, NEVER, 1, WHY(START) },
/* proves: R9568-6.4.2-h +, R9568-6.4.2-i -, R9568-8.3.2-5 + */
{ "SM3-07 P<L, -s (V40)", 100, 1, BACKUP, 0, T, ADV(50, 500), 0, BACKUP,
    DOWN_500, NEVER, 500, WHY(START) },
/* proves: R9568-6.4.2-h +, R9568-6.4.2-g - */
{ "SM3-07 P=1, -s", 100, 1, BACKUP, 500, T, ADV(1, 200), 0, BACKUP, DOWN_200,
    NEVER, 200, WHY(START) },
/* proves: R9568-6.4.2-i +, R9568-6.4.2-h -, R5798-6.4.2-h - */
{ "SM3-08 (V40)", 100, 0, BACKUP, 0, T, ADV(50, 500), 0, BACKUP, SAME, NEVER,
    100, WHY(START) },
/* proves: R9568-6.4.2-i +, R9568-6.4.2-h - */
{ "SM3-08 P=L-1", 100, 0, BACKUP, 500, T, ADV(99, 100), 0, BACKUP, SAME, NEVER,
    500, WHY(START) },
/* proves: R9568-6.4.2-i + */
{ "SM3-08 at the end", 100, 0, BACKUP, 500, DOWN_500 - 1, ADV(99, 4095), 0,
    BACKUP, SAME, NEVER, 500, WHY(START) },
/* proves: R9568-6.4.3-h + */
{ "SM3-09", 100, 0, MASTER, 0, T, EV(SHUTDOWN), RESIGN, INIT, NEVER, NEVER, 100,
    WHY(SHUTDOWN) },
/* proves: R9568-6.4.3-h + */
{ "SM3-09 owner", 255, 0, MASTER, 0, T, EV(SHUTDOWN), RESIGN, INIT, NEVER,
    NEVER, 100, WHY(SHUTDOWN) },
/* proves: R9568-6.4.3-k + */
{ "SM3-10", 100, 0, MASTER, 0, A, EV(TIMER), ANSWER, MASTER, A, GAP, 100,
    WHY(SILENCE) },
/* proves: R9568-6.4.3-k +, R9568-6.4.2-f4 + */
{ "SM3-10 own interval", 100, 0, MASTER, 500, A, EV(TIMER), ANSWER, MASTER, A,
    GAP, 500, WHY(SILENCE) },
/* proves: R9568-6.4.3-k - */
{ "SM3-10 early", 100, 0, MASTER, 1, GAP - 1, EV(TIMER), 0, MASTER, SAME, SAME,
    1, WHY(SILENCE) },
/* proves: R9568-6.4.3-l + */
{ "SM3-11", 100, 0, MASTER, 0, T, ADV(0, 100), VRRP_ACT_ADVERT, MASTER, A, SAME,
    100, WHY(SILENCE) },
/* proves: R9568-6.4.3-l + */
{ "SM3-11 own interval", 100, 0, MASTER, 500, T, ADV(0, 4095), VRRP_ACT_ADVERT,
    MASTER, A, SAME, 500, WHY(SILENCE) },
/* proves: R9568-6.4.3-i +, R9568-6.4.3-h -, R9568-6.4.3-j - */
{ "SM3-12 P>L", 100, 0, MASTER, 0, T, ADV(101, 500), YIELD, BACKUP, DOWN_500,
    NEVER, 500, WHY(OUTRANKED) },
/* proves: R9568-6.4.3-i +, R9568-6.4.3-m + */
{ "SM3-12 P>L, -s, lower address", 100, 1, MASTER, 0, T, ADVF(101, 1,
    "192.0.2.1"), YIELD, BACKUP, DOWN_1, NEVER, 1, WHY(OUTRANKED) },
/* proves: R9568-6.4.3-i + */
{ "SM3-12 P=L", 100, 0, MASTER, 500, T, ADVF(100, 200, "192.0.2.21"), YIELD,
    BACKUP, DOWN_200, NEVER, 200, WHY(OUTRANKED) },
{ "SM3-12 P=L, -s", 100, 1, MASTER, 500, T, ADVF(100, 100, "192.0.2.21"), YIELD,
    BACKUP, DOWN, NEVER, 100, WHY(OUTRANKED) },
/* proves: R9568-6.4.3-j +, R9568-6.4.3-i - */
{ "SM3-13 P<L", 100, 0, MASTER, 0, T, ADV(99, 500), ANSWER, MASTER, A,
    GAP, 100, WHY(SILENCE) },
/* proves: R9568-6.4.3-j +, R9568-6.4.3-m + */
{ "SM3-13 P<L, -s", 100, 1, MASTER, 500, T, ADV(1, 1), ANSWER, MASTER,
    A, GAP, 500, WHY(SILENCE) },
/* proves: R9568-6.4.3-j +, R9568-6.4.3-i - */
{ "SM3-13 P=L, lower address (V30)", 100, 0, MASTER, 0, T, ADVF(100, 500,
    "192.0.2.19"), ANSWER, MASTER, A, GAP, 100, WHY(SILENCE) },
{ "SM3-13 P=L, our address", 100, 0, MASTER, 0, T, ADVF(100, 500,
    "192.0.2.20"), ANSWER, MASTER, A, GAP, 100, WHY(SILENCE) },
/* proves: R9568-6.4.2-j -, P-15 + */
{ "SM3-14 Backup", 100, 0, BACKUP, 500, T, EV(LINK_UP), 0, BACKUP, SAME, NEVER,
    500, WHY(START) },
{ "SM3-14 Master", 100, 0, MASTER, 500, T, EV(LINK_UP), 0, MASTER, SAME, SAME,
    500, WHY(SILENCE) },
/* proves: P-15 + */
{ "SM3-15", 100, 0, INIT, 0, T, EV(SHUTDOWN), 0, INIT, SAME, SAME, 100,
    WHY(START) },
};

LOOP_TEST(row, 0, NROWS(rows))
{
	const struct row *r = &rows[_i];
	struct vrrp before;
	unsigned actions;

	set_priority(r->local);
	conf.preempt = !r->no_preempt;
	enter_learned(r->from, r->learned);
	if (r->from == INIT)
		vr.why = VRRP_WHY_START;	/* as if never up */
	now += r->at;
	memcpy(&before, &vr, sizeof(vr));
	actions = r->type != VRRP_EV_ADVERT ? step(r->type) :
	    hear_advert(r->priority, r->src ? r->src : "192.0.2.30",
	    r->cs * CS, VRRP_SUM_MESSAGE);
	SEE_ROW(r, &before, actions);
	/* P-45: who takes over forgets what the last Master used. */
	ck_assert_msg(vr.master_interval == (r->to == MASTER ?
	    conf.interval : r->aai * CS),
	    "%s: learned %" PRId64, r->id, vr.master_interval);
}

/* P-21, R9568-6.1-3 and -4: the table of timer vectors, floored once */
/* proves: R9568-6.1-3 +, R9568-6.1-4 +, P-21 + */
TEST(timer_values)
{
	static const struct {
		uint8_t priority;
		unsigned cs;
		usec_t skew, down;
	} t[] = {
		{ 1, 1, 9960, 39960 }, { 1, 10, 99609, 399609 },
		{ 1, 100, 996093, 3996093 }, { 1, 4095, 40790039, 163640039 },
		{ 50, 1, 8046, 38046 }, { 50, 10, 80468, 380468 },
		{ 50, 100, 804687, 3804687 }, { 50, 4095, 32951953, 155801953 },
		{ 100, 1, 6093, 36093 }, { 100, 10, 60937, 360937 },
		{ 100, 100, 609375, 3609375 },
		{ 100, 4095, 24953906, 147803906 },
		{ 128, 1, 5000, 35000 }, { 128, 10, 50000, 350000 },
		{ 128, 100, 500000, 3500000 },
		{ 128, 4095, 20475000, 143325000 },
		{ 200, 1, 2187, 32187 }, { 200, 10, 21875, 321875 },
		{ 200, 100, 218750, 3218750 },
		{ 200, 4095, 8957812, 131807812 },
		{ 254, 1, 78, 30078 }, { 254, 10, 781, 300781 },
		{ 254, 100, 7812, 3007812 }, { 254, 4095, 319921, 123169921 },
		{ 255, 1, 39, 30039 }, { 255, 10, 390, 300390 },
		{ 255, 100, 3906, 3003906 }, { 255, 4095, 159960, 123009960 },
	};

	enter(INIT);
	EACH(i, t) {
		conf.priority = t[i].priority;
		vr.master_interval = t[i].cs * CS;
		ck_assert_int_eq(vrrp_skew_time(&vr), t[i].skew);
		ck_assert_int_eq(vrrp_master_down_interval(&vr), t[i].down);
		/* Nor does it take our own interval for it. */
		conf.interval = 7 * CS;
		ck_assert_int_eq(vrrp_master_down_interval(&vr), t[i].down);
	}
}

/*
 * P-21: every priority and interval; 255 * 4095 cs do not fit 32 bits of
 * microseconds, before they are divided by 256.
 * proves: R9568-6.1-3 +, R9568-6.1-4 +, P-21 +
 */
TEST(timer_range)
{
	static const unsigned counts[] = { 2, 3, 4, 100 };
	unsigned p, cs;

	enter(INIT);
	EACH(i, counts) {
		conf.down_adverts = counts[i];
		for (p = 1; p <= 255; p++) {
			for (cs = 1; cs <= 4095; cs++) {
				int64_t part = (int64_t)(256 - p) * cs * 625;

				conf.priority = (uint8_t)p;
				vr.master_interval = cs * CS;
				if (vrrp_skew_time(&vr) != part / 16 ||
				    vrrp_master_down_interval(&vr) !=
				    counts[i] * cs * CS + part / 16)
					ck_abort_msg("priority %u, %u cs, %u "
					    "adverts", p, cs, counts[i]);
			}
		}
	}
}

/* R9568-8.3.2-6: priorities differ, so do the skews, at 1 cs too */
/* proves: R9568-8.3.2-6 + */
TEST(skew_separates)
{
	usec_t before = -1;
	int p;

	enter(INIT);
	vr.master_interval = CS;
	for (p = 255; p >= 1; p--) {
		conf.priority = (uint8_t)p;
		ck_assert_int_gt(vrrp_skew_time(&vr), before);
		before = vrrp_skew_time(&vr);
	}
}

/* --min-interval: no shorter one is learned, a longer one is */
TEST(min_interval)
{
	conf.min_interval = 50 * CS;
	enter(BACKUP);
	now += T;
	SEE(hear3(200, 1), 0, BACKUP, now + 1804687, NEVER);
	ck_assert_int_eq(vr.master_interval, 50 * CS);
	SEE(hear3(200, 49), 0, BACKUP, now + 1804687, NEVER);
	SEE(hear3(200, 50), 0, BACKUP, now + 1804687, NEVER);
	hear3(200, 51);
	ck_assert_int_eq(vr.master_interval, 51 * CS);
	/* Nor when we yield; what we send ourselves has no bound. */
	conf.interval = CS;
	enter(MASTER);
	now += 5 * MS;
	SEE(hear3(200, 1), YIELD, BACKUP, now + 1804687, NEVER);
	run_until(now + 1804687);
	SEE(trace[ntrace - 1].actions, BECOME, MASTER, now + CS, now + GAP);
}

/* --down-timer-adverts, from 2 to 100 */
TEST(down_adverts)
{
	conf.down_adverts = 2;
	enter(BACKUP);
	SEE(0, 0, BACKUP, now + 2609375, NEVER);
	now += T;
	SEE(hear3(200, 1), 0, BACKUP, now + 26093, NEVER);
	SEE(hear3(200, 4095), 0, BACKUP, now + 106853906, NEVER);
	/* Skew_Time is none of it. */
	SEE(hear3(0, 1), 0, BACKUP, now + 24953906, NEVER);
	conf.down_adverts = 100;
	enter(BACKUP);
	SEE(0, 0, BACKUP, now + 100609375, NEVER);
	now += T;
	SEE(hear3(200, 4095), 0, BACKUP, now + 4119953906, NEVER);
	enter(MASTER);
	now += 1;
	SEE(hear3(200, 10), YIELD, BACKUP, now + 10060937, NEVER);
	SEE(step(VRRP_EV_LINK_DOWN), VRRP_ACT_NOTIFY, INIT, NEVER, NEVER);
	conf.version = 2;
	conf.down_adverts = 2;
	enter(BACKUP);
	SEE(0, 0, BACKUP, now + 2609375, NEVER);
}

/* F08: quiet for one interval less than the others wait */
TEST(carrier_hold)
{
	static const unsigned counts[] = { 2, 3, 100 };

	EACH(i, counts) {
		usec_t sent, end;

		setup3();
		conf.down_adverts = counts[i];
		conf.interval = 10 * CS;
		enter(MASTER);
		run_until(now + 20 * CS);
		sent = now;
		end = sent + (counts[i] - 1) * 10 * CS;
		now += 99 * MS;
		SEE(step(VRRP_EV_CARRIER_LOST), 0, MASTER, end, NEVER);
		now = end - 1;
		SEE(step(VRRP_EV_TIMER), 0, MASTER, end, NEVER);
		now = end;
		SEE(step(VRRP_EV_TIMER), RESIGN, INIT, NEVER, NEVER);
		ck_assert_int_eq(vr.why, VRRP_WHY_LINK);
	}
	/* Back in time: on with the own interval, not with a learned one. */
	setup3();
	conf.down_adverts = 2;
	enter_learned(MASTER, 500);
	now += T;
	SEE(step(VRRP_EV_CARRIER_LOST), 0, MASTER, now - T + A, NEVER);
	now += A - T - 1;
	SEE(step(VRRP_EV_LINK_UP), ANSWER, MASTER, now + A, now + GAP);
}

/* P-08, --checksum auto: RFC 9568 first, then as the last valid peer */
/* proves: P-08 + */
TEST(checksum_follows)
{
	conf.checksum = VRRP_SUM_AUTO;
	enter(INIT);
	ck_assert(!vr.pseudo_header);
	hear_form(200, VRRP_SUM_PSEUDO);
	ck_assert(!vr.pseudo_header);		/* P-11 */
	step(VRRP_EV_LINK_UP);
	hear_form(200, VRRP_SUM_PSEUDO);
	ck_assert(vr.pseudo_header);
	hear_form(200, VRRP_SUM_MESSAGE);
	ck_assert(!vr.pseudo_header);
	/* Also from those that we do not obey, and from one who resigns */
	hear_form(1, VRRP_SUM_PSEUDO);
	ck_assert(vr.pseudo_header);
	hear_form(0, VRRP_SUM_MESSAGE);
	ck_assert(!vr.pseudo_header);
	hear_form(0, VRRP_SUM_PSEUDO);
	/* It lasts until the next advert: through a take-over ... */
	take_over();
	ck_assert(vr.pseudo_header);
	/* ... in office, before the answer is sent ... */
	now += 1;
	ck_assert_uint_eq(hear_form(99, VRRP_SUM_MESSAGE), ANSWER);
	ck_assert(!vr.pseudo_header);
	now += 1;
	ck_assert_uint_eq(hear_form(101, VRRP_SUM_PSEUDO), YIELD);
	ck_assert(vr.pseudo_header);
	/* ... and a new link. */
	step(VRRP_EV_LINK_DOWN);
	step(VRRP_EV_LINK_UP);
	ck_assert(vr.pseudo_header);
}

/* After a try that is long past */
static bool
tries(void)
{
	vr.try_after = now;
	return duplicate_try_form(&vr, now);
}

/*
 * P-08: a Master that hears nobody and meets one that has its addresses
 * tries the other form, and that for a minute: it is told for each
 * address.
 * proves: P-08 +
 */
TEST(checksum_tries)
{
	conf.checksum = VRRP_SUM_AUTO;
	enter(INIT);
	ck_assert(!tries());
	step(VRRP_EV_LINK_UP);
	ck_assert(!tries());
	take_over();
	ck_assert(!vr.pseudo_header);
	ck_assert(tries());
	ck_assert(vr.pseudo_header);
	ck_assert(!duplicate_try_form(&vr, now));
	ck_assert(!duplicate_try_form(&vr, now + 60 * VRRP_SECOND - 1));
	ck_assert(vr.pseudo_header);
	ck_assert(duplicate_try_form(&vr, now + 60 * VRRP_SECOND));
	ck_assert(!vr.pseudo_header);
	ck_assert(!duplicate_try_form(&vr, now + 120 * VRRP_SECOND - 1));
	ck_assert(tries());
	/* Nor where there is but one form. */
	conf.version = 2;
	ck_assert(!tries());
	conf.version = 3;
	conf.checksum = VRRP_SUM_PSEUDO;
	ck_assert(!tries());
	conf.checksum = VRRP_SUM_MESSAGE;
	ck_assert(!tries());
	ck_assert(vr.pseudo_header);
}

/*
 * P-08: an advert tells the form, whenever it came: as Master, in the office
 * before, or as Backup before the take-over.
 * proves: P-08 -
 */
TEST(checksum_heard)
{
	conf.checksum = VRRP_SUM_AUTO;
	enter(MASTER);
	ck_assert(tries());
	now += 1;
	hear_form(99, VRRP_SUM_PSEUDO);
	ck_assert(!tries());
	ck_assert(vr.pseudo_header);
	now += 1;
	step(VRRP_EV_YIELD);
	take_over();
	ck_assert(!tries());
	ck_assert(vr.pseudo_header);
	enter(BACKUP);
	hear_form(200, VRRP_SUM_PSEUDO);
	take_over();
	now += 3600 * A;
	ck_assert(!tries());
	ck_assert(vr.pseudo_header);
	/* The link was away: the routers beyond it are the same. */
	step(VRRP_EV_LINK_DOWN);
	step(VRRP_EV_LINK_UP);
	take_over();
	ck_assert(!tries());
	ck_assert(vr.pseudo_header);
}

/* --checksum rfc9568 and pseudo-header: whatever the others send */
/* proves: P-08 + */
TEST(checksum_fixed)
{
	static const enum vrrp_checksum sums[] = {
		VRRP_SUM_PSEUDO, VRRP_SUM_MESSAGE, VRRP_SUM_PSEUDO
	};
	int pseudo;
	size_t i;

	for (pseudo = 0; pseudo < 2; pseudo++) {
		setup3();
		conf.checksum = pseudo ? VRRP_SUM_PSEUDO : VRRP_SUM_MESSAGE;
		enter(INIT);
		ck_assert(vr.pseudo_header == (pseudo != 0));
		step(VRRP_EV_LINK_UP);
		for (i = 0; i < 3; i++) {
			hear_form(200, sums[i]);
			ck_assert(vr.pseudo_header == (pseudo != 0));
		}
		take_over();
		for (i = 0; i < 3; i++) {
			now += 1;
			hear_form(99, sums[i]);
			ck_assert(vr.pseudo_header == (pseudo != 0));
		}
	}
}

/*
 * R9568-5.2.7-2: a slow Master of higher priority is left alone by a fast
 * Backup that knows its interval, and a fast one is missed at once.
 * proves: R9568-5.2.7-2 +
 */
TEST(slow_master)
{
	int i;

	conf.interval = CS;
	enter(BACKUP);
	run_until(now + 20 * MS);
	for (i = 0; i < 20; i++) {
		hear3(200, 500);
		run_until(now + 500 * CS);
		ck_assert_int_eq(vr.state, BACKUP);
	}
	hear3(200, 1);
	run_until(now + DOWN_1 - 1);
	ck_assert_int_eq(vr.state, BACKUP);
	run_until(now + 1);
	ck_assert_int_eq(vr.state, MASTER);
	ck_assert_int_eq(vr.why, VRRP_WHY_SILENCE);
}

/* R9568-6.4.2-i, P-51: adverts of a lower Master end nothing, however slow */
/* proves: R9568-6.4.2-i +, P-51 + */
TEST(preemption)
{
	usec_t end;

	enter_learned(BACKUP, 10);
	end = now + 360937;
	now += T;
	SEE(hear3(99, 4095), 0, BACKUP, end, NEVER);
	now += T;
	SEE(hear3(99, 1), 0, BACKUP, end, NEVER);
	run_until(end - 1);
	SEE(0, 0, BACKUP, end, NEVER);
	run_until(end);
	SEE_MASTER(A);
	ck_assert_int_eq(vr.why, VRRP_WHY_PREEMPT);
}

/* P-24, F34 at 1 cs: 100 adverts a second on their grid, announcements apart */
/* proves: P-24 +- */
TEST(centisecond)
{
	usec_t start;

	conf.interval = CS;
	enter(MASTER);
	start = now;
	run_until(start + 2 * A - 1);
	ck_assert_uint_eq(count(VRRP_ACT_ADVERT, start, now), 200);
	ck_assert_uint_eq(count(VRRP_ACT_ANNOUNCE, start, now), 5);
	ck_assert_int_eq(vr.deadline, start + 2 * A);
	/* Seven adverts late: one, and a new grid. */
	now = start + 2 * A + 75 * MS;
	SEE(step(VRRP_EV_TIMER), VRRP_ACT_ADVERT, MASTER, now + CS,
	    vr.announce_deadline);
}

/* P-19: three answers to losers in an interval of 1 cs, and no more */
/* proves: P-19 - */
TEST(centisecond_storm)
{
	usec_t start, at;

	conf.interval = CS;
	enter(MASTER);
	for (start = now, at = start; at < start + A; at += 500) {
		run_until(at);
		hear3(99, 1);
	}
	for (at = start; at + CS < now; at += MS) {
		ck_assert_uint_ge(count(VRRP_ACT_ADVERT, at + 1, at + CS), 1);
		ck_assert_uint_le(count(VRRP_ACT_ADVERT, at + 1, at + CS),
		    1 + VRRP_REPLIES);
	}
}

/* R9568-6.4.3-i: 128 bits, unsigned, in network byte order (V32, V37) */
/* proves: R9568-6.4.3-i +- */
TEST(tie_break)
{
	static const struct {
		const char *local, *sender;
		bool yields;
	} t[] = {
		{ "fe80::20", "fe80::30", true },
		{ "fe80::30", "fe80::20", false },
		{ "fe80::20", "fe80::20", false },
		{ "fe80::1:0:0:0", "fe80::ffff", false },
		{ "fe80::7fff:ffff:ffff:ffff", "fe80::8000:0:0:0", true },
		{ "fe80::ff00", "fe80::1:0", true },
		{ "fe80::1", "febf::", true },
	};

	EACH(i, t) {
		enter(MASTER);
		vr.source = addr(t[i].local);
		now += T;
		ck_assert_msg((hear_from(100, t[i].sender) == YIELD) ==
		    t[i].yields, "%s hears %s", t[i].local, t[i].sender);
	}
}

/* F23, P-29: a slow Master of lower priority is respected as long as asked. */
/* proves: P-29 + */
TEST(preempt_delay_slow_master)
{
	unsigned i;

	set_priority(200);
	conf.preempt_delay = 60 * VRRP_SECOND;
	enter_learned(BACKUP, 100);
	for (i = 0; i < 11; i++) {
		now += 5 * VRRP_SECOND;
		hear3(100, 500);
		ck_assert_int_eq(vr.state, BACKUP);
		ck_assert_int_gt(vr.deadline, now + 5 * VRRP_SECOND - 1);
	}
}

/*
 * R9568-6.4.2-i: an advert that is discarded changes no timer and teaches no
 * interval, however late the timer is.  After a priority 0 it is Skew_Time of
 * the interval that was known before.
 * proves: R9568-6.4.2-i +
 */
TEST(discarded_late)
{
	static const usec_t late[] = { -1, 0, 1, A, 100 * A };
	usec_t due;

	EACH(i, late) {
		now = START;
		enter_learned(BACKUP, 100);
		due = vr.deadline;
		now = due + late[i];
		SEE(hear3(50, 4095), 0, BACKUP, due, NEVER);
		SEE(hear_advert(99, "192.0.2.31", 1 * CS, VRRP_SUM_MESSAGE),
		    0, BACKUP, due, NEVER);
		ck_assert_int_eq(vr.master_interval, 100 * CS);
		SEE(hear3(0, 4095), 0, BACKUP, now + SKEW, NEVER);
	}
}

/*
 * P-29: while the delay runs a worse router counts as the Master, so that
 * Skew_Time after its priority 0 is of its interval, as on all other Backups:
 * they would not be in the order of their priorities otherwise.  Who becomes
 * Master has forgotten it.
 * proves: P-29 +
 */
TEST(preempt_delay_resigned)
{
	conf.preempt_delay = 60 * A;
	enter_learned(BACKUP, 100);
	now += A;
	hear3(50, 10);
	ck_assert_int_eq(vr.master_interval, 10 * CS);
	SEE(hear3(0, 10), 0, BACKUP, now + SKEW / 10, NEVER);
	take_over();
	ck_assert_int_eq(vr.why, VRRP_WHY_RESIGNED);
	ck_assert_int_eq(vr.master_interval, 100 * CS);
}

RUN_TESTS("fsm3", 60, setup3, NULL)
