/*
 * A scenario from a number: who takes part, how they are configured, what goes
 * wrong and when.  Then the verdict on the whole run, and what makes a failure
 * small enough to read.
 */
#include "sim.h"

#include <inttypes.h>
#include <string.h>

enum {
	BASE,				/* the configurations of a router */
	OTHER_PRIORITY,
	MISMATCH,
	PATIENCE = 16			/* intervals of calm at the end */
};

static const unsigned v3_base_cs[] = {
	1, 2, 5, 10, 20, 50, 100, 100, 100, 100, 500
};

/* Once in n times */
static bool
seldom(uint64_t *rng, unsigned n)
{
	return sim_below(rng, n) == 0;
}

/* From 0 to most, as often small as large */
static usec_t
some_time(uint64_t *rng, usec_t most)
{
	usec_t part = most >> sim_below(rng, 8);

	return (usec_t)(sim_random(rng) % (uint64_t)(part + 1));
}

/* --- who takes part ----------------------------------------------------- */

static usec_t
base_interval(uint64_t *rng, unsigned version)
{
	if (version == 2)
		return (1 + seldom(rng, 8) * sim_below(rng, 5)) * VRRP_SECOND;
	return v3_base_cs[sim_below(rng, sizeof(v3_base_cs) /
	    sizeof(v3_base_cs[0]))] * VRRP_CENTISECOND;
}

static uint8_t
priority(uint64_t *rng, unsigned style)
{
	if (style == 0)
		return VRRP_PRIORITY_DEFAULT;
	if (style <= 2)
		return (uint8_t)(99 + sim_below(rng, 3));
	if (style == 3)
		return (uint8_t)(250 + sim_below(rng, 5));
	return (uint8_t)(1 + sim_below(rng, 254));
}

/* What all routers of a scenario have in common. */
struct habits {
	usec_t interval;
	unsigned style;			/* of priorities */
	unsigned no_preempt;		/* one in so many; 0 = none */
	bool mixed_intervals;
	bool start_delay, preempt_delay;
	bool drift;
	bool odd;			/* seldom used options */
	unsigned naddr;
	unsigned auth;
	usec_t refresh;
};

static void
draw_habits(struct habits *h, uint64_t *rng, unsigned version)
{
	static const unsigned no_preempt[] = { 0, 0, 0, 0, 0, 1, 2, 3 };

	h->interval = base_interval(rng, version);
	h->style = sim_below(rng, 10);
	h->no_preempt = no_preempt[sim_below(rng, 8)];
	h->mixed_intervals = version == 3 && seldom(rng, 3);
	h->start_delay = seldom(rng, 5);
	h->preempt_delay = seldom(rng, 5);
	h->drift = seldom(rng, 2);
	h->odd = seldom(rng, 6);
	h->naddr = 1 + (seldom(rng, 3) ? sim_below(rng, SIM_ADDRESSES) : 0);
	h->auth = version == 2 ? sim_below(rng, 2) : 0;
	h->refresh = seldom(rng, 3) ? 60 * VRRP_SECOND :
	    sim_below(rng, 30) * h->interval;
}

static void
draw_conf(struct vrrp_conf *conf, const struct habits *h, uint64_t *rng)
{
	conf->interval = h->interval;
	if (h->mixed_intervals)
		conf->interval = lesser(h->interval << sim_below(rng, 3),
		    VRRP_INTERVAL_MAX_CS * VRRP_CENTISECOND);
	conf->priority = priority(rng, h->style);
	conf->preempt = h->no_preempt == 0 || !seldom(rng, h->no_preempt);
	conf->vmac = !seldom(rng, 3);
	if (h->start_delay)
		conf->start_delay = some_time(rng, 12 * h->interval);
	if (h->preempt_delay)
		conf->preempt_delay = some_time(rng, 12 * h->interval);
	if (h->odd) {
		conf->down_adverts = 2 + sim_below(rng, 4);
		conf->strict_addresses = conf->version == 2;
		if (conf->version == 3)
			conf->min_interval *= 1 + sim_below(rng,
			    (unsigned)(h->interval / VRRP_CENTISECOND) * 2);
	}
	if (conf->version == 3)
		conf->checksum = conf->family == &vrrp_ipv6 ? VRRP_SUM_AUTO :
		    (enum vrrp_checksum)sim_below(rng, 3);
	conf->naddr = h->naddr;
	conf->refresh = h->refresh;
	if (h->auth) {
		conf->auth_type = VRRP_AUTH_PASSWORD;
		memcpy(conf->auth, "secret", 6);
	}
}

