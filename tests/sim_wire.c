/*
 * The wire of the simulator: frames in a pool, a heap of what is to come, and
 * all that a network does to frames.  Draws from the random numbers only while
 * something is wrong, so that a healthy stretch needs none.
 */
#include "sim.h"
#include "core/wire.h"

#include <string.h>

enum {
	NOBODY = 0xffff,
	PORT_OTHER = SIM_ROUTERS,	/* where strangers speak */
	CARP_LEN = 36
};

/* splitmix64: one word of state, the whole period whatever the seed */
uint64_t
sim_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* 0 to n - 1; 0 for n = 0 */
unsigned
sim_below(uint64_t *state, unsigned n)
{
	return (unsigned)((sim_random(state) >> 32) * n >> 32);
}

static bool
before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

/* At one time: faults before frames, else in the order of the pushes. */
void
wire_push(struct sim *s, usec_t at, unsigned kind, unsigned who, unsigned what)
{
	struct sim_event event = {
		.at = at,
		.order = (uint64_t)(kind == WIRE_ARRIVE) << 63 | s->order++,
		.kind = (uint16_t)kind,
		.who = (uint16_t)who,
		.what = what
	};
	unsigned i, up;

	if (s->nheap == SIM_EVENTS) {
		sim_fail(s, "the heap is full");
		return;
	}
	if (kind == WIRE_ARRIVE)
		s->inflight++;
	for (i = s->nheap++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (before(&s->heap[up], &event))
			break;
		s->heap[i] = s->heap[up];
	}
	s->heap[i] = event;
}

bool
wire_pop(struct sim *s, struct sim_event *event)
{
	struct sim_event last;
	unsigned i, down;

	if (s->nheap == 0)
		return false;
	*event = s->heap[0];
	if (event->kind == WIRE_ARRIVE)
		s->inflight--;
	last = s->heap[--s->nheap];
	for (i = 0; (down = 2 * i + 1) < s->nheap; i = down) {
		if (down + 1 < s->nheap &&
		    before(&s->heap[down + 1], &s->heap[down]))
			down++;
		if (before(&last, &s->heap[down]))
			break;
		s->heap[i] = s->heap[down];
	}
	s->heap[i] = last;
	return true;
}

/* A frame with one reference, which is the caller's. */
static unsigned
new_frame(struct sim *s)
{
	unsigned id = s->free;

	if (id != NOBODY) {
		s->free = s->frame[id].next;
	} else if (s->fresh < SIM_FRAMES) {
		id = s->fresh++;
	} else {
		sim_fail(s, "more than %d frames", SIM_FRAMES);
		id = 0;
	}
	s->frame[id].refs = 1;
	s->frame[id].conf = NULL;
	s->frame[id].damaged = false;
	s->frame[id].cure_at = 0;
	return id;
}

void
wire_release(struct sim *s, unsigned id)
{
	if (--s->frame[id].refs > 0)
		return;
	s->frame[id].next = s->free;
	s->free = id;
}

void
wire_init(struct sim *s)
{
	unsigned i, j;

	s->free = NOBODY;
	s->calm = true;
	s->delay_max = 200;
	for (i = 0; i <= SIM_ROUTERS; i++)
		for (j = 0; j < SIM_ROUTERS; j++)
			s->delay[i][j] = 200;
	for (j = 0; j < SIM_ROUTERS; j++)
		s->believes[j] = s->fdb[j] = SIM_ALL;
}

/* The change that made a bad frame of an advert is undone: see almost(). */
static void
cure(struct sim *s, struct sim_frame *frame)
{
	frame->conf = &s->alien_conf;
	frame->src = s->alien.source;
	frame->interval = s->alien_conf.interval;
	frame->damaged = false;
	s->cured = true;
}

/*
 * One octet becomes another, or the end is missing.  Not more: a sum of sixteen
 * bits finds every change of one octet, but not every change of two.
 */
static unsigned
damage(struct sim *s, unsigned id)
{
	unsigned bad = new_frame(s), at;
	struct sim_frame *frame = &s->frame[bad];

	memcpy(frame, &s->frame[id], sizeof(*frame));
	frame->refs = 1;
	frame->damaged = true;
	at = sim_below(&s->random, frame->len);
	if (sim_below(&s->random, 4) == 0)
		frame->len = at;
	else
		frame->octet[at] ^= (uint8_t)(1 + sim_below(&s->random, 255));
	if (frame->cure_at > 0 && frame->cure_at == at &&
	    frame->octet[at] == frame->cure && at < frame->len)
		cure(s, frame);
	return bad;
}

/* The switch beside each router learns from all that passes. */
static void
arrive(struct sim *s, unsigned id, unsigned from, unsigned to, usec_t at)
{
	if (s->frame[id].virtual && host_connected(&s->router[to]))
		s->fdb[to] = from;
	if (!s->router[to].running || (from == to && !s->echo))
		return;
	s->frame[id].refs++;
	wire_push(s, at, WIRE_ARRIVE, to, id);
}

