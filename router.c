/*
 * The way of an advert in, and of the actions out: parse, check, step, run.
 * Decides nothing about the protocol.
 */
#include "router.h"

#include "core/record.h"
#include "hold.h"
#include "host.h"
#include "speak.h"
#include "trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	FRAME_SIZE = 4608,		/* no advert is longer */
	ANSWER_SIZE = 128,		/* a neighbour advertisement */
	ASK_AGAIN = 50000,		/* us, for a winner that is slow */
	PROBE_FIRST = 2000000,		/* us; the take-over is long over */
	PROBE_GAP = 60000000		/* us */
};

/*
 * The MAC that the virtual addresses are at while we are Master.  An interface
 * that lost its name was not seen again, and may still carry a resignation.
 */
static const uint8_t *
master_mac(const struct router *r)
{
	const struct ground *g = &r->ground;

	if (r->conf->vr.vmac)
		return g->virtual_mac;
	return g->seen.present ? g->seen.mac : g->own_mac;
}

/*
 * For a start after both of us were killed.  Seldom, and deep in the stack: no
 * part of what is done with each advert.
 */
static __attribute__((noinline)) void
write_resignation(struct ground *g, const uint8_t *frame, size_t len)
{
	char text[RECORD_FRAME_LEN], path[LOCKFILE_PATH_LEN];

	record_print_frame(text, frame, len);
	if (lockfile_write(&g->undo_file, len == 0 ? "" : text) == -1)
		log_warning("%s: %s; if daemon and guard are killed together, "
		    "no resignation is sent, and cleanup has to be given the "
		    "addresses", lockfile_path(path, &g->undo_file),
		    strerror(errno));
}

/* What would have to be undone, should we die: for the guard, and in a file. */
static void
keep(struct router *r)
{
	struct ground *g = &r->ground;
	uint8_t frame[VRRP_FRAME_MAX];
	size_t len = 0;

	if (r->vr.state == VRRP_MASTER)
		len = advert_build(frame, sizeof(frame), &r->vr, master_mac(r),
		    VRRP_PRIORITY_STOP, 0);
	if (guard_keep(&r->guard, frame, len, g->own_mac))
		write_resignation(g, frame, len);
}

/* A Master that cannot hold its addresses is no Master (P-17). */
static bool
act_acquire(struct router *r, usec_t now)
{
	if (hold_acquire(&r->ground, &r->vr) == 0) {
		r->ask_deadline = now + PROBE_FIRST;
		return true;
	}
	r->ground.stats.faults++;
	r->fault = true;
	return false;
}

/* One round.  Own addresses too: theirs may have been lost as well. */
static void
act_announce(struct router *r, usec_t now)
{
	struct ground *g = &r->ground;

	speak_addresses(g, master_mac(r), now);
	if (g->swapped)
		speak_own(g, g->virtual_mac, now);
}

static void
act_advert(struct router *r, usec_t now)
{
	struct ground *g = &r->ground;

	if (r->vr.state == VRRP_MASTER) {
		keep(r);
		speak_advert(g, &r->vr, r->conf->vr.priority, master_mac(r),
		    now);
		hold_renew(g, &r->vr, now);
		return;
	}
	/* A router that yields speaks no longer from the virtual MAC ... */
	speak_advert(g, &r->vr, r->conf->vr.priority, g->own_mac, now);
	if (!r->conf->vr.vmac)
		return;
	/* ... but asks for it. */
	speak_question(g, &r->vr, now);
	r->ask_deadline = now + ASK_AGAIN;
}

/*
 * Does another host have the addresses?  One that only answers others is heard
 * of by asking alone.  Not before the take-over is over, which has more urgent
 * things to do; from our own MAC, since a macvlan would keep the answers.
 */
static void
probe(struct router *r, usec_t now)
{
	const usec_t master_for = now - r->vr.since;

	/* Seldom, but soon at first: a port of a switch may open late. */
	r->ask_deadline = now + (master_for < PROBE_GAP ? master_for :
	    PROBE_GAP);
	if (r->vr.quiet)
		return;
	if (r->claims.fd == -1 && respond_open_claims(&r->claims,
	    r->ground.port.index, &r->conf->vr) == -1) {
		log_warning("cannot watch for other hosts with our addresses: "
		    "%s", strerror(errno));
		return;
	}
	speak_probe(&r->ground, now);
}

