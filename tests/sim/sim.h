/*
 * A LAN of virtual routers in virtual time: the daemon's own core and codec,
 * whole Ethernet frames on a simulated wire, each router with a clock of its
 * own, and faults.  No root, no network, no real time, no allocation; what
 * happens depends on nothing but what is asked for here, the seed included.
 *
 * sim.c runs the routers as router.c and the loop of vrrpd.c do, sim_host.c is
 * the host of each, sim_wire.c carries the frames, sim_rules.c judges each
 * step, sim_seed.c makes random scenarios.
 */
#ifndef SIM_H
#define SIM_H

#include "core/reconcile.h"

#include <stdio.h>

enum {
	SIM_ROUTERS = 8,
	SIM_VARIANTS = 4,		/* configurations of one router */
	SIM_FAULTS = 32,
	SIM_ADDRESSES = 8,
	SIM_OWN = 3,			/* own addresses, now or later */
	SIM_FRAME_LEN = 256,
	SIM_FRAMES = 6000,		/* on the wire and in queues */
	SIM_EVENTS = 16384,
	SIM_QUEUE = 600,		/* frames that wait for one router */
	SIM_DRAIN_MAX = 512,		/* taken in one turn, as router.h */
	SIM_TURN = 10,			/* us from one turn to the next */
	SIM_TEXT = 200,
	SIM_ALL = SIM_ROUTERS		/* no router in particular */
};

enum sim_kind {
	SIM_START,			/* value: which configuration */
	SIM_CRASH,			/* the host is dead; value: restart */
	SIM_STOP,			/* SIGTERM; value: restart */
	SIM_STALL,			/* the process gets no time */
	SIM_CARRIER,			/* the cable is out */
	SIM_LINK,			/* the interface is down */
	SIM_GONE,			/* it is not there */
	SIM_SMALL,			/* its MTU is too small */
	SIM_NO_ADDRESS,			/* all its own addresses are deleted */
	SIM_RENUMBER,			/* a new one too, alone in the end */
	SIM_LOST,			/* the kernel's events are lost */
	SIM_BUSY,			/* the MAC cannot be set */
	SIM_ACQUIRE,			/* addresses cannot be set; 1: and go */
	SIM_TAKE,			/* SIGUSR1 */
	SIM_YIELD,			/* SIGUSR2 */
	SIM_REPORT,			/* SIGHUP */
	SIM_FLAP,			/* no carrier for a moment */
	SIM_REPLACE,			/* another interface has the name */
	SIM_MEDDLE,			/* value: enum sim_meddle */
	SIM_CUT,			/* one way; value: set of receivers */
	SIM_PARTITION,			/* value: set of one side */
	SIM_LOSS,			/* value: of 1000 frames of router */
	SIM_SLOW,			/* value: us more at most */
	SIM_TWICE,			/* value: of 1000 */
	SIM_DAMAGE,			/* value: of 1000 */
	SIM_ECHO,			/* a loop: senders hear themselves */
	SIM_CARP,			/* a CARP speaker; value: us between */
	SIM_NOISE,			/* bad frames; value: us between */
	SIM_KINDS
};

/* What another program does to what the router has set. */
enum sim_meddle {
	SIM_MEDDLE_MAC,
	SIM_MEDDLE_ADDRESSES,
	SIM_MEDDLE_DEVICE,		/* deletes the macvlan */
	SIM_MEDDLE_DOWN,
	SIM_MEDDLE_DEVICE_MAC,
	SIM_MEDDLE_MTU,
	SIM_MEDDLES
};

struct sim_fault {
	enum sim_kind kind;
	unsigned router;		/* from 0; or SIM_ALL */
	usec_t at;
	usec_t span;			/* VRRP_NEVER = for good */
	unsigned value;
};

/* One frame, and what its receivers must find in it. */
struct sim_frame {
	uint8_t octet[SIM_FRAME_LEN];
	unsigned len;
	unsigned refs;
	unsigned next;			/* free list */
	const struct vrrp_conf *conf;	/* its sender's; NULL = refuse it */
	struct vrrp_addr src;
	uint8_t priority;
	usec_t interval;		/* v3, not Master: or this one */
	bool pseudo_header;
	bool damaged;
	bool virtual;			/* comes from the virtual MAC */
	unsigned cure_at;		/* 0 = none; this octet, once ... */
	uint8_t cure;			/* ... this, makes it sound */
};

/*
 * What the rules remember of a router, from what it heard, sent and was asked;
 * in its own time.
 */
