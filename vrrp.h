/*
 * The vocabulary of vrrpd and the interface of its pure core.
 *
 * Nothing in here or below it does I/O, reads a clock, allocates, logs or
 * keeps static data: time comes in as an argument, effects leave as a set of
 * actions.  Numbers are in host byte order, addresses are strings of octets as
 * they stand on the wire.  RFC 2338 and RFC 3768 (VRRPv2), RFC 9568 (VRRPv3).
 */
#ifndef VRRP_H
#define VRRP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The VRRPv2 message, RFC 2338 section 5.1 (RFC 3768 section 5.1 is the same):
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |Version| Type  | Virtual Rtr ID|   Priority    | Count IP Addrs|
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |   Auth Type   |   Adver Int   |          Checksum             |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                         IP Address (1) ... (n)                |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                     Authentication Data (1)                   |
 *   |                     Authentication Data (2)                   |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * VRRPv3, RFC 9568 section 5.1, has in its second word four reserved bits and
 * twelve of Max Advertise Interval (centiseconds), addresses of four or
 * sixteen octets, and no authentication data:
 *
 *   |Resrv|  Max Advertise Interval |          Checksum             |
 */
enum {
	VRRP_PROTOCOL = 112,		/* IP protocol number */
	VRRP_PROTOCOL_AH = 51,		/* RFC 2402, refused: left to IPsec */
	VRRP_TTL = 255,			/* RFC 3768 5.2.3 */
	VRRP_TOS = 0xc0,		/* internetwork control */
	VRRP_TYPE_ADVERT = 1,
	VRRP_PRIORITY_STOP = 0,		/* "I resign", RFC 3768 5.3.4 */
	VRRP_PRIORITY_DEFAULT = 100,
	VRRP_PRIORITY_OWNER = 255,
	VRRP_AUTH_NONE = 0,
	VRRP_AUTH_PASSWORD = 1,		/* RFC 2338 5.3.6.2 */
	VRRP_AUTH_AH = 2,		/* RFC 2338 5.3.6.3, refused */
	VRRP_AUTH_LEN = 8,		/* octets of authentication data */
	VRRP_HEADER_LEN = 8,		/* octets before the first address */
	VRRP_ADDR_MAX = 255,		/* the count field has eight bits */
	VRRP_MAC_LEN = 6,
	VRRP_FRAME_MIN = 60,		/* Ethernet, without the FCS */
	/* Ethernet 14, IPv6 40, header 8, 255 addresses of 16 octets */
	VRRP_FRAME_MAX = 14 + 40 + 8 + 255 * 16,
	VRRP_INTERVAL_MAX_CS = 4095,	/* twelve bits, RFC 9568 5.2.7 */
	VRRP_IFNAME_LEN = 16		/* IFNAMSIZ, the closing 0 included */
};

/* Microseconds of CLOCK_MONOTONIC; *_deadline is absolute, others relative. */
typedef int64_t usec_t;

#define VRRP_SECOND	((usec_t)1000000)
#define VRRP_CENTISECOND	((usec_t)10000)
#define VRRP_NEVER	INT64_MAX	/* a deadline that does not come */

/*
 * An address as on the wire: IPv4 fills the first four octets, the others are
 * zero, so that memcmp() orders addresses as RFC 9568 6.4.3 words it, unsigned
 * and in network byte order.
 */
struct vrrp_addr {
	uint8_t octet[16];
};

/* What differs between IPv4 and IPv6: all of it stands here. */
struct vrrp_family {
	uint8_t ip_version;
	uint8_t addr_len;		/* octets */
	uint8_t header_len;		/* octets of IP header as we send it */
	uint16_t ethertype;
	int af;				/* for inet_ntop() */
	uint8_t group[16];		/* RFC 9568 5.1.1.2, 5.1.2.2 */
	uint8_t group_mac[VRRP_MAC_LEN];
	uint8_t mac_family;		/* fifth octet of the virtual MAC */
};

extern const struct vrrp_family vrrp_ipv4, vrrp_ipv6;

/* The sum of a VRRPv3 advert in IPv4: two readings are deployed. */
enum vrrp_checksum {
	VRRP_SUM_AUTO,			/* RFC 9568, then as the peers do */
	VRRP_SUM_MESSAGE,		/* RFC 9568 5.2.8: the message alone */
	VRRP_SUM_PSEUDO			/* with a pseudo-header, RFC 5798 */
};

