/*
 * fsm.c in version 2: each row of the RFC's state machine, the timers, and
 * what we do beyond the RFC, which is the same in version 3.  SM2-, R3768- and
 * P- ids name requirements, F.. and C.. old defects of VRRP daemons.
 */
#include "vrrp.h"
#include "fsm_util.h"

/*
 * RFC 3768 6.4, a row each, with the times that are left afterwards.  The
 * event comes at after entry into the state.
 */
static const struct row {
	const char *id;
	uint8_t local;
	bool no_preempt;
	enum vrrp_state from;
	usec_t at;
	enum vrrp_event_type type;
	uint8_t priority;		/* of the advert ... */
	const char *src;		/* ... and its sender, NULL = .30 */
	unsigned actions;
	enum vrrp_state to;
	usec_t deadline, announce;
	enum vrrp_why why;
} rows[] = {
#define EV(x)	VRRP_EV_##x, 0, NULL
#define ADV(p)	VRRP_EV_ADVERT, p, NULL
#define ADVF(p, src) VRRP_EV_ADVERT, p, src
/* proves: R3768-6.4.1-1 +, R3768-6.4.1-2 -, R3768-1.3-1 + */
{ "SM2-01", 255, 0, INIT, T, EV(LINK_UP), BECOME, MASTER, A, GAP, WHY(OWNER) },
/* proves: R3768-6.4.1-1 + */
{ "SM2-01 -s", 255, 1, INIT, T, EV(LINK_UP), BECOME, MASTER, A, GAP,
    WHY(OWNER) },
/* proves: R3768-6.4.1-2 +, R3768-6.4.1-1 - */
{ "SM2-02", 100, 0, INIT, T, EV(LINK_UP), VRRP_ACT_NOTIFY, BACKUP, DOWN, NEVER,
    WHY(START) },
/* proves: R3768-6.4.1-2 +, R3768-6.4.1-1 - */
{ "SM2-02 254", 254, 0, INIT, T, EV(LINK_UP), VRRP_ACT_NOTIFY, BACKUP, 3007812,
    NEVER, WHY(START) },
{ "SM2-03 P=0", 100, 0, INIT, T, ADV(0), 0, INIT, SAME, SAME, WHY(START) },
{ "SM2-03 P<L", 100, 0, INIT, T, ADV(50), 0, INIT, SAME, SAME, WHY(START) },
/* proves: P-11 + */
{ "SM2-03 P>L", 100, 0, INIT, T, ADV(255), 0, INIT, SAME, SAME, WHY(START) },
/* proves: R3768-6.4.2-4 +, R3768-6.4.3-5 -, R3768-5.3.4-5 + */
{ "SM2-04", 100, 0, BACKUP, T, EV(SHUTDOWN), VRRP_ACT_NOTIFY, INIT, NEVER,
    NEVER, WHY(SHUTDOWN) },
/* proves: P-16 + */
{ "SM2-04 link", 100, 0, BACKUP, T, EV(LINK_DOWN), VRRP_ACT_NOTIFY, INIT, NEVER,
    NEVER, WHY(LINK) },
{ "SM2-04 carrier", 100, 0, BACKUP, T, EV(CARRIER_LOST), VRRP_ACT_NOTIFY, INIT,
    NEVER, NEVER, WHY(LINK) },
/* proves: R3768-6.4.2-5 + */
{ "SM2-05", 100, 0, BACKUP, DOWN, EV(TIMER), BECOME, MASTER, A, GAP,
    WHY(SILENCE) },
/* proves: R3768-6.4.2-5 -, R3768-6.4.2-5b -, P-22 + */
{ "SM2-05 early", 100, 0, BACKUP, DOWN - 1, EV(TIMER), 0, BACKUP, SAME, NEVER,
    WHY(START) },
/* proves: R3768-6.4.2-6 +, R3768-6.4.3-7 -, P-27 + */
{ "SM2-06", 100, 0, BACKUP, T, ADV(0), 0, BACKUP, SKEW, NEVER, WHY(START) },
/* proves: R3768-6.4.2-6 + */
{ "SM2-06 -s", 100, 1, BACKUP, T, ADV(0), 0, BACKUP, SKEW, NEVER, WHY(START) },
/* proves: R3768-6.4.2-6 +, P-26 + */
{ "SM2-06 P-26: longer", 100, 0, BACKUP, DOWN - 1, ADV(0), 0, BACKUP, SKEW,
    NEVER, WHY(START) },
/* proves: R3768-6.4.2-7 +, R3768-6.4.2-8 -, R3768-3-2 + */
{ "SM2-07 P=L", 100, 0, BACKUP, T, ADV(100), 0, BACKUP, DOWN, NEVER,
    WHY(START) },
/* proves: R3768-6.4.2-7 +, R3768-3-2 + */
{ "SM2-07 P=L, lower address", 100, 0, BACKUP, T, ADVF(100, "192.0.2.1"), 0,
    BACKUP, DOWN, NEVER, WHY(START) },
/* proves: R3768-6.4.2-7 + */
{ "SM2-07 P>L", 100, 0, BACKUP, T, ADV(101), 0, BACKUP, DOWN, NEVER,
    WHY(START) },
{ "SM2-07 P=255", 100, 0, BACKUP, T, ADV(255), 0, BACKUP, DOWN, NEVER,
    WHY(START) },
/* proves: R3768-6.4.2-7 +, R3768-6.4.2-8 -, R3768-6.1-4 - */
{ "SM2-07 P<L, -s", 100, 1, BACKUP, T, ADV(99), 0, BACKUP, DOWN, NEVER,
    WHY(START) },
/* proves: R3768-6.4.2-7 +, R3768-6.4.2-6 - */
{ "SM2-07 P=1, -s", 100, 1, BACKUP, T, ADV(1), 0, BACKUP, DOWN, NEVER,
    WHY(START) },
/* proves: R3768-6.4.2-8 +, R3768-6.4.2-7 - */
{ "SM2-08", 100, 0, BACKUP, T, ADV(99), 0, BACKUP, SAME, NEVER, WHY(START) },
/* proves: R3768-6.4.2-8 +, R3768-6.4.2-6 - */
{ "SM2-08 P=1", 100, 0, BACKUP, T, ADV(1), 0, BACKUP, SAME, NEVER, WHY(START) },
/* proves: R3768-6.4.2-8 + */
{ "SM2-08 at the end", 100, 0, BACKUP, DOWN - 1, ADV(99), 0, BACKUP, SAME,
    NEVER, WHY(START) },
/* proves: R3768-6.4.3-5 +, R3768-5.3.4-4 + */
{ "SM2-09", 100, 0, MASTER, T, EV(SHUTDOWN), RESIGN, INIT, NEVER, NEVER,
    WHY(SHUTDOWN) },
/* proves: R3768-6.4.3-5 + */
{ "SM2-09 owner", 255, 0, MASTER, T, EV(SHUTDOWN), RESIGN, INIT, NEVER, NEVER,
    WHY(SHUTDOWN) },
{ "SM2-09 link", 100, 0, MASTER, T, EV(LINK_DOWN), RESIGN, INIT, NEVER, NEVER,
    WHY(LINK) },
/* proves: R3768-6.4.3-6 + */
{ "SM2-10", 100, 0, MASTER, A, EV(TIMER), ANSWER, MASTER, A, GAP,
    WHY(SILENCE) },
/* proves: R3768-6.4.3-6 - */
{ "SM2-10 early", 100, 0, MASTER, GAP - 1, EV(TIMER), 0, MASTER, SAME, SAME,
    WHY(SILENCE) },
{ "SM2-10 announcement", 100, 0, MASTER, GAP, EV(TIMER), VRRP_ACT_ANNOUNCE,
    MASTER, SAME, GAP, WHY(SILENCE) },
/* proves: R3768-6.4.3-7 + */
{ "SM2-11", 100, 0, MASTER, T, ADV(0), VRRP_ACT_ADVERT, MASTER, A, SAME,
    WHY(SILENCE) },
/* proves: R3768-6.4.3-7 + */
{ "SM2-11 lower address", 100, 0, MASTER, T, ADVF(0, "192.0.2.1"),
    VRRP_ACT_ADVERT, MASTER, A, SAME, WHY(SILENCE) },
/* proves: R3768-6.4.3-8 +, R3768-6.4.3-5 - */
{ "SM2-12 P>L", 100, 0, MASTER, T, ADV(101), YIELD, BACKUP, DOWN, NEVER,
    WHY(OUTRANKED) },
/* proves: R3768-6.4.3-8 + */
{ "SM2-12 P>L, -s, lower address", 100, 1, MASTER, T, ADVF(101, "192.0.2.1"),
    YIELD, BACKUP, DOWN, NEVER, WHY(OUTRANKED) },
/* proves: R3768-6.4.3-8 + */
{ "SM2-12 P=L", 100, 0, MASTER, T, ADVF(100, "192.0.2.21"), YIELD, BACKUP,
    DOWN, NEVER, WHY(OUTRANKED) },
/*
 * SM2-13 sends nothing; we answer as RFC 9568 6.4.3 does, F01 and P-19.  The
 * announcements of the take-over are not over yet, and answer too.
 */
/* proves: R3768-6.4.3-8 -, R3768-6.4.3-9 +, R3768-2.3-1 + */
{ "SM2-13 P<L", 100, 0, MASTER, T, ADV(99), ANSWER, MASTER, A,
    GAP, WHY(SILENCE) },
/* proves: R3768-6.4.3-8 -, R3768-6.4.3-9 + */
{ "SM2-13 P=L, lower address", 100, 0, MASTER, T, ADVF(100, "192.0.2.19"),
    ANSWER, MASTER, A, GAP, WHY(SILENCE) },
/* proves: R3768-6.4.3-8 - */
{ "SM2-13 P=L, our address", 100, 0, MASTER, T, ADVF(100, "192.0.2.20"),
    ANSWER, MASTER, A, GAP, WHY(SILENCE) },
/* proves: R3768-6.4.2-4 -, P-15 + */
{ "SM2-14 Backup", 100, 0, BACKUP, T, EV(LINK_UP), 0, BACKUP, SAME, NEVER,
    WHY(START) },
/* proves: P-15 + */
{ "SM2-14 Master", 100, 0, MASTER, T, EV(LINK_UP), 0, MASTER, SAME, SAME,
    WHY(SILENCE) },
/* proves: P-15 + */
{ "SM2-15", 100, 0, INIT, T, EV(SHUTDOWN), 0, INIT, SAME, SAME, WHY(START) },
/* P-15, P-16: what has no meaning in a state does nothing there */
{ "Initialize, link", 100, 0, INIT, T, EV(LINK_DOWN), 0, INIT, SAME, SAME,
    WHY(START) },
{ "Initialize, carrier", 100, 0, INIT, T, EV(CARRIER_LOST), 0, INIT, SAME,
    SAME, WHY(START) },
{ "Initialize, timer", 255, 0, INIT, T, EV(TIMER), 0, INIT, SAME, SAME,
    WHY(START) },
{ "Initialize, fault", 100, 0, INIT, T, EV(FAULT), 0, INIT, SAME, SAME,
    WHY(START) },
{ "Initialize, USR1", 100, 0, INIT, T, EV(TAKE), 0, INIT, SAME, SAME,
    WHY(START) },
{ "Initialize, USR2", 100, 0, INIT, T, EV(YIELD), 0, INIT, SAME, SAME,
    WHY(START) },
{ "Initialize, announce", 100, 0, INIT, T, EV(ANNOUNCE), 0, INIT, SAME, SAME,
    WHY(START) },
{ "Backup, fault", 100, 0, BACKUP, T, EV(FAULT), 0, BACKUP, SAME, NEVER,
    WHY(START) },
/* proves: R3768-6.4.2-4 - */
{ "Backup, USR2", 100, 0, BACKUP, T, EV(YIELD), 0, BACKUP, SAME, NEVER,
    WHY(START) },
{ "Backup, announce", 100, 0, BACKUP, T, EV(ANNOUNCE), 0, BACKUP, SAME, NEVER,
    WHY(START) },
{ "Master, USR1", 100, 0, MASTER, T, EV(TAKE), 0, MASTER, SAME, SAME,
    WHY(SILENCE) },
/* The operator's words */
{ "Backup, USR1", 100, 1, BACKUP, T, EV(TAKE), BECOME, MASTER, A, GAP,
    WHY(OPERATOR) },
{ "Master, USR2", 100, 0, MASTER, T, EV(YIELD), RESIGN, BACKUP, DOWN, NEVER,
    WHY(OPERATOR) },
/* proves: R3768-1.3-1 + */
{ "Master, USR2, owner", 255, 0, MASTER, T, EV(YIELD), 0, MASTER, SAME, SAME,
    WHY(OWNER) },
{ "Master, announce", 100, 0, MASTER, T, EV(ANNOUNCE), VRRP_ACT_ANNOUNCE,
    MASTER, SAME, GAP, WHY(SILENCE) },
{ "Master, doubt", 100, 0, MASTER, T, EV(DOUBT), VRRP_ACT_ANNOUNCE,
    MASTER, SAME, GAP, WHY(SILENCE) },
{ "Backup, doubt", 100, 0, BACKUP, T, EV(DOUBT), 0, BACKUP, SAME, NEVER,
    WHY(START) },
{ "Initialize, doubt", 100, 0, INIT, T, EV(DOUBT), 0, INIT, SAME, SAME,
    WHY(START) },
{ "Master, fault", 100, 0, MASTER, T, EV(FAULT), RESIGN, BACKUP, DOWN, NEVER,
    WHY(FAULT) },
};