static bool
happens(struct sim *s, unsigned permille)
{
	return permille > 0 && sim_below(&s->random, 1000) < permille;
}

static void
send_badly(struct sim *s, unsigned id, unsigned from, unsigned to)
{
	usec_t at = s->now + s->delay[from][to];
	unsigned bad;

	if (from < SIM_ROUTERS &&
	    ((s->cut[from] >> to & 1) || happens(s, s->loss[from]))) {
		s->harm++;
		return;
	}
	if (s->slow > 0) {
		at += sim_below(&s->random, s->slow + 1);
		s->harm++;
	}
	if (happens(s, s->twice)) {
		arrive(s, id, from, to,
		    at + sim_below(&s->random, s->slow + 1000));
		s->harm++;
	}
	if (happens(s, s->damage)) {
		s->harm++;
		bad = damage(s, id);
		arrive(s, bad, from, to, at);
		wire_release(s, bad);
		return;
	}
	arrive(s, id, from, to, at);
}

static void
broadcast(struct sim *s, unsigned id, unsigned from)
{
	static const uint8_t prefix[] = { 0, 0, 0x5e, 0 };
	struct sim_frame *frame = &s->frame[id];
	const uint8_t *mac = frame->octet + VRRP_MAC_LEN;
	unsigned to;

	s->frames++;
	frame->virtual = frame->len >= 2 * VRRP_MAC_LEN &&
	    memcmp(mac, prefix, sizeof(prefix)) == 0 &&
	    mac[4] == s->alien_conf.family->mac_family &&
	    mac[5] == s->alien_conf.vrid;
	for (to = 0; to < s->n; to++) {
		if (s->calm)
			arrive(s, id, from, to, s->now + s->delay[from][to]);
		else
			send_badly(s, id, from, to);
	}
	wire_release(s, id);
}

/* What reaches the others of an advert of r. */
void
wire_advert(struct sim *s, struct sim_router *r, uint8_t priority,
    const uint8_t *mac)
{
	unsigned id = new_frame(s);
	struct sim_frame *frame = &s->frame[id];

	frame->len = (unsigned)advert_build(frame->octet, SIM_FRAME_LEN,
	    &r->vr, mac, priority, ++r->ip_id);
	if (frame->len == 0)
		sim_fail(s, "r%u: an advert does not fit", r->index + 1);
	frame->conf = r->vr.conf;
	frame->src = r->source;
	frame->priority = priority;
	frame->interval = r->watch.interval;
	frame->pseudo_header = r->watch.pseudo_header;
	r->sent++;
	if (host_open(r))
		broadcast(s, id, r->index);
	else
		wire_release(s, id);
}

/* Neighbours are beside each router and hear what it would hear. */
void
wire_announce(struct sim *s, struct sim_router *r, const uint8_t *mac)
{
	const struct vrrp_conf *conf = r->vr.conf;
	uint8_t frame[SIM_FRAME_LEN];
	unsigned i;
	size_t len = 1;

	for (i = 0; i < conf->naddr && len > 0; i++) {
		if (conf->family == &vrrp_ipv6) {
			len = na_build(frame, sizeof(frame), true, mac,
			    &conf->vip[i].addr);
			continue;
		}
		len = arp_build(frame, sizeof(frame), false, mac,
		    &conf->vip[i].addr, conf->version);
		if (len > 0)
			len = arp_build(frame, sizeof(frame), true, mac,
			    &conf->vip[i].addr, conf->version);
	}
	if (len == 0)
		sim_fail(s, "r%u: an announcement does not fit", r->index + 1);
	if (!host_open(r))
		return;
	r->watch.told = s->now;
	for (i = 0; i < s->n; i++)
		if (i == r->index || (!(s->cut[r->index] >> i & 1) &&
		    host_connected(&s->router[i])))
			s->believes[i] = r->index;
}

/* What follows from the faults that are active now. */
void
wire_weather(struct sim *s)
{
	const struct sim_fault *f;
	unsigned i, from;

	memset(s->cut, 0, sizeof(s->cut));
	memset(s->loss, 0, sizeof(s->loss));
	s->slow = s->twice = s->damage = 0;
	s->echo = false;
	s->calm = s->active == 0;
	for (i = 0; i < s->nfault; i++) {
		f = &s->fault[i];
		if (!(s->active >> i & 1))
			continue;
		for (from = 0; from < s->n; from++) {
			if (f->kind == SIM_PARTITION)
				s->cut[from] |= f->value >> from & 1 ?
				    ~f->value : f->value;
			if (f->router != from && f->router != SIM_ALL)
				continue;
			if (f->kind == SIM_CUT)
				s->cut[from] |= f->value;
			if (f->kind == SIM_LOSS && f->value > s->loss[from])
				s->loss[from] = f->value;
		}
		if (f->kind == SIM_SLOW && f->value > s->slow)
			s->slow = f->value;
		if (f->kind == SIM_TWICE)
			s->twice = f->value;
		if (f->kind == SIM_DAMAGE)
			s->damage = f->value;
		if (f->kind == SIM_ECHO)
			s->echo = true;
	}
}

