/*
 * The virtual addresses on the interface, by rtnetlink.  They carry the
 * protocol number of VRRP as their origin (IFA_PROTO, Linux 5.18), so that a
 * left-over of an earlier life is never taken for a real address (C13, F32).
 * Real addresses are never added, changed or removed (C12).
 */
#include "ipaddr.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

enum {
	IFA_ORIGIN = 11,		/* IFA_PROTO, not in older headers */
	RETRIES = 5			/* of a dump that changed under way */
};

struct scan {
	unsigned index;			/* the interface */
	unsigned vip_index;		/* where the virtual addresses belong */
	const struct vrrp_conf *conf;
	struct ipaddr_table *table;
};

/* One address of a dump. */
struct found {
	struct vrrp_addr addr;
	const struct vrrp_family *family;
	unsigned index;
	uint8_t plen;
	bool marked;			/* with our origin */
	bool settled;			/* duplicate detection is over */
};

static int
find_vip(const struct vrrp_conf *conf, const struct found *found)
{
	unsigned i;

	if (conf->family == found->family)
		for (i = 0; i < conf->naddr; i++)
			if (memcmp(&conf->vip[i].addr, &found->addr,
			    sizeof(found->addr)) == 0)
				return (int)i;
	return -1;
}

static void
add_own(struct ipaddr_table *table, const struct found *found)
{
	if (found->family == &vrrp_ipv4 && table->n4 < IPADDR_OWN_MAX)
		table->own4[table->n4++] = found->addr;
	if (found->family != &vrrp_ipv6 || table->n6 == IPADDR_OWN_MAX)
		return;
	table->own6[table->n6++] = found->addr;
	/* The kernel lists link-local ones last, and one is our source. */
	if (table->n6 > 1 && vrrp_is_link_local(found->addr.octet)) {
		memmove(&table->own6[1], &table->own6[0],
		    (table->n6 - 1) * sizeof(table->own6[0]));
		table->own6[0] = found->addr;
	}
}

static void
note_address(struct scan *scan, const struct found *found)
{
	struct ipaddr_table *table = scan->table;
	int i = find_vip(scan->conf, found);

	if (i != -1 && (found->marked || found->index != scan->index)) {
		table->presence[i] = IPADDR_OURS;
		table->plen[i] = found->plen;
		return;
	}
	if (i != -1 && table->presence[i] == IPADDR_ABSENT)
		table->presence[i] = IPADDR_REAL;
	if (i == -1 && found->marked)
		table->others++;
	/* A virtual address is a source for its owner only (F19). */
	if (found->index == scan->index && found->settled &&
	    ((i == -1 && !found->marked) || scan->conf->owner))
		add_own(table, found);
}

/* The address itself; on a point-to-point link IFA_ADDRESS is the other end. */
static bool
parse_address(const struct nl_msg *msg, struct found *found)
{
	const uint8_t *p = msg->payload;
	size_t left = msg->len;
	struct ifaddrmsg ifa;
	struct nl_attr attr;
	bool any = false, local = false;

	if (msg->type != RTM_NEWADDR || left < sizeof(ifa))
		return false;
	memcpy(&ifa, p, sizeof(ifa));
	memset(found, 0, sizeof(*found));
	found->family = ifa.ifa_family == AF_INET ? &vrrp_ipv4 : &vrrp_ipv6;
	found->index = ifa.ifa_index;
	found->plen = ifa.ifa_prefixlen;
	found->settled = !(ifa.ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED));
	p += NLMSG_ALIGN(sizeof(ifa));
	left -= NLMSG_ALIGN(sizeof(ifa));
	while (nl_next_attr(&p, &left, &attr)) {
		if ((attr.type == IFA_LOCAL || (attr.type == IFA_ADDRESS &&
		    !local)) && attr.len == found->family->addr_len) {
			memcpy(found->addr.octet, attr.data, attr.len);
			local = attr.type == IFA_LOCAL;
			any = true;
		} else if (attr.type == IFA_ORIGIN && attr.len == 1) {
			found->marked = attr.data[0] == VRRP_PROTOCOL;
		}
	}
	return any;
}

static void
on_address_message(const struct nl_msg *msg, void *arg)
{
	struct scan *scan = arg;
	struct found found;

	if (parse_address(msg, &found) && (found.index == scan->index ||
	    found.index == scan->vip_index))
		note_address(scan, &found);
}