LOOP_TEST(row, 0, NROWS(rows))
{
	const struct row *r = &rows[_i];
	struct vrrp before;
	unsigned actions;

	set_priority(r->local);
	conf.preempt = !r->no_preempt;
	enter(r->from);
	now += r->at;
	memcpy(&before, &vr, sizeof(vr));
	actions = r->type != VRRP_EV_ADVERT ? step(r->type) :
	    hear_from(r->priority, r->src ? r->src : "192.0.2.30");
	SEE_ROW(r, &before, actions);
}

/* P-21, R3768-6.1-2 and -3: exact to the microsecond, floored once */
/* proves: R3768-6.1-2 +, R3768-6.1-3 +, P-21 + */
TEST(timer_values)
{
	static const struct {
		uint8_t priority, interval;
		usec_t skew, down;
	} t[] = {
		{ 1, 1, 996093, 3996093 }, { 1, 10, 996093, 30996093 },
		{ 1, 255, 996093, 765996093 }, { 50, 1, 804687, 3804687 },
		{ 50, 10, 804687, 30804687 }, { 50, 255, 804687, 765804687 },
		{ 100, 1, 609375, 3609375 }, { 100, 10, 609375, 30609375 },
		{ 100, 255, 609375, 765609375 }, { 128, 1, 500000, 3500000 },
		{ 128, 10, 500000, 30500000 }, { 128, 255, 500000, 765500000 },
		{ 200, 1, 218750, 3218750 }, { 200, 10, 218750, 30218750 },
		{ 200, 255, 218750, 765218750 }, { 254, 1, 7812, 3007812 },
		{ 254, 10, 7812, 30007812 }, { 254, 255, 7812, 765007812 },
		{ 255, 1, 3906, 3003906 }, { 255, 10, 3906, 30003906 },
		{ 255, 255, 3906, 765003906 },
	};
	unsigned p, a;

	enter(INIT);
	EACH(i, t) {
		conf.priority = t[i].priority;
		vr.master_interval = t[i].interval * VRRP_SECOND;
		ck_assert_int_eq(vrrp_skew_time(&vr), t[i].skew);
		ck_assert_int_eq(vrrp_master_down_interval(&vr), t[i].down);
	}
	for (p = 1; p <= 255; p++) {
		for (a = 1; a <= 255; a++) {
			usec_t skew = (256 - p) * (usec_t)15625 / 4;

			conf.priority = (uint8_t)p;
			vr.master_interval = a * VRRP_SECOND;
			ck_assert_int_eq(vrrp_skew_time(&vr), skew);
			ck_assert_int_eq(vrrp_master_down_interval(&vr),
			    3 * a * VRRP_SECOND + skew);
		}
	}
}