struct vrrp_vip {
	struct vrrp_addr addr;
	uint8_t plen;			/* prefix length, bits */
};

/* Who has target?  From an ARP request or a neighbour solicitation. */
struct vrrp_question {
	struct vrrp_addr target;
	struct vrrp_addr asker;		/* all zero: from no address yet */
	uint8_t mac[VRRP_MAC_LEN];	/* where the answer goes */
};

/* "addr is at mac": from ARP or a neighbour advertisement. */
struct vrrp_claim {
	struct vrrp_addr addr;
	uint8_t mac[VRRP_MAC_LEN];
};

/* What the operator asked of one virtual router. */
struct vrrp_conf {
	char ifname[VRRP_IFNAME_LEN];
	const struct vrrp_family *family;
	uint8_t version;		/* 2 or 3 */
	uint8_t vrid;			/* 1-255 */
	uint8_t priority;		/* 1-254, 255 if and only if owner */
	bool owner;			/* every address is really ours */
	bool vmac;			/* the interface gets the virtual MAC */
	bool accept;			/* packets to the addresses are ours */
	bool preempt;
	bool strict_addresses;		/* RFC 3768 7.1: drop differing lists */
	usec_t interval;		/* Advertisement_Interval */
	usec_t min_interval;		/* no shorter one is learned (v3) */
	unsigned down_adverts;		/* so many lost: the Master is down */
	enum vrrp_checksum checksum;	/* v3 in IPv4 */
	usec_t start_delay;		/* no take-over so soon after link up */
	usec_t preempt_delay;		/* a live Master is left so long */
	usec_t refresh;			/* announce this often; 0 = never */
	uint8_t auth_type;
	uint8_t auth[VRRP_AUTH_LEN];	/* zero-filled, RFC 2338 5.3.10 */
	unsigned naddr;			/* 1-255 */
	struct vrrp_vip vip[VRRP_ADDR_MAX];
};

/* Why a frame was not let through, in the order of the ladder. */
enum vrrp_drop {
	VRRP_DROP_NONE,
	VRRP_DROP_IP,			/* not one whole, sound IPv4 packet */
	VRRP_DROP_FRAGMENT,
	VRRP_DROP_AH,			/* protocol 51 */
	VRRP_DROP_PROTOCOL,
	VRRP_DROP_TTL,			/* RFC 3768 7.1, first MUST */
	VRRP_DROP_DESTINATION,		/* not the group, or to one host */
	VRRP_DROP_VERSION,
	VRRP_DROP_TYPE,
	VRRP_DROP_LENGTH,
	VRRP_DROP_CHECKSUM,
	VRRP_DROP_SOURCE,		/* sent from an address of our own */
	VRRP_DROP_MARTIAN,		/* IPv4: no host has such a source */
	VRRP_DROP_SCOPE,		/* IPv6: source not link-local */
	VRRP_DROP_VRID,
	VRRP_DROP_OWNER,		/* we own the addresses */
	VRRP_DROP_AUTH_UNKNOWN,		/* no type of RFC 2338 */
	VRRP_DROP_AUTH_TYPE,		/* another type than ours */
	VRRP_DROP_AUTH,			/* wrong password */
	VRRP_DROP_COUNT,		/* no address at all */
	VRRP_DROP_FIRST,		/* IPv6: first one is not link-local */
	VRRP_DROP_ADDRESSES,		/* another address list */
	VRRP_DROP_INTERVAL,
	VRRP_DROP_MAX
};

/* Where the VRRP message lies in a received frame, and who sent it. */
struct vrrp_packet {
	struct vrrp_addr src;
	struct vrrp_addr dst;
	uint8_t ttl;			/* hop limit */
	const uint8_t *msg;		/* into the frame, never past its end */
	size_t len;			/* octets, from the IP total length */
	uint32_t got, want;		/* what failed, what is right */
};

