/*
 * The routers of the simulator.  The order of things in a turn is that of the
 * loop in vrrpd.c, of the actions that of router.c; nothing here decides about
 * the protocol.
 */
#include "sim.h"

#include <stdarg.h>
#include <string.h>

/* A wake-up that never comes to an end */
#define STEPS_MAX	((uint64_t)1 << 33)

void
sim_fail(struct sim *s, const char *format, ...)
{
	va_list args;

	if (s->failed)
		return;
	s->failed = true;
	va_start(args, format);
	vsnprintf(s->failure, sizeof(s->failure), format, args);
	va_end(args);
	sim_say(s, "!! %s", s->failure);
}

/* A line of the transcript: "[ 3.609] r2 > backup -> master (...)" */
void
sim_say(struct sim *s, const char *format, ...)
{
	va_list args;

	if (s->log == NULL)
		return;
	fprintf(s->log, "[%2lld.%03lld] ", (long long)(s->now / VRRP_SECOND),
	    (long long)(s->now % VRRP_SECOND / 1000));
	va_start(args, format);
	vfprintf(s->log, format, args);
	va_end(args);
	fputc('\n', s->log);
}

static void
mix(uint64_t *hash, uint64_t value)
{
	*hash = (*hash ^ value) * 0x9e3779b97f4a7c15u;
	*hash ^= *hash >> 29;
}

/* --- time --------------------------------------------------------------- */

/* A clock is ppm millionths too fast, and started somewhere else. */
usec_t
sim_local(const struct sim_router *r, usec_t global)
{
	return r->base + global + global * r->ppm / 1000000;
}

/* The first moment at which the router's clock shows local or more. */
usec_t
sim_global(const struct sim_router *r, usec_t local)
{
	usec_t x = local - r->base, t = x;

	if (r->ppm == 0)
		return t;
	t = x - x * r->ppm / (1000000 + r->ppm);
	while (sim_local(r, t) >= local)
		t--;
	while (sim_local(r, t) < local)
		t++;
	return t;
}

/* When the router gets the next turn by itself. */
static void
rearm(struct sim *s, struct sim_router *r)
{
	usec_t deadline;

	r->wake = VRRP_NEVER;
	if (!r->running || sim_is(r, SIM_STALL))
		return;
	deadline = vrrp_deadline(&r->vr);
	if (r->check < deadline)
		deadline = r->check;
	if (r->dirty || r->fault || r->waiting > 0)
		r->wake = s->now + SIM_TURN;
	else
		r->wake = sim_global(r, deadline);
	if (r->wake < s->now)
		r->wake = s->now;
}

/* --- one router --------------------------------------------------------- */

static const uint8_t *
master_mac(const struct sim_router *r, uint8_t *mac)
{
	if (!r->vr.conf->vmac)
		return r->own_mac;
	vrrp_mac(mac, r->vr.conf);
	return mac;
}

/* As run_actions() of router.c */
static void
run_actions(struct sim *s, struct sim_router *r, unsigned actions)
{
	uint8_t virtual[VRRP_MAC_LEN];
	const uint8_t *mac = master_mac(r, virtual);
	bool held = true;

	if (actions & VRRP_ACT_RESIGN)
		wire_advert(s, r, VRRP_PRIORITY_STOP, mac);
	if (actions & VRRP_ACT_RELEASE)
		host_release(r);
	if (actions & VRRP_ACT_ADVERT)
		wire_advert(s, r, r->vr.conf->priority,
		    r->vr.state == VRRP_MASTER ? mac : r->own_mac);
	if (actions & VRRP_ACT_ACQUIRE)
		r->fault = !(held = host_acquire(r));
	if ((actions & VRRP_ACT_ANNOUNCE) && held)
		wire_announce(s, r, mac);
}