/* R3768-6.4.3-8, unsigned and in network byte order, all 16 octets */
/* proves: R3768-6.4.3-8 +- */
TEST(tie_break)
{
	static const struct {
		const char *local, *sender;
		bool yields;
	} t[] = {
		{ "192.0.2.20", "192.0.2.30", true },
		{ "192.0.2.30", "192.0.2.20", false },
		{ "192.0.2.20", "192.0.2.20", false },
		{ "100.64.0.2", "198.51.100.1", true },
		{ "198.51.100.1", "100.64.0.2", false },
		{ "10.0.1.200", "10.0.2.3", true },
		{ "10.0.2.3", "10.0.1.200", false },
		{ "127.255.255.255", "128.0.0.0", true },
		{ "128.0.0.0", "127.255.255.255", false },
		{ "9.255.255.255", "10.0.0.0", true },
		{ "192.0.2.9", "192.0.2.10", true },
		{ "223.255.255.254", "1.0.0.1", false },
		{ "fe80::20", "fe80::30", true },
		{ "fe80::1:0:0:0", "fe80::ffff", false },
		{ "fe80::7fff:ffff:ffff:ffff", "fe80::8000:0:0:0", true },
		{ "fe80::ff00", "fe80::1:0", true },
	};

	EACH(i, t) {
		setup();
		enter(MASTER);
		vr.source = addr(t[i].local);
		now += T;
		ck_assert_msg((hear_from(100, t[i].sender) == YIELD) ==
		    t[i].yields, "%s hears %s", t[i].local, t[i].sender);
		/* The address decides between equals only. */
		setup();
		enter(MASTER);
		vr.source = addr(t[i].local);
		now += T;
		ck_assert_uint_eq(hear_from(99, t[i].sender), ANSWER);
		now += T;
		ck_assert_uint_eq(hear_from(101, t[i].sender), YIELD);
	}
}