/* One advert; addrs points into the frame and lives as long as that does. */
struct vrrp_advert {
	struct vrrp_addr src;
	uint8_t vrid;
	uint8_t priority;
	uint8_t count;
	uint8_t auth_type;
	usec_t interval;
	enum vrrp_checksum sum;		/* the form it has: MESSAGE or PSEUDO */
	const uint8_t *addrs;		/* count times the family's addr_len */
	const uint8_t *auth;		/* VRRP_AUTH_LEN octets (v2) */
	uint32_t remarks;		/* 1 << drop: wrong, but let through */
	uint32_t got, want;		/* of a drop, or of the interval */
};

enum vrrp_state {
	VRRP_INITIALIZE,
	VRRP_BACKUP,
	VRRP_MASTER
};

enum vrrp_event_type {
	VRRP_EV_LINK_UP,		/* RFC: Startup; or carrier is back */
	VRRP_EV_LINK_DOWN,		/* RFC: Shutdown; something is gone */
	VRRP_EV_CARRIER_LOST,		/* may come back before others notice */
	VRRP_EV_SHUTDOWN,		/* RFC: Shutdown; the operator's word */
	VRRP_EV_TIMER,			/* now >= vrrp_deadline() */
	VRRP_EV_ADVERT,			/* passed every check */
	VRRP_EV_FAULT,			/* an action could not be done */
	VRRP_EV_TAKE,			/* operator: become Master now */
	VRRP_EV_YIELD,			/* operator: become Backup now */
	VRRP_EV_ANNOUNCE,		/* neighbours are wrong, or asked for */
	VRRP_EV_DOUBT			/* others may have made them wrong */
};

struct vrrp_event {
	enum vrrp_event_type type;
	const struct vrrp_advert *advert;	/* VRRP_EV_ADVERT only */
};

/* What is to be done, always in this order. */
enum vrrp_action {
	VRRP_ACT_RESIGN = 1 << 0,	/* advert with priority 0 */
	VRRP_ACT_RELEASE = 1 << 1,	/* addresses off, own MAC back */
	VRRP_ACT_ADVERT = 1 << 2,	/* advert with own priority */
	VRRP_ACT_ACQUIRE = 1 << 3,	/* virtual MAC on, addresses on */
	VRRP_ACT_ANNOUNCE = 1 << 4,	/* one round of gratuitous ARP */
	VRRP_ACT_NOTIFY = 1 << 5	/* log, script, service manager */
};

/* The cause of the last change of state. */
enum vrrp_why {
	VRRP_WHY_START,
	VRRP_WHY_OWNER,			/* we own the addresses */
	VRRP_WHY_SILENCE,		/* no advert for Master_Down_Interval */
	VRRP_WHY_RESIGNED,		/* the Master sent priority 0 */
	VRRP_WHY_PREEMPT,		/* the Master is worse than we are */
	VRRP_WHY_OUTRANKED,		/* a better advert came */
	VRRP_WHY_LINK,			/* interface, carrier or address lost */
	VRRP_WHY_FAULT,			/* the addresses could not be held */
	VRRP_WHY_OPERATOR,		/* a signal asked for it */
	VRRP_WHY_SHUTDOWN
};

enum {
	VRRP_ANNOUNCE_ROUNDS = 5,	/* the first at once ... */
	VRRP_ANNOUNCE_GAP = 250000,	/* ... the others this far apart, us */
	VRRP_DOUBTS = 2,		/* extra rounds between two */
	VRRP_REPLIES = 3,		/* extra adverts in an interval */
	VRRP_FAULT_DOUBLINGS = 4	/* a hold grows 2^4 times at most */
};

/*
 * One virtual router.  deadline is Adver_Timer in Master and Master_Down_Timer
 * in Backup: the RFC's two timers never run together.  Invariant: it is
 * VRRP_NEVER if and only if the state is Initialize.
 */