static const char *
why_text(const struct sim_router *r)
{
	static const char *const text[] = {
		[VRRP_WHY_START] = "start",
		[VRRP_WHY_OWNER] = "owner of the addresses",
		[VRRP_WHY_SILENCE] = "no advert",
		[VRRP_WHY_RESIGNED] = "the master resigned",
		[VRRP_WHY_PREEMPT] = "the master is worse",
		[VRRP_WHY_OUTRANKED] = "a better advert",
		[VRRP_WHY_LINK] = "link lost",
		[VRRP_WHY_FAULT] = "addresses refused",
		[VRRP_WHY_OPERATOR] = "the operator's word",
		[VRRP_WHY_SHUTDOWN] = "shutdown"
	};

	return text[r->vr.why];
}

/* All but a Master's regular adverts and a Backup that hears them. */
static void
account(struct sim *s, struct sim_router *r, enum vrrp_state from,
    enum vrrp_event_type type, unsigned actions)
{
	if (from == r->vr.state && (type == VRRP_EV_ADVERT ||
	    type == VRRP_EV_TIMER) && actions == (from == VRRP_MASTER ?
	    VRRP_ACT_ADVERT : 0u))
		return;
	mix(&s->hash, (uint64_t)s->now);
	mix(&s->hash, (uint64_t)r->vr.deadline);
	mix(&s->hash, r->index | r->vr.state << 4 | r->vr.why << 8 |
	    actions << 16);
	if (from == r->vr.state)
		return;
	s->transitions++;
	s->changed_at = s->now;
	sim_say(s, "r%u > %s -> %s (%s)%s", r->index + 1,
	    vrrp_state_name(from), vrrp_state_name(r->vr.state), why_text(r),
	    actions & VRRP_ACT_RESIGN ? ", resigns" : "");
}

void
sim_step(struct sim *s, struct sim_router *r, enum vrrp_event_type type,
    const struct vrrp_advert *adv)
{
	const struct vrrp_event ev = { type, adv };
	const enum vrrp_state from = r->vr.state;
	unsigned actions;

	if (s->failed)
		return;
	if (s->steps++ == STEPS_MAX)
		sim_fail(s, "it does not end");
	actions = vrrp_step(&r->vr, &ev, r->now);
	account(s, r, from, type, actions);
	rules_step(s, r, &ev, actions);
	run_actions(s, r, actions);
	if (s->verbose && (actions & (VRRP_ACT_ADVERT | VRRP_ACT_ANNOUNCE)))
		sim_say(s, "r%u >%s%s", r->index + 1,
		    actions & VRRP_ACT_ADVERT ? " advert" : "",
		    actions & VRRP_ACT_ANNOUNCE ? " announce" : "");
}

/* As on_frame() and on_drop() of router.c */
static void
receive(struct sim *s, struct sim_router *r, unsigned id)
{
	const struct vrrp_conf *conf = r->vr.conf;
	const struct sim_frame *frame = &s->frame[id];
	struct vrrp_packet pkt;
	struct vrrp_advert adv;
	enum vrrp_drop drop;

	if (r->vr.state == VRRP_INITIALIZE)
		return;
	drop = frame_parse(&pkt, conf->family, frame->octet, frame->len);
	if (drop == VRRP_DROP_NONE)
		drop = advert_parse(&adv, &pkt, conf);
	if (drop == VRRP_DROP_NONE)
		drop = advert_check(&adv, &r->vr);
	rules_frame(s, r, frame, drop, &adv);
	if (drop == VRRP_DROP_NONE) {
		r->received++;
		sim_step(s, r, VRRP_EV_ADVERT, &adv);
		return;
	}
	r->dropped++;
	mix(&s->hash, (uint64_t)s->now ^ drop << 8 ^ r->index);
	if (s->verbose)
		sim_say(s, "r%u x %s", r->index + 1, vrrp_drop_name(drop));
	if (drop == VRRP_DROP_OWNER)
		sim_step(s, r, VRRP_EV_DOUBT, NULL);
}

