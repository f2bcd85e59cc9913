/*
 * The simulated LAN: the classic scenarios as transcripts to read, and a sweep
 * of random ones under the rules of sim_rules.c.  VRRP_SEED is the first seed
 * of the sweep, VRRP_SEEDS how many.  F.., C.., R.. and P- ids name what is
 * shown.
 */
#include "sim.h"
#include "tests/unit/check_util.h"

#include <inttypes.h>
#include <stdlib.h>

#define SECOND	VRRP_SECOND
#define MS	((usec_t)1000)
#define EVER	VRRP_NEVER

enum { R1, R2, R3 };

static struct sim sim;

/* --- a LAN -------------------------------------------------------------- */

/* n routers with the priorities 200, 150 and 100 that start at once */
static void
lan_of(unsigned n, unsigned version, const struct vrrp_family *family)
{
	unsigned i;

	sim_init(&sim, n, version, family);
	for (i = 0; i < n; i++) {
		sim.router[i].conf[0].priority = (uint8_t)(200 - 50 * i);
		sim_add(&sim, i * MS, EVER, SIM_START, i, 0);
	}
}

static void
lan(unsigned n)
{
	lan_of(n, 2, &vrrp_ipv4);
}

static struct vrrp_conf *
conf(unsigned i)
{
	return &sim.router[i].conf[0];
}

/* Compares the transcript of the time after begin, to end. */
static void
plays(usec_t begin, usec_t end, const char *expected)
{
	char *text = NULL;
	size_t size;

	sim_start(&sim);
	sim_run(&sim, begin);
	sim.log = open_memstream(&text, &size);
	ck_assert_ptr_nonnull(sim.log);
	sim_run(&sim, end);
	fclose(sim.log);
	sim.log = NULL;
	ck_assert_msg(!sim.failed, "%s\n%s", sim.failure, text);
	ck_assert_msg(strcmp(text, expected) == 0, "it goes so:\n%s", text);
	free(text);
}

static unsigned
masters(void)
{
	unsigned which;

	return sim_masters(&sim, &which);
}

/* What stands in many of them */
#define TWO_START							\
	"[ 0.000] -- r1 starts\n"					\
	"[ 0.000] r1 > initialize -> backup (start)\n"			\
	"[ 0.001] -- r2 starts\n"					\
	"[ 0.001] r2 > initialize -> backup (start)\n"
#define BACK(at, r)							\
	"[" at "] -- " r " crashes and comes back\n"			\
	"[" at "] " r " > initialize -> backup (start)\n"
#define PREEMPTS(at, better, worse)					\
	"[" at "] " better " > backup -> master (the master is worse)\n" \
	"[" at "] " worse " > master -> backup (a better advert)\n"
#define IN_VAIN(at, better, worse)					\
	"[" at "] " better " > backup -> master (the master is worse)\n" \
	"[" at "] " better						\
	" > master -> backup (addresses refused), resigns\n"		\
	"[" at "] " worse " > master -> backup (a better advert)\n"

/* --- the classics ------------------------------------------------------- */

/* The best of three, after its own Master_Down_Interval (SM2-05) */
TEST(start)
{
	lan(3);
	plays(-1, 60 * SECOND, TWO_START
	    "[ 0.002] -- r3 starts\n"
	    "[ 0.002] r3 > initialize -> backup (start)\n"
	    "[ 3.218] r1 > backup -> master (no advert)\n");
}

/* Three intervals and a skew later (R3768-6.1-3) */
TEST(killed)
{
	lan(3);
	sim_add(&sim, 10 * SECOND, EVER, SIM_CRASH, R1, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r1 crashes\n"
	    "[12.633] r2 > backup -> master (no advert)\n");
}

/* Priority 0: a skew later (SM2-06, SM2-09) */
TEST(stopped)
{
	lan(3);
	sim_add(&sim, 10 * SECOND, EVER, SIM_STOP, R1, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r1 is stopped\n"
	    "[10.000] r1 > master -> initialize (shutdown), resigns\n"
	    "[10.414] r2 > backup -> master (the master resigned)\n");
}