/* A Master looks for duplicates; a Backup asks the second time. */
void
router_ask(struct router *r, usec_t now)
{
	r->ask_deadline = VRRP_NEVER;
	if (r->vr.state == VRRP_MASTER)
		probe(r, now);
	else if (r->vr.state == VRRP_BACKUP)
		speak_question(&r->ground, &r->vr, now);
}

/* The guard hears of the state, and watches a Master. */
void
router_tell_guard(struct router *r, usec_t now)
{
	const bool watched = r->conf->guard && r->vr.state == VRRP_MASTER;

	guard_state(&r->guard, r->vr.state,
	    watched ? conf_hang_limit(r->conf) : 0, now);
}

static void
act_notify(struct router *r, enum vrrp_state from, usec_t now)
{
	char status[64];

	report_change(&r->vr, from, r->ground.reason, now);
	if (r->vr.state == VRRP_MASTER)
		r->ground.stats.became_master++;
	/* Without a guard scripts run from here. */
	if (!r->conf->guard)
		notify_state(&r->notify, from, r->vr.state, now);
	router_tell_guard(r, now);
	snprintf(status, sizeof(status), "STATUS=%s",
	    vrrp_state_name(r->vr.state));
	notify_manager(status);
}

/* Always in this order; an action that fails is an event of the next turn. */
static void
run_actions(struct router *r, unsigned actions, enum vrrp_state from,
    usec_t now)
{
	if (actions & VRRP_ACT_RESIGN)
		speak_advert(&r->ground, &r->vr, VRRP_PRIORITY_STOP,
		    master_mac(r), now);
	if (actions & VRRP_ACT_RELEASE) {
		hold_release(&r->ground, now);
		r->ask_deadline = VRRP_NEVER;
		keep(r);
	}
	if (actions & VRRP_ACT_ADVERT)
		act_advert(r, now);
	if (actions & VRRP_ACT_ACQUIRE && !act_acquire(r, now))
		actions &= ~(unsigned)VRRP_ACT_ANNOUNCE;
	if (actions & VRRP_ACT_ANNOUNCE)
		act_announce(r, now);
	if (actions & VRRP_ACT_NOTIFY)
		act_notify(r, from, now);
	/* The kernel takes its time over it, some 14 ms: nobody waits now. */
	if (r->vr.state != VRRP_MASTER)
		respond_close(&r->claims);
}

/* Tells the state machine, and does what it says. */
void
router_step(struct router *r, enum vrrp_event_type type,
    const struct vrrp_advert *adv, usec_t now)
{
	const struct vrrp_event ev = { type, adv };
	enum vrrp_state from = r->vr.state;
	unsigned actions = vrrp_step(&r->vr, &ev, now);

	run_actions(r, actions, from, now);
}

/* Adverts come from the first own address now; so would a resignation. */
static void
take_source(struct router *r)
{
	char addr[REPORT_ADDR_LEN];

	r->vr.source = r->vr.own[0];
	keep(r);
	log_notice("source address is now %s",
	    report_addr(addr, r->conf->vr.family, &r->vr.source));
}

/* What the host leaves to us: enum host_news. */
static void
finish(struct router *r, unsigned todo)
{
	if (todo & HOST_FAULT)
		r->fault = true;
	if (!(todo & HOST_TUNE) || guard_tune(&r->guard, r->vr.state))
		return;
	if (!r->ground.untuned)
		log_warning("cannot set the sysctls of %s: only root can, and "
		    "there is no guard", r->conf->macvlan);
	r->ground.untuned = true;
}

/* The interface can be used: the socket, and back to the election. */
static void
use(struct router *r, usec_t now)
{
	unsigned todo;

	if (host_use(&r->ground, &todo, now) == -1)
		return;
	finish(r, todo);
	if (r->vr.state == VRRP_INITIALIZE) {
		r->vr.source = r->vr.own[0];
		keep(r);
	}
	if (r->vr.state == VRRP_INITIALIZE || r->vr.quiet)
		router_step(r, VRRP_EV_LINK_UP, NULL, now);
}

/*
 * The comparison of the host with what should be, and all that follows, in the
 * order of enum reconcile_news.
 */