static void
drain(struct sim *s, struct sim_router *r)
{
	unsigned i, id;

	for (i = 0; i < SIM_DRAIN_MAX && r->waiting > 0; i++) {
		id = r->queue[r->head];
		r->head = (r->head + 1) % SIM_QUEUE;
		r->waiting--;
		receive(s, r, id);
		wire_release(s, id);
	}
}

static void
forget_queue(struct sim *s, struct sim_router *r)
{
	while (r->waiting > 0) {
		wire_release(s, r->queue[r->head]);
		r->head = (r->head + 1) % SIM_QUEUE;
		r->waiting--;
	}
}

static void
signals(struct sim *s, struct sim_router *r)
{
	if (r->take)
		sim_step(s, r, r->vr.state == VRRP_MASTER ? VRRP_EV_ANNOUNCE :
		    VRRP_EV_TAKE, NULL);
	if (r->yield)
		sim_step(s, r, VRRP_EV_YIELD, NULL);
	r->take = r->yield = false;
}

/* As turn() of vrrpd.c */
void
sim_turn(struct sim *s, struct sim_router *r)
{
	if (!r->running || sim_is(r, SIM_STALL))
		return;
	r->now = sim_local(r, s->now);
	drain(s, r);
	if (r->dirty || r->now >= r->check)
		host_reconcile(s, r);
	signals(s, r);
	if (r->fault) {
		r->fault = false;
		sim_step(s, r, VRRP_EV_FAULT, NULL);
	}
	if (r->now >= vrrp_deadline(&r->vr))
		sim_step(s, r, VRRP_EV_TIMER, NULL);
	if (r->stop) {
		sim_step(s, r, VRRP_EV_SHUTDOWN, NULL);
		r->running = r->stop = r->open = r->host.device = false;
		forget_queue(s, r);
	}
	rules_turn(s, r);
	rearm(s, r);
}

static void
on_arrival(struct sim *s, struct sim_router *r, unsigned id)
{
	rules_host(s, r);
	if (!r->running || !host_open(r) || r->waiting == s->queue_max) {
		wire_release(s, id);
		return;
	}
	r->queue[(r->head + r->waiting++) % SIM_QUEUE] = (uint16_t)id;
	sim_turn(s, r);
}

/* --- faults ------------------------------------------------------------- */

static void
start(struct sim *s, struct sim_router *r, unsigned variant)
{
	if (r->running || r->absent)
		return;
	r->variant = variant;
	r->running = true;
	r->fault = r->take = r->yield = r->stop = r->unseen = false;
	r->open = r->swapped = r->holding = false;
	r->working_on = 0;
	memset(&r->memory, 0, sizeof(r->memory));
	if (!vrrp_mac_is_virtual(r->host.mac))
		memcpy(r->own_mac, r->host.mac, VRRP_MAC_LEN);
	r->now = sim_local(r, s->now);
	vrrp_init(&r->vr, &r->conf[variant], r->now);
	r->dirty = true;
	r->changed = s->now;
	rules_start(r);
	sim_turn(s, r);
}

/* Nobody hears of it, and nothing is left behind. */
static void
crash(struct sim *s, struct sim_router *r)
{
	if (!r->running)
		return;
	if (r->vr.state != VRRP_INITIALIZE) {
		s->transitions++;
		s->changed_at = s->now;
	}
	r->running = r->unseen = false;
	r->vr.state = VRRP_INITIALIZE;
	host_boot(r);
	forget_queue(s, r);
	rearm(s, r);
}

/* What the host is like now; a change wakes the router. */
static void
weather(struct sim *s, struct sim_router *r)
{
	const struct sim_fault *f;
	uint32_t kinds = 0;
	unsigned i;

	for (i = 0; i < s->nfault; i++) {
		f = &s->fault[i];
		if (s->active >> i & 1 &&
		    (f->router == r->index || f->router == SIM_ALL))
			kinds |= 1u << f->kind;
	}
	host_weather(s, r, kinds);
	sim_turn(s, r);
	rearm(s, r);
}