/* Back again, it takes over (SM2-08) */
/* proves: R3768-6.1-4 + */
TEST(preempts)
{
	lan(2);
	sim_add(&sim, 10 * SECOND, 20 * SECOND, SIM_CRASH, R1, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r1 crashes\n"
	    "[12.633] r2 > backup -> master (no advert)\n"
	    BACK("30.000", "r1")
	    PREEMPTS("33.218", "r1", "r2"));
}

/* Back again, it does not (SM2-07) */
/* proves: R3768-6.1-4 -, R9568-8.3.2-5 + */
TEST(does_not_preempt)
{
	lan(2);
	conf(R1)->preempt = false;
	sim_add(&sim, 10 * SECOND, 20 * SECOND, SIM_CRASH, R1, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r1 crashes\n"
	    "[12.633] r2 > backup -> master (no advert)\n"
	    BACK("30.000", "r1"));
}

/* F23: a live Master is left ten seconds, a silent one is not */
TEST(preempts_later)
{
	lan(2);
	conf(R1)->preempt_delay = 10 * SECOND;
	sim_add(&sim, 10 * SECOND, 10 * SECOND, SIM_CRASH, R1, 0);
	sim_add(&sim, 50 * SECOND, 10 * SECOND, SIM_CRASH, R1, 0);
	sim_add(&sim, 62 * SECOND, EVER, SIM_CRASH, R2, 0);
	plays(5 * SECOND, 90 * SECOND,
	    "[10.000] -- r1 crashes\n"
	    "[12.633] r2 > backup -> master (no advert)\n"
	    BACK("20.000", "r1")
	    PREEMPTS("30.633", "r1", "r2")
	    "[50.000] -- r1 crashes\n"
	    "[53.047] r2 > backup -> master (no advert)\n"
	    BACK("60.000", "r1")
	    "[62.000] -- r2 crashes\n"
	    "[64.266] r1 > backup -> master (no advert)\n");
}

/* F22: nothing is taken over before the start delay */
TEST(starts_later)
{
	lan(2);
	conf(R1)->start_delay = 20 * SECOND;
	plays(-1, 60 * SECOND, TWO_START
	    "[ 3.415] r2 > backup -> master (no advert)\n"
	    PREEMPTS("20.000", "r1", "r2"));
}

/* The owner is Master at once, whatever was before (SM2-01) */
/* proves: R3768-1.3-1 +, R3768-6.4.1-1 + */
TEST(owner_starts)
{
	lan(3);
	conf(R3)->priority = VRRP_PRIORITY_OWNER;
	conf(R3)->owner = true;
	sim.fault[2].at = 20 * SECOND;
	plays(5 * SECOND, 60 * SECOND,
	    "[20.000] -- r3 starts\n"
	    "[20.000] r3 > initialize -> master (owner of the addresses)\n"
	    "[20.000] r1 > master -> backup (a better advert)\n");
}

/* Equal: no preemption (R3768-3-2), and of two the higher address (SM2-12) */
/* proves: R3768-3-2 +, R3768-2.3-1 + */
TEST(equal_priority)
{
	lan(2);
	conf(R1)->priority = conf(R2)->priority = 100;
	sim_add(&sim, 10 * SECOND, 10 * SECOND, SIM_CRASH, R1, 0);
	sim_add(&sim, 40 * SECOND, 10 * SECOND, SIM_PARTITION, SIM_ALL, 1);
	plays(-1, 60 * SECOND, TWO_START
	    "[ 3.609] r1 > backup -> master (no advert)\n"
	    "[10.000] -- r1 crashes\n"
	    "[13.218] r2 > backup -> master (no advert)\n"
	    BACK("20.000", "r1")
	    "[40.000] -- the network is divided\n"
	    "[42.828] r1 > backup -> master (no advert)\n"
	    "[50.000] -- the network is divided: over\n"
	    "[50.219] r1 > master -> backup (a better advert)\n");
}