/* Who was heard last, for log and status; not before Startup (P-11) */
TEST(remembers_sender)
{
	struct vrrp_addr better = addr("192.0.2.40");

	enter(INIT);
	hear(200);
	ck_assert_int_eq(vr.heard_at, NEVER);
	step(VRRP_EV_LINK_UP);
	now += T;
	hear_from(200, "192.0.2.40");
	ck_assert_int_eq(vr.heard_at, now);
	ck_assert_uint_eq(vr.master_priority, 200);
	ck_assert_mem_eq(&vr.master, &better, sizeof(better));
	enter(MASTER);
	now += T;
	ck_assert_uint_eq(hear_from(101, "192.0.2.40"), YIELD);
	ck_assert_int_eq(vr.heard_at, now);
	ck_assert_uint_eq(vr.master_priority, 101);
	ck_assert_mem_eq(&vr.master, &better, sizeof(better));
}

/* R3768-6.1-4, R3768-6.4.2-7: no preemption while any Master lives */
/* proves: R3768-6.4.2-7 +, R3768-6.1-4 - */
TEST(no_preemption)
{
	int i;

	conf.preempt = false;
	enter(BACKUP);
	for (i = 0; i < 100; i++) {
		run_until(now + A);
		hear(1);
	}
	SEE(0, 0, BACKUP, now + DOWN, NEVER);
	run_until(now + DOWN);
	ck_assert_int_eq(vr.state, MASTER);
	ck_assert_int_eq(vr.why, VRRP_WHY_SILENCE);
}

/* R3768-6.4.2-8: a lower Master is preempted when the timer ends, P-51 */
/* proves: R3768-6.4.2-8 +, R3768-6.1-4 +, P-51 + */
TEST(preemption)
{
	usec_t end;

	enter(BACKUP);
	for (end = now + DOWN; now + A < end; hear(99))
		run_until(now + A);
	run_until(end - 1);
	SEE(0, 0, BACKUP, end, NEVER);
	run_until(end);
	SEE_MASTER(A);
	ck_assert_int_eq(vr.why, VRRP_WHY_PREEMPT);
	/* A priority 0 gives its own reason. */
	enter(BACKUP);
	hear(0);
	run_until(now + SKEW);
	ck_assert_int_eq(vr.state, MASTER);
	ck_assert_int_eq(vr.why, VRRP_WHY_RESIGNED);
	/* Not when a better one came after it. */
	enter(BACKUP);
	hear(0);
	hear(200);
	run_until(now + DOWN);
	ck_assert_int_eq(vr.why, VRRP_WHY_SILENCE);
}