/* A configuration that does not go with the others', or hardly. */
static void
spoil(struct vrrp_conf *conf, uint64_t *rng)
{
	switch (sim_below(rng, 5)) {
	case 0:
		if (conf->family == &vrrp_ipv6) {
			conf->vrid++;
			break;
		}
		conf->version = conf->version == 2 ? 3 : 2;
		conf->strict_addresses = false;
		conf->checksum = VRRP_SUM_AUTO;
		conf->auth_type = VRRP_AUTH_NONE;
		memset(conf->auth, 0, sizeof(conf->auth));
		if (conf->version == 2)
			conf->interval = VRRP_SECOND;
		break;
	case 1:
		conf->vrid++;
		break;
	case 2:
		if (conf->version == 2) {
			conf->auth_type = VRRP_AUTH_PASSWORD;
			memcpy(conf->auth, "another", 7);
			break;
		}
		/* FALLTHROUGH */
	case 3:
		conf->naddr = conf->naddr % SIM_ADDRESSES + 1;
		break;
	default:
		conf->interval *= 2;
	}
}

static void
draw_router(struct sim *s, unsigned i, const struct habits *h, uint64_t *rng)
{
	struct sim_router *r = &s->router[i];
	struct vrrp_conf *conf;
	unsigned j, k;

	draw_conf(&r->conf[BASE], h, rng);
	conf = sim_variant(s, i, OTHER_PRIORITY);
	conf->priority = priority(rng, h->style);
	conf = sim_variant(s, i, MISMATCH);
	spoil(conf, rng);
	if (h->drift)
		r->ppm = (int)sim_below(rng, 20001) - 10000;
	r->base += (usec_t)(sim_random(rng) % (1u << 30));
	r->macvlan = seldom(rng, 2);
	/* The order of the addresses is not that of the routers. */
	k = sim_below(rng, 3);
	for (j = 0; j < SIM_OWN; j++)
		r->pool[j].octet[r->conf[BASE].family->addr_len - 1] +=
		    (uint8_t)(32 * k);
}

static void
make_owner(struct sim_router *r)
{
	unsigned k;

	for (k = BASE; k <= MISMATCH; k++) {
		r->conf[k].owner = true;
		r->conf[k].priority = VRRP_PRIORITY_OWNER;
	}
}

static void
draw_network(struct sim *s, uint64_t *rng)
{
	static const unsigned numbers[] = { 2, 2, 3, 3, 3, 4, 5, 8 };
	unsigned kind = sim_below(rng, 20), i, j;
	unsigned version = kind < 9 ? 2 : 3;
	usec_t most;
	struct habits h = { 0 };

	sim_init(s, numbers[sim_below(rng, 8)], version,
	    kind < 15 ? &vrrp_ipv4 : &vrrp_ipv6);
	draw_habits(&h, rng, version);
	for (i = 0; i < s->n; i++)
		draw_router(s, i, &h, rng);
	if (seldom(rng, 7))
		make_owner(&s->router[sim_below(rng, s->n)]);
	most = lesser(h.interval / 20, 500);
	s->delay_max = most;
	for (i = 0; i <= SIM_ROUTERS; i++)
		for (j = 0; j < SIM_ROUTERS; j++)
			s->delay[i][j] = 1 + sim_below(rng, (unsigned)most);
	s->queue_max = seldom(rng, 4) ? SIM_QUEUE : 256;
	draw_conf(&s->alien_conf, &h, rng);
}

/* --- what goes wrong ---------------------------------------------------- */