/* F01, F38: both sides have a Master; healed, all neighbours know the one */
TEST(partition)
{
	lan(3);
	sim_add(&sim, 10 * SECOND, 20 * SECOND, SIM_PARTITION, SIM_ALL, 1);
	plays(5 * SECOND, 31 * SECOND,
	    "[10.000] -- the network is divided\n"
	    "[12.633] r2 > backup -> master (no advert)\n"
	    "[30.000] -- the network is divided: over\n"
	    "[30.218] r2 > master -> backup (a better advert)\n");
	ck_assert_uint_eq(sim.believes[R1], R1);
	ck_assert_uint_eq(sim.believes[R2], R1);
	ck_assert_uint_eq(sim.believes[R3], R1);
}

/* F08: a cable back within two intervals of the last advert: no election */
TEST(flap)
{
	lan(3);
	sim_add(&sim, 10 * SECOND, 1500 * MS, SIM_CARRIER, R1, 0);
	sim_add(&sim, 20 * SECOND, 500 * MS, SIM_CARRIER, R1, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r1 loses its carrier\n"
	    "[11.218] r1 > master -> initialize (link lost), resigns\n"
	    "[11.500] -- r1 loses its carrier: over\n"
	    "[11.500] r1 > initialize -> backup (start)\n"
	    "[12.633] r2 > backup -> master (no advert)\n"
	    PREEMPTS("14.718", "r1", "r2")
	    "[20.000] -- r1 loses its carrier\n"
	    "[20.500] -- r1 loses its carrier: over\n");
}

/* A cable out for longer: nobody is Master without it */
TEST(cable)
{
	lan(3);
	sim_add(&sim, 10 * SECOND, 20 * SECOND, SIM_CARRIER, R1, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r1 loses its carrier\n"
	    "[11.218] r1 > master -> initialize (link lost), resigns\n"
	    "[12.633] r2 > backup -> master (no advert)\n"
	    "[30.000] -- r1 loses its carrier: over\n"
	    "[30.000] r1 > initialize -> backup (start)\n"
	    PREEMPTS("33.218", "r1", "r2"));
}

/* P-16: down and up */
/* proves: P-16 + */
TEST(interface_down)
{
	lan(2);
	sim_add(&sim, 10 * SECOND, 20 * SECOND, SIM_LINK, R1, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r1 has its interface taken down\n"
	    "[10.000] r1 > master -> initialize (link lost), resigns\n"
	    "[12.633] r2 > backup -> master (no advert)\n"
	    "[30.000] -- r1 has its interface taken down: over\n"
	    "[30.000] r1 > initialize -> backup (start)\n"
	    PREEMPTS("33.218", "r1", "r2"));
}

/* F04, P-25: nine adverts wait in its socket, it stays what it is */
/* proves: P-25 + */
TEST(stalled_backup)
{
	lan(2);
	sim_add(&sim, 10 * SECOND, 9 * SECOND, SIM_STALL, R2, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r2 stalls\n"
	    "[19.000] -- r2 stalls: over\n");
}

/* F04: it wakes as a Master, hears of the other, and one yields */
TEST(stalled_master)
{
	lan(2);
	sim_add(&sim, 10 * SECOND, 9 * SECOND, SIM_STALL, R1, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r1 stalls\n"
	    "[12.633] r2 > backup -> master (no advert)\n"
	    "[19.000] -- r1 stalls: over\n"
	    "[19.000] r2 > master -> backup (a better advert)\n");
}

/* P-25: its queue is read first, it says nothing as Master */
TEST(stalled_worse_master)
{
	lan(2);
	conf(R2)->preempt = conf(R1)->preempt = false;
	sim.fault[0].at = 8 * SECOND;
	sim_add(&sim, 20 * SECOND, 9 * SECOND, SIM_STALL, R2, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[ 8.000] -- r1 starts\n"
	    "[ 8.000] r1 > initialize -> backup (start)\n"
	    "[20.000] -- r2 stalls\n"
	    "[22.634] r1 > backup -> master (no advert)\n"
	    "[29.000] -- r2 stalls: over\n"
	    "[29.000] r2 > master -> backup (a better advert)\n");
}