/* F23, P-29: a live lower Master is left for the delay, then preempted */
/* proves: P-29 + */
TEST(preempt_delay)
{
	usec_t end;

	conf.preempt_delay = 10 * A;
	enter(BACKUP);
	now += T;
	for (end = now + 10 * A; now + A < end; run_until(now + A))
		SEE(hear(50), 0, BACKUP, end < now + DOWN ? end : now + DOWN,
		    NEVER);
	hear(50);
	run_until(end - 1);
	SEE(0, 0, BACKUP, end, NEVER);
	run_until(end);
	SEE_MASTER(A);
	ck_assert_int_eq(vr.why, VRRP_WHY_PREEMPT);
}

/* F23: the delay ends with the Master, and starts anew with the next one */
/* proves: P-29 - */
TEST(preempt_delay_cancelled)
{
	conf.preempt_delay = 60 * A;
	enter(BACKUP);
	now += T;
	hear(50);
	SEE(hear(0), 0, BACKUP, now + SKEW, NEVER);
	run_until(now + SKEW);
	ck_assert_int_eq(vr.why, VRRP_WHY_RESIGNED);
	enter(BACKUP);
	hear(50);
	hear(0);
	now += T;
	hear(50);
	ck_assert_int_eq(vr.preempt_deadline, now + 60 * A);
	enter(BACKUP);
	now += T;
	hear(50);
	run_until(now + DOWN);
	ck_assert_int_eq(vr.state, MASTER);
	ck_assert_int_eq(vr.why, VRRP_WHY_SILENCE);
	enter(BACKUP);
	hear(50);
	ck_assert_int_eq(vr.preempt_deadline, now + 60 * A);
	hear(200);
	ck_assert_int_eq(vr.preempt_deadline, NEVER);
	now += 2 * A;
	hear(50);
	ck_assert_int_eq(vr.preempt_deadline, now + 60 * A);
	ck_assert_int_eq(vr.deadline, now + DOWN);
}

/* A delay shorter than what is left of the timer does not shorten that. */
TEST(preempt_delay_short)
{
	conf.preempt_delay = A;
	enter(BACKUP);
	now += T;
	SEE(hear(50), 0, BACKUP, now - T + DOWN, NEVER);
	now += 3 * A;
	SEE(hear(50), 0, BACKUP, now - T - 3 * A + DOWN, NEVER);
	enter(BACKUP);
	now += DOWN - 1;
	SEE(hear(50), 0, BACKUP, now + A, NEVER);
}

/* F22: listen only, this long after the link came up, whatever is heard */
TEST(start_delay)
{
	usec_t end = START + 10 * A;

	conf.start_delay = 10 * A;
	enter(BACKUP);
	SEE(0, 0, BACKUP, end, NEVER);
	now += A;
	SEE(hear(0), 0, BACKUP, end, NEVER);
	SEE(hear(50), 0, BACKUP, end, NEVER);
	run_until(end - 1);
	SEE(hear(200), 0, BACKUP, now + DOWN, NEVER);
	/* Shorter than Master_Down_Interval it changes nothing. */
	conf.start_delay = A;
	enter(BACKUP);
	SEE(0, 0, BACKUP, now + DOWN, NEVER);
	/* It counts from the link, not from the start ... */
	conf.start_delay = 10 * A;
	enter(INIT);
	now += 8 * A;
	SEE(step(VRRP_EV_LINK_UP), VRRP_ACT_NOTIFY, BACKUP, now + 10 * A,
	    NEVER);
	/* ... and each time anew: the port of the switch is blocked again. */
	run_until(now + 10 * A);
	ck_assert_int_eq(vr.state, MASTER);
	now += T;
	step(VRRP_EV_LINK_DOWN);
	now += A;
	SEE(step(VRRP_EV_LINK_UP), VRRP_ACT_NOTIFY, BACKUP, now + 10 * A,
	    NEVER);
	/* A Master that waited for its carrier goes on at once. */
	run_until(now + 10 * A);
	now += T;
	step(VRRP_EV_CARRIER_LOST);
	now += T;
	SEE(step(VRRP_EV_LINK_UP), ANSWER, MASTER, now + A, now + GAP);
	/* A shorter one does not end what a failure has earned. */
	conf.start_delay = A;
	enter(MASTER);
	vr.faults = 4;
	step(VRRP_EV_FAULT);
	step(VRRP_EV_LINK_DOWN);
	SEE(step(VRRP_EV_LINK_UP), VRRP_ACT_NOTIFY, BACKUP, now + 16 * DOWN,
	    NEVER);
	conf.start_delay = 10 * A;
	/* The operator may end it. */
	enter(BACKUP);
	SEE(step(VRRP_EV_TAKE), BECOME, MASTER, now + A, now + GAP);
	SEE(step(VRRP_EV_YIELD), RESIGN, BACKUP, now + DOWN, NEVER);
}

TEST(start_delay_owner)
{
	usec_t end = START + A;

	set_priority(255);
	conf.start_delay = A;
	enter(BACKUP);
	SEE(0, 0, BACKUP, end, NEVER);
	run_until(end);
	SEE_MASTER(A);
	ck_assert_int_eq(vr.why, VRRP_WHY_OWNER);
	enter(INIT);
	now += 2 * A;
	SEE(step(VRRP_EV_LINK_UP), VRRP_ACT_NOTIFY, BACKUP, now + A, NEVER);
}

