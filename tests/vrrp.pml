/*
 * Two or three routers of one virtual router on a lossy, delaying wire, for
 * spin.  The routers run the daemon's own fsm.c (through vrrp_pml.c); here
 * stands what may happen to them, in any order.  tests/spin.sh runs it.
 *
 * Assumed: version 2, interval 1 s, preemption, priorities 64, 128, 192, no
 * two equal, no owner, no start or preempt delay; time in ticks of a quarter
 * second, which all of these timers are multiples of; timers are served in
 * their tick, clocks run alike; an advert takes at most DELAY ticks, may pass
 * others, and may be lost for one router and not the other; at most FLIGHTS
 * are under way, one more is lost.  Routers crash, stop with priority 0 and
 * start at any time, any number of times.  Left out: announcements, which
 * other routers do not see, and the limit of three answers in an interval,
 * which is lifted.
 *
 * Claimed, by in_order(), whenever an instant ends: no Backup takes over
 * before Master_Down_Interval after the last advert that counts, or Skew_Time
 * after priority 0, and none later; a Master that stops says so, and one that
 * hears priority 0 answers in the same instant; and when nothing was lost,
 * started, stopped or crashed for DELAY and the slowest Master_Down_Interval,
 * then there is one Master, and it is the best router that runs.  That bound
 * is tight: with SOONER=1 spin finds a way to break it.  Time can always go
 * on (no invalid end state), and with PROGRESS nothing that is not a fault
 * goes round for ever while it stands still.
 */
#ifdef PROGRESS
#define MARK(name)	; progress_##name: skip
#else
#define MARK(name)
#endif

c_decl {
\#include "vrrp_pml.h"
}
c_track "&pml" "sizeof(struct pml)"

/* Its timer, and what goes wrong with it, any number of times */
proctype Router(byte i)
{
	do
	:: atomic { c_expr { pml.due[PRouter->i] } ->
		c_code { pml_timer(PRouter->i); } }
	:: atomic { c_expr { !pml.up[PRouter->i] } ->
		c_code { pml_start(PRouter->i); } } MARK(start)
	:: atomic { c_expr { pml.up[PRouter->i] } ->
		c_code { pml_stop(PRouter->i); } } MARK(stop)
	:: atomic { c_expr { pml.up[PRouter->i] } ->
		c_code { pml_crash(PRouter->i); } } MARK(crash)
	od
}

/* Place s of the wire, its end at router i */
proctype Wire(byte s; byte i)
{
	do
	:: atomic { c_expr { pml.way[PWire->s][PWire->i] } ->
		c_code { pml_hear(PWire->s, PWire->i); } }
	:: atomic { c_expr { pml.way[PWire->s][PWire->i] } ->
		c_code { pml_lose(PWire->s, PWire->i); } } MARK(lost)
	od
}

proctype Clock()
{
	do
	:: atomic { c_expr { pml.can_tick } ->
		assert(c_expr { pml.in_order });
		c_code { pml_tick(); } } MARK(tick)
	od
}

init {
	byte i, s;

	atomic {
		c_code { pml_open(); };
		run Clock();
		for (i : 0 .. ROUTERS - 1) {
			run Router(i);
			for (s : 0 .. FLIGHTS - 1) {
				run Wire(s, i)
			}
		};
		i = 0;
		s = 0
	}
}
