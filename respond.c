/*
 * Hears who asks for the virtual addresses, and who else claims them.  Only
 * what may be that gets through the filters; neighbour.c reads it and makes the
 * answer.
 */
#include "respond.h"

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
	ARP_REQUEST = 1,
	NEIGHBOUR_SOLICITATION = 135,
	NEIGHBOUR_ADVERTISEMENT = 136,
	CLAIM_FILTER_MAX = VRRP_ADDR_MAX + 16
};

static int
set_filter(int fd, const struct sock_filter *code, size_t len)
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

#define LOAD_BYTE(at)	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (at))
#define EQUAL(k, jt, jf) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), (jt), (jf))

static int
filter_questions(int fd, const struct vrrp_family *family)
{
	const bool ipv4 = family == &vrrp_ipv4;
	const struct sock_filter code[] = {
		LOAD_BYTE(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
		EQUAL(0, 0, 5),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		EQUAL(ipv4 ? ETH_P_ARP : ETH_P_IPV6, 0, 3),
		LOAD_BYTE(ipv4 ? 14 + 7 : 14 + 40),
		EQUAL(ipv4 ? ARP_REQUEST : NEIGHBOUR_SOLICITATION, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};

	return set_filter(fd, code, sizeof(code) / sizeof(code[0]));
}

static uint32_t
word(const uint8_t *octet)
{
	return (uint32_t)octet[0] << 24 | (uint32_t)octet[1] << 16 |
	    (uint32_t)octet[2] << 8 | octet[3];
}

/*
 * ARP whose sender, or advertisements whose target is one of ours, so that a
 * busy LAN does not wake us.  The last four octets are enough to tell.
 */
static int
filter_claims(int fd, const struct vrrp_conf *conf)
{
	static const struct sock_filter arp[] = {
		LOAD_BYTE(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
		EQUAL(0, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 14 + 14),
	}, icmp[] = {
		LOAD_BYTE(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
		EQUAL(0, 0, 4),
		LOAD_BYTE(14 + 6),
		EQUAL(IPPROTO_ICMPV6, 0, 2),
		LOAD_BYTE(14 + 40),
		EQUAL(NEIGHBOUR_ADVERTISEMENT, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 14 + 40 + 8 + 12),
	};
	const bool ipv4 = conf->family == &vrrp_ipv4;
	struct sock_filter code[CLAIM_FILTER_MAX];
	size_t n = ipv4 ? sizeof(arp) : sizeof(icmp);
	unsigned i;

	memcpy(code, ipv4 ? arp : icmp, n);
	n /= sizeof(code[0]);
	/* The longest jump is over 255: all that eight bits can do. */
	for (i = 0; i < conf->naddr; i++)
		code[n++] = (struct sock_filter)EQUAL(word(
		    conf->vip[i].addr.octet + conf->family->addr_len - 4),
		    (uint8_t)(conf->naddr - i), 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0xffff);
	return set_filter(fd, code, n);
}

/* R9568-6.4.3-b: the group of each address, for the NIC and for MLD. */
static int
join_solicited_nodes(const struct respond *respond, unsigned index,
    const struct vrrp_conf *conf)
{
	struct packet_mreq mac = {
		.mr_ifindex = (int)index,
		.mr_type = PACKET_MR_MULTICAST,
		.mr_alen = VRRP_MAC_LEN,
		.mr_address = { 0x33, 0x33, 0xff }
	};
	struct ipv6_mreq group = {
		.ipv6mr_multiaddr.s6_addr = {
			0xff, 0x02, [11] = 0x01, [12] = 0xff
		},
		.ipv6mr_interface = index
	};
	unsigned i;

	for (i = 0; i < conf->naddr; i++) {
		memcpy(mac.mr_address + 3, conf->vip[i].addr.octet + 13, 3);
		memcpy(group.ipv6mr_multiaddr.s6_addr + 13,
		    conf->vip[i].addr.octet + 13, 3);
		if (setsockopt(respond->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
		    &mac, sizeof(mac)) == -1)
			return -1;
		/* Addresses that end alike share a group. */
		if (setsockopt(respond->group_fd, IPPROTO_IPV6,
		    IPV6_JOIN_GROUP, &group, sizeof(group)) == -1 &&
		    errno != EADDRINUSE)
			return -1;
	}
	return 0;
}

/* Deaf until bind_to(), so that nothing unfiltered is ever queued. */
static int
open_deaf(struct respond *respond)
{
	respond_close(respond);
	respond->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (respond->fd == -1)
		return -1;
	setsockopt(respond->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING,
	    &(int){ 1 }, sizeof(int));
	return 0;
}

static int
bind_to(int fd, unsigned index, const struct vrrp_family *family)
{
	const struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(family == &vrrp_ipv4 ? ETH_P_ARP :
		    ETH_P_IPV6),
		.sll_ifindex = (int)index
	};

	return bind(fd, (const struct sockaddr *)&sll, sizeof(sll));
}

/* index: the interface.  A macvlan comes and goes, and hears less. */
int
respond_open_claims(struct respond *respond, unsigned index,
    const struct vrrp_conf *conf)
{
	if (open_deaf(respond) == 0 &&
	    filter_claims(respond->fd, conf) == 0 &&
	    bind_to(respond->fd, index, conf->family) == 0)
		return 0;
	respond_close(respond);
	return -1;
}

/* index: the device that has the virtual MAC. */
int
respond_open(struct respond *respond, unsigned index,
    const struct vrrp_conf *conf)
{
	const bool ipv4 = conf->family == &vrrp_ipv4;

	if (open_deaf(respond) == -1)
		return -1;
	if (!ipv4)
		respond->group_fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC,
		    0);
	if (filter_questions(respond->fd, conf->family) == 0 &&
	    (ipv4 || (respond->group_fd != -1 &&
	    join_solicited_nodes(respond, index, conf) == 0)) &&
	    bind_to(respond->fd, index, conf->family) == 0)
		return 0;
	respond_close(respond);
	return -1;
}

/* Keeps errno. */
void
respond_close(struct respond *respond)
{
	int saved = errno;

	if (respond->fd != -1)
		close(respond->fd);
	if (respond->group_fd != -1)
		close(respond->group_fd);
	respond->fd = -1;
	respond->group_fd = -1;
	errno = saved;
}

/* One frame; never waits.  -1 with EAGAIN when there is none. */
ssize_t
respond_recv(const struct respond *respond, uint8_t *buf, size_t size)
{
	return recv(respond->fd, buf, size, 0);
}

int
respond_send(const struct respond *respond, const uint8_t *frame, size_t len)
{
	return send(respond->fd, frame, len, 0) == (ssize_t)len ? 0 : -1;
}