/* The Backup hears nothing, the Master hears it: it answers, in vain */
TEST(one_way)
{
	lan(2);
	sim_add(&sim, 10 * SECOND, 5 * SECOND, SIM_CUT, R1, 1u << R2);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r1 is not heard\n"
	    "[12.633] r2 > backup -> master (no advert)\n"
	    "[15.000] -- r1 is not heard: over\n"
	    "[15.633] r2 > master -> backup (a better advert)\n");
}

/* The Master hears nothing: nobody notices */
TEST(one_way_back)
{
	lan(2);
	sim_add(&sim, 10 * SECOND, 5 * SECOND, SIM_CUT, R2, 1u << R1);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r2 is not heard\n"
	    "[15.000] -- r2 is not heard: over\n");
}

/* F09: version 2 drops another interval, and there are two */
TEST(interval_mismatch)
{
	lan(2);
	conf(R2)->interval = 2 * SECOND;
	plays(-1, 20 * SECOND, TWO_START
	    "[ 3.218] r1 > backup -> master (no advert)\n"
	    "[ 6.415] r2 > backup -> master (no advert)\n");
	ck_assert_uint_eq(masters(), 2);
	ck_assert_uint_eq(sim.router[R2].received, 0);
	ck_assert_uint_gt(sim.router[R2].dropped, 10);
}

/* SM3-07: version 3 learns it, and waits three of them */
/* proves: R9568-6.1-2 +, R9568-6.4.3-i + */
TEST(interval_learned)
{
	lan_of(2, 3, &vrrp_ipv4);
	conf(R1)->interval = 5 * SECOND;
	sim_add(&sim, 40 * SECOND, EVER, SIM_CRASH, R1, 0);
	plays(-1, 90 * SECOND, TWO_START
	    "[ 3.415] r2 > backup -> master (no advert)\n"
	    PREEMPTS("16.093", "r1", "r2")
	    "[40.000] -- r1 crashes\n"
	    "[53.164] r2 > backup -> master (no advert)\n");
}

/* F09: two versions do not see each other */
TEST(version_mismatch)
{
	lan(2);
	conf(R2)->version = 3;
	plays(-1, 20 * SECOND, TWO_START
	    "[ 3.218] r1 > backup -> master (no advert)\n"
	    "[ 3.415] r2 > backup -> master (no advert)\n");
	ck_assert_uint_eq(masters(), 2);
}

/* P-17: who cannot hold the addresses resigns, waits twice as long each time */
/* proves: P-17 + */
TEST(cannot_acquire)
{
	lan(2);
	sim_add(&sim, 0, 30 * SECOND, SIM_ACQUIRE, R1, 0);
	plays(-1, 60 * SECOND,
	    "[ 0.000] -- r1 starts\n"
	    "[ 0.000] r1 > initialize -> backup (start)\n"
	    "[ 0.000] -- r1 cannot set addresses\n"
	    "[ 0.001] -- r2 starts\n"
	    "[ 0.001] r2 > initialize -> backup (start)\n"
	    "[ 3.218] r1 > backup -> master (no advert)\n"
	    "[ 3.218] r1 > master -> backup (addresses refused), resigns\n"
	    "[ 3.633] r2 > backup -> master (the master resigned)\n"
	    IN_VAIN(" 6.437", "r1", "r2")
	    "[ 6.851] r2 > backup -> master (the master resigned)\n"
	    IN_VAIN("12.875", "r1", "r2")
	    "[13.289] r2 > backup -> master (the master resigned)\n"
	    IN_VAIN("25.750", "r1", "r2")
	    "[26.164] r2 > backup -> master (the master resigned)\n"
	    "[30.000] -- r1 cannot set addresses: over\n"
	    PREEMPTS("51.500", "r1", "r2"));
}

/* F05: taken away and refused; the other has them soon */
TEST(addresses_lost)
{
	lan(2);
	sim_add(&sim, 10 * SECOND, 5 * SECOND, SIM_ACQUIRE, R1, 1);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r1 cannot set addresses\n"
	    "[10.000] r1 > master -> backup (addresses refused), resigns\n"
	    "[10.414] r2 > backup -> master (the master resigned)\n"
	    IN_VAIN("13.218", "r1", "r2")
	    "[13.633] r2 > backup -> master (the master resigned)\n"
	    "[15.000] -- r1 cannot set addresses: over\n"
	    PREEMPTS("19.656", "r1", "r2"));
}