struct sim_watch {
	usec_t due;			/* the RFC's timer; or NEVER */
	usec_t hold;			/* start delay, fault */
	usec_t preempt;			/* a lower Master has until; or NEVER */
	usec_t interval;		/* Active_Adver_Interval */
	usec_t sent;			/* last advert; Master */
	usec_t announce;		/* next round; or NEVER */
	unsigned doubts;		/* since the last timed round */
	usec_t told;			/* as well, on the wire; wire's time */
	usec_t since;			/* in this state */
	unsigned rounds;		/* left of the burst */
	unsigned replies;		/* since the last regular advert */
	unsigned faults;
	enum vrrp_state state;
	enum vrrp_why why;
	bool resigned;			/* priority 0 was heard last */
	bool quiet;			/* Master without a carrier */
	bool pseudo_header;		/* sums are with it */
};

/* What is on the host; the weather says more. */
struct sim_host {
	unsigned index;			/* of the interface */
	unsigned flaps;
	unsigned renumbered;		/* so often: the address it has now */
	uint8_t mac[VRRP_MAC_LEN];
	uint8_t own_mac[VRRP_MAC_LEN];	/* as the administrator wants it */
	bool complete;			/* the virtual addresses are there */
	bool device;			/* the macvlan */
	bool device_up;
	unsigned device_mtu;
	uint8_t device_mac[VRRP_MAC_LEN];
};

struct sim_router {
	struct vrrp_conf conf[SIM_VARIANTS];
	struct vrrp vr;
	struct sim_watch watch;
	struct sim_host host;
	struct vrrp_addr pool[SIM_OWN];	/* of own addresses */
	unsigned index;
	unsigned variant;
	bool macvlan;			/* for the virtual MAC, if it has it */
	int ppm;			/* how wrong the clock is */
	usec_t base;			/* its time at the start */
	usec_t now;			/* its time at the last turn */
	usec_t check;			/* it looks then; its time */
	usec_t wake;			/* next turn, in the wire's time */
	usec_t changed;			/* the host, not by us; wire's time */
	usec_t misled;			/* the neighbours, if Master; too */
	bool unseen;			/* and the router was not told */
	uint32_t weather;		/* set of enum sim_kind */
	bool absent;			/* left out of this run */
	bool running;
	/* what struct ground knows */
	struct reconcile_memory memory;
	struct reconcile_seen seen;
	struct vrrp_addr own[2];	/* as seen */
	struct vrrp_addr source;
	uint8_t own_mac[VRRP_MAC_LEN];
	unsigned working_on;		/* an index; 0 = none */
	unsigned again;			/* looks so often in a row */
	bool open, swapped, holding;
	bool dirty;			/* look at the interface */
	bool fault;			/* tell the state machine */
	bool take, yield, stop;		/* signals */
	uint16_t ip_id;
	uint64_t sent, received, dropped;
	uint16_t queue[SIM_QUEUE];
	unsigned head, waiting;
};

struct sim_event {
	usec_t at;
	uint64_t order;
	uint16_t kind;			/* see sim_wire.c */
	uint16_t who;
	uint32_t what;
};

struct sim {
	struct sim_router router[SIM_ROUTERS];
	unsigned n;
	struct sim_fault fault[SIM_FAULTS];
	unsigned nfault;
	usec_t settle;			/* all is well from then; or NEVER */
	unsigned revive;		/* set of those who live then */
	bool settled;
	usec_t now;
	uint64_t random;
	unsigned queue_max;
	/* the wire */
	usec_t delay[SIM_ROUTERS + 1][SIM_ROUTERS];
	usec_t delay_max;
	uint32_t active;		/* set of faults */
	unsigned cut[SIM_ROUTERS];	/* who does not hear this one */
	unsigned loss[SIM_ROUTERS];
	unsigned slow, twice, damage;
	bool echo;
	bool calm;			/* nothing of that */
	struct vrrp alien;		/* another virtual router */
	struct vrrp_conf alien_conf;
	bool cured;			/* and its advert came through */
	unsigned believes[SIM_ROUTERS];	/* who has the addresses, by port */
	unsigned fdb[SIM_ROUTERS];	/* where the virtual MAC is, too */
	struct sim_frame frame[SIM_FRAMES];
	unsigned fresh, free;
	struct sim_event heap[SIM_EVENTS];
	unsigned nheap, inflight;
	uint64_t order;
	/* the account */
	FILE *log;			/* NULL = no transcript */
	bool verbose;			/* adverts and drops too */
	uint64_t hash;
	uint64_t steps, frames, harm;
	uint64_t transitions;
	usec_t changed_at;		/* last change of state */
	usec_t calm_at;			/* all is well by then; or NEVER */
	bool failed;
	char failure[SIM_TEXT];
};

