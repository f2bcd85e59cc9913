/*
 * LD_PRELOAD: faults that a kernel seldom shows, and a trace of what is asked
 * of it.  FAULT names a directory; a file there switches a fault on:
 *
 *   hwaddr	SIOCSIFHWADDR fails, EBUSY: a driver that wants to be down
 *   newaddr	RTM_NEWADDR is refused by the kernel: its prefix length is 64
 *   send	packet sockets fail with the errno that stands in the file
 *   clock	the wall clock is wrong by the seconds that stand in the file
 *   monotonic	likewise the monotonic clock, so that a timeout comes sooner
 *   oom	stands for the oom_score_adj of each process
 *   fork	no new process, with the errno that stands in the file
 *   turn	"spin" or "block": the daemon does so instead of waiting
 *
 * The file trace, if it exists, gets a line for each order: "advert PRIORITY",
 * "arp ADDRESS", "na ADDRESS" (neighbour advertisement), "hwaddr MAC",
 * "newaddr", "deladdr".
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
	BATCH_SIZE = 65536,
	IP_PROTO = 14 + 9,		/* in a frame: protocol, */
	VRRP_PRIO = 14 + 20 + 2,	/* priority, */
	ARP_SENDER = 14 + 14,		/* sender protocol address; */
	IP6_NEXT = 14 + 6,		/* the same in IPv6 */
	VRRP6_PRIO = 14 + 40 + 2,
	NA_TARGET = 14 + 40 + 8
};

static int
open_file(const char *name, int flags)
{
	const char *dir = getenv("FAULT");
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir != NULL ? dir : "", name);
	return dir != NULL ? openat(AT_FDCWD, path, flags | O_CLOEXEC) : -1;
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode = 0;
	int fd = -1;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	if (strcmp(path, "/proc/self/oom_score_adj") == 0)
		fd = open_file("oom", flags);
	return fd != -1 ? fd : openat(AT_FDCWD, path, flags, mode);
}

/* Whether the fault is switched on; text[32] gets what is in the file. */
static int
fault(const char *name, char *text)
{
	int saved = errno, fd = open_file(name, O_RDONLY);
	ssize_t n;

	if (fd != -1) {
		n = read(fd, text, 31);
		text[n > 0 ? n : 0] = '\0';
		close(fd);
	}
	errno = saved;
	return fd != -1;
}

static void __attribute__((format(printf, 1, 2)))
trace(const char *fmt, ...)
{
	int saved = errno, fd = open_file("trace", O_WRONLY | O_APPEND);
	va_list ap;

	va_start(ap, fmt);
	if (fd != -1) {
		vdprintf(fd, fmt, ap);
		close(fd);
	}
	va_end(ap);
	errno = saved;
}

static void
trace_frame(const unsigned char *p, size_t len)
{
	char text[INET6_ADDRSTRLEN];

	if (len >= 60 && p[12] == 8 && p[13] == 0 && p[IP_PROTO] == 112)
		trace("advert %d\n", p[VRRP_PRIO]);
	if (len >= 42 && p[12] == 8 && p[13] == 6)
		trace("arp %d.%d.%d.%d\n", p[ARP_SENDER], p[ARP_SENDER + 1],
		    p[ARP_SENDER + 2], p[ARP_SENDER + 3]);
	if (len < NA_TARGET + 16 || p[12] != 0x86 || p[13] != 0xdd)
		return;
	if (p[IP6_NEXT] == 112)
		trace("advert %d\n", p[VRRP6_PRIO]);
	if (p[IP6_NEXT] == 58 && p[14 + 40] == 136)
		trace("na %s\n", inet_ntop(AF_INET6, p + NA_TARGET, text,
		    sizeof(text)));
}

/* Marks each order of the batch, and spoils those that add an address. */
static void
netlink(char *batch, size_t len)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)(void *)batch;
	char text[32];

	for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
		struct ifaddrmsg *ifa = NLMSG_DATA(nlh);

		if (nlh->nlmsg_type == RTM_DELADDR)
			trace("deladdr\n");
		if (nlh->nlmsg_type == RTM_NEWADDR) {
			trace("newaddr\n");
			if (fault("newaddr", text))
				ifa->ifa_prefixlen = 64;
		}
	}
}

ssize_t
sendto(int fd, const void *buf, size_t len, int flags,
    const struct sockaddr *addr, socklen_t addr_len)
{
	static ssize_t (*real)(int, const void *, size_t, int,
	    const struct sockaddr *, socklen_t);
	static _Alignas(8) char batch[BATCH_SIZE];
	int domain = 0;
	socklen_t size = sizeof(domain);
	char text[32];

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "sendto");
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
	if (domain == AF_PACKET) {
		if (fault("send", text)) {
			errno = atoi(text);
			return -1;
		}
		trace_frame(buf, len);
	} else if (domain == AF_NETLINK && len <= sizeof(batch)) {
		memcpy(batch, buf, len);
		netlink(batch, len);
		buf = batch;
	}
	return real(fd, buf, len, flags, addr, addr_len);
}

ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	return sendto(fd, buf, len, flags, NULL, 0);
}

int
ioctl(int fd, unsigned long request, ...)
{
	static int (*real)(int, unsigned long, ...);
	struct ifreq *ifr;
	char text[32];
	va_list ap;

	va_start(ap, request);
	ifr = va_arg(ap, struct ifreq *);
	va_end(ap);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "ioctl");
	if (request == SIOCSIFHWADDR) {
		const unsigned char *mac =
		    (const unsigned char *)ifr->ifr_hwaddr.sa_data;

		trace("hwaddr %02x:%02x:%02x:%02x:%02x:%02x\n", mac[0], mac[1],
		    mac[2], mac[3], mac[4], mac[5]);
		if (fault("hwaddr", text)) {
			errno = EBUSY;
			return -1;
		}
	}
	return real(fd, request, ifr);
}

pid_t
fork(void)
{
	static pid_t (*real)(void);
	char text[32];

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fork");
	if (fault("fork", text)) {
		errno = atoi(text);
		return -1;
	}
	return real();
}

int
kill(pid_t pid, int number)
{
	static int (*real)(pid_t, int);
	char text[32];

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "kill");
	return number == SIGCONT && fault("cont", text) ? 0 :
	    real(pid, number);
}

int
pselect(int n, fd_set *in, fd_set *out, fd_set *except,
    const struct timespec *timeout, const sigset_t *mask)
{
	static int (*real)(int, fd_set *, fd_set *, fd_set *,
	    const struct timespec *, const sigset_t *);
	static volatile unsigned long turns;
	char text[32], name[16] = "";

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pselect");
	prctl(PR_GET_NAME, name);
	while (strcmp(name, "vrrpd-guard") != 0 && fault("turn", text))
		if (text[0] == 'b')
			pause();
		else
			for (;;)
				turns++;
	return real(n, in, out, except, timeout, mask);
}

int
clock_gettime(clockid_t clock, struct timespec *ts)
{
	static int (*real)(clockid_t, struct timespec *);
	char text[32];
	int result;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	result = real(clock, ts);
	if ((clock == CLOCK_REALTIME && fault("clock", text)) ||
	    (clock == CLOCK_MONOTONIC && fault("monotonic", text)))
		ts->tv_sec += atol(text);
	return result;
}

int
gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec ts;
	int result = clock_gettime(CLOCK_REALTIME, &ts);

	(void)zone;
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return result;
}

time_t
time(time_t *t)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (t != NULL)
		*t = ts.tv_sec;
	return ts.tv_sec;
}
