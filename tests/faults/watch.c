/*
 * The witness of a cell of the fault campaign: watch 4|6 VRID ADDRESS...
 *
 * It runs beside the bridge of the hosts a, b and c and prints a line for each
 * thing that happens, "TIME HOST WHAT ...", with the wall clock in us:
 *
 *   a holds N		virtual addresses on its devices that are up, and
 *			blackholes
 *   a mac MAC		of its eth0
 *   a device +NAME	and -NAME: all but eth0 and lo
 *   a advert PRIO MAC	sent by a, whether or not it went further
 *   a claim MAC	gratuitous ARP or unsolicited NA for a virtual address
 *   a own MAC		likewise for any other address
 *   a answer MAC	to a question of c for a virtual address
 *   a lost		events; what follows was found by looking again
 *   - asked		the answers to "ask" are all there
 *   - tick N		see below
 *
 * Frames carry the kernel's time and the port that they came in by: with a
 * virtual MAC that alone tells two hosts apart.  Commands come on stdin, and
 * its end is the end:
 *
 *   ask		c asks for all addresses, three times
 *   tick N US		say "- tick N" so much later, if no other comes before
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
	VIP_MAX = 8,
	THING_MAX = 32,
	FRAME_SIZE = 2048,
	NETLINK_SIZE = 65536,
	ASK_ROUNDS = 3,
	ASK_GAP = 150,			/* ms between two rounds */
	ASK_WAIT = 400,			/* ms after the last one */
	ANYWHERE = 0			/* ifindex of a blackhole route */
};

struct addr {
	uint8_t octet[16];
};

/* A virtual address on a device, or a device. */
struct thing {
	bool used;
	bool stale;			/* not seen again in this dump */
	bool up;			/* a device */
	int vip;			/* -1: a device */
	unsigned index;
	char name[IF_NAMESIZE];
};

struct host {
	const char *name;
	int fd;				/* netlink */
	unsigned eth0;			/* its index */
	bool up;			/* eth0 is */
	bool dumped;
	unsigned holds;
	uint8_t mac[6];
	struct thing things[THING_MAX];
};

static int family;
static size_t addr_len;
static unsigned vrid;
static struct addr vips[VIP_MAX];
static int nvips;
static struct host hosts[] = { { .name = "a" }, { .name = "b" } };
static const uint8_t asker_mac[6] = { 2, 0, 0, 0, 0, 0x13 };
static const uint8_t asker4[4] = { 10, 0, 0, 13 };
static const uint8_t asker6[16] = {
	0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, 0x13
};

static int64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

static void __attribute__((format(printf, 3, 4)))
say(int64_t when, const char *host, const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n, m;

	n = snprintf(line, sizeof(line), "%lld %s ", (long long)when, host);
	va_start(ap, fmt);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	line[n + m] = '\n';
	if (write(STDOUT_FILENO, line, (size_t)(n + m + 1)) == -1)
		exit(0);
}

/* buf[18] */
static const char *
mac_text(char *buf, const uint8_t *mac)
{
	snprintf(buf, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
	    mac[2], mac[3], mac[4], mac[5]);
	return buf;
}

static int
find_vip(const void *octets)
{
	int i;

	for (i = 0; i < nvips; i++)
		if (memcmp(vips[i].octet, octets, addr_len) == 0)
			return i;
	return -1;
}

/* --- what is on the hosts ----------------------------------------------- */

static struct thing *
find(struct host *host, int vip, unsigned index)
{
	unsigned i;

	for (i = 0; i < THING_MAX; i++)
		if (host->things[i].used && host->things[i].vip == vip &&
		    host->things[i].index == index)
			return &host->things[i];
	return NULL;
}

static bool
is_up(struct host *host, unsigned index)
{
	const struct thing *device = find(host, -1, index);

	if (index == ANYWHERE)
		return true;
	return device == NULL ? index == host->eth0 && host->up : device->up;
}

static void
count(struct host *host)
{
	unsigned i, n = 0;

	for (i = 0; i < THING_MAX; i++)
		n += host->things[i].used && host->things[i].vip != -1 &&
		    is_up(host, host->things[i].index);
	if (n == host->holds && host->dumped)
		return;
	host->holds = n;
	say(now(), host->name, "holds %u", n);
}