void
router_reconcile(struct router *r, usec_t now)
{
	struct ground *g = &r->ground;
	struct reconcile_plan plan;
	unsigned todo;

	if (host_look(g, &r->vr, now) == -1)
		return;
	host_compare(g, &r->vr, &plan, now);
	if (plan.news & RECONCILE_SAY_REASON)
		log_notice("waiting: %s", g->reason);
	if (plan.news & RECONCILE_NEW_SOURCE)
		take_source(r);
	if (plan.news & RECONCILE_CARRIER)
		router_step(r, VRRP_EV_CARRIER_LOST, NULL, now);
	if (plan.news & RECONCILE_LOST)
		router_step(r, VRRP_EV_LINK_DOWN, NULL, now);
	if (plan.news & RECONCILE_CLOSE)
		host_close(g);
	if (plan.news & RECONCILE_AGAIN) {
		g->dirty = true;
		return;
	}
	if (plan.news & RECONCILE_MOVED) {
		host_move(g);
		guard_link(&r->guard, g->index);
	}
	todo = host_mend(g, &r->vr, &plan, now);
	finish(r, todo);
	if (plan.news & RECONCILE_FIGHT)
		log_err("another program keeps undoing what we set: we resign");
	if (plan.news & RECONCILE_FAULT)
		r->fault = true;
	else if (plan.news & RECONCILE_TELL && !(todo & HOST_FAULT))
		router_step(r, VRRP_EV_ANNOUNCE, NULL, now);
	if (plan.news & RECONCILE_USE)
		use(r, now);
}

static void
on_drop(struct router *r, enum vrrp_drop drop, const struct vrrp_addr *from,
    uint32_t got, uint32_t want, usec_t now)
{
	report_drop(&r->ground.stats, &r->conf->vr, drop, from, got, want,
	    false, now);
	/* An owner hears no rival (RFC 3768 7.1), its neighbours do (F01). */
	if (drop == VRRP_DROP_OWNER)
		router_step(r, VRRP_EV_DOUBT, NULL, now);
}

/* Parse, check, step: the way of one advert.  True if it was a good one. */
static bool
on_frame(struct router *r, const uint8_t *frame, size_t len, usec_t now)
{
	struct ground *g = &r->ground;
	const struct vrrp_conf *conf = &r->conf->vr;
	struct vrrp_packet pkt;
	struct vrrp_advert adv;
	enum vrrp_drop drop;
	char addr[REPORT_ADDR_LEN];

	drop = frame_parse(&pkt, conf->family, frame, len);
	if (drop == VRRP_DROP_NONE)
		drop = advert_parse(&adv, &pkt, conf);
	if (drop != VRRP_DROP_NONE) {
		on_drop(r, drop, &pkt.src, pkt.got, pkt.want, now);
		return false;
	}
	drop = advert_check(&adv, &r->vr);
	if (drop == VRRP_DROP_NONE || drop == VRRP_DROP_OWNER)
		duplicate_advert(&r->duplicate, frame + VRRP_MAC_LEN, now);
	if (drop != VRRP_DROP_NONE) {
		on_drop(r, drop, &adv.src, adv.got, adv.want, now);
		return false;
	}
	for (drop = VRRP_DROP_NONE; drop < VRRP_DROP_MAX; drop++)
		if (adv.remarks & 1u << drop)
			report_drop(&g->stats, conf, drop, &adv.src, adv.got,
			    adv.want, true, now);
	g->stats.sums[adv.sum]++;
	g->stats.received++;
	if (adv.priority == VRRP_PRIORITY_STOP)
		g->stats.zero_received++;
	log_debug("advert from %s: priority %u",
	    report_addr(addr, conf->family, &adv.src), adv.priority);
	router_step(r, VRRP_EV_ADVERT, &adv, now);
	return true;
}

/*
 * Takes what waits in the packet socket.  A good advert has moved the timer of
 * a Backup, and mostly nothing follows it: the next turn finds out.
 */
void
router_receive(struct router *r, usec_t now)
{
	struct ground *g = &r->ground;
	uint8_t frame[FRAME_SIZE];
	ssize_t n;
	int i;

	for (i = 0; i < ROUTER_DRAIN_MAX && g->port.fd != -1; i++) {
		n = port_recv(&g->port, frame, sizeof(frame));
		if (n > 0)
			trace_frame(frame, (size_t)n);
		if (n > 0 && r->vr.state != VRRP_INITIALIZE) {
			if (on_frame(r, frame, (size_t)n, now) &&
			    r->vr.state == VRRP_BACKUP &&
			    now < vrrp_deadline(&r->vr))
				return;
		} else if (n == -1 && errno != EINTR) {
			/* ENETDOWN and the like: netlink tells more. */
			if (errno != EAGAIN)
				g->dirty = true;
			return;
		}
	}
}

