/*
 * What the bench needs to see and do with less disturbance than a script:
 *
 *	bench wire SECONDS HOST...	adverts and gratuitous ARP that each
 *					sends, seen at its port of the bridge
 *	bench probe ADDRESS SECONDS	an echo request each millisecond; how
 *					many had no answer, and the longest gap
 *	bench sample HOST		what its processes have used until now
 *	bench pids HOST			its processes, with names
 *	bench busy N SECONDS		N busy loops
 *	bench stamp FILE COMMAND...	the time into FILE, and then COMMAND
 *
 * HOST is a network namespace and its port.  Times are CLOCK_REALTIME, the
 * clock of the kernel's time stamps.  All end after SECONDS, or by SIGTERM.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
	HOSTS_MAX = 128,
	PROBES_MAX = 120000,		/* two minutes */
	PROTO_VRRP = 112,
	STRAGGLERS = 300		/* ms that late answers get */
};

static volatile sig_atomic_t stopped;

static void
on_stop(int number)
{
	(void)number;
	stopped = 1;
}

static void
end_after(unsigned seconds)
{
	struct sigaction sa = { .sa_handler = on_stop };

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGALRM, &sa, NULL);
	alarm(seconds);
}

static double
seconds_of(const struct timespec *ts)
{
	return (double)ts->tv_sec + (double)ts->tv_nsec / 1e9;
}

/* --- wire --------------------------------------------------------------- */

/* ARP, and IPv4 of protocol 112 */
static const struct sock_filter wanted[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_ARP, 3, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_IP, 0, 3),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14 + 9),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTO_VRRP, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 128),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static int
open_port(const char *host)
{
	const struct sock_fprog program = {
		.len = sizeof(wanted) / sizeof(wanted[0]),
		.filter = (struct sock_filter *)(uintptr_t)wanted
	};
	const int on = 1, queue = 8 << 20;
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(host)
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);

	if (fd == -1 || sll.sll_ifindex == 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on,
	    sizeof(on)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == -1)
		err(1, "%s", host);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue,
	    sizeof(queue)) == -1)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof(queue));
	if (bind(fd, (const struct sockaddr *)&sll, sizeof(sll)) == -1)
		err(1, "%s", host);
	return fd;
}

/* "TIME HOST A VRID PRIORITY" or "TIME HOST G ADDRESS OPERATION" */
static void
print_frame(const char *host, const uint8_t *f, size_t len,
    const struct timespec *ts)
{
	const uint8_t *ip = f + 14, *vrrp;
	char head[64];

	snprintf(head, sizeof(head), "%lld.%06ld %s", (long long)ts->tv_sec,
	    ts->tv_nsec / 1000, host);
	if (f[12] == 0x08 && f[13] == 0x06) {
		if (len >= 42 && memcmp(f + 28, f + 38, 4) == 0)
			printf("%s G %u.%u.%u.%u %u\n", head, f[28], f[29],
			    f[30], f[31], f[21]);
		return;
	}
	vrrp = ip + (ip[0] & 0x0f) * 4;
	if (vrrp + 3 <= f + len)
		printf("%s A %u %u\n", head, vrrp[1], vrrp[2]);
}

static void
read_port(int fd, const char *host)
{
	_Alignas(8) char control[256];
	uint8_t frame[128];
	struct iovec iov = { frame, sizeof(frame) };
	ssize_t n;

	for (;;) {
		struct msghdr msg = {
			.msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control)
		};
		struct timespec ts = { 0 };
		struct cmsghdr *c;

		n = recvmsg(fd, &msg, 0);
		if (n == -1)
			return;
		for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
			if (c->cmsg_level == SOL_SOCKET &&
			    c->cmsg_type == SCM_TIMESTAMPNS)
				memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		if (n >= 34)
			print_frame(host, frame, (size_t)n, &ts);
	}
}