static struct thing *
appear(struct host *host, int vip, unsigned index, const char *name)
{
	struct thing *thing = find(host, vip, index);
	unsigned i;

	for (i = 0; i < THING_MAX && thing == NULL; i++)
		if (!host->things[i].used)
			thing = &host->things[i];
	if (thing == NULL)
		errx(1, "too many addresses and devices");
	if (vip == -1 && (!thing->used || strcmp(thing->name, name) != 0)) {
		if (thing->used)
			say(now(), host->name, "device -%s", thing->name);
		say(now(), host->name, "device +%s", name);
	}
	thing->used = true;
	thing->stale = false;
	thing->vip = vip;
	thing->index = index;
	snprintf(thing->name, sizeof(thing->name), "%s", name);
	if (host->dumped)
		count(host);
	return thing;
}

static void
disappear(struct host *host, struct thing *thing)
{
	if (thing == NULL)
		return;
	thing->used = false;
	if (thing->vip == -1)
		say(now(), host->name, "device -%s", thing->name);
	else if (host->dumped)
		count(host);
}

static void
on_link(struct host *host, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(nlh);
	struct rtattr *rta = IFLA_RTA(ifi);
	int left = (int)IFLA_PAYLOAD(nlh);
	unsigned i;
	const char *name = "";
	const uint8_t *mac = NULL;
	char text[18];

	if (ifi->ifi_family != AF_UNSPEC)
		return;
	for (; RTA_OK(rta, left); rta = RTA_NEXT(rta, left))
		if (rta->rta_type == IFLA_IFNAME)
			name = RTA_DATA(rta);
		else if (rta->rta_type == IFLA_ADDRESS &&
		    RTA_PAYLOAD(rta) == 6)
			mac = RTA_DATA(rta);
	if (nlh->nlmsg_type == RTM_DELLINK)
		for (i = 0; i < THING_MAX; i++)
			if (host->things[i].index == (unsigned)ifi->ifi_index &&
			    host->things[i].used)
				disappear(host, &host->things[i]);
	if (nlh->nlmsg_type == RTM_DELLINK || strcmp(name, "lo") == 0)
		return;
	if (strcmp(name, "eth0") != 0) {
		appear(host, -1, (unsigned)ifi->ifi_index, name)->up =
		    ifi->ifi_flags & IFF_UP;
	} else {
		host->eth0 = (unsigned)ifi->ifi_index;
		host->up = ifi->ifi_flags & IFF_UP;
	}
	if (host->dumped)
		count(host);
	if (strcmp(name, "eth0") == 0 && mac != NULL &&
	    memcmp(mac, host->mac, 6) != 0) {
		memcpy(host->mac, mac, 6);
		say(now(), host->name, "mac %s", mac_text(text, mac));
	}
}

static void
on_address(struct host *host, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(nlh);
	struct rtattr *rta = IFA_RTA(ifa);
	int left = (int)IFA_PAYLOAD(nlh);
	int vip = -1;

	if (ifa->ifa_family != family)
		return;
	for (; RTA_OK(rta, left); rta = RTA_NEXT(rta, left))
		if ((rta->rta_type == IFA_LOCAL ||
		    (family == AF_INET6 && rta->rta_type == IFA_ADDRESS)) &&
		    RTA_PAYLOAD(rta) == addr_len)
			vip = find_vip(RTA_DATA(rta));
	if (vip == -1)
		return;
	if (nlh->nlmsg_type == RTM_NEWADDR)
		appear(host, vip, ifa->ifa_index, "");
	else
		disappear(host, find(host, vip, ifa->ifa_index));
}

static void
on_route(struct host *host, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = NLMSG_DATA(nlh);
	struct rtattr *rta = RTM_RTA(rtm);
	int left = (int)RTM_PAYLOAD(nlh);
	int vip = -1;

	if (rtm->rtm_family != family || rtm->rtm_type != RTN_BLACKHOLE)
		return;
	for (; RTA_OK(rta, left); rta = RTA_NEXT(rta, left))
		if (rta->rta_type == RTA_DST && RTA_PAYLOAD(rta) == addr_len)
			vip = find_vip(RTA_DATA(rta));
	if (vip == -1)
		return;
	if (nlh->nlmsg_type == RTM_NEWROUTE)
		appear(host, vip, ANYWHERE, "");
	else
		disappear(host, find(host, vip, ANYWHERE));
}

