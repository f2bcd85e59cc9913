/*
 * One interface.  The packet socket takes what is untagged, of our VRID and to
 * a group or to this host, from this interface alone; its filter only saves
 * wake-ups, frame.c and packet.c check everything again.
 */
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif
#ifndef IFLA_PERM_ADDRESS
#define IFLA_PERM_ADDRESS 54
#endif

enum {
	INET6_CONF_FORWARDING = 0,	/* DEVCONF_FORWARDING of linux/ipv6.h */
	EGRESS_PRIORITY = 7,		/* network control, RFC 9568 2.5 */
	DUMP_RETRIES = 5		/* of one that changed under way */
};

/* Looked for by name, by index, or by alias among all. */
struct lookup {
	unsigned index;
	const char *name;
	const char *alias;
	struct link_state *state;
};

static void
get_mac(const struct nl_attr *attr, uint8_t *mac)
{
	if (attr->len == VRRP_MAC_LEN)
		memcpy(mac, attr->data, VRRP_MAC_LEN);
}

/*
 * IFLA_AF_SPEC { family { type: s32 per devconf value } }: the nth value, 0 if
 * there is none.
 */
static int
devconf(const struct nl_attr *spec, uint16_t af, uint16_t type, size_t nth)
{
	const uint8_t *p = spec->data, *q;
	size_t left = spec->len, inner;
	struct nl_attr family, conf;
	int32_t value = 0;

	while (nl_next_attr(&p, &left, &family)) {
		if (family.type != af)
			continue;
		q = family.data;
		inner = family.len;
		while (nl_next_attr(&q, &inner, &conf)) {
			size_t at = nth * sizeof(value);

			if (conf.type == type && conf.len >= at + sizeof(value))
				memcpy(&value, conf.data + at, sizeof(value));
		}
	}
	return value;
}

static void
take_attribute(struct link_state *st, const struct nl_attr *attr)
{
	switch (attr->type) {
	case IFLA_IFNAME:
		if (attr->len <= sizeof(st->name))
			memcpy(st->name, attr->data, attr->len);
		break;
	case IFLA_ADDRESS:
		get_mac(attr, st->mac);
		break;
	case IFLA_PERM_ADDRESS:
		get_mac(attr, st->permanent);
		st->has_permanent = attr->len == VRRP_MAC_LEN;
		break;
	case IFLA_MTU:
		st->mtu = nl_attr_u32(attr);
		break;
	case IFLA_CARRIER_CHANGES:
		st->flaps = nl_attr_u32(attr);
		break;
	case IFLA_IFALIAS:
		if (attr->len <= sizeof(st->alias))
			memcpy(st->alias, attr->data, attr->len);
		break;
	case IFLA_AF_SPEC:
		st->router6 = devconf(attr, AF_INET6, IFLA_INET6_CONF,
		    INET6_CONF_FORWARDING) != 0;
		st->router4 = devconf(attr, AF_INET, IFLA_INET_CONF,
		    IPV4_DEVCONF_FORWARDING - 1) != 0;
		st->arp_ignore = devconf(attr, AF_INET, IFLA_INET_CONF,
		    IPV4_DEVCONF_ARP_IGNORE - 1);
		st->arp_announce = devconf(attr, AF_INET, IFLA_INET_CONF,
		    IPV4_DEVCONF_ARP_ANNOUNCE - 1);
		break;
	default:
		break;
	}
}