static unsigned
draw_value(struct sim *s, enum sim_kind kind, usec_t interval, uint64_t *rng)
{
	unsigned set = 1 + sim_below(rng, (1u << s->n) - 1);

	switch (kind) {
	case SIM_CRASH:
	case SIM_STOP:
		return seldom(rng, 2) ? BASE : 1 + sim_below(rng, 2);
	case SIM_ACQUIRE:
	case SIM_RENUMBER:
		return sim_below(rng, 2);
	case SIM_MEDDLE:
		return sim_below(rng, SIM_MEDDLES);
	case SIM_CUT:
	case SIM_PARTITION:
		return set;
	case SIM_LOSS:
		return 50 + sim_below(rng, 951);
	case SIM_SLOW:
		return (unsigned)some_time(rng, 3 * interval);
	case SIM_TWICE:
	case SIM_DAMAGE:
		return 20 + sim_below(rng, 700);
	case SIM_CARP:
	case SIM_NOISE:
		return (unsigned)interval / (1 + sim_below(rng, 20)) + 1;
	default:
		return 0;
	}
}

static void
draw_fault(struct sim *s, usec_t end, usec_t interval, uint64_t *rng)
{
	enum sim_kind kind = SIM_CRASH + sim_below(rng, SIM_KINDS - SIM_CRASH);
	usec_t at = (usec_t)(sim_random(rng) % (uint64_t)end);
	usec_t span = some_time(rng, 16 * interval);
	unsigned router = sim_below(rng, s->n), value;
	bool restarts = kind == SIM_CRASH || kind == SIM_STOP;

	value = draw_value(s, kind, interval, rng);
	if (seldom(rng, 5) && restarts)
		span = VRRP_NEVER;
	if (kind >= SIM_PARTITION)
		router = kind == SIM_LOSS && seldom(rng, 2) ? router : SIM_ALL;
	sim_add(s, at, span, kind, router, value);
}

static void
draw_faults(struct sim *s, uint64_t *rng)
{
	usec_t interval = s->router[0].conf[BASE].interval;
	usec_t end = (10 + sim_below(rng, 60)) * interval;
	unsigned n = sim_below(rng, 24), i;

	for (i = 0; i < s->n; i++)
		sim_add(s, some_time(rng, 6 * interval), VRRP_NEVER,
		    SIM_START, i, BASE);
	while (n-- > 0)
		draw_fault(s, end, interval, rng);
	s->settle = end;
	s->revive = 1 + sim_below(rng, (1u << s->n) - 1);
}

/* --- the verdict -------------------------------------------------------- */

/* Who asks for the addresses finds the Master, after a refresh at latest. */
static void
check_neighbours(struct sim *s)
{
	unsigned master = SIM_ALL, i;

	if (s->failed || sim_masters(s, &master) != 1 ||
	    s->router[master].vr.conf->refresh == 0)
		return;
	for (i = 0; i < s->n; i++)
		if (s->believes[i] != master)
			sim_fail(s, "beside r%u, r%u has the addresses; it is "
			    "r%u", i + 1, s->believes[i] + 1, master + 1);
}

/* No storm: each fault moves each router so often, each bad frame two. */
static void
check_causes(struct sim *s)
{
	uint64_t most = 4 * s->n * (1 + s->nfault) + 2 * s->harm;

	if (s->transitions > most)
		sim_fail(s, "%" PRIu64 " transitions, %u faults and %" PRIu64
		    " frames", s->transitions, s->nfault, s->harm);
}

/* Each frame is on its way to somebody, in a queue, or free. */
static void
check_frames(struct sim *s)
{
	unsigned used = 0, i;

	for (i = 0; i < s->fresh; i++)
		used += s->frame[i].refs;
	for (i = 0; i < s->n; i++)
		used -= s->router[i].waiting;
	if (!s->failed && used != s->inflight)
		sim_fail(s, "frames are lost in the simulator");
}

static void
judge(struct sim *s, struct sim_result *result)
{
	usec_t refresh = 0, calm;
	unsigned i;

	sim_run(s, s->settle);
	calm = s->calm_at;
	result->bound = calm - s->settle;
	sim_run(s, calm + PATIENCE * rules_longest_interval(s));
	result->took = greater(0, s->changed_at - s->settle);
	rules_lan(s);
	for (i = 0; i < s->n; i++)
		refresh = greater(refresh, s->router[i].conf[BASE].refresh);
	sim_run(s, greater(s->now, calm + refresh + refresh / 50 +
	    2 * VRRP_SECOND));
	rules_lan(s);
	check_neighbours(s);
	check_causes(s);
	check_frames(s);
}