static int
scan_device(struct nl *nl, unsigned index, struct scan *scan)
{
	const struct ifaddrmsg ifa = {
		.ifa_family = AF_UNSPEC,
		.ifa_index = index
	};
	struct nl_batch batch;

	nl_batch_init(&batch);
	nl_begin(nl, &batch, RTM_GETADDR, NLM_F_DUMP, &ifa, sizeof(ifa));
	return nl_query(nl, &batch, on_address_message, scan);
}

/*
 * Both families in one dump; asked again when it changed under way.  vip_index
 * is the device that carries the virtual addresses, mostly index itself.
 */
int
ipaddr_scan(struct nl *nl, unsigned index, unsigned vip_index,
    const struct vrrp_conf *conf, struct ipaddr_table *table)
{
	struct scan scan = { index, vip_index, conf, table };
	int i, result;

	for (i = 0; i < RETRIES; i++) {
		/* The lists behind that are as long as their counts say. */
		memset(table, 0, offsetof(struct ipaddr_table, own4));
		result = scan_device(nl, index, &scan);
		/* One by one: other devices there may be hundreds. */
		if (result == 0 && vip_index != 0 && vip_index != index)
			result = scan_device(nl, vip_index, &scan);
		if (result == 0 || errno != EINTR)
			return result;
	}
	return -1;
}

static void
put_request(struct nl *nl, struct nl_batch *batch, uint16_t type,
    uint16_t flags, unsigned index, const struct vrrp_family *family,
    const struct vrrp_vip *vip)
{
	const struct ifaddrmsg ifa = {
		.ifa_family = (uint8_t)family->af,
		.ifa_prefixlen = vip->plen,
		.ifa_scope = RT_SCOPE_UNIVERSE,
		.ifa_index = index
	};

	nl_begin(nl, batch, type, flags, &ifa, sizeof(ifa));
	nl_put(batch, IFA_LOCAL, vip->addr.octet, family->addr_len);
	nl_put(batch, IFA_ADDRESS, vip->addr.octet, family->addr_len);
}

/*
 * IPv6: no duplicate address detection, another Master may have it still
 * (F20), and never a source of our own choice: preferred lifetime 0.
 */
static void
put_life(struct nl_batch *batch, const struct vrrp_family *family,
    const struct ipaddr_lease *lease)
{
	const uint8_t origin = VRRP_PROTOCOL;
	const struct ifa_cacheinfo life = {
		.ifa_prefered = family == &vrrp_ipv6 ? 0 : lease->seconds,
		.ifa_valid = lease->seconds
	};
	uint32_t flags = IFA_F_NODAD;

	if (lease->seconds != IPADDR_FOREVER && !lease->alone)
		flags |= IFA_F_NOPREFIXROUTE;
	nl_put(batch, IFA_ORIGIN, &origin, sizeof(origin));
	nl_put(batch, IFA_CACHEINFO, &life, sizeof(life));
	if (family == &vrrp_ipv6)
		nl_put(batch, IFA_FLAGS, &flags, sizeof(flags));
}

static void
put_all(struct nl *nl, struct nl_batch *batch, uint16_t flags, unsigned index,
    const struct vrrp_conf *conf, const struct ipaddr_lease *lease)
{
	unsigned i;

	nl_batch_init(batch);
	for (i = 0; i < conf->naddr; i++) {
		put_request(nl, batch, RTM_NEWADDR, flags, index,
		    conf->family, &conf->vip[i]);
		put_life(batch, conf->family, lease);
	}
}

/* All of them, in one batch. */
int
ipaddr_add(struct nl *nl, unsigned index, const struct vrrp_conf *conf,
    const struct ipaddr_lease *lease)
{
	struct nl_batch batch;

	put_all(nl, &batch, NLM_F_CREATE | NLM_F_EXCL, index, conf, lease);
	return nl_talk(nl, &batch, EEXIST);
}

/*
 * The lease begins anew.  Connections, routes and neighbours do not notice; who
 * listens to the kernel's events hears of each address.
 */
int
ipaddr_renew(struct nl *nl, unsigned index, const struct vrrp_conf *conf,
    const struct ipaddr_lease *lease)
{
	struct nl_batch batch;

	put_all(nl, &batch, NLM_F_REPLACE, index, conf, lease);
	return nl_post(nl, &batch);
}

/*
 * All of them in one batch, or only those that carry our mark.  What table
 * shows with our mark goes with the prefix length that it has (F32); the others
 * as configured, since a kernel before 5.18 keeps no mark.
 */