static inline usec_t
greater(usec_t a, usec_t b)
{
	return a > b ? a : b;
}

static inline usec_t
lesser(usec_t a, usec_t b)
{
	return a < b ? a : b;
}

/* Whether a lasting fault is on this router now. */
static inline bool
sim_is(const struct sim_router *r, enum sim_kind kind)
{
	return r->weather >> kind & 1;
}

/* sim.c */
void	sim_init(struct sim *, unsigned, unsigned,
	    const struct vrrp_family *);
struct vrrp_conf *sim_variant(struct sim *, unsigned, unsigned);
void	sim_add(struct sim *, usec_t, usec_t, enum sim_kind, unsigned,
	    unsigned);
void	sim_start(struct sim *);
void	sim_run(struct sim *, usec_t);
void	sim_turn(struct sim *, struct sim_router *);
void	sim_fail(struct sim *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
void	sim_say(struct sim *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
uint64_t sim_hash(const struct sim *);
unsigned sim_masters(const struct sim *, unsigned *);
usec_t	sim_local(const struct sim_router *, usec_t);
usec_t	sim_global(const struct sim_router *, usec_t);
void	sim_step(struct sim *, struct sim_router *, enum vrrp_event_type,
	    const struct vrrp_advert *);

/* sim_host.c */
void	host_boot(struct sim_router *);
bool	host_connected(const struct sim_router *);
bool	host_open(const struct sim_router *);
bool	host_acquire(struct sim_router *);
void	host_release(struct sim_router *);
void	host_reconcile(struct sim *, struct sim_router *);
void	host_weather(struct sim *, struct sim_router *, uint32_t);
void	host_befall(struct sim *, struct sim_router *,
	    const struct sim_fault *);

/* sim_wire.c */
uint64_t sim_random(uint64_t *);
unsigned sim_below(uint64_t *, unsigned);
void	wire_init(struct sim *);
void	wire_weather(struct sim *);
void	wire_push(struct sim *, usec_t, unsigned, unsigned, unsigned);
bool	wire_pop(struct sim *, struct sim_event *);
void	wire_advert(struct sim *, struct sim_router *, uint8_t,
	    const uint8_t *);
void	wire_announce(struct sim *, struct sim_router *, const uint8_t *);
void	wire_speak(struct sim *, enum sim_kind);
void	wire_release(struct sim *, unsigned);

/* The kinds of struct sim_event */
enum {
	WIRE_BEGIN,			/* what: a fault */
	WIRE_END,
	WIRE_SPEAK,
	WIRE_SETTLE,
	WIRE_ARRIVE			/* who: receiver, what: frame */
};

/* sim_rules.c */
void	rules_start(struct sim_router *);
void	rules_step(struct sim *, struct sim_router *,
	    const struct vrrp_event *, unsigned);
void	rules_frame(struct sim *, struct sim_router *,
	    const struct sim_frame *, enum vrrp_drop,
	    const struct vrrp_advert *);
void	rules_host(struct sim *, struct sim_router *);
void	rules_turn(struct sim *, struct sim_router *);
void	rules_lan(struct sim *);
void	rules_disturbed(struct sim *);
usec_t	rules_longest_interval(const struct sim *);
usec_t	rules_settling_time(const struct sim *);
bool	rules_compatible(const struct vrrp_conf *, const struct vrrp_conf *);

/* sim_seed.c: a scenario from a number, and the verdict */
struct sim_case {
	uint64_t seed;
	unsigned routers;		/* set of those who take part */
	uint32_t faults;		/* set of those that happen */
	FILE *log;
	bool verbose;
};

struct sim_result {
	bool failed;
	char failure[SIM_TEXT];
	uint64_t hash;
	uint64_t transitions, steps, frames;
	usec_t end;			/* virtual time */
	usec_t bound;			/* allowed until all is settled */
	usec_t took;			/* needed */
};

void	seed_case(struct sim_case *, uint64_t);
void	seed_run(struct sim *, const struct sim_case *, struct sim_result *);
void	seed_shrink(struct sim *, struct sim_case *);
void	seed_report(struct sim *, const struct sim_case *, FILE *);
int	seed_sweep(struct sim *, uint64_t, uint64_t, FILE *);

#endif