static void
on_link_message(const struct nl_msg *msg, void *arg)
{
	const struct lookup *lookup = arg;
	struct link_state st = { 0 };
	const uint8_t *p = msg->payload;
	size_t left = msg->len;
	struct ifinfomsg ifi;
	struct nl_attr attr;

	if (msg->type != RTM_NEWLINK || left < sizeof(ifi))
		return;
	memcpy(&ifi, p, sizeof(ifi));
	p += NLMSG_ALIGN(sizeof(ifi));
	left -= NLMSG_ALIGN(sizeof(ifi));
	st.index = (unsigned)ifi.ifi_index;
	st.ethernet = ifi.ifi_type == ARPHRD_ETHER;
	st.up = ifi.ifi_flags & IFF_UP;
	st.carrier = ifi.ifi_flags & IFF_LOWER_UP;
	while (nl_next_attr(&p, &left, &attr))
		take_attribute(&st, &attr);
	st.name[sizeof(st.name) - 1] = '\0';
	st.alias[sizeof(st.alias) - 1] = '\0';
	/* Not by an alternative name: ioctls know none. */
	if (lookup->name != NULL)
		st.present = strcmp(st.name, lookup->name) == 0;
	else if (lookup->alias != NULL)
		st.present = strcmp(st.alias, lookup->alias) == 0;
	else
		st.present = st.index == lookup->index;
	if (st.present)
		*lookup->state = st;
}

/* An interface that is not there is an answer, not an error. */
static int
get(struct nl *nl, struct lookup *lookup)
{
	const struct ifinfomsg ifi = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)lookup->index
	};
	struct nl_batch batch;

	memset(lookup->state, 0, sizeof(*lookup->state));
	nl_batch_init(&batch);
	nl_begin(nl, &batch, RTM_GETLINK, 0, &ifi, sizeof(ifi));
	if (lookup->name != NULL)
		nl_put(&batch, IFLA_IFNAME, lookup->name,
		    strlen(lookup->name) + 1);
	if (nl_query(nl, &batch, on_link_message, lookup) == -1)
		return errno == ENODEV ? 0 : -1;
	return 0;
}

int
link_get(struct nl *nl, const char *name, struct link_state *state)
{
	return get(nl, &(struct lookup){ .name = name, .state = state });
}

/* The same under whatever name it has now. */
int
link_get_index(struct nl *nl, unsigned index, struct link_state *state)
{
	return get(nl, &(struct lookup){ .index = index, .state = state });
}

/*
 * The same by alias; *state is not present where none has it.  Asked again when
 * devices came or went meanwhile.
 */
int
link_find(struct nl *nl, const char *alias, struct link_state *state)
{
	const struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct lookup lookup = { .alias = alias, .state = state };
	struct nl_batch batch;
	int i, result = -1;

	for (i = 0; i < DUMP_RETRIES; i++) {
		memset(state, 0, sizeof(*state));
		nl_batch_init(&batch);
		nl_begin(nl, &batch, RTM_GETLINK, NLM_F_DUMP, &ifi,
		    sizeof(ifi));
		result = nl_query(nl, &batch, on_link_message, &lookup);
		if (result == 0 || errno != EINTR)
			break;
	}
	return result;
}

#define LOAD_BYTE(at)	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (at))
#define LOAD_HALF(at)	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (at))
#define LOAD_X(at)	BPF_STMT(BPF_LD | BPF_B | BPF_IND, (at))
#define EQUAL(k, jt, jf) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), (jt), (jf))

static int
attach(int fd, const struct sock_filter *code, size_t len)
{
	const struct sock_fprog program = {
		.len = (unsigned short)len,
		.filter = (struct sock_filter *)(uintptr_t)code
	};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program)) == -1)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &(int){ 1 },
	    sizeof(int));
}

/*
 * Lets through what may be an advert for our VRID, good or bad, so that bad
 * ones can be counted: protocol VRRP or AH, second octet of the message our
 * VRID, for AH behind its 24 octets; no later fragment; no VLAN tag (adverts of
 * VLANs that are not configured arrive with the tag stripped); multicast or to
 * this host alone, as keepalived sends to unicast peers.
 *
 * Whatever the interface receives passes here, and each advert passes the
 * filters of all vrrpd there: what refuses most comes first.
 */