/* What one recv() brings; 1 = it ended a dump, -1 = there was nothing. */
static int
hear_kernel(struct host *host, int flags)
{
	static _Alignas(8) char buf[NETLINK_SIZE];
	ssize_t n = recv(host->fd, buf, sizeof(buf), flags);
	unsigned left = n > 0 ? (unsigned)n : 0;
	const struct nlmsghdr *nlh = (const void *)buf;
	int done = 0;

	if (n == -1)
		return -1;
	for (; NLMSG_OK(nlh, left); nlh = NLMSG_NEXT(nlh, left))
		switch (nlh->nlmsg_type) {
		case RTM_NEWLINK:
		case RTM_DELLINK:
			on_link(host, nlh);
			break;
		case RTM_NEWADDR:
		case RTM_DELADDR:
			on_address(host, nlh);
			break;
		case RTM_NEWROUTE:
		case RTM_DELROUTE:
			on_route(host, nlh);
			break;
		case NLMSG_DONE:
		case NLMSG_ERROR:
			done = 1;
		}
	return done;
}

static void
dump(struct host *host, uint16_t type, int af)
{
	struct {
		struct nlmsghdr nlh;
		struct rtmsg rtm;	/* the longest; a family is first */
	} request = {
		.nlh = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP
		},
		.rtm.rtm_family = (uint8_t)af
	};
	int done;

	if (send(host->fd, &request, sizeof(request), 0) == -1)
		err(1, "netlink of %s", host->name);
	while ((done = hear_kernel(host, 0)) != 1)
		if (done == -1 && errno != ENOBUFS && errno != EINTR)
			err(1, "netlink of %s", host->name);
}

static void
look(struct host *host)
{
	unsigned i;

	host->dumped = false;
	for (i = 0; i < THING_MAX; i++)
		host->things[i].stale = true;
	dump(host, RTM_GETLINK, AF_UNSPEC);
	dump(host, RTM_GETADDR, family);
	dump(host, RTM_GETROUTE, family);
	for (i = 0; i < THING_MAX; i++)
		if (host->things[i].used && host->things[i].stale)
			disappear(host, &host->things[i]);
	count(host);
	host->dumped = true;
}

static void
on_netlink(struct host *host)
{
	while (hear_kernel(host, MSG_DONTWAIT) != -1)
		continue;
	if (errno != ENOBUFS)
		return;
	say(now(), host->name, "lost");
	look(host);
}

/* --- what is on the wire ------------------------------------------------ */

static void
on_arp(int64_t when, const char *host, const uint8_t *frame, size_t len)
{
	const uint8_t *sender = frame + 28, *target = frame + 38;
	char text[18];

	if (len < 42)
		return;
	mac_text(text, frame + 22);
	if (memcmp(sender, target, 4) == 0)
		say(when, host, "%s %s", family == AF_INET &&
		    find_vip(sender) != -1 ? "claim" : "own", text);
	else if (family == AF_INET && frame[21] == 2 &&
	    find_vip(sender) != -1 && memcmp(target, asker4, 4) == 0)
		say(when, host, "answer %s", text);
}

static void
on_advertisement(int64_t when, const char *host, const uint8_t *frame,
    size_t len)
{
	const uint8_t *na = frame + ETH_HLEN + 40;
	char text[18];
	bool virtual;

	if (len < ETH_HLEN + 40 + 24)
		return;
	virtual = family == AF_INET6 && find_vip(na + 8) != -1;
	mac_text(text, len >= ETH_HLEN + 40 + 32 && na[24] == 2 ?
	    na + 26 : frame + 6);
	if (!(na[4] & 0x40))
		say(when, host, "%s %s", virtual ? "claim" : "own", text);
	else if (virtual && memcmp(frame + 38, asker6, 16) == 0)
		say(when, host, "answer %s", text);
}

static void
on_advert(int64_t when, const char *host, const uint8_t *frame, size_t len,
    const uint8_t *msg)
{
	char text[18];

	if (msg + 3 <= frame + len && msg[1] == vrid)
		say(when, host, "advert %u %s", msg[2],
		    mac_text(text, frame + 6));
}

