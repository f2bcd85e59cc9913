/*
 * The port of a virtual router: the packet socket that its adverts come and go
 * by.  It takes what is untagged, of our VRID and to a group or to this host,
 * from one interface alone; its filter only saves wake-ups, core/frame.c and
 * core/packet.c check everything again.
 */
#include "port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
	EGRESS_PRIORITY = 7		/* network control, RFC 9568 2.5 */
};

#define LOAD_BYTE(at)	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (at))
#define LOAD_HALF(at)	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (at))
#define LOAD_X(at)	BPF_STMT(BPF_LD | BPF_B | BPF_IND, (at))
#define EQUAL(k, jt, jf) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), (jt), (jf))

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
set_filter(int fd, const struct vrrp_conf *conf)
{
	const bool ipv4 = conf->family == &vrrp_ipv4;
	const uint16_t header = ipv4 ? BPF_LDX | BPF_B | BPF_MSH :
	    BPF_LDX | BPF_IMM;
	const uint32_t header_len = ipv4 ? 14 : conf->family->header_len;
	struct sock_filter code[] = {
		LOAD_BYTE(ipv4 ? 14 + 9 : 14 + 6),
		EQUAL(VRRP_PROTOCOL, 4, 0),
		EQUAL(VRRP_PROTOCOL_AH, 0, 16),
		BPF_STMT(header, header_len),	/* X: octets of IP header */
		LOAD_X(14 + 24 + 1),
		BPF_STMT(BPF_JMP | BPF_JA, 2),
		BPF_STMT(header, header_len),
		LOAD_X(14 + 1),
		EQUAL(conf->vrid, 0, 10),
		LOAD_HALF(14 + 6),		/* IPv4: fragment offset */
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, ipv4 ? 0x1fff : 0, 8, 0),
		LOAD_HALF(12),
		EQUAL(conf->family->ethertype, 0, 6),
		LOAD_BYTE(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
		EQUAL(0, 0, 4),
		LOAD_BYTE(SKF_AD_OFF + SKF_AD_PKTTYPE),
		EQUAL(PACKET_MULTICAST, 1, 0),
		EQUAL(PACKET_HOST, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code
	};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program)) == -1)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &(int){ 1 },
	    sizeof(int));
}

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

/*
 * A packet membership sends neither IGMP nor MLD; switches that snoop want
 * reports (F15).
 */
static int
join_ip_group(int fd, unsigned index, const struct vrrp_family *family)
{
	struct ip_mreqn group4 = { .imr_ifindex = (int)index };
	struct ipv6_mreq group6 = { .ipv6mr_interface = index };

	memcpy(&group4.imr_multiaddr, vrrp_ipv4.group, vrrp_ipv4.addr_len);
	memcpy(&group6.ipv6mr_multiaddr, vrrp_ipv6.group, vrrp_ipv6.addr_len);
	if (family == &vrrp_ipv4)
		return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group4,
		    sizeof(group4));
	return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group6,
	    sizeof(group6));
}

/*
 * Protocol 0 keeps the socket deaf until everything is in place; bind_to()
 * opens it, so that not one unfiltered frame is ever queued.
 */
static int
open_deaf(struct port *port, unsigned index)
{
	port->index = index;
	port->group_fd = -1;
	port->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (port->fd == -1)
		return -1;
	setsockopt(port->fd, SOL_SOCKET, SO_PRIORITY,
	    &(int){ EGRESS_PRIORITY }, sizeof(int));
	return 0;
}

static int
bind_to(const struct port *port, uint16_t protocol)
{
	const struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = (int)port->index
	};

	return bind(port->fd, (const struct sockaddr *)&sll, sizeof(sll));
}

int
port_open(struct port *port, unsigned index, const struct vrrp_conf *conf)
{
	const struct vrrp_family *family = conf->family;

	if (open_deaf(port, index) == -1)
		return -1;
	/* Kernels before 4.20 cannot: pkttype keeps our own frames out. */
	setsockopt(port->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &(int){ 1 },
	    sizeof(int));
	port->group_fd = socket(family->af, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (port->group_fd != -1 && set_filter(port->fd, conf) == 0 &&
	    join_packet_group(port->fd, index, family->group_mac) == 0 &&
	    join_ip_group(port->group_fd, index, family) == 0 &&
	    bind_to(port, family->ethertype) == 0)
		return 0;
	port_close(port);
	return -1;
}

/* Deaf, without a filter: for the few frames of one who cleans up. */
int
port_open_to_send(struct port *port, unsigned index)
{
	if (open_deaf(port, index) == 0 && bind_to(port, 0) == 0)
		return 0;
	port_close(port);
	return -1;
}

/* Keeps errno. */
void
port_close(struct port *port)
{
	int saved = errno;

	if (port->fd != -1)
		close(port->fd);
	if (port->group_fd != -1)
		close(port->group_fd);
	port->fd = -1;
	port->group_fd = -1;
	errno = saved;
}

/*
 * One frame; never waits.  Returns its length, 0 for one that is not for us,
 * or -1 with errno, EAGAIN when there is none.  A longer frame than size is
 * cut: the IP total length then betrays it.
 */
ssize_t
port_recv(const struct port *port, uint8_t *buf, size_t size)
{
	struct sockaddr_ll from = { 0 };
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(port->fd, buf, size, 0, (struct sockaddr *)&from,
	    &len);

	if (n == -1)
		return -1;
	if (len < offsetof(struct sockaddr_ll, sll_addr) ||
	    (from.sll_pkttype != PACKET_MULTICAST &&
	    from.sll_pkttype != PACKET_HOST) ||
	    from.sll_ifindex != (int)port->index)
		return 0;
	return n;
}

/* A frame as it stands, Ethernet header and all. */
int
port_send(const struct port *port, const uint8_t *frame, size_t len)
{
	ssize_t n = send(port->fd, frame, len, 0);

	return n == (ssize_t)len ? 0 : -1;
}