void
seed_case(struct sim_case *c, uint64_t seed)
{
	memset(c, 0, sizeof(*c));
	c->seed = seed;
	c->routers = (1u << SIM_ROUTERS) - 1;
	c->faults = 0xffffffff;
}

/* Who and what is left out does not change the rest of the scenario. */
static void
leave_out(struct sim *s, const struct sim_case *c)
{
	unsigned i;

	for (i = 0; i < s->n; i++)
		s->router[i].absent = !(c->routers >> i & 1);
	for (i = 0; i < s->nfault; i++)
		if (s->fault[i].kind != SIM_START && !(c->faults >> i & 1))
			s->fault[i].at = VRRP_NEVER;
}

void
seed_run(struct sim *s, const struct sim_case *c, struct sim_result *result)
{
	uint64_t rng = c->seed;

	memset(result, 0, sizeof(*result));
	draw_network(s, &rng);
	draw_faults(s, &rng);
	s->random = sim_random(&rng);
	s->log = c->log;
	s->verbose = c->verbose;
	leave_out(s, c);
	sim_start(s);
	judge(s, result);
	result->failed = s->failed;
	memcpy(result->failure, s->failure, sizeof(result->failure));
	result->hash = sim_hash(s);
	result->transitions = s->transitions;
	result->steps = s->steps;
	result->frames = s->frames;
	result->end = s->now;
}

/* --- failures ----------------------------------------------------------- */

static bool
still_fails(struct sim *s, const struct sim_case *c)
{
	struct sim_result result;

	seed_run(s, c, &result);
	return result.failed;
}

/* Leaves out one router or fault after the other while it fails without. */
void
seed_shrink(struct sim *s, struct sim_case *c)
{
	struct sim_case less;
	bool smaller = true;
	unsigned i;

	while (smaller) {
		smaller = false;
		for (i = 0; i < SIM_ROUTERS + SIM_FAULTS; i++) {
			less = *c;
			if (i < SIM_ROUTERS)
				less.routers &= ~(1u << i);
			else
				less.faults &= ~(1u << (i - SIM_ROUTERS));
			if (less.routers == 0 || (less.routers == c->routers &&
			    less.faults == c->faults) ||
			    !still_fails(s, &less))
				continue;
			*c = less;
			smaller = true;
		}
	}
}

static void
print_routers(const struct sim *s, FILE *out)
{
	const struct sim_router *r;
	const struct vrrp_conf *conf;
	unsigned i;

	for (i = 0; i < s->n; i++) {
		r = &s->router[i];
		conf = &r->conf[BASE];
		if (!r->absent)
			fprintf(out, "r%u: v%u, priority %u or %u, every %lld "
			    "ms, %s%s, delays %lld and %lld ms, %d ppm\n",
			    i + 1, conf->version, conf->priority,
			    r->conf[OTHER_PRIORITY].priority,
			    (long long)(conf->interval / 1000),
			    conf->preempt ? "preempts" : "does not preempt",
			    conf->owner ? ", owner" : "",
			    (long long)(conf->start_delay / 1000),
			    (long long)(conf->preempt_delay / 1000), r->ppm);
	}
}

/* The transcript of a case, and how to see it again. */
void
seed_report(struct sim *s, const struct sim_case *c, FILE *out)
{
	struct sim_case loud = *c;
	struct sim_result result;

	loud.log = out;
	seed_run(s, &loud, &result);
	print_routers(s, out);
	fprintf(out, "%s\nagain: tests/sim/soak -s %"
	    PRIu64 " -r 0x%x -f 0x%x\n",
	    result.failed ? result.failure : "no rule is broken", c->seed,
	    c->routers, c->faults);
}

/* n seeds from first; -1 and a report to out at the first that fails. */
int
seed_sweep(struct sim *s, uint64_t first, uint64_t n, FILE *out)
{
	struct sim_result result;
	struct sim_case c;
	uint64_t i;

	for (i = 0; i < n; i++) {
		seed_case(&c, first + i);
		seed_run(s, &c, &result);
		if (!result.failed)
			continue;
		seed_shrink(s, &c);
		seed_report(s, &c, out);
		return -1;
	}
	return 0;
}