static void
all_weather(struct sim *s)
{
	unsigned i;

	wire_weather(s);
	for (i = 0; i < s->n; i++)
		weather(s, &s->router[i]);
}

static const char *const kind_text[SIM_KINDS] = {
	[SIM_START] = "starts",
	[SIM_CRASH] = "crashes",
	[SIM_STOP] = "is stopped",
	[SIM_STALL] = "stalls",
	[SIM_CARRIER] = "loses its carrier",
	[SIM_LINK] = "has its interface taken down",
	[SIM_GONE] = "has its interface removed",
	[SIM_SMALL] = "has too small an MTU",
	[SIM_NO_ADDRESS] = "loses its own addresses",
	[SIM_RENUMBER] = "is renumbered",
	[SIM_LOST] = "hears no events",
	[SIM_BUSY] = "cannot set the MAC",
	[SIM_ACQUIRE] = "cannot set addresses",
	[SIM_TAKE] = "gets USR1",
	[SIM_YIELD] = "gets USR2",
	[SIM_REPORT] = "gets HUP",
	[SIM_FLAP] = "has no carrier for a moment",
	[SIM_REPLACE] = "gets another interface",
	[SIM_MEDDLE] = "has its settings changed",
	[SIM_CUT] = "is not heard",
	[SIM_PARTITION] = "the network is divided",
	[SIM_LOSS] = "frames are lost",
	[SIM_SLOW] = "frames are late",
	[SIM_TWICE] = "frames come twice",
	[SIM_DAMAGE] = "frames are damaged",
	[SIM_ECHO] = "frames come back",
	[SIM_CARP] = "a CARP speaker",
	[SIM_NOISE] = "a speaker of other things"
};

static void
say_fault(struct sim *s, const struct sim_fault *f, bool ends)
{
	const char *end = !ends ? "" : f->kind == SIM_START ||
	    f->kind == SIM_CRASH || f->kind == SIM_STOP ? " and comes back" :
	    ": over";

	if (f->router < SIM_ALL)
		sim_say(s, "-- r%u %s%s", f->router + 1, kind_text[f->kind],
		    end);
	else
		sim_say(s, "-- %s%s", kind_text[f->kind], end);
}

/* What is an event for the router; the rest is weather. */
static void
befall(struct sim *s, const struct sim_fault *f, struct sim_router *r)
{
	switch (f->kind) {
	case SIM_START:
		start(s, r, f->value);
		return;
	case SIM_CRASH:
		crash(s, r);
		return;
	case SIM_STOP:
		r->stop = r->running;
		break;
	case SIM_TAKE:
		r->take = r->running;
		break;
	case SIM_YIELD:
		r->yield = r->running;
		break;
	default:
		host_befall(s, r, f);
	}
	sim_turn(s, r);
	rearm(s, r);
}

/* What lasts for a time; renumbering in one step is over at once. */
static bool
is_weather(const struct sim_fault *f)
{
	return (f->kind >= SIM_STALL && f->kind <= SIM_ACQUIRE &&
	    (f->kind != SIM_RENUMBER || f->value == 0)) || f->kind >= SIM_CUT;
}

static void
begin_fault(struct sim *s, unsigned id)
{
	const struct sim_fault *f = &s->fault[id];

	if (f->router < s->n && s->router[f->router].absent)
		return;
	rules_lan(s);
	say_fault(s, f, false);
	if (is_weather(f)) {
		s->active |= 1u << id;
		all_weather(s);
	}
	if (f->router < s->n)
		befall(s, f, &s->router[f->router]);
	if (f->kind >= SIM_CARP)
		wire_push(s, s->now, WIRE_SPEAK, 0, id);
	if (f->span != VRRP_NEVER)
		wire_push(s, s->now + f->span, WIRE_END, 0, id);
	rules_disturbed(s);
}

