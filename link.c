/*
 * One interface.  The packet socket takes untagged multicast of our VRID alone,
 * from this interface alone; its filter only saves wake-ups, packet.c checks
 * everything again.  The MAC is swapped on the live interface, never by taking
 * it down: that would cost routes, IPv6 addresses and neighbours (C14).
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
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif
#ifndef IFLA_PERM_ADDRESS
#define IFLA_PERM_ADDRESS 54
#endif

enum {
	EGRESS_PRIORITY = 7		/* network control, RFC 9568 2.5 */
};

struct lookup {
	const char *name;
	struct link_state *state;
};

static void
get_mac(const struct nl_attr *attr, uint8_t *mac)
{
	if (attr->len == VRRP_MAC_LEN)
		memcpy(mac, attr->data, VRRP_MAC_LEN);
}

/* IFLA_AF_SPEC { AF_INET6 { IFLA_INET6_CONF: s32 per devconf value } } */
static bool
forwards6(const struct nl_attr *spec)
{
	const uint8_t *p = spec->data, *q;
	size_t left = spec->len, inner;
	struct nl_attr family, conf;
	int32_t value;

	while (nl_next_attr(&p, &left, &family)) {
		if (family.type != AF_INET6)
			continue;
		q = family.data;
		inner = family.len;
		while (nl_next_attr(&q, &inner, &conf)) {
			size_t at = DEVCONF_FORWARDING * sizeof(value);

			if (conf.type != IFLA_INET6_CONF ||
			    conf.len < at + sizeof(value))
				continue;
			memcpy(&value, conf.data + at, sizeof(value));
			return value != 0;
		}
	}
	return false;
}

static void
on_link_message(const struct nl_msg *msg, void *arg)
{
	struct lookup *lookup = arg;
	struct link_state *st = lookup->state;
	const uint8_t *p = msg->payload;
	size_t left = msg->len;
	struct ifinfomsg ifi;
	struct nl_attr attr;

	if (msg->type != RTM_NEWLINK || left < sizeof(ifi))
		return;
	memcpy(&ifi, p, sizeof(ifi));
	p += NLMSG_ALIGN(sizeof(ifi));
	left -= NLMSG_ALIGN(sizeof(ifi));
	st->index = (unsigned)ifi.ifi_index;
	st->ethernet = ifi.ifi_type == ARPHRD_ETHER;
	st->up = ifi.ifi_flags & IFF_UP;
	st->carrier = ifi.ifi_flags & IFF_LOWER_UP;
	while (nl_next_attr(&p, &left, &attr)) {
		switch (attr.type) {
		case IFLA_IFNAME:
			/* Not by an alternative name: ioctls know none. */
			st->present = attr.len == strlen(lookup->name) + 1 &&
			    memcmp(attr.data, lookup->name, attr.len) == 0;
			break;
		case IFLA_ADDRESS:
			get_mac(&attr, st->mac);
			break;
		case IFLA_PERM_ADDRESS:
			get_mac(&attr, st->permanent);
			st->has_permanent = attr.len == VRRP_MAC_LEN;
			break;
		case IFLA_MTU:
			st->mtu = nl_attr_u32(&attr);
			break;
		case IFLA_CARRIER_CHANGES:
			st->flaps = nl_attr_u32(&attr);
			break;
		case IFLA_AF_SPEC:
			st->router6 = forwards6(&attr);
			break;
		default:
			break;
		}
	}
}

/* An interface that is not there is an answer, not an error. */
int
link_get(struct nl *nl, const char *name, struct link_state *state)
{
	const struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct lookup lookup = { name, state };
	struct nl_batch batch;

	memset(state, 0, sizeof(*state));
	nl_batch_init(&batch);
	nl_begin(nl, &batch, RTM_GETLINK, 0, &ifi, sizeof(ifi));
	nl_put(&batch, IFLA_IFNAME, name, strlen(name) + 1);
	if (nl_query(nl, &batch, on_link_message, &lookup) == -1)
		return errno == ENODEV ? 0 : -1;
	return 0;
}