struct vrrp {
	const struct vrrp_conf *conf;
	enum vrrp_state state;
	enum vrrp_why why;
	usec_t deadline;
	usec_t master_interval;		/* Active_Adver_Interval, learned */
	bool pseudo_header;		/* the form that we send */
	usec_t try_after;		/* the other form not before this */
	usec_t announce_deadline;	/* VRRP_NEVER outside Master */
	unsigned announce_left;		/* rounds of the burst still to come */
	usec_t hold_until;		/* no Master by timer before this */
	usec_t preempt_deadline;	/* a lower Master has until then */
	usec_t sent_at;			/* last advert; meaningful in Master */
	usec_t since;			/* when this state was entered */
	unsigned replies_left;		/* see VRRP_REPLIES */
	unsigned doubts_left;		/* see VRRP_DOUBTS */
	unsigned faults;		/* failed take-overs in a row */
	bool quiet;			/* Master that waits for its carrier */
	bool resigned;			/* Backup that heard a priority 0 */
	struct vrrp_addr source;	/* our primary address */
	const struct vrrp_addr *own;	/* all our real addresses */
	unsigned nown;
	struct vrrp_addr master;	/* sender of the last advert */
	uint8_t master_priority;
	usec_t heard_at;		/* when it came; VRRP_NEVER = not yet */
};

/* What is to be done about a claim of somebody else. */
enum duplicate_action {
	DUPLICATE_REPORT = 1 << 0,	/* count and log it */
	DUPLICATE_FIGHT = 1 << 1,	/* it does not end: say so, once */
	DUPLICATE_DEFEND = 1 << 2	/* announce our addresses */
};

/* Others that claim our addresses; all zero at first. */
struct duplicate {
	unsigned claims;		/* in this quarrel */
	usec_t heard_at;		/* the last one */
	usec_t defended_at;		/* when we announced because of one */
	uint8_t router[VRRP_MAC_LEN];	/* where the last advert came from */
	usec_t router_at;		/* and when */
};

/* fsm.c */
void		vrrp_init(struct vrrp *, const struct vrrp_conf *, usec_t now);
unsigned	vrrp_step(struct vrrp *, const struct vrrp_event *, usec_t now);
usec_t		vrrp_deadline(const struct vrrp *);
usec_t		vrrp_skew_time(const struct vrrp *);
usec_t		vrrp_master_down_interval(const struct vrrp *);
const char	*vrrp_state_name(enum vrrp_state);

/* frame.c */
enum vrrp_drop	frame_parse(struct vrrp_packet *, const struct vrrp_family *,
		    const uint8_t *, size_t)
		    __attribute__((warn_unused_result));
bool		vrrp_is_link_local(const uint8_t *);

/* packet.c */
enum vrrp_drop	advert_parse(struct vrrp_advert *, struct vrrp_packet *,
		    const struct vrrp_conf *)
		    __attribute__((warn_unused_result));
enum vrrp_drop	advert_check(struct vrrp_advert *, const struct vrrp *)
		    __attribute__((warn_unused_result));
size_t		advert_build(uint8_t *, size_t, const struct vrrp *,
		    const uint8_t *, uint8_t, uint16_t);
size_t		advert_len(const struct vrrp_conf *);

/* neighbour.c */
size_t		arp_build(uint8_t *, size_t, bool, const uint8_t *,
		    const struct vrrp_addr *, unsigned);
size_t		arp_ask_build(uint8_t *, size_t, const uint8_t *,
		    const struct vrrp_addr *, const struct vrrp_addr *);
bool		question_parse(struct vrrp_question *,
		    const struct vrrp_family *, const uint8_t *, size_t);
bool		claim_parse(struct vrrp_claim *, const struct vrrp_family *,
		    const uint8_t *, size_t);
size_t		probe_build(uint8_t *, size_t, const struct vrrp_family *,
		    const uint8_t *, const struct vrrp_addr *);
size_t		answer_build(uint8_t *, size_t, const struct vrrp_family *,
		    bool, const struct vrrp_question *, const uint8_t *);
size_t		na_build(uint8_t *, size_t, bool, const uint8_t *,
		    const struct vrrp_addr *);

/* duplicate.c */
void		duplicate_advert(struct duplicate *, const uint8_t *,
		    usec_t now);
bool		duplicate_try_form(struct vrrp *, usec_t now);
unsigned	duplicate_claim(struct duplicate *, const struct vrrp *,
		    const uint8_t *, usec_t now);

/* packet.c */
void		vrrp_mac(uint8_t *, const struct vrrp_conf *);
bool		vrrp_mac_is_virtual(const uint8_t *);

/* drop.c */
const char	*vrrp_drop_name(enum vrrp_drop);
void		vrrp_drop_text(char *, size_t, enum vrrp_drop, uint32_t,
		    uint32_t);

#endif