static void
end_fault(struct sim *s, unsigned id)
{
	const struct sim_fault *f = &s->fault[id];

	if (s->settled || (f->kind > SIM_STOP && !is_weather(f)) ||
	    f->kind == SIM_START)
		return;
	rules_lan(s);
	say_fault(s, f, true);
	s->active &= ~(1u << id);
	all_weather(s);
	if (f->kind == SIM_CRASH || f->kind == SIM_STOP)
		start(s, &s->router[f->router], f->value);
	rules_disturbed(s);
}

/*
 * Whatever is wrong comes to an end now; those of the set revive live, and
 * everybody has a configuration that goes with the others'.
 */
static void
settle(struct sim *s)
{
	struct sim_router *r;
	unsigned i;

	rules_lan(s);
	sim_say(s, "-- all is well from now on");
	s->settled = true;
	s->active = 0;
	all_weather(s);
	for (i = 0; i < s->n; i++) {
		r = &s->router[i];
		if (r->running &&
		    !rules_compatible(r->vr.conf, &s->router[0].conf[0])) {
			r->stop = true;
			sim_turn(s, r);
		}
		if (s->revive >> i & 1)
			start(s, r, 0);
	}
	rules_disturbed(s);
}

static void
on_event(struct sim *s, const struct sim_event *event)
{
	const struct sim_fault *f;

	switch (event->kind) {
	case WIRE_ARRIVE:
		on_arrival(s, &s->router[event->who], event->what);
		break;
	case WIRE_BEGIN:
		begin_fault(s, event->what);
		break;
	case WIRE_END:
		end_fault(s, event->what);
		break;
	case WIRE_SPEAK:
		f = &s->fault[event->what];
		if (!(s->active >> event->what & 1))
			break;
		wire_speak(s, f->kind);
		wire_push(s, s->now + f->value, WIRE_SPEAK, 0, event->what);
		break;
	default:
		settle(s);
		break;
	}
}

/* --- the whole ---------------------------------------------------------- */

static void
init_conf(struct vrrp_conf *conf, unsigned version,
    const struct vrrp_family *family)
{
	memset(conf, 0, offsetof(struct vrrp_conf, vip) +
	    SIM_ADDRESSES * sizeof(conf->vip[0]));
	conf->family = family;
	conf->version = (uint8_t)version;
	conf->vrid = 51;
	conf->priority = VRRP_PRIORITY_DEFAULT;
	conf->vmac = conf->accept = conf->preempt = true;
	conf->interval = VRRP_SECOND;
	conf->min_interval = VRRP_CENTISECOND;
	conf->down_adverts = 3;
	conf->refresh = 60 * VRRP_SECOND;
	conf->naddr = 1;
}

static void
set_addr(struct vrrp_addr *addr, const struct vrrp_family *family,
    unsigned last)
{
	memset(addr, 0, sizeof(*addr));
	if (family == &vrrp_ipv4) {
		memcpy(addr->octet, "\300\000\002", 3);
		addr->octet[3] = (uint8_t)last;
	} else {
		memcpy(addr->octet, "\376\200", 2);
		addr->octet[15] = (uint8_t)last;
	}
}

/* n routers that do not start by themselves, all with priority 100. */
void
sim_init(struct sim *s, unsigned n, unsigned version,
    const struct vrrp_family *family)
{
	const size_t tail = offsetof(struct sim, n);
	struct sim_router *r;
	struct vrrp_conf *conf;
	unsigned i, j;

	/* Not the frames and the heap: they are many, and written first. */
	memset((char *)s + tail, 0, offsetof(struct sim, frame) - tail);
	memset(&s->fresh, 0, offsetof(struct sim, heap) -
	    offsetof(struct sim, fresh));
	memset(&s->nheap, 0, sizeof(*s) - offsetof(struct sim, nheap));
	s->n = n;
	s->settle = s->calm_at = VRRP_NEVER;
	s->queue_max = 256;
	wire_init(s);
	for (i = 0; i < n; i++) {
		r = &s->router[i];
		conf = &r->conf[0];
		memset(&r->vr, 0, sizeof(*r) - offsetof(struct sim_router, vr));
		init_conf(conf, version, family);
		for (j = 0; j < SIM_ADDRESSES; j++)
			set_addr(&conf->vip[j].addr, family, 100 + j);
		for (j = 0; j < SIM_OWN; j++)
			set_addr(&r->pool[j], family, 1 + i + SIM_ROUTERS * j);
		r->index = i;
		host_boot(r);
		r->base = 1000 * VRRP_SECOND;
		r->wake = VRRP_NEVER;
	}
	memcpy(&s->alien_conf, &s->router[0].conf[0], sizeof(s->alien_conf));
	s->alien.conf = &s->alien_conf;
	set_addr(&s->alien.source, family, 250);
}