/* F17: a Backup goes on while it has one address; without, it says so. */
TEST(renumbered)
{
	lan(2);
	sim_add(&sim, 10 * SECOND, 5 * SECOND, SIM_RENUMBER, R2, 0);
	sim_add(&sim, 20 * SECOND, 0, SIM_RENUMBER, R2, 1);
	sim_add(&sim, 30 * SECOND, 5 * SECOND, SIM_NO_ADDRESS, R2, 0);
	sim_add(&sim, 40 * SECOND, EVER, SIM_STOP, R1, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r2 is renumbered\n"
	    "[15.000] -- r2 is renumbered: over\n"
	    "[20.000] -- r2 is renumbered\n"
	    "[30.000] -- r2 loses its own addresses\n"
	    "[30.000] r2 > backup -> initialize (link lost)\n"
	    "[35.000] -- r2 loses its own addresses: over\n"
	    "[35.000] r2 > initialize -> backup (start)\n"
	    "[40.000] -- r1 is stopped\n"
	    "[40.000] r1 > master -> initialize (shutdown), resigns\n"
	    "[40.414] r2 > backup -> master (the master resigned)\n");
	ck_assert_mem_eq(&sim.router[R2].source, &sim.router[R2].pool[2],
	    sizeof(sim.router[R2].source));
}

/*
 * Nobody tells of the lost carrier: two Masters until the router looks by
 * itself, 30 s after it did last, and has waited for the carrier in vain.
 */
TEST(events_lost)
{
	lan(2);
	sim_add(&sim, 10 * SECOND, 40 * SECOND, SIM_LOST, R1, 0);
	sim_add(&sim, 11 * SECOND, EVER, SIM_CARRIER, R1, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r1 hears no events\n"
	    "[11.000] -- r1 loses its carrier\n"
	    "[13.633] r2 > backup -> master (no advert)\n"
	    "[35.218] r1 > master -> initialize (link lost), resigns\n"
	    "[50.000] -- r1 hears no events: over\n");
}

/* USR2, and USR1 of one who is worse: for a moment */
TEST(operator)
{
	lan(2);
	sim_add(&sim, 10 * SECOND, 0, SIM_YIELD, R1, 0);
	sim_add(&sim, 20 * SECOND, 0, SIM_TAKE, R2, 0);
	plays(5 * SECOND, 60 * SECOND,
	    "[10.000] -- r1 gets USR2\n"
	    "[10.000] r1 > master -> backup (the operator's word), resigns\n"
	    "[10.414] r2 > backup -> master (the master resigned)\n"
	    PREEMPTS("13.218", "r1", "r2")
	    "[20.000] -- r2 gets USR1\n"
	    "[20.000] r2 > backup -> master (the operator's word)\n"
	    "[20.000] r2 > master -> backup (a better advert)\n");
}

/* F24: CARP is no resignation, nor is noise */
TEST(carp)
{
	lan(2);
	sim_add(&sim, 10 * SECOND, 20 * SECOND, SIM_CARP, SIM_ALL, 100000);
	sim_add(&sim, 40 * SECOND, 20 * SECOND, SIM_NOISE, SIM_ALL, 1000);
	plays(5 * SECOND, 90 * SECOND,
	    "[10.000] -- a CARP speaker\n"
	    "[30.000] -- a CARP speaker: over\n"
	    "[40.000] -- a speaker of other things\n"
	    "[60.000] -- a speaker of other things: over\n");
	ck_assert_uint_gt(sim.router[R2].dropped, 20000);
}