static void
on_frame(int64_t when, const char *host, const uint8_t *frame, size_t len)
{
	unsigned type = (unsigned)frame[12] << 8 | frame[13];

	/* What is shorter is none of them; ARP of the kernel has no padding. */
	if (len < 42 || (type == ETH_P_IPV6 && len < 58))
		return;
	if (type == ETH_P_ARP)
		on_arp(when, host, frame, len);
	else if (type == ETH_P_IP && frame[23] == 112 && family == AF_INET)
		on_advert(when, host, frame, len,
		    frame + ETH_HLEN + (frame[ETH_HLEN] & 15) * 4);
	else if (type == ETH_P_IPV6 && frame[20] == 112 && family == AF_INET6)
		on_advert(when, host, frame, len, frame + ETH_HLEN + 40);
	else if (type == ETH_P_IPV6 && frame[20] == 58 && frame[54] == 136)
		on_advertisement(when, host, frame, len);
}

static void
on_wire(int fd)
{
	uint8_t frame[FRAME_SIZE];
	_Alignas(8) char control[128];
	struct sockaddr_ll from;
	struct iovec iov = { frame, sizeof(frame) };
	struct msghdr msg;
	struct cmsghdr *cmsg;
	struct timespec ts;
	char name[IF_NAMESIZE];
	ssize_t n;

	for (;;) {
		memset(&msg, 0, sizeof(msg));
		msg.msg_iov = &iov;
		msg.msg_iovlen = 1;
		msg.msg_name = &from;
		msg.msg_namelen = sizeof(from);
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		n = recvmsg(fd, &msg, MSG_DONTWAIT);
		if (n == -1)
			return;		/* a port that went says ENETDOWN */
		clock_gettime(CLOCK_REALTIME, &ts);
		for (cmsg = CMSG_FIRSTHDR(&msg); cmsg != NULL;
		    cmsg = CMSG_NXTHDR(&msg, cmsg))
			if (cmsg->cmsg_level == SOL_SOCKET &&
			    cmsg->cmsg_type == SCM_TIMESTAMPNS)
				memcpy(&ts, CMSG_DATA(cmsg), sizeof(ts));
		/* The port, and not the bridge itself, where it passes again */
		if (n >= ETH_HLEN && if_indextoname((unsigned)from.sll_ifindex,
		    name) != NULL && (name[0] == 'a' || name[0] == 'b') &&
		    name[1] == '\0')
			on_frame(ts.tv_sec * INT64_C(1000000) +
			    ts.tv_nsec / 1000, name, frame, (size_t)n);
	}
}

/* --- asking ------------------------------------------------------------- */

static void
ask4(int fd, const struct addr *vip)
{
	uint8_t frame[42] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 8, 6,
		0, 1, 8, 0, 6, 4, 0, 1
	};

	memcpy(frame + 6, asker_mac, 6);
	memcpy(frame + 22, asker_mac, 6);
	memcpy(frame + 28, asker4, 4);
	memcpy(frame + 38, vip->octet, 4);
	if (send(fd, frame, sizeof(frame), 0) == -1)
		warn("question");
}

static uint16_t
checksum(const uint8_t *p, size_t len, uint32_t sum)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
ask6(int fd, const struct addr *vip)
{
	uint8_t frame[ETH_HLEN + 40 + 32] = {
		0x33, 0x33, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x86, 0xdd,
		0x60, 0, 0, 0, 0, 32, 58, 255
	};
	uint8_t *ip = frame + ETH_HLEN, *ns = ip + 40;
	const uint8_t group[13] = { 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0xff };
	uint16_t sum;

	memcpy(frame + 3, vip->octet + 13, 3);
	memcpy(frame + 6, asker_mac, 6);
	memcpy(ip + 8, asker6, 16);
	memcpy(ip + 24, group, 13);
	memcpy(ip + 37, vip->octet + 13, 3);
	ns[0] = 135;
	memcpy(ns + 8, vip->octet, 16);
	ns[24] = 1;			/* source link-layer address */
	ns[25] = 1;
	memcpy(ns + 26, asker_mac, 6);
	/* The pseudo-header: both addresses, the length and 58 */
	sum = checksum(ip + 8, 64, 32 + 58);
	ns[2] = (uint8_t)(sum >> 8);
	ns[3] = (uint8_t)sum;
	if (send(fd, frame, sizeof(frame), 0) == -1)
		warn("question");
}

static void
ask(int fd)
{
	int i;

	for (i = 0; i < nvips; i++)
		if (family == AF_INET)
			ask4(fd, &vips[i]);
		else
			ask6(fd, &vips[i]);
}

/* --- commands ------------------------------------------------------------- */