/* P-17: who cannot hold the addresses resigns and sits out ever longer */
/* proves: P-17 + */
TEST(fault_hold)
{
	static const int times[] = { 1, 2, 4, 8, 16, 16, 16 };

	enter(MASTER);
	EACH(i, times) {
		now += 1;
		SEE(step(VRRP_EV_FAULT), RESIGN, BACKUP, now + times[i] * DOWN,
		    NEVER);
		ck_assert_int_eq(vr.why, VRRP_WHY_FAULT);
		/* Priority 0 does not end it. */
		SEE(hear(0), 0, BACKUP, now + times[i] * DOWN, NEVER);
		take_over();
	}
	/* One interval in office, and the next fault counts as the first. */
	run_until(now + A);
	SEE(step(VRRP_EV_FAULT), RESIGN, BACKUP, now + DOWN, NEVER);
	now += DOWN - 1;
	SEE(hear(200), 0, BACKUP, now + DOWN, NEVER);
}

/* F08: back within two intervals, nobody took over, all are told again */
TEST(carrier_flap)
{
	usec_t sent;

	enter(MASTER);
	run_until(now + 5 * A);
	sent = now;
	now += 900 * MS;
	SEE(step(VRRP_EV_CARRIER_LOST), 0, MASTER, sent + 2 * A, NEVER);
	now += 100 * MS;
	SEE(step(VRRP_EV_CARRIER_LOST), 0, MASTER, sent + 2 * A, NEVER);
	SEE(step(VRRP_EV_ANNOUNCE), 0, MASTER, sent + 2 * A, NEVER);
	now = sent + 2 * A - 1;
	SEE(step(VRRP_EV_TIMER), 0, MASTER, sent + 2 * A, NEVER);
	SEE(step(VRRP_EV_LINK_UP), ANSWER, MASTER, now + A, now + GAP);
	run_until(now + A);
	ck_assert_int_eq(vr.state, MASTER);
}

/* F08, P-16: not back in time; the others still wait for A + Skew_Time */
/* proves: P-16 + */
TEST(carrier_lost)
{
	usec_t sent;

	enter(MASTER);
	sent = now;
	now += T;
	step(VRRP_EV_CARRIER_LOST);
	now = sent + 2 * A;
	SEE(step(VRRP_EV_TIMER), RESIGN, INIT, NEVER, NEVER);
	ck_assert_int_eq(vr.why, VRRP_WHY_LINK);
	SEE(step(VRRP_EV_LINK_UP), VRRP_ACT_NOTIFY, BACKUP, now + DOWN, NEVER);
	/* After a stall there is nothing left to wait for. */
	enter(MASTER);
	now += 5 * A;
	SEE(step(VRRP_EV_CARRIER_LOST), 0, MASTER, now, NEVER);
	SEE(step(VRRP_EV_TIMER), RESIGN, INIT, NEVER, NEVER);
	/* Down for good, or the daemon stops: resign also when quiet. */
	enter(MASTER);
	step(VRRP_EV_CARRIER_LOST);
	SEE(step(VRRP_EV_SHUTDOWN), RESIGN, INIT, NEVER, NEVER);
}

/* F08: the longest loss that never ends it, the shortest that always does */
TEST(carrier_limit)
{
	usec_t end, sent;

	for (conf.down_adverts = 2; conf.down_adverts <= 100;
	    conf.down_adverts++) {
		enter(MASTER);
		sent = now;
		end = sent + (conf.down_adverts - 1) * A;
		now += A - 1;
		SEE(step(VRRP_EV_CARRIER_LOST), 0, MASTER, end, NEVER);
		now += (conf.down_adverts - 2) * A;
		SEE(step(VRRP_EV_TIMER), 0, MASTER, end, NEVER);
		SEE(step(VRRP_EV_LINK_UP), ANSWER, MASTER, now + A, now + GAP);
		enter(MASTER);
		end = now + (conf.down_adverts - 1) * A;
		step(VRRP_EV_CARRIER_LOST);
		now = end;
		SEE(step(VRRP_EV_TIMER), RESIGN, INIT, NEVER, NEVER);
	}
}

/* F34: five rounds 250 ms apart; F01: then one at each refresh */
TEST(announcements)
{
	static const int at[] = { 0, 250, 500, 750, 1000, 61000, 121000 };
	usec_t start;

	enter(MASTER);
	start = now;
	run_until(start + 150 * A);
	EACH(i, at)
		ck_assert_uint_eq(count(VRRP_ACT_ANNOUNCE, start + at[i] * MS,
		    start + at[i] * MS), 1);
	ck_assert_uint_eq(count(VRRP_ACT_ANNOUNCE, 0, now), 7);
	ck_assert_uint_eq(count(VRRP_ACT_ADVERT, 0, now), 151);
	setup();
	conf.refresh = 0;
	enter(MASTER);
	run_until(now + 1000 * A);
	ck_assert_uint_eq(count(VRRP_ACT_ANNOUNCE, 0, now), 5);
	ck_assert_int_eq(vr.announce_deadline, NEVER);
}

