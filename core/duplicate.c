/*
 * Somebody else has our addresses while we are Master: who is a stranger, when
 * to announce against him, when to say that it does not end.  Never a reason to
 * yield: that would leave the addresses to the stranger, and let any host of
 * the LAN depose a Master.  RFC 5227 2.4 (c), meant for default routers.  Pure.
 *
 * The way of a claim: respond.c hears it, neighbour.c reads it, router.c sees
 * whether it is about us and does what is said here, report.c counts and logs.
 */
#include "vrrp.h"

#include <string.h>

/* In a fight two that defend must not storm: RFC 5227 1.1. */
#define DEFEND_INTERVAL	(10 * VRRP_SECOND)
/* A quarrel is over after two questions (router.c) without an answer. */
#define CALM_INTERVAL	(150 * VRRP_SECOND)
/* Between two forms of checksum; an answer comes much sooner. */
#define TRY_INTERVAL	(60 * VRRP_SECOND)

enum {
	FIGHT_MAX = 20			/* claims; more are no accident */
};

/* A good advert came from this Ethernet address, in whatever state. */
void
duplicate_advert(struct duplicate *dup, const uint8_t *mac, usec_t now)
{
	memcpy(dup->router, mac, VRRP_MAC_LEN);
	dup->router_at = now;
}

/*
 * Another Master without the virtual MAC says the same from its own.  One of
 * the two yields; who goes silent and still has the addresses is a stranger.
 */
static bool
is_router(const struct duplicate *dup, const struct vrrp *vr,
    const uint8_t *mac, usec_t now)
{
	return memcmp(dup->router, mac, VRRP_MAC_LEN) == 0 &&
	    now - dup->router_at <= vrrp_master_down_interval(vr);
}

/*
 * Somebody says that an address of ours is at mac, which is none of ours.
 * Returns the set of DUPLICATE_* to be done.
 */
unsigned
duplicate_claim(struct duplicate *dup, const struct vrrp *vr,
    const uint8_t *mac, usec_t now)
{
	unsigned actions = DUPLICATE_REPORT;

	if (vr->state != VRRP_MASTER || is_router(dup, vr, mac, now))
		return 0;
	/* An earlier time as Master has nothing to do with this one. */
	if (now - dup->heard_at > CALM_INTERVAL || dup->heard_at < vr->since)
		dup->claims = 0;
	dup->heard_at = now;
	if (dup->claims <= FIGHT_MAX && ++dup->claims > FIGHT_MAX)
		actions |= DUPLICATE_FIGHT;
	if (dup->claims <= FIGHT_MAX ||
	    now - dup->defended_at >= DEFEND_INTERVAL) {
		dup->defended_at = now;
		actions |= DUPLICATE_DEFEND;
	}
	return actions;
}

/*
 * Another host has our IPv4 addresses, and no advert of it was ever heard: a
 * router, perhaps, that wants the other form of checksum, drops our adverts,
 * and yet sends none as long as they come.  It claims each address: what was
 * tried stays for a while.  True if the next adverts have the other form
 * (P-08).
 */
bool
duplicate_try_form(struct vrrp *vr, usec_t now)
{
	if (vr->conf->checksum != VRRP_SUM_AUTO || vr->conf->version == 2 ||
	    vr->state != VRRP_MASTER || vr->heard_at != VRRP_NEVER ||
	    now < vr->try_after)
		return false;
	vr->pseudo_header = !vr->pseudo_header;
	vr->try_after = now + TRY_INTERVAL;
	return true;
}