static bool
is_virtual(const struct vrrp_conf *conf, const struct vrrp_addr *addr)
{
	unsigned i;

	for (i = 0; i < conf->naddr; i++)
		if (memcmp(&conf->vip[i].addr, addr, sizeof(*addr)) == 0)
			return true;
	return false;
}

static bool
same_mac(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, VRRP_MAC_LEN) == 0;
}

/*
 * To a group or to this host.  In promiscuous mode, or from a switch that
 * floods, frames to other hosts come too: those are for others to answer.  The
 * kernel is not asked: for it a frame to the own MAC is one to another host
 * (PACKET_OTHERHOST) while the virtual MAC is on.
 */
static bool
is_to_us(const struct router *r, const uint8_t *frame, size_t len)
{
	const struct ground *g = &r->ground;

	return len >= VRRP_MAC_LEN && ((frame[0] & 1) != 0 ||
	    same_mac(frame, master_mac(r)) || same_mac(frame, g->own_mac) ||
	    same_mac(frame, g->seen.mac));
}

/* Answers for the addresses that the kernel does not have (--no-accept). */
void
router_answer(struct router *r, usec_t now)
{
	struct ground *g = &r->ground;
	const struct vrrp_conf *conf = &r->conf->vr;
	uint8_t frame[FRAME_SIZE], answer[ANSWER_SIZE];
	struct vrrp_question question;
	ssize_t n;
	size_t len;
	unsigned turn;

	for (turn = 0; turn < ROUTER_DRAIN_MAX && g->respond.fd != -1; turn++) {
		n = respond_recv(&g->respond, frame, sizeof(frame));
		if (n == -1)
			return;
		if (!is_to_us(r, frame, (size_t)n) ||
		    !question_parse(&question, conf->family, frame,
		    (size_t)n) || !is_virtual(conf, &question.target))
			continue;
		trace_frame(frame, (size_t)n);
		len = answer_build(answer, sizeof(answer), conf->family,
		    speak_is_router(g), &question, master_mac(r));
		if (respond_send(&g->respond, answer, len) == 0)
			trace_frame(answer, len);
		else
			report_send_error(&g->stats, errno, now);
	}
}

/* From the virtual MAC every router of ours speaks: that is no stranger. */
static bool
is_our_mac(const struct router *r, const uint8_t *mac)
{
	const struct ground *g = &r->ground;

	return same_mac(mac, g->virtual_mac) || same_mac(mac, g->own_mac) ||
	    same_mac(mac, g->seen.mac);
}

static void
on_claim(struct router *r, const struct vrrp_claim *claim, usec_t now)
{
	unsigned actions = duplicate_claim(&r->duplicate, &r->vr, claim->mac,
	    now);

	if (actions & DUPLICATE_REPORT)
		report_duplicate(&r->ground.stats, &r->conf->vr, claim, now);
	if (actions & DUPLICATE_FIGHT)
		log_err("another host keeps claiming our addresses: staying "
		    "Master");
	if (!(actions & DUPLICATE_DEFEND))
		return;
	if (r->conf->vr.family == &vrrp_ipv4 &&
	    duplicate_try_form(&r->vr, now))
		log_notice("it may be a Master that drops our adverts: trying "
		    "the checksum %s pseudo-header",
		    r->vr.pseudo_header ? "with the" : "without");
	router_step(r, VRRP_EV_DOUBT, NULL, now);
}

/* What others say about the virtual addresses (duplicate.c). */
void
router_hear(struct router *r, usec_t now)
{
	uint8_t frame[FRAME_SIZE];
	struct vrrp_claim claim;
	ssize_t n;
	unsigned i;

	for (i = 0; i < ROUTER_DRAIN_MAX && r->claims.fd != -1; i++) {
		n = respond_recv(&r->claims, frame, sizeof(frame));
		if (n == -1)
			return;
		if (!is_to_us(r, frame, (size_t)n) ||
		    !claim_parse(&claim, r->conf->vr.family, frame,
		    (size_t)n) || !is_virtual(&r->conf->vr, &claim.addr))
			continue;
		trace_frame(frame, (size_t)n);
		if (!is_our_mac(r, claim.mac))
			on_claim(r, &claim, now);
	}
}