/* F29, C10: a new cause starts the burst anew, the old one is forgotten */
TEST(announcements_do_not_stack)
{
	usec_t start;

	enter(MASTER);
	run_until(now + 600 * MS);
	start = now;
	ck_assert_uint_eq(step(VRRP_EV_ANNOUNCE), VRRP_ACT_ANNOUNCE);
	run_until(start + 30 * A);
	ck_assert_uint_eq(count(VRRP_ACT_ANNOUNCE, start, now), 5);
	/* Nor over changes of state. */
	ck_assert_uint_eq(hear(101), YIELD);
	start = now;
	run_until(start + 3 * A);
	ck_assert_uint_eq(count(VRRP_ACT_ANNOUNCE, start + 1, now), 0);
	start += DOWN;
	run_until(start + 30 * A);
	ck_assert_uint_eq(count(VRRP_ACT_ANNOUNCE, start, now), 5);
}

/* A doubt each millisecond until then */
static void
doubt_until(usec_t end, bool by_adverts)
{
	for (; now < end; run_until(now + MS))
		if (by_adverts)
			hear(99);
		else
			step(VRRP_EV_DOUBT);
}

/*
 * F01, C01: two doubts between timed rounds are answered at once, and the
 * rounds go on after the last.
 */
LOOP_TEST(doubts, 0, 2)
{
	usec_t start, at;
	bool by_adverts = _i != 0;

	conf.refresh = by_adverts ? 60 * A : 0;
	enter(MASTER);
	run_until(now + 10 * A);
	start = now;
	doubt_until(start + 100 * MS, by_adverts);
	ck_assert_uint_eq(count(VRRP_ACT_ANNOUNCE, start, now), 2);
	doubt_until(start + 3900 * MS, by_adverts);
	for (at = start; at + A <= now; at += GAP)
		ck_assert_uint_le(count(VRRP_ACT_ANNOUNCE, at, at + A - 1), 12);
	start = now;
	run_until(now + 10 * A);
	ck_assert_uint_ge(count(VRRP_ACT_ANNOUNCE, start, now), 4);
	ck_assert_int_eq(vr.announce_deadline == NEVER, !by_adverts);
	/* The next ones are the first again. */
	ck_assert_uint_eq(step(VRRP_EV_DOUBT), VRRP_ACT_ANNOUNCE);
	ck_assert_int_eq(vr.announce_deadline, now + GAP);
	ck_assert_uint_eq(step(VRRP_EV_DOUBT), VRRP_ACT_ANNOUNCE);
	SEE(step(VRRP_EV_DOUBT), 0, MASTER, vr.deadline, now + GAP);
	start = now;
	run_until(now + 10 * A);
	ck_assert_uint_eq(count(VRRP_ACT_ANNOUNCE, start + 1, now), 4);
}

/* Without a carrier nobody hears of it. */
TEST(doubt_without_carrier)
{
	enter(MASTER);
	run_until(now + 10 * A);
	step(VRRP_EV_CARRIER_LOST);
	SEE(step(VRRP_EV_DOUBT), 0, MASTER, vr.deadline, NEVER);
	step(VRRP_EV_LINK_UP);
	ck_assert_uint_eq(step(VRRP_EV_DOUBT), VRRP_ACT_ANNOUNCE);
}

/* C01, P-19: answers to a storm are few, and the regular adverts go on */
static void
storm(uint8_t priority)
{
	usec_t start, at;
	int i;

	enter(MASTER);
	start = now;
	for (i = 1; i <= 3900; i++) {
		run_until(start + i * MS);
		hear(priority);
	}
	for (at = start; at + A < now; at += MS) {
		unsigned adverts = count(VRRP_ACT_ADVERT, at + 1, at + A);

		ck_assert_uint_ge(adverts, 1);
		ck_assert_uint_le(adverts, 1 + VRRP_REPLIES);
	}
	ck_assert_int_eq(vr.state, MASTER);
}

/* proves: P-19 - */
TEST(storm_of_losers)
{
	storm(99);
}

/* proves: P-19 - */
TEST(storm_of_resignations)
{
	storm(0);
}

/* F04: a queue read after a stall gets one answer, not one for each */
TEST(one_answer_at_a_time)
{
	int i;

	enter(MASTER);
	now += 5 * A;
	for (i = 0; i < 100; i++)
		hear(i % 2 == 0 ? 99 : 0);
	step(VRRP_EV_TIMER);
	ck_assert_uint_eq(count(VRRP_ACT_ADVERT, now, now), 1);
}

/* F39, P-24, F04: one advert after a stall, and one round of announcements */
/* proves: P-24 - */
TEST(stall)
{
	enter(MASTER);
	now += 34 * A + 300 * MS;
	SEE(step(VRRP_EV_TIMER), ANSWER, MASTER, now + A, now + GAP);
	SEE(step(VRRP_EV_TIMER), 0, MASTER, now + A, now + GAP);
	/* Late by exactly an interval: still one. */
	run_until(now + 10 * A);
	now = vr.deadline + A;
	SEE(step(VRRP_EV_TIMER), VRRP_ACT_ADVERT, MASTER, now + A,
	    vr.announce_deadline);
}

/* P-24: served 7 ms late each time, the adverts stay on their grid */
/* proves: P-24 + */
TEST(no_drift)
{
	usec_t start;
	int i;

	enter(MASTER);
	for (start = now, i = 1; i <= 1000; i++) {
		while (vr.announce_deadline < vr.deadline) {
			now = vr.announce_deadline;
			step(VRRP_EV_TIMER);
		}
		now = vr.deadline + 7 * MS;
		ck_assert_uint_ne(step(VRRP_EV_TIMER) & VRRP_ACT_ADVERT, 0);
		ck_assert_int_eq(vr.deadline, start + (i + 1) * A);
	}
}