/* IPv6 has no sum over its header: damage can make a bad advert a good one. */
TEST(damage_cures)
{
	lan_of(3, 3, &vrrp_ipv6);
	sim_add(&sim, 1 * SECOND, EVER, SIM_NOISE, SIM_ALL, 1000);
	sim_add(&sim, 1 * SECOND, EVER, SIM_DAMAGE, SIM_ALL, 1000);
	sim_start(&sim);
	sim_run(&sim, 200 * SECOND);
	ck_assert_msg(!sim.failed, "%s", sim.failure);
	ck_assert(sim.cured);
}

/* A loop in the network: nobody yields to itself */
TEST(echo)
{
	lan(2);
	sim_add(&sim, 0, 20 * SECOND, SIM_ECHO, SIM_ALL, 0);
	plays(5 * SECOND, 30 * SECOND,
	    "[20.000] -- frames come back: over\n");
}

/* Version 3, IPv6, 10 ms: the skew of priority 150 is 4 ms */
TEST(ipv6)
{
	lan_of(3, 3, &vrrp_ipv6);
	conf(R1)->interval = conf(R2)->interval = conf(R3)->interval =
	    10 * MS;
	sim_add(&sim, 1 * SECOND, EVER, SIM_STOP, R1, 0);
	sim_add(&sim, 2 * SECOND, EVER, SIM_CRASH, R2, 0);
	plays(900 * MS, 10 * SECOND,
	    "[ 1.000] -- r1 is stopped\n"
	    "[ 1.000] r1 > master -> initialize (shutdown), resigns\n"
	    "[ 1.004] r2 > backup -> master (the master resigned)\n"
	    "[ 2.000] -- r2 crashes\n"
	    "[ 2.030] r3 > backup -> master (no advert)\n");
}

/*
 * R3768-2.3-1: the last advert of one who yields must not teach the others an
 * interval that the Master does not keep; an owner, deaf to it, cannot correct
 * them, and they would take over in turn for ever.
 */
TEST(yields_slowly)
{
	lan_of(3, 3, &vrrp_ipv4);
	conf(R3)->priority = VRRP_PRIORITY_OWNER;
	conf(R3)->owner = true;
	conf(R3)->interval = 4 * SECOND;
	sim.fault[2].at = 5 * SECOND;
	conf(R1)->preempt = conf(R2)->preempt = false;
	plays(-1, 60 * SECOND, TWO_START
	    "[ 3.218] r1 > backup -> master (no advert)\n"
	    "[ 5.000] -- r3 starts\n"
	    "[ 5.000] r3 > initialize -> master (owner of the addresses)\n"
	    "[ 5.000] r1 > master -> backup (a better advert)\n");
}

/* --- the sweep ---------------------------------------------------------- */

static uint64_t
number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 0);
}

TEST(sweep)
{
	uint64_t first = number("VRRP_SEED", 1);
	uint64_t n = number("VRRP_SEEDS", 20000);

	ck_assert_msg(seed_sweep(&sim, first, n, stdout) == 0,
	    "a seed from %" PRIu64 " failed, see above", first);
}

TEST(same_seed_same_trace)
{
	struct sim_result a, b, other;
	struct sim_case c;
	unsigned i;

	for (i = 0; i < 500; i++) {
		seed_case(&c, 7 * i);
		seed_run(&sim, &c, &a);
		seed_run(&sim, &c, &b);
		ck_assert_uint_eq(a.hash, b.hash);
		ck_assert_uint_eq(a.steps, b.steps);
		c.seed++;
		seed_run(&sim, &c, &other);
		ck_assert_uint_ne(a.hash, other.hash);
	}
}

/* The time itself does not matter: the same at another hour, on any clock. */
TEST(time_moves_nothing)
{
	struct vrrp before, after;
	usec_t shift = 123456789 * SECOND;
	uint64_t steps[2];
	unsigned i;

	for (i = 0; i < 2; i++) {
		lan(3);
		sim_add(&sim, 10 * SECOND, 9 * SECOND, SIM_CRASH, R1, 0);
		sim_add(&sim, 30 * SECOND, 2 * SECOND, SIM_CARRIER, R1, 0);
		sim.router[R1].base += i * shift;
		sim_start(&sim);
		sim_run(&sim, 90 * SECOND);
		ck_assert_msg(!sim.failed, "%s", sim.failure);
		steps[i] = sim.steps;
		if (i == 0)
			memcpy(&before, &sim.router[R1].vr, sizeof(before));
	}
	memcpy(&after, &sim.router[R1].vr, sizeof(after));
	ck_assert_uint_eq(steps[0], steps[1]);
	ck_assert_int_eq(after.state, before.state);
	ck_assert_int_eq(after.deadline, before.deadline + shift);
	ck_assert_int_eq(after.announce_deadline,
	    before.announce_deadline + shift);
	ck_assert_int_eq(after.since, before.since + shift);
}