int
ipaddr_del(struct nl *nl, unsigned index, const struct vrrp_conf *conf,
    const struct ipaddr_table *table, bool marked_only)
{
	struct nl_batch batch;
	unsigned i;

	nl_batch_init(&batch);
	for (i = 0; i < conf->naddr; i++) {
		struct vrrp_vip vip = conf->vip[i];

		if (table->presence[i] == IPADDR_OURS)
			vip.plen = table->plen[i];
		else if (marked_only)
			continue;
		put_request(nl, &batch, RTM_DELADDR, 0, index, conf->family,
		    &vip);
	}
	return nl_talk(nl, &batch, EADDRNOTAVAIL);
}

static bool
needs_rule(const struct vrrp_family *family, const struct vrrp_vip *vip)
{
	return family == &vrrp_ipv6 && vrrp_is_link_local(vip->addr.octet);
}

static void
put_route(struct nl *nl, struct nl_batch *batch, uint16_t type,
    uint16_t flags, const struct vrrp_family *family,
    const struct vrrp_vip *vip)
{
	const struct rtmsg rtm = {
		.rtm_family = (uint8_t)family->af,
		.rtm_dst_len = (uint8_t)(family->addr_len * 8),
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = VRRP_PROTOCOL,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_BLACKHOLE
	};

	nl_begin(nl, batch, type, flags, &rtm, sizeof(rtm));
	nl_put(batch, RTA_DST, vip->addr.octet, family->addr_len);
}

static void
put_rule(struct nl *nl, struct nl_batch *batch, uint16_t type, uint16_t flags,
    const struct vrrp_family *family, const struct vrrp_vip *vip)
{
	const uint32_t preference = 1;	/* next after the local table */
	const uint8_t origin = VRRP_PROTOCOL;
	const struct fib_rule_hdr rule = {
		.family = (uint8_t)family->af,
		.dst_len = (uint8_t)(family->addr_len * 8),
		.action = FR_ACT_BLACKHOLE
	};

	nl_begin(nl, batch, type, flags, &rule, sizeof(rule));
	nl_put(batch, FRA_DST, vip->addr.octet, family->addr_len);
	/* Without one the kernel chooses, and takes a second for another. */
	nl_put(batch, FRA_PRIORITY, &preference, sizeof(preference));
	nl_put(batch, FRA_PROTOCOL, &origin, sizeof(origin));
}

/*
 * Not to accept packets to the addresses without owning them (RFC 9568 8.3.1):
 * a blackhole route for each, so that they neither loop nor draw redirects.  A
 * link-local address is looked up on its own interface, where no route of ours
 * is found: a rule does it there.
 */
int
ipaddr_block(struct nl *nl, const struct vrrp_conf *conf)
{
	struct nl_batch batch;
	unsigned i;

	nl_batch_init(&batch);
	for (i = 0; i < conf->naddr; i++)
		if (needs_rule(conf->family, &conf->vip[i]))
			put_rule(nl, &batch, RTM_NEWRULE,
			    NLM_F_CREATE | NLM_F_EXCL, conf->family,
			    &conf->vip[i]);
		else
			put_route(nl, &batch, RTM_NEWROUTE,
			    NLM_F_CREATE | NLM_F_EXCL, conf->family,
			    &conf->vip[i]);
	return nl_talk(nl, &batch, EEXIST);
}

/* One batch for each kind: what is not there has two errnos. */
int
ipaddr_unblock(struct nl *nl, const struct vrrp_conf *conf)
{
	struct nl_batch batch;
	unsigned i;
	int result;

	nl_batch_init(&batch);
	for (i = 0; i < conf->naddr; i++)
		if (!needs_rule(conf->family, &conf->vip[i]))
			put_route(nl, &batch, RTM_DELROUTE, 0, conf->family,
			    &conf->vip[i]);
	result = nl_talk(nl, &batch, ESRCH);
	nl_batch_init(&batch);
	for (i = 0; i < conf->naddr; i++)
		if (needs_rule(conf->family, &conf->vip[i]))
			put_rule(nl, &batch, RTM_DELRULE, 0, conf->family,
			    &conf->vip[i]);
	return nl_talk(nl, &batch, ENOENT) == -1 ? -1 : result;
}

/* Whether every virtual address is there, whoever put it. */
bool
ipaddr_complete(const struct ipaddr_table *table, const struct vrrp_conf *conf)
{
	return memchr(table->presence, IPADDR_ABSENT, conf->naddr) == NULL;
}

/* Whether one with our mark is there. */
bool
ipaddr_left(const struct ipaddr_table *table, const struct vrrp_conf *conf)
{
	return memchr(table->presence, IPADDR_OURS, conf->naddr) != NULL;
}