static int
filter_ipv4(int fd, uint8_t vrid)
{
	const struct sock_filter code[] = {
		LOAD_BYTE(14 + 9),
		EQUAL(VRRP_PROTOCOL, 4, 0),
		EQUAL(VRRP_PROTOCOL_AH, 0, 16),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14), /* X: IP header */
		LOAD_X(14 + 24 + 1),
		BPF_STMT(BPF_JMP | BPF_JA, 2),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
		LOAD_X(14 + 1),
		EQUAL(vrid, 0, 10),
		LOAD_HALF(14 + 6),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 8, 0),
		LOAD_HALF(12),
		EQUAL(ETH_P_IP, 0, 6),
		LOAD_BYTE(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
		EQUAL(0, 0, 4),
		LOAD_BYTE(SKF_AD_OFF + SKF_AD_PKTTYPE),
		EQUAL(PACKET_MULTICAST, 1, 0),
		EQUAL(PACKET_HOST, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};

	return attach(fd, code, sizeof(code) / sizeof(code[0]));
}

static int
filter_ipv6(int fd, uint8_t vrid)
{
	const struct sock_filter code[] = {
		LOAD_BYTE(14 + 6),
		EQUAL(VRRP_PROTOCOL, 3, 0),
		EQUAL(VRRP_PROTOCOL_AH, 0, 12),
		LOAD_BYTE(14 + 40 + 24 + 1),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		LOAD_BYTE(14 + 40 + 1),
		EQUAL(vrid, 0, 8),
		LOAD_HALF(12),
		EQUAL(ETH_P_IPV6, 0, 6),
		LOAD_BYTE(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
		EQUAL(0, 0, 4),
		LOAD_BYTE(SKF_AD_OFF + SKF_AD_PKTTYPE),
		EQUAL(PACKET_MULTICAST, 1, 0),
		EQUAL(PACKET_HOST, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};

	return attach(fd, code, sizeof(code) / sizeof(code[0]));
}

/* --- what wakes us of what the kernel tells ------------------------------- */

enum {
	IFA_ORIGIN = 11,		/* IFA_PROTO, not in older headers */
	PROGRAM_MAX = 80 + 2 * VRRP_ADDR_MAX
};

struct program {
	unsigned short len;
	struct sock_filter code[PROGRAM_MAX];
};

#define PASS	BPF_STMT(BPF_RET | BPF_K, 0xffffffff)
#define REFUSE	BPF_STMT(BPF_RET | BPF_K, 0)

static void
add(struct program *p, struct sock_filter instruction)
{
	p->code[p->len++] = instruction;
}

static void
pass_if(struct program *p, uint32_t value)
{
	add(p, (struct sock_filter)EQUAL(value, 0, 1));
	add(p, (struct sock_filter)PASS);
}

static void
refuse_unless(struct program *p, uint32_t value)
{
	add(p, (struct sock_filter)EQUAL(value, 1, 0));
	add(p, (struct sock_filter)REFUSE);
}

/* X: where the attribute begins; a message without it passes. */
static void
find_attribute(struct program *p, size_t header, uint16_t type)
{
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM,
	    (uint32_t)(NLMSG_HDRLEN + NLMSG_ALIGN(header))));
	add(p, (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM, type));
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR)));
	pass_if(p, 0);
	add(p, (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TAX, 0));
}

static uint32_t
word(const uint8_t *octet)
{
	return (uint32_t)octet[0] << 24 | (uint32_t)octet[1] << 16 |
	    (uint32_t)octet[2] << 8 | octet[3];
}

/* Of other interfaces: one that has our name, or gets it. */
static void
pass_our_name(struct program *p, const char *name)
{
	char padded[VRRP_IFNAME_LEN] = "";
	size_t i;

	memcpy(padded, name, strnlen(name, sizeof(padded) - 1));
	add(p, (struct sock_filter)LOAD_HALF(
	    offsetof(struct nlmsghdr, nlmsg_type)));
	add(p, (struct sock_filter)EQUAL(htons(RTM_NEWLINK), 2, 0));
	refuse_unless(p, htons(RTM_DELLINK));
	find_attribute(p, sizeof(struct ifinfomsg), IFLA_IFNAME);
	for (i = 0; i <= strlen(name); i += 4) {
		add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_IND,
		    (uint32_t)(RTA_LENGTH(0) + i)));
		refuse_unless(p, word((const uint8_t *)padded + i));
	}
	add(p, (struct sock_filter)PASS);
}

