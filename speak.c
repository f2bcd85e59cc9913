/*
 * What a virtual router says on its LAN.  core/packet.c and core/neighbour.c
 * build the frames, port.c sends them.
 */
#include "speak.h"

#include "trace.h"

#include <errno.h>

enum {
	FRAME_SIZE = 128		/* a neighbour advertisement */
};

/* One frame, and into the recording; 0, or -1 with errno. */
int
speak_raw(struct ground *g, const uint8_t *frame, size_t len)
{
	if (port_send(&g->port, frame, len) == -1)
		return -1;
	trace_frame(frame, len);
	return 0;
}

/* One frame.  True if it is on its way. */
static bool
send_frame(struct ground *g, const uint8_t *frame, size_t len, usec_t now)
{
	if (g->port.fd != -1 && speak_raw(g, frame, len) == 0)
		return true;
	report_send_error(&g->stats, g->port.fd == -1 ? ENODEV : errno, now);
	return false;
}

/* An advert with this priority from this Ethernet address. */
void
speak_advert(struct ground *g, const struct vrrp *vr, uint8_t priority,
    const uint8_t *mac, usec_t now)
{
	uint8_t frame[VRRP_FRAME_MAX];
	size_t len = advert_build(frame, sizeof(frame), vr, mac, priority,
	    ++g->ip_id);

	if (!send_frame(g, frame, len, now))
		return;
	g->stats.sent++;
	if (priority == VRRP_PRIORITY_STOP)
		g->stats.zero_sent++;
}

static void
announce_ipv4(struct ground *g, const struct vrrp_addr *addr,
    const uint8_t *mac, usec_t now)
{
	unsigned version = g->conf->vr.version;
	uint8_t frame[VRRP_FRAME_MIN];

	send_frame(g, frame, arp_build(frame, sizeof(frame), false, mac, addr,
	    version), now);
	send_frame(g, frame, arp_build(frame, sizeof(frame), true, mac, addr,
	    version), now);
}

static void
announce_ipv6(struct ground *g, const struct vrrp_addr *addr, bool router,
    const uint8_t *mac, usec_t now)
{
	uint8_t frame[FRAME_SIZE];

	send_frame(g, frame, na_build(frame, sizeof(frame), router, mac, addr),
	    now);
}

/*
 * The Router flag for the virtual addresses, asked or not: the kernel, where it
 * answers, gives that of the device (RFC 9568 has it always set).  A client
 * that sees the flag go has lost its router (RFC 4861 7.2.5).
 */
bool
speak_is_router(const struct ground *g)
{
	if (g->conf->use_macvlan && g->macvlan_seen.index == g->macvlan)
		return g->macvlan_seen.router6;
	return g->seen.router6;
}

/* One round: the virtual addresses are at mac. */
void
speak_addresses(struct ground *g, const uint8_t *mac, usec_t now)
{
	const struct vrrp_conf *conf = &g->conf->vr;
	unsigned i;

	for (i = 0; i < conf->naddr; i++)
		if (conf->family == &vrrp_ipv4)
			announce_ipv4(g, &conf->vip[i].addr, mac, now);
		else
			announce_ipv6(g, &conf->vip[i].addr,
			    speak_is_router(g), mac, now);
}

/*
 * The interface's own addresses are at another MAC since a swap, either way:
 * frames to the old one no longer reach us, so everybody must know.
 */
void
speak_own(struct ground *g, const uint8_t *mac, usec_t now)
{
	unsigned i;

	for (i = 0; i < g->addrs.n4; i++)
		announce_ipv4(g, &g->addrs.own4[i], mac, now);
	for (i = 0; i < g->addrs.n6; i++)
		announce_ipv6(g, &g->addrs.own6[i], g->seen.router6, mac, now);
}

/*
 * Who has the addresses now?  The new Master's gratuitous ARP may have come
 * before we let go; our kernel then answered it from the virtual MAC, and
 * switches look for that here until the next advert (F37).  The answer to this
 * question comes from where the virtual MAC is now.
 */
void
speak_question(struct ground *g, const struct vrrp *vr, usec_t now)
{
	const struct vrrp_conf *conf = &g->conf->vr;
	uint8_t frame[VRRP_FRAME_MIN];
	unsigned i;

	if (conf->family != &vrrp_ipv4)
		return;			/* nobody answers an unsolicited NA */
	for (i = 0; i < conf->naddr; i++)
		send_frame(g, frame, arp_ask_build(frame, sizeof(frame),
		    g->own_mac, &vr->source, &conf->vip[i].addr), now);
}

/* Does another host have the addresses?  From our own MAC and no address. */
void
speak_probe(struct ground *g, usec_t now)
{
	const struct vrrp_conf *conf = &g->conf->vr;
	uint8_t frame[FRAME_SIZE];
	unsigned i;

	for (i = 0; i < conf->naddr; i++)
		send_frame(g, frame, probe_build(frame, sizeof(frame),
		    conf->family, g->own_mac, &conf->vip[i].addr), now);
}