static int
wire(unsigned seconds, int n, char **hosts)
{
	struct pollfd port[HOSTS_MAX];
	struct tpacket_stats lost;
	socklen_t len = sizeof(lost);
	int i;

	if (n > HOSTS_MAX)
		errx(1, "more than %d hosts", HOSTS_MAX);
	for (i = 0; i < n; i++)
		port[i] = (struct pollfd){ open_port(hosts[i]), POLLIN, 0 };
	end_after(seconds);
	puts("listening");
	while (!stopped) {
		fflush(stdout);
		if (poll(port, (nfds_t)n, 1000) <= 0)
			continue;
		for (i = 0; i < n; i++)
			if (port[i].revents)
				read_port(port[i].fd, hosts[i]);
	}
	for (i = 0; i < n; i++) {
		read_port(port[i].fd, hosts[i]);
		if (getsockopt(port[i].fd, SOL_PACKET, PACKET_STATISTICS,
		    &lost, &len) == 0 && lost.tp_drops > 0)
			errx(1, "%s: %u frames were lost", hosts[i],
			    lost.tp_drops);
	}
	return fflush(stdout) == EOF;
}

/* --- probe -------------------------------------------------------------- */

static bool answered[PROBES_MAX];

struct ping {
	struct icmphdr icmp;
	uint32_t number;
};

static uint16_t
checksum(const void *data, size_t len)
{
	const uint16_t *p = data;
	uint32_t sum = 0;

	for (; len > 1; len -= 2)
		sum += *p++;
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

/* A full queue or no neighbour: the probe is lost then. */
static void
send_probe(int fd, uint32_t number, uint16_t id)
{
	struct ping ping = {
		.icmp = { .type = ICMP_ECHO, .un.echo.id = id },
		.number = number
	};

	ping.icmp.checksum = checksum(&ping, sizeof(ping));
	if (send(fd, &ping, sizeof(ping), 0) == -1)
		return;
}

static void
take_answers(int fd, uint16_t id)
{
	_Alignas(4) uint8_t buf[128];
	struct ping ping;
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) != -1) {
		size_t head = (buf[0] & 0x0fu) * 4;

		if ((size_t)n < head + sizeof(ping))
			continue;
		memcpy(&ping, buf + head, sizeof(ping));
		if (ping.icmp.type == ICMP_ECHOREPLY &&
		    ping.icmp.un.echo.id == id && ping.number < PROBES_MAX)
			answered[ping.number] = true;
	}
}

static void
print_lost(uint32_t sent)
{
	uint32_t i, lost = 0, gap = 0, longest = 0;

	for (i = 0; i < sent; i++) {
		gap = answered[i] ? 0 : gap + 1;
		lost += !answered[i];
		if (gap > longest)
			longest = gap;
	}
	printf("sent %u lost %u longest %u\n", sent, lost, longest);
}

static int
probe(const char *address, unsigned seconds)
{
	const struct timespec ms = { 0, 1000000 };
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct timespec next;
	uint16_t id = (uint16_t)getpid();
	const int queue = 1 << 20;
	uint32_t sent = 0;
	unsigned i;
	int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP);

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1 || fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &queue,
	    sizeof(queue)) == -1 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		err(1, "%s", address);
	end_after(seconds);
	clock_gettime(CLOCK_MONOTONIC, &next);
	while (!stopped && sent < PROBES_MAX) {
		send_probe(fd, sent++, id);
		next.tv_nsec += ms.tv_nsec;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		take_answers(fd, id);
	}
	for (i = 0; i < STRAGGLERS; i++) {
		nanosleep(&ms, NULL);
		take_answers(fd, id);
	}
	print_lost(sent);
	return 0;
}

/* --- processes of a host ------------------------------------------------ */

struct used {
	unsigned long processes, threads;
	unsigned long pss, private, dirty, tables;	/* kB */
	unsigned long wakes, preempted;			/* switches */
	unsigned long long runtime;			/* ns */
};

/* Whether the process lives in that network namespace. */
static bool
lives_in(const struct stat *space, const char *pid)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	return stat(path, &st) == 0 && st.st_ino == space->st_ino &&
	    st.st_dev == space->st_dev;
}