/*
 * Lets through what may be an advert for our VRID, good or bad, so that bad
 * ones can be counted: multicast, no VLAN tag (adverts of VLANs that are not
 * configured arrive with the tag stripped), IPv4, protocol VRRP or AH, not a
 * later fragment, second octet of the message our VRID.  For AH the VRID is
 * behind its 24 octets.
 */
static int
attach_filter(int fd, uint8_t vrid)
{
	const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
		    SKF_AD_OFF + SKF_AD_PKTTYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_MULTICAST, 0, 15),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
		    SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 13),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 11),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 14 + 6),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 9, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14), /* X: IP header */
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14 + 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, VRRP_PROTOCOL, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, VRRP_PROTOCOL_AH, 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 14 + 24 + 1),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 14 + 1),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, vrid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = (struct sock_filter *)(uintptr_t)code
	};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program)) == -1)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &(int){ 1 },
	    sizeof(int));
}

/* The NIC's filter lets the group in; not promiscuous. */
static int
join_packet_group(int fd, unsigned index)
{
	const struct packet_mreq mreq = {
		.mr_ifindex = (int)index,
		.mr_type = PACKET_MR_MULTICAST,
		.mr_alen = VRRP_MAC_LEN,
		.mr_address = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x12 }
	};

	return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq,
	    sizeof(mreq));
}

/* A packet membership sends no IGMP; switches that snoop want some (F15). */
static int
join_ip_group(unsigned index)
{
	const struct ip_mreqn mreq = {
		.imr_multiaddr.s_addr = htonl(0xe0000012),	/* 224.0.0.18 */
		.imr_ifindex = (int)index
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd != -1 && setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq,
	    sizeof(mreq)) == -1) {
		int saved = errno;

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
	const struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)index
	};
	const int priority = EGRESS_PRIORITY;
	int saved;

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
	if (attach_filter(link->fd, conf->vrid) == -1 ||
	    join_packet_group(link->fd, index) == -1 ||
	    (link->group_fd = join_ip_group(index)) == -1 ||
	    bind(link->fd, (const struct sockaddr *)&sll, sizeof(sll)) == -1) {
		saved = errno;
		link_close(link);
		errno = saved;
		return -1;
	}
	return 0;
}

void
link_close(struct link *link)
{
	if (link->fd != -1)
		close(link->fd);
	if (link->group_fd != -1)
		close(link->group_fd);
	link->fd = -1;
	link->group_fd = -1;
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
	    from.sll_pkttype != PACKET_MULTICAST ||
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

/* The ioctls want the name; it may have changed since we learned it. */
static int
mac_ioctl(int fd, unsigned index, unsigned long request, unsigned short family,
    const uint8_t *mac)
{
	struct ifreq ifr = { .ifr_ifindex = (int)index };

	if (ioctl(fd, SIOCGIFNAME, &ifr) == -1)
		return -1;
	memset(&ifr.ifr_hwaddr, 0, sizeof(ifr.ifr_hwaddr));
	ifr.ifr_hwaddr.sa_family = family;
	memcpy(ifr.ifr_hwaddr.sa_data, mac, VRRP_MAC_LEN);
	return ioctl(fd, request, &ifr);
}

/*
 * The interface speaks as mac from now on; the kernel and the NIC are asked to
 * go on receiving for own.  EBUSY: the driver wants it down for that.
 */
int
link_swap_mac(unsigned index, const uint8_t *mac, const uint8_t *own)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result, saved;

	if (fd == -1)
		return -1;
	result = mac_ioctl(fd, index, SIOCSIFHWADDR, ARPHRD_ETHER, mac);
	if (result == 0)
		(void)mac_ioctl(fd, index, SIOCADDMULTI, AF_UNSPEC, own);
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}

/* The way back.  mac is what the interface has now. */
int
link_restore_mac(unsigned index, const uint8_t *mac, const uint8_t *own)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result = 0, saved;

	if (fd == -1)
		return -1;
	(void)mac_ioctl(fd, index, SIOCDELMULTI, AF_UNSPEC, own);
	if (memcmp(mac, own, VRRP_MAC_LEN) != 0)
		result = mac_ioctl(fd, index, SIOCSIFHWADDR, ARPHRD_ETHER, own);
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}