/*
 * Of our interface: all, but for addresses with the mark of VRRP.  Those come
 * and are renewed by our own hand or another vrrpd's; that one of ours went is
 * news.  Its last four octets are enough to tell.
 */
static void
refuse_others_virtual(struct program *p, const struct vrrp_conf *conf)
{
	const size_t len = conf->family->addr_len;
	unsigned i;

	add(p, (struct sock_filter)LOAD_HALF(
	    offsetof(struct nlmsghdr, nlmsg_type)));
	pass_if(p, htons(RTM_NEWLINK));
	pass_if(p, htons(RTM_DELLINK));
	find_attribute(p, sizeof(struct ifaddrmsg), IFA_ORIGIN);
	add(p, (struct sock_filter)LOAD_X(RTA_LENGTH(0)));
	add(p, (struct sock_filter)EQUAL(VRRP_PROTOCOL, 1, 0));
	add(p, (struct sock_filter)PASS);
	add(p, (struct sock_filter)LOAD_HALF(
	    offsetof(struct nlmsghdr, nlmsg_type)));
	refuse_unless(p, htons(RTM_DELADDR));
	find_attribute(p, sizeof(struct ifaddrmsg), IFA_ADDRESS);
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_IND,
	    (uint32_t)(RTA_LENGTH(0) + len - 4)));
	for (i = 0; i < conf->naddr; i++)
		pass_if(p, word(conf->vip[i].addr.octet + len - 4));
	add(p, (struct sock_filter)REFUSE);
}

/* Forwarding and the like; the index is the first attribute. */
static void
choose_sysctls(struct program *p, unsigned index, unsigned macvlan)
{
	add(p, (struct sock_filter)LOAD_HALF(
	    offsetof(struct nlmsghdr, nlmsg_type)));
	add(p, (struct sock_filter)EQUAL(htons(RTM_NEWNETCONF), 0, 6));
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    (uint32_t)(NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct netconfmsg)) +
	    RTA_LENGTH(0))));
	pass_if(p, htonl(index));
	pass_if(p, htonl(macvlan));
	add(p, (struct sock_filter)REFUSE);
}

/*
 * Events about the two devices and about the name alone, so that many vrrpd on
 * a host do not wake each other.  Loads are in network byte order, the fields
 * of netlink are not.  Replaces what was watched before.
 */
int
link_watch(const struct nl *events, const struct vrrp_conf *conf,
    unsigned index, unsigned macvlan)
{
	struct program p;
	struct sock_fprog program;
	unsigned short ours;

	/* struct ifinfomsg has the index at the same place. */
	_Static_assert(offsetof(struct ifinfomsg, ifi_index) ==
	    offsetof(struct ifaddrmsg, ifa_index), "index of an event");
	p.len = 0;
	choose_sysctls(&p, index, macvlan);
	add(&p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_index)));
	ours = p.len;
	add(&p, (struct sock_filter)EQUAL(htonl(index), 0, 0));
	add(&p, (struct sock_filter)EQUAL(htonl(macvlan), 0, 0));
	pass_our_name(&p, conf->ifname);
	p.code[ours].jt = (uint8_t)(p.len - ours - 1);
	p.code[ours + 1].jt = (uint8_t)(p.len - ours - 2);
	refuse_others_virtual(&p, conf);
	program = (struct sock_fprog){ p.len, p.code };
	return setsockopt(events->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program));
}

/* --- the sockets ---------------------------------------------------------- */

/* The NIC's filter lets the group in; not promiscuous. */
static int
join_packet_group(int fd, unsigned index, const uint8_t *group_mac)
{
	struct packet_mreq mreq = {
		.mr_ifindex = (int)index,
		.mr_type = PACKET_MR_MULTICAST,
		.mr_alen = VRRP_MAC_LEN
	};

	memcpy(mreq.mr_address, group_mac, VRRP_MAC_LEN);
	return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq,
	    sizeof(mreq));
}

