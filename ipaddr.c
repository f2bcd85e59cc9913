/*
 * The virtual addresses on the interface, by rtnetlink.  They carry the
 * protocol number of VRRP as their origin (IFA_PROTO, Linux 5.18), so that a
 * left-over of an earlier life is never taken for a real address (C13, F32).
 * Real addresses are never added, changed or removed (C12).
 */
#include "ipaddr.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

enum {
	IFA_ORIGIN = 11,		/* IFA_PROTO, not in older headers */
	IPV4_LEN = 4,
	IPV6_LEN = 16,
	RETRIES = 5			/* of a dump that changed under way */
};

struct scan {
	unsigned index;
	const struct vrrp_conf *conf;
	struct ipaddr_table *table;
};

static int
find_vip(const struct vrrp_conf *conf, const struct vrrp_addr *addr)
{
	unsigned i;

	for (i = 0; i < conf->naddr; i++)
		if (memcmp(&conf->vip[i].addr, addr, sizeof(*addr)) == 0)
			return (int)i;
	return -1;
}

static void
add_own(struct vrrp_addr *list, unsigned *n, const struct vrrp_addr *addr)
{
	if (*n < IPADDR_OWN_MAX)
		list[(*n)++] = *addr;
}

static void
note_ipv4(struct scan *scan, const struct vrrp_addr *addr, uint8_t plen,
    bool marked)
{
	struct ipaddr_table *table = scan->table;
	int i = find_vip(scan->conf, addr);

	if (i != -1 && marked) {
		table->presence[i] = IPADDR_OURS;
		table->plen[i] = plen;
		return;
	}
	if (i != -1 && table->presence[i] == IPADDR_ABSENT)
		table->presence[i] = IPADDR_REAL;
	/* A virtual address is a source for its owner only (F19). */
	if ((i == -1 && !marked) || scan->conf->owner)
		add_own(table->own4, &table->n4, addr);
}

static void
on_address_message(const struct nl_msg *msg, void *arg)
{
	struct scan *scan = arg;
	const uint8_t *p = msg->payload;
	size_t left = msg->len, want;
	struct vrrp_addr addr = { { 0 } };
	struct ifaddrmsg ifa;
	struct nl_attr attr;
	bool found = false, local = false, marked = false;

	if (msg->type != RTM_NEWADDR || left < sizeof(ifa))
		return;
	memcpy(&ifa, p, sizeof(ifa));
	if (ifa.ifa_index != scan->index)
		return;
	want = ifa.ifa_family == AF_INET ? IPV4_LEN : IPV6_LEN;
	p += NLMSG_ALIGN(sizeof(ifa));
	left -= NLMSG_ALIGN(sizeof(ifa));
	while (nl_next_attr(&p, &left, &attr)) {
		/* On a point-to-point link IFA_ADDRESS is the other end. */
		if ((attr.type == IFA_LOCAL ||
		    (attr.type == IFA_ADDRESS && !local)) && attr.len == want) {
			memcpy(addr.octet, attr.data, want);
			local = attr.type == IFA_LOCAL;
			found = true;
		} else if (attr.type == IFA_ORIGIN && attr.len == 1) {
			marked = attr.data[0] == VRRP_PROTOCOL;
		}
	}
	if (!found)
		return;
	/* An IPv6 address that is still being checked is nobody's yet. */
	if (ifa.ifa_family == AF_INET)
		note_ipv4(scan, &addr, ifa.ifa_prefixlen, marked);
	else if (ifa.ifa_family == AF_INET6 &&
	    !(ifa.ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)))
		add_own(scan->table->own6, &scan->table->n6, &addr);
}

/* Both families in one dump; asked again when it changed under way. */
int
ipaddr_scan(struct nl *nl, unsigned index, const struct vrrp_conf *conf,
    struct ipaddr_table *table)
{
	const struct ifaddrmsg ifa = {
		.ifa_family = AF_UNSPEC,
		.ifa_index = index
	};
	struct scan scan = { index, conf, table };
	struct nl_batch batch;
	int i, result;

	for (i = 0; i < RETRIES; i++) {
		memset(table, 0, sizeof(*table));
		nl_batch_init(&batch);
		nl_begin(nl, &batch, RTM_GETADDR, NLM_F_DUMP, &ifa,
		    sizeof(ifa));
		result = nl_query(nl, &batch, on_address_message, &scan);
		if (result == 0 || errno != EINTR)
			return result;
	}
	return -1;
}

static void
put_request(struct nl *nl, struct nl_batch *batch, uint16_t type,
    uint16_t flags, unsigned index, const struct vrrp_vip *vip)
{
	const uint8_t origin = VRRP_PROTOCOL;
	const struct ifaddrmsg ifa = {
		.ifa_family = AF_INET,
		.ifa_prefixlen = vip->plen,
		.ifa_scope = RT_SCOPE_UNIVERSE,
		.ifa_index = index
	};

	nl_begin(nl, batch, type, flags, &ifa, sizeof(ifa));
	nl_put(batch, IFA_LOCAL, vip->addr.octet, IPV4_LEN);
	nl_put(batch, IFA_ADDRESS, vip->addr.octet, IPV4_LEN);
	if (type == RTM_NEWADDR)
		nl_put(batch, IFA_ORIGIN, &origin, sizeof(origin));
}

/* All of them, in one batch. */
int
ipaddr_add(struct nl *nl, unsigned index, const struct vrrp_conf *conf)
{
	struct nl_batch batch;
	unsigned i;

	nl_batch_init(&batch);
	for (i = 0; i < conf->naddr; i++)
		put_request(nl, &batch, RTM_NEWADDR,
		    NLM_F_CREATE | NLM_F_EXCL, index, &conf->vip[i]);
	return nl_talk(nl, &batch, EEXIST);
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
		put_request(nl, &batch, RTM_DELADDR, 0, index, &vip);
	}
	return nl_talk(nl, &batch, EADDRNOTAVAIL);
}

/* Whether every virtual address is there, whoever put it. */
bool
ipaddr_complete(const struct ipaddr_table *table, const struct vrrp_conf *conf)
{
	unsigned i;

	for (i = 0; i < conf->naddr; i++)
		if (table->presence[i] == IPADDR_ABSENT)
			return false;
	return true;
}

/* Whether one with our mark is there. */
bool
ipaddr_left(const struct ipaddr_table *table, const struct vrrp_conf *conf)
{
	unsigned i;

	for (i = 0; i < conf->naddr; i++)
		if (table->presence[i] == IPADDR_OURS)
			return true;
	return false;
}
