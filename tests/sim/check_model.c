/*
 * Every reachable state of two and of three routers, breadth first: model.c
 * has the LAN and its moves, model_rules.c the laws that each step must keep.
 * Then, from every state, a network that is whole from now on must come to
 * exactly one Master in time, whatever the order of adverts and timers: the
 * longest way is found in the graph of calm moves by Tarjan's algorithm.
 * A broken law prints the shortest way to it.
 *
 * Alone it runs the LANs that take a second or two; VRRP_MODEL=all runs the
 * others too, a minute; VRRP_MODEL=name runs one, "full" being three routers
 * with nothing left out.  VRRP_FLIGHTS and VRRP_STATES set the bounds.
 */
#include "model.h"
#include "tests/unit/check_util.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	STATES = 8000000,		/* under 1 GB for three routers */
	BATCH = 1 << 16,
	COST = 1 << 31,			/* the move to it takes a tick */
	NOT_WRONG = -1,			/* nothing wrong from here on */
	FOREVER = 30000
};

struct frame {
	uint32_t state;
	uint32_t first, next, end;	/* its successors, on the stack */
};

static struct {
	const struct lan *lan;
	unsigned key_len;
	uint32_t n, max, room;
	uint8_t *keys;
	uint32_t *parent;
	struct move *by;		/* the move from the parent */
	uint32_t *table;		/* number of a state + 1 */
	uint32_t mask;
	uint64_t moves;
} set;

/* Tarjan: the number of each state, the lowest that it can reach. */
static struct {
	uint32_t *index, *low;
	int16_t *wrong;			/* last tick at which it is wrong */
	uint8_t *on;
	uint32_t room;
	struct frame *frames;
	uint32_t nframes, aframes;
	uint32_t *succ;
	uint32_t nsucc, asucc;
	uint32_t *open;
	uint32_t nopen, aopen;
	uint32_t count;
} graph;

static void *
resize(void *p, size_t n, size_t size)
{
	p = realloc(p, n * size);
	if (p == NULL)
		ck_abort_msg("no memory for %zu octets", n * size);
	return p;
}

