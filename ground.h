/*
 * The ground that a virtual router stands on: the sockets to its host, what
 * these last showed, and what the router holds there.  Data alone: clean.c,
 * host.c and speak.c work on it.
 */
#ifndef GROUND_H
#define GROUND_H

#include "core/conf.h"
#include "core/reconcile.h"
#include "ipaddr.h"
#include "libnetlink.h"
#include "link.h"
#include "lockfile.h"
#include "port.h"
#include "report.h"
#include "respond.h"
#include "vmac.h"
#include "vrrp.h"

enum {
	GROUND_REASON_LEN = 128
};

struct ground {
	const struct conf *conf;
	struct nl nl;			/* requests */
	struct nl events;		/* what the kernel tells */
	struct port port;		/* adverts; fd -1: nothing to work on */
	struct respond respond;		/* answers ARP and NS (--no-accept) */
	unsigned index;			/* of what we work on; 0 = none yet */
	unsigned macvlan;		/* index of the device; 0 = none */
	unsigned watched[2];		/* indices that events come for */

	/* When last looked at */
	struct link_state seen;		/* the interface */
	struct link_state macvlan_seen;	/* the device */
	struct ipaddr_table addrs;
	struct reconcile_memory memory;
	char reason[GROUND_REASON_LEN];	/* why it cannot be used, "" = it can */
	bool dirty;			/* look again */
	usec_t check_deadline;		/* when to look anyway */

	/* What we hold there */
	uint8_t virtual_mac[VRRP_MAC_LEN];
	uint8_t own_mac[VRRP_MAC_LEN];	/* never a virtual one */
	bool swapped;			/* the virtual MAC is on */
	bool holding;			/* the virtual addresses are on */
	bool untuned;			/* the macvlan; said so */
	bool stalled;			/* we slept, and know not what passed */
	bool slow;			/* the kernel, when last asked */
	usec_t renew_at;		/* the lease of the addresses */
	uint16_t ip_id;			/* of the last advert */

	/* Files, see FILES in vrrpd.8 */
	struct lockfile pid_file;
	struct lockfile mac_file;	/* the interface's own MAC */
	struct lockfile arp_file;	/* the interface's ARP sysctls */
	struct lockfile undo_file;	/* what a Master's death leaves */

	struct stats stats;
};

#endif
