/*
 * What vrrpd sets on a host, compared with what the host shows: decides what is
 * to be put right and what the state machine must hear.  Pure; host.c looks at
 * the kernel before, and carries out what is decided here.
 */
#ifndef RECONCILE_H
#define RECONCILE_H

#include "vrrp.h"

/* All that vrrpd sets and watches, a row each; in the order of mending. */
enum reconcile_row {
	RECONCILE_MAC,			/* of the interface */
	RECONCILE_DEVICE,		/* the macvlan, up while we hold */
	RECONCILE_DEVICE_MAC,
	RECONCILE_DEVICE_MTU,		/* that of the interface */
	RECONCILE_FORWARD4,		/* of the macvlan, as the interface */
	RECONCILE_FORWARD6,
	RECONCILE_HUSH,			/* ARP sysctls of the interface */
	RECONCILE_ADDRESSES,
	RECONCILE_BLOCK,		/* routes and rules of --no-accept */
	RECONCILE_ROWS
};

/* Why the interface cannot be used now, the first that applies. */
enum reconcile_reason {
	RECONCILE_FINE,
	RECONCILE_GONE,
	RECONCILE_REPLACED,		/* another one has the name */
	RECONCILE_NO_ETHERNET,
	RECONCILE_DOWN,
	RECONCILE_SMALL_MTU,
	RECONCILE_NOT_OWNER,		/* an address that we own is gone */
	RECONCILE_NO_SOURCE,		/* no address to send from */
	RECONCILE_NO_CARRIER
};

/* What is to be done beside mending rows, in this order. */
enum reconcile_news {
	RECONCILE_SAY_REASON = 1 << 0,	/* Initialize, for a new reason */
	RECONCILE_NEW_SOURCE = 1 << 1,	/* send from the first own address */
	RECONCILE_CARRIER = 1 << 2,	/* step VRRP_EV_CARRIER_LOST */
	RECONCILE_LOST = 1 << 3,	/* step VRRP_EV_LINK_DOWN */
	RECONCILE_CLOSE = 1 << 4,	/* nothing of ours is there any more */
	RECONCILE_AGAIN = 1 << 5,	/* stop here and look once more */
	RECONCILE_MOVED = 1 << 6,	/* work on another interface now */
	RECONCILE_OWN_MAC = 1 << 7,	/* the MAC that was seen is its own */
	RECONCILE_FIGHT = 1 << 8,	/* say once that we give up */
	RECONCILE_FAULT = 1 << 9,	/* step VRRP_EV_FAULT next turn */
	RECONCILE_TELL = 1 << 10,	/* step VRRP_EV_ANNOUNCE */
	RECONCILE_USE = 1 << 11		/* open it; step VRRP_EV_LINK_UP */
};

/* What the host showed at one look. */
struct reconcile_seen {
	bool present;			/* the interface */
	bool ethernet;
	bool up;			/* by the administrator */
	bool carrier;
	bool forwards4, forwards6;
	bool hushed;			/* its ARP sysctls are as we want */
	unsigned index;
	unsigned mtu;
	uint32_t flaps;			/* changes of the carrier, ever */
	uint8_t mac[VRRP_MAC_LEN];
	const struct vrrp_addr *own;	/* its addresses, best source first */
	unsigned nown;
	bool complete;			/* every virtual address is there */
	bool marked;			/* one is there that has our mark */
	struct {			/* our macvlan */
		bool present;
		bool up;
		bool forwards4, forwards6;
		unsigned mtu;
		uint8_t mac[VRRP_MAC_LEN];
	} device;
};

/* What we have done so far; the last three are kept from look to look. */
struct reconcile_known {
	const struct vrrp *vr;
	const uint8_t *virtual_mac;
	const uint8_t *own_mac;
	bool macvlan;			/* the virtual MAC is on a device */
	bool keeps_mac;			/* nobody else changes the MAC */
	bool open;			/* a packet socket, on index */
	unsigned index;			/* what we work on; 0 = none yet */
	bool swapped;			/* the virtual MAC is on */
	bool holding;			/* the virtual addresses are on */
	bool stalled;			/* others may hold them by now */
};

struct reconcile_memory {
	enum reconcile_reason reason;	/* at the last look */
	uint32_t flaps;
	unsigned fights;		/* times we put something back ... */
	usec_t fight_since;		/* ... since then */
};

struct reconcile_plan {
	unsigned news;			/* enum reconcile_news */
	unsigned set;			/* 1 << row: write what is wanted */
	unsigned undo;			/* 1 << row: take it off */
	unsigned foreign;		/* 1 << row: another program's doing */
};

void	reconcile(struct reconcile_plan *, struct reconcile_memory *,
	    const struct reconcile_known *, const struct reconcile_seen *,
	    usec_t now);
void	reconcile_reason_text(char *, size_t, enum reconcile_reason,
	    const struct vrrp_conf *, unsigned mtu);
const char *reconcile_row_name(enum reconcile_row);

#endif