/*
 * An hour of 10 ms: clocks 2 % apart, frames up to 5 ms late and out of order,
 * each router in turn without time for 8 ms, four times a minute.
 */
TEST(hour_at_10_ms)
{
	unsigned i;
	usec_t at;

	lan_of(3, 3, &vrrp_ipv4);
	for (i = 0; i < 3; i++)
		conf(i)->interval = 10 * MS;
	sim.router[R1].ppm = -10000;
	sim.router[R2].ppm = 10000;
	sim_add(&sim, 1 * SECOND, EVER, SIM_SLOW, SIM_ALL, 5000);
	for (i = 0; i < 3; i++)
		sim_add(&sim, EVER - 1, 8 * MS, SIM_STALL, i, 0);
	sim_start(&sim);
	sim_run(&sim, 2 * SECOND);
	ck_assert_uint_eq(sim.transitions, 4);
	for (i = 0, at = 15 * SECOND; at < 3600 * SECOND; at += 15 * SECOND) {
		wire_push(&sim, at + i * MS, WIRE_BEGIN, 0, 4 + i % 3);
		sim_run(&sim, at + 1 * SECOND);
		i++;
	}
	sim_run(&sim, 3600 * SECOND);
	ck_assert_msg(!sim.failed, "%s", sim.failure);
	ck_assert_uint_eq(sim.transitions, 4);
	ck_assert_int_eq(sim.router[R1].vr.state, VRRP_MASTER);
	ck_assert_uint_gt(sim.frames, 350000);
}

/* 700 adverts for a queue of 600: the newest are lost, and still no change. */
TEST(queue_overflows)
{
	unsigned i;

	lan_of(2, 3, &vrrp_ipv4);
	for (i = 0; i < 2; i++)
		conf(i)->interval = 10 * MS;
	sim.queue_max = SIM_QUEUE;
	sim_add(&sim, 1 * SECOND, 7 * SECOND, SIM_STALL, R2, 0);
	sim_start(&sim);
	sim_run(&sim, 7999 * MS);
	ck_assert_uint_eq(sim.router[R2].waiting, SIM_QUEUE);
	sim_run(&sim, 8 * SECOND);
	ck_assert_uint_eq(sim.router[R2].waiting, SIM_QUEUE - SIM_DRAIN_MAX);
	sim_run(&sim, 20 * SECOND);
	ck_assert_msg(!sim.failed, "%s", sim.failure);
	ck_assert_uint_eq(sim.router[R2].waiting, 0);
	ck_assert_uint_eq(sim.transitions, 3);
}

/* A clock that is read and set forth and back comes to the same moment. */
TEST(clocks)
{
	static const int rates[] = { -10000, -1, 0, 1, 333, 10000 };
	struct sim_router *r = &sim.router[R1];
	uint64_t rng = 1;
	unsigned i, k;
	usec_t t;

	sim_init(&sim, 1, 2, &vrrp_ipv4);
	for (i = 0; i < 10000; i++)
		for (k = 0; k < NROWS(rates); k++) {
			r->ppm = rates[k];
			t = (usec_t)(sim_random(&rng) >> 20);
			t = sim_global(r, r->base + t);
			ck_assert_int_ge(sim_local(r, t + 1),
			    sim_local(r, t));
			ck_assert_int_le(sim_global(r, sim_local(r, t)), t);
			ck_assert_int_lt(sim_local(r, sim_global(r,
			    sim_local(r, t)) - 1), sim_local(r, t));
		}
}

RUN_TESTS("sim", 120, NULL, NULL)