static int
join_ipv4(int fd, unsigned index)
{
	struct ip_mreqn mreq = { .imr_ifindex = (int)index };

	memcpy(&mreq.imr_multiaddr, vrrp_ipv4.group, vrrp_ipv4.addr_len);
	return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq,
	    sizeof(mreq));
}

static int
join_ipv6(int fd, unsigned index)
{
	struct ipv6_mreq mreq = { .ipv6mr_interface = index };

	memcpy(&mreq.ipv6mr_multiaddr, vrrp_ipv6.group, vrrp_ipv6.addr_len);
	return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &mreq,
	    sizeof(mreq));
}

/*
 * A packet membership sends neither IGMP nor MLD; switches that snoop want
 * reports (F15).
 */
static int
join_ip_group(unsigned index, const struct vrrp_family *family)
{
	int fd = socket(family->af, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int saved;

	if (fd != -1 && (family == &vrrp_ipv4 ? join_ipv4(fd, index) :
	    join_ipv6(fd, index)) == -1) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/*
 * Protocol 0 keeps the socket deaf until everything is in place; bind() opens
 * it, so that not one unfiltered frame is ever queued.
 */
int
link_open(struct link *link, unsigned index, const struct vrrp_conf *conf)
{
	const struct vrrp_family *family = conf->family;
	const struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(family->ethertype),
		.sll_ifindex = (int)index
	};
	const int priority = EGRESS_PRIORITY;

	link->index = index;
	link->group_fd = -1;
	link->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (link->fd == -1)
		return -1;
	/* Kernels before 4.20 cannot: pkttype keeps our own frames out. */
	setsockopt(link->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &(int){ 1 },
	    sizeof(int));
	setsockopt(link->fd, SOL_SOCKET, SO_PRIORITY, &priority,
	    sizeof(priority));
	if ((family == &vrrp_ipv4 ? filter_ipv4(link->fd, conf->vrid) :
	    filter_ipv6(link->fd, conf->vrid)) == -1 ||
	    join_packet_group(link->fd, index, family->group_mac) == -1 ||
	    (link->group_fd = join_ip_group(index, family)) == -1 ||
	    bind(link->fd, (const struct sockaddr *)&sll, sizeof(sll)) == -1) {
		link_close(link);
		return -1;
	}
	return 0;
}

/* Deaf, without a filter: for the few frames of one who cleans up. */
int
link_open_to_send(struct link *link, unsigned index)
{
	const struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)index
	};
	const int priority = EGRESS_PRIORITY;

	link->index = index;
	link->group_fd = -1;
	link->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (link->fd == -1)
		return -1;
	setsockopt(link->fd, SOL_SOCKET, SO_PRIORITY, &priority,
	    sizeof(priority));
	if (bind(link->fd, (const struct sockaddr *)&sll, sizeof(sll)) == 0)
		return 0;
	link_close(link);
	return -1;
}

/* Keeps errno. */
void
link_close(struct link *link)
{
	int saved = errno;

	if (link->fd != -1)
		close(link->fd);
	if (link->group_fd != -1)
		close(link->group_fd);
	link->fd = -1;
	link->group_fd = -1;
	errno = saved;
}

/*
 * One frame; never waits.  Returns its length, 0 for one that is not for us,
 * or -1 with errno, EAGAIN when there is none.  A longer frame than size is
 * cut: the IP total length then betrays it.
 */
ssize_t
link_recv(const struct link *link, uint8_t *buf, size_t size)
{
	struct sockaddr_ll from = { 0 };
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(link->fd, buf, size, 0, (struct sockaddr *)&from,
	    &len);

	if (n == -1)
		return -1;
	if (len < offsetof(struct sockaddr_ll, sll_addr) ||
	    (from.sll_pkttype != PACKET_MULTICAST &&
	    from.sll_pkttype != PACKET_HOST) ||
	    from.sll_ifindex != (int)link->index)
		return 0;
	return n;
}

/* A frame as it stands, Ethernet header and all. */
int
link_send(const struct link *link, const uint8_t *frame, size_t len)
{
	ssize_t n = send(link->fd, frame, len, 0);

	return n == (ssize_t)len ? 0 : -1;
}