static void
add_lines(struct used *u, const char *path)
{
	char line[256];
	unsigned long n;
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "Pss: %lu", &n) == 1)
			u->pss += n;
		if (sscanf(line, "Private_Dirty: %lu", &n) == 1)
			u->dirty += n;
		if (sscanf(line, "Private_Clean: %lu", &n) == 1 ||
		    sscanf(line, "Private_Dirty: %lu", &n) == 1)
			u->private += n;
		else if (sscanf(line, "voluntary_ctxt_switches: %lu", &n) == 1)
			u->wakes += n;
		else if (sscanf(line, "nonvoluntary_ctxt_switches: %lu",
		    &n) == 1)
			u->preempted += n;
	}
	fclose(f);
}

static void
add_threads(struct used *u, const char *pid)
{
	char path[600];
	unsigned long long ns;
	struct dirent *entry;
	DIR *dir;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		u->threads++;
		snprintf(path, sizeof(path), "/proc/%s/task/%s/status", pid,
		    entry->d_name);
		add_lines(u, path);
		snprintf(path, sizeof(path), "/proc/%s/task/%s/schedstat", pid,
		    entry->d_name);
		f = fopen(path, "r");
		if (f != NULL && fscanf(f, "%llu", &ns) == 1)
			u->runtime += ns;
		if (f != NULL)
			fclose(f);
	}
	if (dir != NULL)
		closedir(dir);
}

static void
add_tables(struct used *u, const char *pid)
{
	char path[300], line[256];
	unsigned long n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmPTE: %lu", &n) == 1)
			u->tables += n;
	if (f != NULL)
		fclose(f);
}

static void
print_name(const char *pid)
{
	char path[300], name[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	f = fopen(path, "r");
	if (f != NULL && fgets(name, sizeof(name), f) != NULL)
		printf("%s %s", pid, name);
	if (f != NULL)
		fclose(f);
}

/* sums: one line of all; else a line for each */
static int
processes(const char *host, bool sums)
{
	struct used u = { 0 };
	struct dirent *entry;
	struct stat space;
	char path[300];
	DIR *dir = opendir("/proc");

	snprintf(path, sizeof(path), "/run/netns/%s", host);
	if (stat(path, &space) == -1 || dir == NULL)
		err(1, "%s", host);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' ||
		    !lives_in(&space, entry->d_name))
			continue;
		if (!sums) {
			print_name(entry->d_name);
			continue;
		}
		u.processes++;
		snprintf(path, sizeof(path), "/proc/%s/smaps_rollup",
		    entry->d_name);
		add_lines(&u, path);
		add_tables(&u, entry->d_name);
		add_threads(&u, entry->d_name);
	}
	closedir(dir);
	if (sums)
		printf("%lu %lu %lu %lu %lu %llu %lu %lu %lu\n", u.processes,
		    u.threads, u.pss, u.private, u.tables, u.runtime, u.wakes,
		    u.preempted, u.dirty);
	return 0;
}

/* --- the others --------------------------------------------------------- */

/* In sessions of their own: groups of the scheduler go by session. */
static int
busy(unsigned n, unsigned seconds)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		if (fork() != 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setsid();
		alarm(seconds);
		for (;;)
			__asm__ volatile("");
	}
	end_after(seconds);
	while (!stopped)
		pause();
	return 0;
}

static int
stamp(const char *file, char **command)
{
	struct timespec now;
	FILE *f = fopen(file, "w");

	if (f == NULL)
		err(1, "%s", file);
	clock_gettime(CLOCK_REALTIME, &now);
	fprintf(f, "%.6f\n", seconds_of(&now));
	fclose(f);
	execvp(command[0], command);
	err(1, "%s", command[0]);
}

int
main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (strcmp(what, "wire") == 0 && argc > 3)
		return wire((unsigned)atoi(argv[2]), argc - 3, argv + 3);
	if (strcmp(what, "probe") == 0 && argc == 4)
		return probe(argv[2], (unsigned)atoi(argv[3]));
	if (strcmp(what, "sample") == 0)
		return processes(argv[2], true);
	if (strcmp(what, "pids") == 0)
		return processes(argv[2], false);
	if (strcmp(what, "busy") == 0 && argc == 4)
		return busy((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]));
	if (strcmp(what, "stamp") == 0 && argc > 3)
		return stamp(argv[2], argv + 3);
	errx(2, "see the head of bench.c");
}
