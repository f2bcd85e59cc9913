/*
 * duplicate.c: who is a stranger, when his claims are answered, and when it is
 * said that they do not end.  RFC 5227 2.4 (c).
 */
#include "fsm_util.h"

enum {
	REPORT = DUPLICATE_REPORT,
	FIGHT = DUPLICATE_FIGHT,
	DEFEND = DUPLICATE_DEFEND,
	FIGHT_MAX = 20
};

#define CALM	(150 * A)
#define GAP_FIGHT	(10 * A)

static struct duplicate dup;

static const uint8_t stranger[VRRP_MAC_LEN] = { 2, 0, 0, 0, 0, 0x99 };
static const uint8_t rival[VRRP_MAC_LEN] = { 2, 0, 0, 0, 0, 0x30 };

/* Master for long */
static void
setup_master(void)
{
	setup();
	memset(&dup, 0, sizeof(dup));
	enter(MASTER);
	now += 1000 * A;
}

static unsigned
claim_by(const uint8_t *mac)
{
	return duplicate_claim(&dup, &vr, mac, now);
}

/* n claims 100 ms apart, each answered, and none of which begins a fight */
static void
quarrel(unsigned n)
{
	for (; n > 0; n--) {
		ck_assert_uint_eq(claim_by(stranger), REPORT | DEFEND);
		now += 100 * MS;
	}
}

/* The 21st: said once, and from then on an answer in ten seconds */
TEST(fight)
{
	usec_t start;
	int i;

	setup_master();
	quarrel(FIGHT_MAX);
	start = now - 100 * MS;
	ck_assert_uint_eq(claim_by(rival), REPORT | FIGHT);
	for (i = 0; i < 3; i++) {
		now = start + GAP_FIGHT - 1;
		ck_assert_uint_eq(claim_by(stranger), REPORT);
		now = start + GAP_FIGHT;
		ck_assert_uint_eq(claim_by(stranger), REPORT | DEFEND);
		ck_assert_uint_eq(claim_by(stranger), REPORT);
		start = now;
	}
}

/* One that answers each of our questions, a minute apart, is in a fight too. */
TEST(slow_fight)
{
	unsigned i;

	setup_master();
	for (i = 0; i < FIGHT_MAX; i++) {
		ck_assert_uint_eq(claim_by(stranger), REPORT | DEFEND);
		now += 60 * A;
	}
	ck_assert_uint_eq(claim_by(stranger), REPORT | FIGHT | DEFEND);
	now += 60 * A;
	ck_assert_uint_eq(claim_by(stranger), REPORT | DEFEND);
}

/* A pause ends it, a shorter one does not; then it can begin anew. */
TEST(calm)
{
	setup_master();
	quarrel(FIGHT_MAX);
	now = dup.heard_at + CALM;
	ck_assert_uint_eq(claim_by(stranger), REPORT | FIGHT | DEFEND);
	now += CALM;
	ck_assert_uint_eq(claim_by(stranger), REPORT | DEFEND);
	ck_assert_uint_eq(claim_by(stranger), REPORT);
	now += CALM + 1;
	quarrel(FIGHT_MAX);
	ck_assert_uint_eq(claim_by(stranger), REPORT | FIGHT);
}

/* As Master again we know of no fight of earlier. */
TEST(another_time_as_master)
{
	setup_master();
	quarrel(FIGHT_MAX);
	ck_assert_uint_eq(claim_by(stranger), REPORT | FIGHT);
	now += 1;
	step(VRRP_EV_YIELD);
	step(VRRP_EV_TAKE);
	ck_assert_int_eq(vr.state, MASTER);
	quarrel(FIGHT_MAX);
	ck_assert_uint_eq(claim_by(stranger), REPORT | FIGHT);
}

/* It matters to a Master alone. */
TEST(other_states)
{
	setup_master();
	enter(BACKUP);
	ck_assert_uint_eq(claim_by(stranger), 0);
	enter(INIT);
	ck_assert_uint_eq(claim_by(stranger), 0);
	ck_assert_uint_eq(dup.claims, 0);
}

/* Whose adverts we hear is no stranger, until they stop. */
TEST(another_router)
{
	setup_master();
	duplicate_advert(&dup, rival, now);
	ck_assert_uint_eq(claim_by(rival), 0);
	ck_assert_uint_eq(claim_by(stranger), REPORT | DEFEND);
	now += A;
	duplicate_advert(&dup, rival, now);
	now += DOWN;
	ck_assert_uint_eq(claim_by(rival), 0);
	now += 1;
	ck_assert_uint_eq(claim_by(rival), REPORT | DEFEND);
	ck_assert_uint_eq(dup.claims, 2);
	duplicate_advert(&dup, stranger, now);
	ck_assert_uint_eq(claim_by(stranger), 0);
	ck_assert_uint_eq(claim_by(rival), REPORT | DEFEND);
}

/* However long it goes on */
TEST(no_overflow)
{
	unsigned i, fights = 0;

	setup_master();
	dup.claims = FIGHT_MAX;
	dup.heard_at = now;
	for (i = 0; i < 100000; i++)
		fights += (claim_by(stranger) & FIGHT) != 0;
	ck_assert_uint_eq(fights, 1);
	ck_assert_uint_eq(dup.claims, FIGHT_MAX + 1);
}

RUN_TESTS("duplicate", 10, NULL, NULL)