/* P-25, F04: what waited in the socket is heard before the timer is judged */
/* proves: P-25 + */
TEST(drain_before_timer)
{
	enter(BACKUP);
	now += DOWN + 5 * A;
	SEE(hear(200), 0, BACKUP, now + DOWN, NEVER);
	SEE(step(VRRP_EV_TIMER), 0, BACKUP, now + DOWN, NEVER);
	enter(MASTER);
	now += 5 * A;
	SEE(hear(200), YIELD, BACKUP, now + DOWN, NEVER);
	SEE(hear(200), 0, BACKUP, now + DOWN, NEVER);
	SEE(step(VRRP_EV_TIMER), 0, BACKUP, now + DOWN, NEVER);
}

TEST(state_names)
{
	ck_assert_str_eq(vrrp_state_name(INIT), "initialize");
	ck_assert_str_eq(vrrp_state_name(BACKUP), "backup");
	ck_assert_str_eq(vrrp_state_name(MASTER), "master");
}

/* The packet socket can be read before netlink tells of the carrier. */
TEST(quiet_master_is_quiet)
{
	usec_t last;

	enter(MASTER);
	last = now;
	now += T;
	step(VRRP_EV_CARRIER_LOST);
	now += T;
	SEE(hear(50), 0, MASTER, last + 2 * A, NEVER);
	SEE(hear(0), 0, MASTER, last + 2 * A, NEVER);
}

/* Whatever stood there before */
TEST(begins)
{
	struct vrrp other;

	conf.start_delay = A;
	memset(&vr, 0xff, sizeof(vr));
	memset(&other, 0, sizeof(other));
	vrrp_init(&vr, &conf, now);
	vrrp_init(&other, &conf, now);
	ck_assert_mem_eq(&vr, &other, sizeof(vr));
	ck_assert_int_eq(vr.why, VRRP_WHY_START);
	ck_assert_int_eq(vr.since, now);
	ck_assert_int_eq(vr.heard_at, NEVER);
	ck_assert_int_eq(vr.preempt_deadline, NEVER);
	SEE(0, 0, INIT, NEVER, NEVER);
}

/* Of two delays the one after the start holds for who hears a lower one. */
TEST(lower_while_held)
{
	conf.start_delay = 60 * A;
	conf.preempt_delay = 120 * A;
	enter(BACKUP);
	now += A;
	SEE(hear(50), 0, BACKUP, START + 60 * A, NEVER);
}

/* A new state begins with nothing of the one before. */
TEST(forgets)
{
	enter(BACKUP);
	vr.quiet = vr.resigned = true;
	vr.preempt_deadline = now;
	vr.announce_left = 3;
	step(VRRP_EV_LINK_DOWN);
	ck_assert(!vr.quiet && !vr.resigned);
	ck_assert_int_eq(vr.preempt_deadline, NEVER);
	ck_assert_uint_eq(vr.announce_left, 0);
}

/* Of answers there are three in each interval, also in the first. */
TEST(replies)
{
	unsigned i, interval;

	enter(MASTER);
	vr.faults = 2;
	for (interval = 0; interval < 2; interval++) {
		for (i = 1; i <= 3; i++) {
			now += MS;
			ck_assert_uint_eq(hear(99) & VRRP_ACT_ADVERT,
			    VRRP_ACT_ADVERT);
			ck_assert_uint_eq(vr.replies_left, 3 - i);
		}
		now += MS;
		ck_assert_uint_eq(hear(99), 0);
		ck_assert_uint_eq(vr.replies_left, 0);
		now = vr.deadline;
		step(VRRP_EV_TIMER);
		ck_assert_uint_eq(vr.faults, 0);
	}
}

/* F08: reported twice, late: the end of the patience stays where it was. */
TEST(carrier_lost_twice)
{
	usec_t deadline;

	enter(MASTER);
	SEE(step(VRRP_EV_CARRIER_LOST), 0, MASTER, now + 2 * A, NEVER);
	deadline = vr.deadline;
	now += 3 * A;
	SEE(step(VRRP_EV_CARRIER_LOST), 0, MASTER, deadline, NEVER);
}

/* An owner that is held back has no other reason than the start. */
TEST(owner_waits)
{
	set_priority(VRRP_PRIORITY_OWNER);
	conf.start_delay = 5 * A;
	enter(BACKUP);
	ck_assert_int_eq(vr.why, VRRP_WHY_START);
}

/* The least that is not "never": one microsecond */
TEST(shortest_refresh)
{
	conf.refresh = 1;
	enter(MASTER);
	run_until(now + (VRRP_ANNOUNCE_ROUNDS - 1) * GAP);
	ck_assert_int_eq(vr.announce_deadline, now + 1);
}

/* P-51: the reason is the last thing that was heard. */
/* proves: P-51 + */
TEST(resigned_then_lower)
{
	conf.start_delay = 5 * A;
	enter(BACKUP);
	hear(0);
	now += A;
	hear(50);
	run_until(START + 5 * A);
	ck_assert_int_eq(vr.why, VRRP_WHY_PREEMPT);
}

RUN_TESTS("fsm", 60, setup, NULL)
