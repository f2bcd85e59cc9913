/*
 * The way of an advert in, and of the actions out: parse, check, step, run.
 * Decides nothing about the protocol.
 */
#include "router.h"

#include "process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	FRAME_SIZE = 4608,		/* no advert is longer */
	ANNOUNCE_SIZE = 128,		/* a neighbour advertisement */
	ASK_AGAIN = 50000,		/* us, for a winner that is slow */
	PROBE_FIRST = 2000000,		/* us; the take-over is long over */
	PROBE_GAP = 60000000,		/* us */
	RENEW_GAP = 900000,		/* us; once a second, with adverts */
	RENEW_GAP_CROWDED = 10000000,	/* us */
	LEASE_MIN = 3,			/* s */
	CROWD = 32,			/* addresses of other routers */
	LEASE_CROWDED = 30		/* s */
};

/* buf[ROUTER_MAC_TEXT_LEN] */
const char *
router_mac_text(char *buf, const uint8_t *mac)
{
	snprintf(buf, ROUTER_MAC_TEXT_LEN, "%02x:%02x:%02x:%02x:%02x:%02x",
	    mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return buf;
}

static bool
send_frame(struct router *r, const uint8_t *frame, size_t len, usec_t now)
{
	if (r->link.fd != -1 && link_send(&r->link, frame, len) == 0)
		return true;
	report_send_error(&r->stats, r->link.fd == -1 ? ENODEV : errno, now);
	return false;
}

static void
send_advert(struct router *r, uint8_t priority, const uint8_t *mac, usec_t now)
{
	uint8_t frame[VRRP_FRAME_MAX];
	size_t len = advert_build(frame, sizeof(frame), &r->vr, mac, priority,
	    ++r->ip_id);

	if (!send_frame(r, frame, len, now))
		return;
	r->stats.sent++;
	if (priority == VRRP_PRIORITY_STOP)
		r->stats.zero_sent++;
}

/*
 * The MAC that the virtual addresses are at while we are Master.  An interface
 * that lost its name was not seen again, and may still carry a resignation.
 */
static const uint8_t *
master_mac(struct router *r)
{
	if (r->conf->vr.vmac)
		return r->virtual_mac;
	return r->seen.present ? r->seen.mac : r->own_mac;
}

static void
announce_ipv4(struct router *r, const struct vrrp_addr *addr,
    const uint8_t *mac, usec_t now)
{
	unsigned version = r->conf->vr.version;
	uint8_t frame[VRRP_FRAME_MIN];

	send_frame(r, frame, arp_build(frame, sizeof(frame), false, mac, addr,
	    version), now);
	send_frame(r, frame, arp_build(frame, sizeof(frame), true, mac, addr,
	    version), now);
}

static void
announce_ipv6(struct router *r, const struct vrrp_addr *addr, bool router,
    const uint8_t *mac, usec_t now)
{
	uint8_t frame[ANNOUNCE_SIZE];

	send_frame(r, frame, na_build(frame, sizeof(frame), router, mac, addr),
	    now);
}

/*
 * The Router flag for the virtual addresses, asked or not, and whoever answers:
 * the kernel gives the device's own (RFC 9568 has it always set).  A client to
 * which it was set, and then is not, has lost its router (RFC 4861 7.2.5).
 */
static bool
speaks_as_router(const struct router *r)
{
	if (r->conf->use_macvlan && r->macvlan_seen.index == r->macvlan)
		return r->macvlan_seen.router6;
	return r->seen.router6;
}

/*
 * The interface's own addresses are at another MAC since a swap, either way:
 * frames to the old one no longer reach us, so everybody must know.
 */
void
router_announce_own(struct router *r, const uint8_t *mac, usec_t now)
{
	unsigned i;

	for (i = 0; i < r->addrs.n4; i++)
		announce_ipv4(r, &r->addrs.own4[i], mac, now);
	for (i = 0; i < r->addrs.n6; i++)
		announce_ipv6(r, &r->addrs.own6[i], r->seen.router6, mac, now);
}

/* The device that the virtual addresses are on. */
unsigned
router_vip_index(const struct router *r)
{
	return r->conf->use_macvlan ? r->macvlan : r->link.index;
}

/* The interface's real addresses of our family, the best source first. */
const struct vrrp_addr *
router_sources(const struct router *r, unsigned *n)
{
	bool ipv4 = r->conf->vr.family == &vrrp_ipv4;

	*n = ipv4 ? r->addrs.n4 : r->addrs.n6;
	return ipv4 ? r->addrs.own4 : r->addrs.own6;
}

/* Adverts come from this address now; so would the resignation of a guard. */
void
router_set_source(struct router *r, const struct vrrp_addr *addr)
{
	r->vr.source = *addr;
	guard_keep(r, r->vr.state == VRRP_MASTER ? master_mac(r) : r->own_mac);
}

static bool
swap_on(struct router *r)
{
	if (vmac_swap(&r->nl, r->link.index, r->virtual_mac,
	    r->own_mac) == -1) {
		log_err("cannot set the virtual MAC: %s%s", strerror(errno),
		    errno == EBUSY || errno == EOPNOTSUPP ?
		    " (this driver needs --macvlan or -n)" : "");
		return false;
	}
	r->swapped = true;
	return true;
}

static bool
macvlan_on(struct router *r)
{
	if (r->macvlan != 0 && vmac_up(&r->nl, r->macvlan) == 0)
		return true;
	log_err("cannot bring up %s: %s", r->conf->macvlan,
	    r->macvlan == 0 ? "it does not exist" : strerror(errno));
	return false;
}

/* The announcements that must follow come with VRRP_ACT_ANNOUNCE. */
bool
router_mac_on(struct router *r)
{
	if (!r->conf->vr.vmac)
		return true;
	return r->conf->use_macvlan ? macvlan_on(r) : swap_on(r);
}

void
router_mac_off(struct router *r, usec_t now)
{
	if (!r->swapped)
		return;
	r->swapped = false;
	if (vmac_restore(&r->nl, r->link.index, r->virtual_mac,
	    r->own_mac) == -1) {
		if (errno != ENODEV && errno != ENXIO)
			log_err("cannot put the own MAC back: %s",
			    strerror(errno));
		return;
	}
	router_announce_own(r, r->own_mac, now);
}

static void
remove_addresses(struct router *r)
{
	const struct vrrp_conf *conf = &r->conf->vr;
	unsigned index = router_vip_index(r);
	int result;

	if (conf->owner)
		return;
	if (!conf->accept) {
		/* Those routes are not on the device: it may be gone. */
		respond_close(&r->respond);
		result = ipaddr_unblock(&r->nl, conf);
	} else if (index == 0) {
		return;
	} else {
		result = ipaddr_del(&r->nl, index, conf, &r->addrs, false);
	}
	if (result == -1 && errno != ENODEV)
		log_err("cannot remove the virtual addresses: %s%s%s",
		    strerror(errno), r->nl.error[0] ? ": " : "", r->nl.error);
}

/* A macvlan goes down first: what the kernel says of it then stays inside. */
static void
act_release(struct router *r, usec_t now)
{
	if (r->conf->use_macvlan && r->holding && r->macvlan != 0 &&
	    vmac_down(&r->nl, r->macvlan) == -1 && errno != ENODEV)
		log_err("cannot take down %s: %s", r->conf->macvlan,
		    strerror(errno));
	if (r->holding)
		remove_addresses(r);
	r->holding = false;
	r->ask_deadline = VRRP_NEVER;
	router_mac_off(r, now);
	r->dirty = true;
	guard_keep(r, r->own_mac);
}

/* Whether a guard ends us, should we hang, sooner than a long lease would. */
static bool
is_watched(const struct router *r)
{
	const usec_t limit = conf_hang_limit(r->conf);

	return r->conf->guard && limit > 0 &&
	    limit <= LEASE_CROWDED * VRRP_SECOND;
}

/*
 * The addresses end by the kernel's own hand when nobody renews them: not
 * before the others have taken over, in whole seconds.  When hundreds take over
 * at once, leases that all renew each second would keep the kernel busy, which
 * costs one election after the other.  Later each would hear of each renewal
 * of the others; who has a guard that watches can wait longer.
 */
static struct ipaddr_lease
begin_lease(struct router *r)
{
	const bool crowded = r->slow ||
	    (is_watched(r) && r->addrs.others >= CROWD);
	usec_t down = vrrp_master_down_interval(&r->vr) + VRRP_SECOND - 1;
	struct ipaddr_lease lease = {
		(uint32_t)(down / VRRP_SECOND), r->conf->use_macvlan
	};

	if (lease.seconds < LEASE_MIN)
		lease.seconds = LEASE_MIN;
	if (crowded && lease.seconds < LEASE_CROWDED)
		lease.seconds = LEASE_CROWDED;
	if (!r->conf->lease)
		lease.seconds = IPADDR_FOREVER;
	r->renew_at = process_now() + (crowded ? RENEW_GAP_CROWDED : RENEW_GAP);
	return lease;
}

/* Was the kernel so busy with others that adverts come late by it? */
static void
note_slow(struct router *r, usec_t start)
{
	r->slow = process_now() - start > vrrp_master_down_interval(&r->vr) / 2;
}

/* Not after a stall, until it is known that nobody took over meanwhile. */
static void
renew_lease(struct router *r, usec_t now)
{
	struct ipaddr_lease lease;
	usec_t start;

	if (!r->conf->lease || !r->holding || r->conf->vr.owner ||
	    !r->conf->vr.accept || r->stalled || now < r->renew_at)
		return;
	start = process_now();
	lease = begin_lease(r);
	if (ipaddr_renew(&r->nl, router_vip_index(r), &r->conf->vr,
	    &lease) == -1)
		log_err("cannot renew the lease of the addresses: %s",
		    strerror(errno));
	note_slow(r, start);
}

bool
router_add_addresses(struct router *r)
{
	const struct vrrp_conf *conf = &r->conf->vr;
	const struct ipaddr_lease lease = begin_lease(r);
	int result;

	if (conf->owner)
		return true;
	if (conf->accept)
		result = ipaddr_add(&r->nl, router_vip_index(r), conf,
		    &lease);
	else if ((result = ipaddr_block(&r->nl, conf)) == 0)
		result = respond_open(&r->respond, router_vip_index(r),
		    conf);
	if (result == 0)
		return true;
	log_err("cannot set the virtual addresses: %s%s%s", strerror(errno),
	    r->nl.error[0] ? ": " : "", r->nl.error);
	return false;
}

/* A Master that cannot hold its addresses is no Master (P-17). */
static bool
act_acquire(struct router *r)
{
	const usec_t start = process_now();

	r->holding = true;
	r->dirty = true;
	r->fights = 0;
	r->slow = false;
	if (router_mac_on(r)) {
		note_slow(r, start);
		if (router_add_addresses(r)) {
			r->ask_deadline = start + PROBE_FIRST;
			return true;
		}
	}
	r->stats.faults++;
	r->fault = true;
	return false;
}

/* One round.  Own addresses too: theirs may have been lost as well. */
static void
act_announce(struct router *r, usec_t now)
{
	const struct vrrp_conf *conf = &r->conf->vr;
	unsigned i;

	for (i = 0; i < conf->naddr; i++)
		if (conf->family == &vrrp_ipv4)
			announce_ipv4(r, &conf->vip[i].addr, master_mac(r),
			    now);
		else
			announce_ipv6(r, &conf->vip[i].addr,
			    speaks_as_router(r), master_mac(r), now);
	if (r->swapped)
		router_announce_own(r, r->virtual_mac, now);
}

/*
 * Who has the addresses now?  The new Master's gratuitous ARP may have come
 * before we let go; our kernel then answered it from the virtual MAC, and
 * switches look for that here until the next advert (F37).  The answer to this
 * question comes from where the virtual MAC is now.
 */
static void
ask(struct router *r, usec_t now)
{
	uint8_t frame[VRRP_FRAME_MIN];
	unsigned i;

	if (r->conf->vr.family != &vrrp_ipv4)
		return;			/* nobody answers an unsolicited NA */
	for (i = 0; i < r->conf->vr.naddr; i++)
		send_frame(r, frame, arp_ask_build(frame, sizeof(frame),
		    r->own_mac, &r->vr.source, &r->conf->vr.vip[i].addr), now);
}

/* Who yields no longer speaks for the virtual MAC, but asks for it. */
static void
act_advert(struct router *r, usec_t now)
{
	bool yields = r->vr.state != VRRP_MASTER;

	if (!yields)
		guard_keep(r, master_mac(r));
	send_advert(r, r->conf->vr.priority, yields ? r->own_mac :
	    master_mac(r), now);
	if (!yields)
		renew_lease(r, now);
	if (!yields || !r->conf->vr.vmac)
		return;
	ask(r, now);
	r->ask_deadline = now + ASK_AGAIN;
}

/*
 * Does anybody else have the addresses?  One that only answers others is heard
 * of by asking alone.  Not before the take-over is over, which has more urgent
 * things to do; from our own MAC, since a macvlan would keep the answers.
 */
static void
probe(struct router *r, usec_t now)
{
	const struct vrrp_conf *conf = &r->conf->vr;
	const usec_t master_for = now - r->vr.since;
	uint8_t frame[ANNOUNCE_SIZE];
	unsigned i;

	/* Seldom, but soon at first: a port of a switch may open late. */
	r->ask_deadline = now + (master_for < PROBE_GAP ? master_for :
	    PROBE_GAP);
	if (r->vr.quiet)
		return;
	if (r->claims.fd == -1 && respond_open_claims(&r->claims,
	    r->link.index, conf) == -1) {
		log_warning("cannot hear who else has the addresses: %s",
		    strerror(errno));
		return;
	}
	for (i = 0; i < conf->naddr; i++)
		send_frame(r, frame, probe_build(frame, sizeof(frame),
		    conf->family, r->own_mac, &conf->vip[i].addr), now);
}

/* A Master looks for duplicates; a Backup asks the second time. */
void
router_ask(struct router *r, usec_t now)
{
	r->ask_deadline = VRRP_NEVER;
	if (r->vr.state == VRRP_MASTER)
		probe(r, now);
	else if (r->vr.state == VRRP_BACKUP)
		ask(r, now);
}

static void
act_notify(struct router *r, enum vrrp_state from, usec_t now)
{
	char status[64];

	report_change(&r->vr, from, r->reason, now);
	if (r->vr.state == VRRP_MASTER)
		r->stats.became_master++;
	guard_state(r, from, now);
	snprintf(status, sizeof(status), "STATUS=%s",
	    vrrp_state_name(r->vr.state));
	notify_manager(status);
}

/* Always in this order; an action that fails is an event of the next turn. */
static void
run_actions(struct router *r, unsigned actions, enum vrrp_state from,
    usec_t now)
{
	bool held = true;

	if (actions & VRRP_ACT_RESIGN)
		send_advert(r, VRRP_PRIORITY_STOP, master_mac(r), now);
	if (actions & VRRP_ACT_RELEASE)
		act_release(r, now);
	if (actions & VRRP_ACT_ADVERT)
		act_advert(r, now);
	if (actions & VRRP_ACT_ACQUIRE)
		held = act_acquire(r);
	if ((actions & VRRP_ACT_ANNOUNCE) && held)
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

static void
on_drop(struct router *r, enum vrrp_drop drop, const struct vrrp_addr *from,
    uint32_t got, uint32_t want, usec_t now)
{
	report_drop(&r->stats, &r->conf->vr, drop, from, got, want, false, now);
	/* An owner hears no rival (RFC 3768 7.1), its neighbours do (F01). */
	if (drop == VRRP_DROP_OWNER && r->vr.announce_left == 0)
		router_step(r, VRRP_EV_ANNOUNCE, NULL, now);
}

/* Parse, check, step: the way of one advert.  True if it was a good one. */
static bool
on_frame(struct router *r, const uint8_t *frame, size_t len, usec_t now)
{
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
			report_drop(&r->stats, conf, drop, &adv.src, adv.got,
			    adv.want, true, now);
	r->stats.sums[adv.sum]++;
	r->stats.received++;
	if (adv.priority == VRRP_PRIORITY_STOP)
		r->stats.zero_received++;
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
	uint8_t frame[FRAME_SIZE];
	ssize_t n;
	int i;

	for (i = 0; i < ROUTER_DRAIN_MAX && r->link.fd != -1; i++) {
		n = link_recv(&r->link, frame, sizeof(frame));
		if (n > 0 && r->vr.state != VRRP_INITIALIZE) {
			if (on_frame(r, frame, (size_t)n, now) &&
			    r->vr.state == VRRP_BACKUP &&
			    now < vrrp_deadline(&r->vr))
				return;
		} else if (n == -1 && errno != EINTR) {
			/* ENETDOWN and the like: netlink tells more. */
			if (errno != EAGAIN)
				r->dirty = true;
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
 * floods, frames to other hosts come too: those are for others to answer.  For
 * the kernel (PACKET_OTHERHOST) a frame to the own MAC is such a one while the
 * virtual MAC is on, so it is not asked.
 */
static bool
is_to_us(struct router *r, const uint8_t *frame, size_t len)
{
	return len >= VRRP_MAC_LEN && ((frame[0] & 1) != 0 ||
	    same_mac(frame, master_mac(r)) || same_mac(frame, r->own_mac) ||
	    same_mac(frame, r->seen.mac));
}

/* Answers for the addresses that the kernel does not have (--no-accept). */
void
router_answer(struct router *r, usec_t now)
{
	const struct vrrp_conf *conf = &r->conf->vr;
	uint8_t frame[FRAME_SIZE], answer[ANNOUNCE_SIZE];
	struct vrrp_question question;
	ssize_t n;
	size_t len;
	unsigned turn;

	for (turn = 0; turn < ROUTER_DRAIN_MAX && r->respond.fd != -1; turn++) {
		n = respond_recv(&r->respond, frame, sizeof(frame));
		if (n == -1)
			return;
		if (!is_to_us(r, frame, (size_t)n) ||
		    !question_parse(&question, conf->family, frame,
		    (size_t)n) || !is_virtual(conf, &question.target))
			continue;
		len = answer_build(answer, sizeof(answer), conf->family,
		    speaks_as_router(r), &question, master_mac(r));
		if (respond_send(&r->respond, answer, len) == -1)
			report_send_error(&r->stats, errno, now);
	}
}

/* From the virtual MAC every router of ours speaks: that is no stranger. */
static bool
is_our_mac(const struct router *r, const uint8_t *mac)
{
	return same_mac(mac, r->virtual_mac) || same_mac(mac, r->own_mac) ||
	    same_mac(mac, r->seen.mac);
}

/* The rounds of one announcement answer all claims that come meanwhile. */
static void
on_claim(struct router *r, const struct vrrp_claim *claim, usec_t now)
{
	unsigned actions = duplicate_claim(&r->duplicate, &r->vr, claim->mac,
	    now);

	if (actions & DUPLICATE_REPORT)
		report_duplicate(&r->stats, &r->conf->vr, claim, now);
	if (actions & DUPLICATE_FIGHT)
		log_err("somebody else keeps saying that he has our addresses: "
		    "we stay Master");
	if (!(actions & DUPLICATE_DEFEND))
		return;
	if (r->conf->vr.family == &vrrp_ipv4 &&
	    vrrp_try_other_form(&r->vr, now))
		log_notice("he may be a Master that our adverts do not reach: "
		    "now %s pseudo-header in the checksum",
		    r->vr.pseudo_header ? "with the" : "without");
	if (r->vr.announce_left == 0)
		router_step(r, VRRP_EV_ANNOUNCE, NULL, now);
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
		if (is_to_us(r, frame, (size_t)n) &&
		    claim_parse(&claim, r->conf->vr.family, frame, (size_t)n) &&
		    is_virtual(&r->conf->vr, &claim.addr) &&
		    !is_our_mac(r, claim.mac))
			on_claim(r, &claim, now);
	}
}