/* A sound envelope around len octets of anything. */
static size_t
stranger(struct sim *s, struct sim_frame *frame, const uint8_t *msg, size_t len)
{
	const uint8_t mac[VRRP_MAC_LEN] = { 2, 0, 0, 0, 0, 250 };
	struct writer w = { frame->octet, 0, SIM_FRAME_LEN, false };

	put_envelope(&w, s->alien_conf.family, mac, &s->alien.source, len, 1);
	put(&w, msg, len);
	return frame_end(&w);
}

/* Version, type and id pass for VRRPv2, priority 0 (F24). */
static size_t
carp(struct sim *s, struct sim_frame *frame)
{
	uint8_t msg[CARP_LEN] = { 0x21, s->alien_conf.vrid, 0, 7, 0, 1 };
	uint16_t sum;
	unsigned i;

	for (i = 8; i < CARP_LEN; i++)
		msg[i] = (uint8_t)sim_random(&s->random);
	sum = (uint16_t)~sum16(0, msg, CARP_LEN);
	msg[6] = (uint8_t)(sum >> 8);
	msg[7] = (uint8_t)sum;
	return stranger(s, frame, msg, CARP_LEN);
}

/* A good advert of another virtual router, or one that nobody may take. */
static size_t
alien(struct sim *s, struct sim_frame *frame)
{
	const uint8_t mac[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 1, 250 };
	struct vrrp_conf *conf = &s->alien_conf;
	uint8_t priority = (uint8_t)sim_random(&s->random);
	usec_t interval = conf->interval;
	uint8_t type = conf->auth_type, vrid = conf->vrid;
	size_t len;

	switch (sim_below(&s->random, 3)) {
	case 0:
		conf->interval = 0;
		break;
	case 1:
		if (conf->version == 2) {
			conf->auth_type = 254;
			break;
		}
		/* FALLTHROUGH */
	default:
		conf->vrid = (uint8_t)(vrid + 7);
	}
	len = advert_build(frame->octet, SIM_FRAME_LEN, &s->alien, mac,
	    priority, 1);
	conf->interval = interval;
	conf->auth_type = type;
	conf->vrid = vrid;
	return len;
}

/*
 * An advert that every router here would take but for one thing: it has been
 * forwarded, was sent to another group, or goes on after its end.  In IPv6 this
 * is one octet of the header, which no sum covers: damage can undo it, and then
 * every router must take it.
 */
static size_t
almost(struct sim *s, struct sim_frame *frame)
{
	const uint8_t mac[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 1, 51 };
	const struct vrrp_family *family = s->alien_conf.family;
	bool v4 = family == &vrrp_ipv4;
	uint8_t *ip = frame->octet + 14, msg[SIM_FRAME_LEN] = { 0 };
	uint8_t priority = (uint8_t)sim_random(&s->random);
	size_t len = advert_build(frame->octet, SIM_FRAME_LEN, &s->alien,
	    mac, priority, 1);
	struct writer header = { ip, family->header_len, SIM_FRAME_LEN, false };
	size_t size = advert_len(&s->alien_conf) - family->header_len;
	/* Hop limit, group, length (of IPv6 less than 256 octets) */
	const unsigned octets[] = {
		v4 ? 8 : 7, family->header_len - 1u, v4 ? 3 : 5
	};
	unsigned how = sim_below(&s->random, 3), at = octets[how];

	frame->priority = priority;
	frame->cure_at = v4 ? 0 : 14 + at;
	frame->cure = ip[at];
	switch (how) {
	case 0:
		ip[at] = 64;
		break;
	case 1:
		ip[at] ^= 1;
		break;
	default:
		memcpy(msg, ip + family->header_len, size);
		return stranger(s, frame, msg, size + 4);
	}
	if (v4) {
		ip[10] = ip[11] = 0;
		fill_checksum(&header, 10, 0, 0);
	}
	return len;
}

void
wire_speak(struct sim *s, enum sim_kind kind)
{
	unsigned id = new_frame(s), i, turn;
	struct sim_frame *frame = &s->frame[id];
	size_t len = sim_below(&s->random, 100);
	uint8_t msg[100];

	for (i = 0; i < sizeof(msg); i++)
		msg[i] = (uint8_t)sim_random(&s->random);
	turn = kind == SIM_CARP ? 0 : 1 + sim_below(&s->random, 4);
	if (turn == 0)
		len = carp(s, frame);
	else if (turn == 1)
		len = alien(s, frame);
	else if (turn == 2)
		len = stranger(s, frame, msg, len);
	else if (turn == 3)
		len = almost(s, frame);
	else
		memcpy(frame->octet, msg, len);
	frame->len = (unsigned)len;
	broadcast(s, id, PORT_OTHER);
}