static int64_t ask_at, tick_at;		/* 0 = not at all */
static int rounds;			/* still to be asked */
static unsigned tick;

/* The end of the witness, or one or more whole lines. */
static void
on_command(void)
{
	char text[4096], *line, *rest = text;
	ssize_t n = read(STDIN_FILENO, text, sizeof(text) - 1);
	unsigned number;
	long wait;

	if (n <= 0)
		exit(0);
	text[n] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL)
		if (strcmp(line, "ask") == 0) {
			rounds = ASK_ROUNDS;
			ask_at = now();
		} else if (sscanf(line, "tick %u %ld", &number, &wait) == 2) {
			tick = number;
			tick_at = now() + wait;
		}
}

/* What is due; returns how long to wait for the next. */
static int64_t
on_time(int asker)
{
	int64_t next = INT64_MAX, t = now();

	if (ask_at != 0 && t >= ask_at) {
		if (rounds > 0)
			ask(asker);
		else
			say(t, "-", "asked");
		ask_at = rounds == 0 ? 0 :
		    t + 1000 * (rounds > 1 ? ASK_GAP : ASK_WAIT);
		rounds -= rounds > 0;
	}
	if (tick_at != 0 && t >= tick_at) {
		say(t, "-", "tick %u", tick);
		tick_at = 0;
	}
	if (ask_at != 0)
		next = ask_at;
	if (tick_at != 0 && tick_at < next)
		next = tick_at;
	return next == INT64_MAX ? 1000000 : next - t;
}

/* --- start and loop ----------------------------------------------------- */

static void
enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1 || setns(fd, CLONE_NEWNET) == -1)
		err(1, "%s", path);
	close(fd);
}

static int
open_wire(void)
{
	const int one = 1, room = 1 << 20;
	const struct sockaddr_ll any = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL)
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd == -1)
		err(1, "packet socket");
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)&any, sizeof(any)) == -1)
		err(1, "packet socket");
	return fd;
}

static int
open_asker(void)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	int fd;

	enter("/run/netns/c");
	to.sll_ifindex = (int)if_nametoindex("eth0");
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd == -1 ||
	    bind(fd, (const struct sockaddr *)&to, sizeof(to)) == -1)
		err(1, "packet socket of c");
	return fd;
}

static void
open_host(struct host *host)
{
	const int room = 1 << 20;
	const struct sockaddr_nl local = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
		    RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE
	};
	char path[64];

	snprintf(path, sizeof(path), "/run/netns/%s", host->name);
	enter(path);
	host->fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	if (host->fd == -1 || bind(host->fd, (const struct sockaddr *)&local,
	    sizeof(local)) == -1)
		err(1, "netlink of %s", host->name);
	setsockopt(host->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	look(host);
}

static void
parse(int argc, char **argv)
{
	int i;

	if (argc < 4 || argc - 3 > VIP_MAX)
		errx(1, "usage: watch 4|6 VRID ADDRESS...");
	family = argv[1][0] == '6' ? AF_INET6 : AF_INET;
	addr_len = family == AF_INET6 ? 16 : 4;
	vrid = (unsigned)strtoul(argv[2], NULL, 10);
	for (i = 3; i < argc; i++)
		if (inet_pton(family, argv[i], vips[nvips++].octet) != 1)
			errx(1, "not an address: %s", argv[i]);
}

int
main(int argc, char **argv)
{
	struct pollfd fds[4] = { { .events = POLLIN, .fd = STDIN_FILENO } };
	int asker, home;
	unsigned i;

	parse(argc, argv);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	fds[1].fd = open_wire();
	asker = open_asker();
	for (i = 0; i < 2; i++) {
		open_host(&hosts[i]);
		fds[2 + i].fd = hosts[i].fd;
	}
	/* Names of ports are looked up there. */
	if (setns(home, CLONE_NEWNET) == -1)
		err(1, "setns");
	for (i = 1; i < 4; i++)
		fds[i].events = POLLIN;
	say(now(), "-", "ready");
	for (;;) {
		int64_t left = on_time(asker);
		struct timespec timeout = {
			left / 1000000, left % 1000000 * 1000
		};

		if (ppoll(fds, 4, &timeout, NULL) == -1)
			err(1, "poll");
		on_wire(fds[1].fd);
		for (i = 0; i < 2; i++)
			on_netlink(&hosts[i]);
		if (fds[0].revents != 0)
			on_command();
	}
}