static uint32_t
hash(const uint8_t *key)
{
	uint64_t word, h = 0x9e3779b97f4a7c15;
	unsigned i;

	for (i = 0; i < set.key_len; i += 8) {
		memcpy(&word, key + i, 8);
		h = (h ^ word) * 0xff51afd7ed558ccd;
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

static const uint8_t *
key_of(uint32_t state)
{
	return set.keys + (size_t)state * set.key_len;
}

static void
set_open(const struct lan *lan, uint32_t max)
{
	uint32_t size = 1024;

	memset(&set, 0, sizeof(set));
	memset(&graph, 0, sizeof(graph));
	set.lan = lan;
	set.key_len = model_key_len(lan);
	set.max = max;
	while (size < max / 2 * 3)
		size *= 2;
	set.table = calloc(size, sizeof(*set.table));
	ck_assert_ptr_nonnull(set.table);
	set.mask = size - 1;
}

static void
set_close(void)
{
	free(set.keys);
	free(set.parent);
	free(set.by);
	free(set.table);
	free(graph.index);
	free(graph.low);
	free(graph.wrong);
	free(graph.on);
	free(graph.frames);
	free(graph.succ);
	free(graph.open);
}

static void
set_grow(void)
{
	if (set.n < set.room)
		return;
	set.room += BATCH;
	set.keys = resize(set.keys, set.room, set.key_len);
	set.parent = resize(set.parent, set.room, sizeof(*set.parent));
	set.by = resize(set.by, set.room, sizeof(*set.by));
}

/* The number of this state, which may be a new one. */
static uint32_t
set_add(const uint8_t *key, uint32_t parent, struct move by)
{
	uint32_t *slot, h = hash(key);

	for (;; h++) {
		slot = &set.table[h & set.mask];
		if (*slot == 0)
			break;
		if (memcmp(key_of(*slot - 1), key, set.key_len) == 0)
			return *slot - 1;
	}
	if (set.n == set.max)
		ck_abort_msg("%s: more than %u states; VRRP_STATES allows more",
		    set.lan->name, set.max);
	set_grow();
	memcpy(set.keys + (size_t)set.n * set.key_len, key, set.key_len);
	set.parent[set.n] = parent;
	set.by[set.n] = by;
	*slot = ++set.n;
	return set.n - 1;
}

static const char *
event_name(unsigned type)
{
	static const char *const name[] = { "link up", "link down",
	    "carrier lost", "shutdown", "timer", "advert", "fault", "take",
	    "yield", "announce" };

	return name[type];
}

static void
print_move(const struct world *w, struct move m)
{
	const struct flight *f = &w->wire[m.arg];

	switch (m.type) {
	case MOVE_HEAR:
	case MOVE_LOSE:
		printf("r%u %s r%u's priority %u", m.router + 1, m.type ==
		    MOVE_HEAR ? "hears" : "does not hear", f->from + 1, f->zero
		    ? 0 : w->lan->conf[f->from].priority);
		break;
	case MOVE_CRASH:
		printf("r%u crashes", m.router + 1);
		break;
	case MOVE_EVENT:
		printf("r%u %s", m.router + 1, event_name(m.arg));
		break;
	default:
		printf("r%u timer", m.router + 1);
		break;
	}
}

static void
print_actions(unsigned actions)
{
	static const char *const name[] = { "resign", "release", "advert",
	    "acquire", "announce", "notify" };

	EACH(i, name)
		if (actions >> i & 1)
			printf(" %s", name[i]);
}

/* Takes the move and prints it as a line, unless it is but a tick. */
static void
replay(struct world *w, struct move m, int *t)
{
	uint8_t key[MODEL_KEY_LEN];
	enum vrrp_state from = w->node[m.router].vr.state;
	enum vrrp_state to;
	unsigned actions;

	if (m.type == MOVE_TICK) {
		++*t;
	} else {
		printf("[%7.3f] ", *t * (double)MODEL_TICK / VRRP_SECOND);
		print_move(w, m);
	}
	actions = model_apply(w, m);
	to = w->node[m.router].vr.state;
	if (m.type != MOVE_TICK) {
		printf(" > %s", vrrp_state_name(from));
		if (to != from)
			printf(" -> %s", vrrp_state_name(to));
		print_actions(actions);
		printf("\n");
	}
	model_pack(key, w);
}

/* The shortest way to this state; leaves it in *w and the time in *t. */
static void
print_way(struct world *w, uint32_t state, int *t)
{
	uint32_t i, s, n = 0, *way;

	for (s = state; s != 0; s = set.parent[s])
		n++;
	way = resize(NULL, n + 1, sizeof(*way));
	for (i = n, s = state; s != 0; s = set.parent[s])
		way[--i] = s;
	printf("model %s:\n", set.lan->name);
	model_start(w, set.lan);
	*t = 0;
	for (i = 0; i < n; i++) {
		model_unpack(w, set.lan, key_of(set.parent[way[i]]));
		w->whole = true;
		replay(w, set.by[way[i]], t);
	}
	model_unpack(w, set.lan, key_of(state));
	free(way);
}

static void
fail_law(uint32_t state, struct move m, const char *law, unsigned router)
{
	struct world w;
	int t;

	print_way(&w, state, &t);
	replay(&w, m, &t);
	fflush(stdout);
	ck_abort_msg("%s at %.3f s: r%u breaks the law \"%s\"", set.lan->name,
	    t * (double)MODEL_TICK / VRRP_SECOND, router + 1, law);
}

/* Takes a move from a state; the number of the state that it leads to */
static uint32_t
visit(uint32_t state, const struct world *from, struct move m)
{
	uint8_t key[MODEL_KEY_LEN];
	struct world w = *from;

	model_apply(&w, m);
	model_pack(key, &w);
	if (w.broken != NULL)
		fail_law(state, m, w.broken, w.broken_at);
	set.moves++;
	return set_add(key, state, m);
}

static void
explore(void)
{
	uint8_t key[MODEL_KEY_LEN];
	struct move m[MODEL_MOVES] = { { 0, 0, 0 } };
	struct world w;
	uint32_t state;
	unsigned i, n;

	model_start(&w, set.lan);
	model_pack(key, &w);
	set_add(key, 0, m[0]);
	for (state = 0; state < set.n; state++) {
		model_unpack(&w, set.lan, key_of(state));
		n = model_moves(m, &w);
		for (i = 0; i < n; i++)
			visit(state, &w, m[i]);
	}
}

static void
graph_grow(void)
{
	uint32_t old = graph.room;

	if (set.n <= old)
		return;
	graph.room = set.n + BATCH;
	graph.index = resize(graph.index, graph.room, sizeof(*graph.index));
	graph.low = resize(graph.low, graph.room, sizeof(*graph.low));
	graph.wrong = resize(graph.wrong, graph.room, sizeof(*graph.wrong));
	graph.on = resize(graph.on, graph.room, sizeof(*graph.on));
	memset(graph.index + old, 0, (graph.room - old) * sizeof(uint32_t));
	memset(graph.on + old, 0, graph.room - old);
}

static void
push(uint32_t **stack, uint32_t *n, uint32_t *room, uint32_t value)
{
	if (*n == *room) {
		*room += BATCH;
		*stack = resize(*stack, *room, sizeof(**stack));
	}
	(*stack)[(*n)++] = value;
}

/* Enters a state: its successors in a network that is whole */
static void
descend(uint32_t state)
{
	struct move m[MODEL_MOVES];
	struct world w;
	struct frame *f;
	unsigned i, n;

	if (graph.nframes == graph.aframes) {
		graph.aframes += BATCH;
		graph.frames = resize(graph.frames, graph.aframes,
		    sizeof(*graph.frames));
	}
	f = &graph.frames[graph.nframes++];
	f->state = state;
	f->first = f->next = graph.nsucc;
	model_unpack(&w, set.lan, key_of(state));
	w.whole = true;
	n = model_calm_moves(m, &w);
	for (i = 0; i < n; i++)
		push(&graph.succ, &graph.nsucc, &graph.asucc,
		    visit(state, &w, m[i]) |
		    (m[i].type == MOVE_TICK ? (uint32_t)COST : 0));
	f->end = graph.nsucc;
	graph_grow();
	graph.index[state] = graph.low[state] = ++graph.count;
	graph.wrong[state] = model_wrong(&w) ? 0 : NOT_WRONG;
	graph.on[state] = 1;
	push(&graph.open, &graph.nopen, &graph.aopen, state);
}

/* Follows the way that is wrong the longest. */
static void
fail_calm(uint32_t state, const char *what, int bound)
{
	struct move m[MODEL_MOVES];
	struct world w, next;
	uint8_t key[MODEL_KEY_LEN];
	uint32_t s, to, best;
	unsigned i, n, pick, lines;
	int t, end = 0;

	print_way(&w, state, &t);
	printf("[%7.3f] the network is whole\n",
	    t * (double)MODEL_TICK / VRRP_SECOND);
	for (s = state, lines = 0; lines < 400 && end <= bound + 4; lines++) {
		w.whole = true;
		n = model_calm_moves(m, &w);
		best = pick = 0;
		for (i = 0; i < n; i++) {
			next = w;
			model_apply(&next, m[i]);
			model_pack(key, &next);
			to = set_add(key, s, m[i]);
			graph_grow();
			if (i == 0 || graph.wrong[to] > graph.wrong[best]) {
				best = to;
				pick = i;
			}
		}
		end += m[pick].type == MOVE_TICK;
		replay(&w, m[pick], &t);
		s = best;
	}
	fflush(stdout);
	ck_abort_msg("%s: %s (bound %.3f s)", set.lan->name, what,
	    bound * (double)MODEL_TICK / VRRP_SECOND);
}

/*
 * All states of a component that is closed have the same fate: a way round
 * that passes, or can leave for, a wrong state may take for ever.
 */
static void
close_component(uint32_t root)
{
	uint32_t i, n = graph.nopen, first = n;
	int wrong = NOT_WRONG;

	do
		if (graph.wrong[graph.open[--first]] > wrong)
			wrong = graph.wrong[graph.open[first]];
	while (graph.open[first] != root);
	if (n - first > 1 && wrong != NOT_WRONG)
		wrong = FOREVER;
	for (i = first; i < n; i++) {
		graph.on[graph.open[i]] = 0;
		graph.wrong[graph.open[i]] = (int16_t)wrong;
	}
	graph.nopen = first;
}

/* What the successor to says about the state before it */
static void
take_in(uint32_t state, uint32_t to, int cost)
{
	int wrong = graph.wrong[to];

	if (graph.on[to]) {
		if (graph.low[to] < graph.low[state])
			graph.low[state] = graph.low[to];
		/* A tick to itself, as it is: nobody is up, or for ever. */
		if (to == state && wrong != NOT_WRONG)
			graph.wrong[state] = FOREVER;
		return;
	}
	if (wrong == NOT_WRONG)
		return;
	if (wrong < FOREVER)
		wrong += cost;
	if (wrong > graph.wrong[state])
		graph.wrong[state] = (int16_t)wrong;
}

static void
tarjan(uint32_t start)
{
	struct frame *f;
	uint32_t to, state;

	descend(start);
	while (graph.nframes > 0) {
		f = &graph.frames[graph.nframes - 1];
		state = f->state;
		if (f->next < f->end) {
			to = graph.succ[f->next] & ~(uint32_t)COST;
			if (graph.index[to] == 0) {
				descend(to);
				continue;
			}
			take_in(state, to,
			    (graph.succ[f->next++] & (uint32_t)COST) != 0);
			continue;
		}
		if (graph.low[state] == graph.index[state])
			close_component(state);
		graph.nsucc = f->first;
		graph.nframes--;
	}
}

/* From every state visited; the longest time to one Master, in ticks */
static int
converge(uint32_t visited)
{
	struct world w;
	uint32_t state;
	int wrong, longest = 0;

	graph_grow();
	for (state = 0; state < visited; state++)
		if (graph.index[state] == 0)
			tarjan(state);
	for (state = 0; state < visited; state++) {
		model_unpack(&w, set.lan, key_of(state));
		wrong = graph.wrong[state];
		if (wrong == FOREVER)
			fail_calm(state, "never one Master for good",
			    model_bound(&w));
		if (wrong > model_bound(&w))
			fail_calm(state, "one Master, but too late",
			    model_bound(&w));
		if (wrong > longest)
			longest = wrong;
	}
	return longest;
}

static unsigned
number(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : (unsigned)strtoul(text, NULL, 10);
}

static double
seconds(clock_t since)
{
	return (double)(clock() - since) / CLOCKS_PER_SEC;
}

static void
check_lan(const struct lan *wanted)
{
	struct lan lan = *wanted;
	clock_t begin = clock();
	uint32_t visited;
	int longest;

	lan.flights = number("VRRP_FLIGHTS", lan.flights);
	ck_assert_uint_lt(lan.flights, MODEL_WIRE);
	set_open(&lan, number("VRRP_STATES", STATES));
	explore();
	visited = set.n;
	longest = converge(visited);
	printf("model %-12s %u routers, %u in flight: %7u states, %8llu moves,"
	    " one Master in %.2f s, %.1f s CPU\n", lan.name, lan.n,
	    lan.flights, visited, (unsigned long long)set.moves,
	    longest * (double)MODEL_TICK / VRRP_SECOND, seconds(begin));
	fflush(stdout);
	set_close();
}

#define ON(type)	(1U << VRRP_EV_##type)
#define LINK		(ON(LINK_UP) | ON(LINK_DOWN))
#define HANDS		(ON(TAKE) | ON(YIELD) | ON(SHUTDOWN))
#define ALL		(LINK | HANDS | ON(CARRIER_LOST) | ON(ANNOUNCE))

/* Skews of 0.75, 0.5 and 0.25 s: whole ticks */
enum { LOW = 64, MIDDLE = 128, HIGH = 192 };

/* A second, with preemption, and what else is said */
#define ROUTER(prio, ...)						\
	{ .version = 2, .vrid = 1, .interval = VRRP_SECOND,		\
	    .down_adverts = 3, .naddr = 1, .priority = prio,		\
	    .preempt = true, __VA_ARGS__ }
#define PAIR(title, made, one, other)					\
	.name = title, .n = 2, .events = made, .crashes = true,		\
	.conf = { one, other }

/* Some routers have other than the usual values. */
#pragma GCC diagnostic ignored "-Woverride-init"

static const struct {
	enum { SHORT, LONG, NIGHT } takes;
	struct lan lan;
} lans[] = {
	/* Every event there is, but for faults and doubts */
	{ LONG, { PAIR("two", ALL, ROUTER(LOW), ROUTER(HIGH)),
	    .flights = 2, .coarse = true } },
	/* Doubts at any time, and what they lead to */
	{ LONG, { PAIR("doubt", LINK | ON(CARRIER_LOST) | ON(DOUBT),
	    ROUTER(LOW), ROUTER(HIGH)), .flights = 1 } },
	{ LONG, { PAIR("no-preempt", ALL, ROUTER(LOW, .preempt = false),
	    ROUTER(HIGH, .preempt = false)), .flights = 1 } },
	/* The address decides; there is no right Master but it must be one. */
	{ SHORT, { PAIR("equal", LINK | HANDS, ROUTER(MIDDLE),
	    ROUTER(MIDDLE)), .flights = 2 } },
	/* HIGH stands for 255, whose skew is not on the grid. */
	{ SHORT, { PAIR("owner", ALL, ROUTER(MIDDLE), ROUTER(HIGH,
	    .owner = true, .start_delay = 2 * VRRP_SECOND)), .flights = 1 } },
	{ LONG, { PAIR("faults", LINK | ON(FAULT) | ON(TAKE), ROUTER(MIDDLE),
	    ROUTER(HIGH)), .flights = 1, .faults = 2, .coarse = true } },
	{ SHORT, { PAIR("delays", LINK | HANDS,
	    ROUTER(LOW, .start_delay = 5 * VRRP_SECOND),
	    ROUTER(HIGH, .start_delay = VRRP_SECOND,
	    .preempt_delay = 6 * VRRP_SECOND)), .flights = 1,
	    .coarse = true } },
	/* Version 3: the better one is slow, the other learns its interval. */
	{ LONG, { PAIR("learned", LINK | ON(YIELD) | ON(FAULT),
	    ROUTER(LOW, .version = 3), ROUTER(HIGH, .version = 3,
	    .interval = 2 * VRRP_SECOND)), .flights = 1, .faults = 1,
	    .coarse = true } },
	/* Timers are served up to one interval and a tick late (P-24). */
	{ SHORT, { PAIR("stalls", LINK | ON(CARRIER_LOST), ROUTER(LOW),
	    ROUTER(HIGH)), .flights = 1, .late = 5, .coarse = true } },
	/* The better one has the lower address; some wake for nothing. */
	{ SHORT, { PAIR("refresh", LINK | ON(ANNOUNCE) | ON(TIMER),
	    ROUTER(HIGH, .refresh = 2 * VRRP_SECOND),
	    ROUTER(MIDDLE, .refresh = 2 * VRRP_SECOND)), .flights = 1 } },
	/*
	 * Reduced: announcements and the limit of answers are left out, one
	 * lost advert and not three takes a Master down, and of the events
	 * there are only crashes and links that go down and come up.
	 */
	{ LONG, { .name = "three", .n = 3, .flights = 2, .events = LINK,
	    .crashes = true, .coarse = true, .conf = {
		ROUTER(LOW, .down_adverts = 1),
		ROUTER(MIDDLE, .down_adverts = 1),
		ROUTER(HIGH, .down_adverts = 1) } } },
	/* Nothing left out; for a long night */
	{ NIGHT, { .name = "full", .n = 3, .flights = 2, .events = ALL,
	    .crashes = true, .conf = { ROUTER(LOW), ROUTER(MIDDLE),
		ROUTER(HIGH) } } },
};

LOOP_TEST(every_state, 0, NROWS(lans))
{
	const char *wanted = getenv("VRRP_MODEL");
	bool run;

	if (wanted == NULL)
		run = lans[_i].takes == SHORT;
	else if (strcmp(wanted, "all") == 0)
		run = lans[_i].takes != NIGHT;
	else
		run = strcmp(wanted, lans[_i].lan.name) == 0;
	if (run)
		check_lan(&lans[_i].lan);
}

RUN_TESTS("model", 100000, NULL, NULL)