/* Configuration k of router i, to begin with the same as the first. */
struct vrrp_conf *
sim_variant(struct sim *s, unsigned i, unsigned k)
{
	struct vrrp_conf *conf = &s->router[i].conf[k];

	memcpy(conf, &s->router[i].conf[0], offsetof(struct vrrp_conf, vip) +
	    SIM_ADDRESSES * sizeof(conf->vip[0]));
	return conf;
}

void
sim_add(struct sim *s, usec_t at, usec_t span, enum sim_kind kind,
    unsigned router, unsigned value)
{
	struct sim_fault fault = { kind, router, at, span, value };

	if (s->nfault == SIM_FAULTS) {
		sim_fail(s, "more than %d faults", SIM_FAULTS);
		return;
	}
	s->fault[s->nfault++] = fault;
}

/* After this nothing may be added. */
void
sim_start(struct sim *s)
{
	unsigned i;

	for (i = 0; i < s->nfault; i++)
		wire_push(s, s->fault[i].at, WIRE_BEGIN, 0, i);
	if (s->settle != VRRP_NEVER)
		wire_push(s, s->settle, WIRE_SETTLE, 0, 0);
}

/* Everything up to and with the time until. */
void
sim_run(struct sim *s, usec_t until)
{
	struct sim_router *r;
	struct sim_event event;
	usec_t next;
	unsigned i;

	while (!s->failed) {
		r = &s->router[0];
		for (i = 1; i < s->n; i++)
			if (s->router[i].wake < r->wake)
				r = &s->router[i];
		next = s->nheap > 0 ? s->heap[0].at : VRRP_NEVER;
		if (next > until && r->wake > until)
			break;
		if (next <= r->wake) {
			s->now = next;
			wire_pop(s, &event);
			on_event(s, &event);
		} else {
			s->now = r->wake;
			sim_turn(s, r);
		}
	}
	if (!s->failed)
		s->now = until;
}

/* How many are Master; which one, if it is one. */
unsigned
sim_masters(const struct sim *s, unsigned *which)
{
	unsigned i, n = 0;

	for (i = 0; i < s->n; i++)
		if (s->router[i].running &&
		    s->router[i].vr.state == VRRP_MASTER) {
			*which = i;
			n++;
		}
	return n;
}

/* The trace, and how all stand at its end. */
uint64_t
sim_hash(const struct sim *s)
{
	uint64_t hash = s->hash;
	const struct sim_router *r;
	unsigned i;

	for (i = 0; i < s->n; i++) {
		r = &s->router[i];
		mix(&hash, r->running | r->vr.state << 1 | r->variant << 8);
		mix(&hash, (uint64_t)r->vr.deadline);
		mix(&hash, (uint64_t)r->vr.announce_deadline);
		mix(&hash, (uint64_t)r->vr.master_interval);
		mix(&hash, (uint64_t)r->vr.hold_until);
		mix(&hash, (uint64_t)r->vr.sent_at);
		mix(&hash, (uint64_t)r->check);
		mix(&hash, r->host.index << 8 | r->host.mac[5]);
		mix(&hash, (uint64_t)r->vr.heard_at);
		mix(&hash, r->sent << 32 ^ r->received);
		mix(&hash, r->dropped << 32 ^ r->ip_id);
	}
	mix(&hash, s->frames);
	return hash;
}
