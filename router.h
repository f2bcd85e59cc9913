/*
 * One virtual router on its host: the pure state machine and all the edges it
 * acts through.  Shared by router.c, host.c and vrrpd.c, which alone see both.
 */
#ifndef ROUTER_H
#define ROUTER_H

#include "conf.h"
#include "guard.h"
#include "ipaddr.h"
#include "libnetlink.h"
#include "link.h"
#include "lockfile.h"
#include "notify.h"
#include "record.h"
#include "report.h"
#include "respond.h"
#include "vmac.h"
#include "vrrp.h"

enum {
	/*
	 * Frames or events taken in one turn.  More than a socket's default
	 * queue holds, so that after a stall all that waited is read before the
	 * timer is judged; bounded, so that a flood does not starve it.
	 */
	ROUTER_DRAIN_MAX = 512,
	ROUTER_REASON_LEN = 128,
	ROUTER_MAC_TEXT_LEN = 18
};

struct router {
	struct conf *conf;		/* read-only once the loop runs */
	struct vrrp vr;
	struct lockfile pid_file;
	struct lockfile mac_file;
	struct lockfile arp_file;	/* the interface's ARP sysctls */
	struct lockfile undo_file;	/* what a Master's death leaves */
	struct guard guard;
	struct notify notify;
	struct nl nl;			/* requests */
	struct nl events;		/* what the kernel tells */
	struct link link;		/* fd -1: no interface to work on */
	struct respond respond;		/* answers ARP and NS (--no-accept) */
	struct link_state seen;		/* the interface, when last looked at */
	unsigned index;			/* of what we work on; 0 = none yet */
	unsigned macvlan;		/* index of the device; 0 = none */
	struct link_state macvlan_seen;	/* the device, when last looked at */
	unsigned watched[2];		/* indices that events come for */
	struct respond claims;		/* who else has our addresses ... */
	struct duplicate duplicate;	/* ... and what we think of it */
	uint8_t virtual_mac[VRRP_MAC_LEN];
	uint8_t own_mac[VRRP_MAC_LEN];	/* never a virtual one */
	uint16_t ip_id;
	bool swapped;			/* the virtual MAC is on */
	bool holding;			/* the virtual addresses are on */
	bool dirty;			/* look at the interface again */
	bool fault;			/* tell the state machine next turn */
	bool untuned;			/* the macvlan; said so */
	bool stalled;			/* we slept, and know not what passed */
	usec_t renew_at;		/* the lease of the addresses */
	bool slow;			/* the kernel, when last asked for it */
	unsigned fights;		/* times we put something back ... */
	usec_t fight_since;		/* ... since then */
	usec_t check_deadline;		/* when to look anyway */
	usec_t ask_deadline;		/* when to ask who has the addresses */
	char reason[ROUTER_REASON_LEN];	/* why it cannot be used, "" = it can */
	struct ipaddr_table addrs;	/* on the interface, when looked at */
	struct stats stats;
};

/* router.c */
void	router_step(struct router *, enum vrrp_event_type,
	    const struct vrrp_advert *, usec_t);
void	router_receive(struct router *, usec_t);
void	router_answer(struct router *, usec_t);
void	router_hear(struct router *, usec_t);
void	router_ask(struct router *, usec_t);
bool	router_mac_on(struct router *);
void	router_mac_off(struct router *, usec_t);
bool	router_add_addresses(struct router *);
void	router_announce_own(struct router *, const uint8_t *, usec_t);
unsigned router_vip_index(const struct router *);
const struct vrrp_addr *router_sources(const struct router *, unsigned *);
void	router_set_source(struct router *, const struct vrrp_addr *);
const char *router_mac_text(char *, const uint8_t *);

/* host.c */
void	host_reconcile(struct router *, usec_t);
void	host_events(struct router *);
void	host_set_own_mac(struct router *, const uint8_t *);
void	host_close(struct router *);
void	host_macvlan_alias(const struct router *, char *, size_t);
void	host_restore_arp(struct router *);
bool	host_is_our_macvlan(const struct router *, const struct link_state *);

#endif
