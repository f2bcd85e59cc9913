/*
 * sandbox.c: what is refused inside and what still works, tried by a child that
 * enters it; the filter's program, read by an interpreter of our own, for what
 * this kernel's libc would never call; and the search in a passwd file.
 *
 * As root the child becomes nobody, and in a user namespace with one user it
 * stays who it is; as another user the second alone is tried, if the system
 * lets us make a namespace.
 */
#include "sandbox.h"
#include "check_util.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NOBODY = 65534,
	SKIPPED = 77
};

enum where { AS_ROOT, IN_USER_NAMESPACE };

static char dir[32];
static char writable[64];	/* a file that everybody may write */
static int open_file = -1;	/* the same, open since before */

/* What a sanitizer does at the end of a process would be refused. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* --- in the child ------------------------------------------------------- */

/* libcheck's assertions would write files there. */
#define need(what) do {							\
	if (!(what)) {							\
		dprintf(STDERR_FILENO, "line %d: %s: %s\n", __LINE__,	\
		    #what, strerror(errno));				\
		_exit(1);						\
	}								\
} while (0)

#define refused(call)	need((call) == -1 && errno == EPERM)

static bool
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd != -1 && write(fd, text, strlen(text)) ==
	    (ssize_t)strlen(text);

	if (fd != -1)
		close(fd);
	return done;
}

/* Into a network of our own, and in the second case one user, who is root. */
static bool
separate(enum where where)
{
	char map[64];
	unsigned uid = geteuid(), gid = getegid();

	/* Who may not set groups is root in such a namespace already. */
	if (where == AS_ROOT)
		return uid == 0 && setgroups(1, &(gid_t){ 0 }) == 0 &&
		    unshare(CLONE_NEWNET) == 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1)
		return false;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!write_text("/proc/self/uid_map", map) ||
	    !write_text("/proc/self/setgroups", "deny"))
		return false;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return write_text("/proc/self/gid_map", map);
}

/* More than a program has by itself, to be taken away */
static void
take_ambient(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	need(syscall(SYS_capget, &head, data) == 0);
	data[0].inheritable = data[0].permitted;
	need(syscall(SYS_capset, &head, data) == 0);
	need(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0UL,
	    0UL) == 0);
}

static void
enter(enum where where)
{
	const char *step = "?";

	take_ambient();
	need(sandbox_check() == 0);
	errno = 0;
	if (sandbox_enter(NOBODY, NOBODY, false, &step) == -1) {
		dprintf(STDERR_FILENO, "sandbox_enter: %s: %s\n", step,
		    strerror(errno));
		_exit(1);
	}
	if (where == AS_ROOT) {
		need(step == NULL && geteuid() == NOBODY && getuid() == NOBODY);
		need(getegid() == NOBODY && getgid() == NOBODY);
	} else {
		need(step != NULL && strcmp(step, "setgroups") == 0);
		need(errno == EPERM && geteuid() == 0);
	}
}

/* A line of /proc/self/status or limits begins so, but for what is between. */
static bool
status_says(const char *text, const char *key, const char *value)
{
	const char *line = strstr(text, key);

	if (line == NULL)
		return false;
	line += strlen(key);
	line += strspn(line, "\t ");
	return strncmp(line, value, strlen(value)) == 0;
}

static void
try_status(void)
{
	static const char *const lines[][2] = {
		{ "CapInh:", "0000000000000000" },
		{ "CapPrm:", "0000000000003000" },
		{ "CapEff:", "0000000000003000" },
		{ "CapBnd:", "0000000000000000" },
		{ "CapAmb:", "0000000000000000" }, { "NoNewPrivs:", "1" },
		{ "Seccomp:", "2" }, { "Max core file size", "0 " },
		{ "Max open files", "1024 " },
	};
	char text[8192];
	struct stat st;
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	int more = open("/proc/self/limits", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, 4096), m = read(more, text + n, 4095);

	need(n > 0 && m > 0);
	text[n + m] = '\0';
	need(geteuid() == 0 || status_says(text, "Groups:", "\n"));
	EACH(i, lines)
		if (!status_says(text, lines[i][0], lines[i][1])) {
			dprintf(STDERR_FILENO, "not %s %s:\n%s", lines[i][0],
			    lines[i][1], text);
			_exit(1);
		}
	close(fd);
	close(more);
	/* Not dumpable: what would belong to us there belongs to root. */
	need(stat("/proc/self/environ", &st) == 0);
	need(geteuid() == 0 || st.st_uid == 0);
}

static void
try_programs(void)
{
	char *const argv[] = { (char *)(uintptr_t)"true", NULL };
	char *const env[] = { NULL };
	int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);

	refused(execve("/bin/true", argv, env));
	need(fd != -1);
	refused(syscall(SYS_execveat, fd, "", argv, env, AT_EMPTY_PATH));
	refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	refused(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
	close(fd);
}

static void
try_files(void)
{
	char path[96], c;
	int fd;

	snprintf(path, sizeof(path), "%s/new", dir);
	refused(open(writable, O_WRONLY));
	refused(open(writable, O_RDWR));
	refused(open(writable, O_WRONLY | O_APPEND));
	refused(open(writable, O_RDONLY | O_TRUNC));
	refused(open(path, O_RDONLY | O_CREAT, 0644));
	refused(open(dir, O_RDWR | O_TMPFILE, 0600));
	refused(openat(AT_FDCWD, writable, O_WRONLY));
	refused((int)syscall(SYS_openat, AT_FDCWD, writable, O_WRONLY, 0));
#ifdef SYS_open
	refused((int)syscall(SYS_open, writable, O_WRONLY, 0));
	refused((int)syscall(SYS_creat, path, 0644));
#endif
	refused(mkdir(path, 0755));
	refused(symlink(writable, path));
	refused(link(writable, path));
	refused(rename(writable, path));
	refused(chmod(writable, 0600));
	refused(truncate(writable, 0));
	need(syscall(437 /* openat2 */, AT_FDCWD, writable, NULL, 0) == -1 &&
	    errno == ENOSYS);
	fd = open(writable, O_RDONLY | O_CLOEXEC);
	need(fd != -1 && read(fd, &c, 1) == 1 && c == 'x');
	close(fd);
	/* What was open before, a record, goes on */
	need(write(open_file, "y", 1) == 1);
	need(pwrite(open_file, "z", 1, 0) == 1);
	need(ftruncate(open_file, 1) == 0);
}

static void
no_socket(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);

	if (fd == -1 && errno == EPERM)
		return;
	dprintf(STDERR_FILENO, "socket(%d, %d, %d) = %d: %s\n", family, type,
	    protocol, fd, strerror(errno));
	_exit(1);
}

static int
a_socket(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd == -1) {
		dprintf(STDERR_FILENO, "socket(%d, %d): %s\n", family, type,
		    strerror(errno));
		_exit(1);
	}
	return fd;
}

static void
try_sockets(void)
{
	int family;

	for (family = 0; family < 64; family++)
		if (family != AF_PACKET && family != AF_NETLINK &&
		    family != AF_INET && family != AF_INET6 &&
		    family != AF_UNIX)
			no_socket(family, SOCK_DGRAM, 0);
	no_socket(AF_INET, SOCK_STREAM, 0);
	no_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	no_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	no_socket(AF_INET6, SOCK_STREAM, 0);
	no_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	no_socket(AF_PACKET, SOCK_DGRAM, 0);
	no_socket(AF_PACKET, SOCK_RAW, 0x0300);		/* all, at once */
	no_socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	no_socket(AF_UNIX, SOCK_STREAM, 0);
	close(a_socket(AF_UNIX, SOCK_DGRAM));
	close(a_socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK));
	close(a_socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK));
}

/* What CAP_NET_ADMIN could do by other ways than ours */
static void
try_options(void)
{
	const struct ip_mreqn group = {
		.imr_multiaddr = { htonl(0xe0000012) }, .imr_ifindex = 1
	};
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct {
		struct nlmsghdr head;
		struct rtgenmsg { unsigned char family; } gen;
	} ask = {
		.head = {
			.nlmsg_len = NLMSG_LENGTH(1), .nlmsg_type = 18,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP
		}
	};
	struct ifreq ifr = { .ifr_ifindex = 1 };
	char answer[16384];
	int fd = a_socket(AF_INET, SOCK_DGRAM), on = 1;

	need(setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &on, sizeof(on)) == 0);
	need(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group,
	    sizeof(group)) == 0 || errno == ENODEV);
	refused(setsockopt(fd, IPPROTO_IP, IP_TTL, &on, sizeof(on)));
	refused(setsockopt(fd, IPPROTO_IP, 64 /* iptables */, &on,
	    sizeof(on)));
	need(ioctl(fd, SIOCGIFNAME, &ifr) == 0);
	need(strcmp(ifr.ifr_name, "lo") == 0);
	refused(ioctl(fd, SIOCSIFFLAGS, &ifr));
	refused(ioctl(STDIN_FILENO, 0x5412 /* TIOCSTI */, "x"));
	close(fd);
	fd = a_socket(AF_NETLINK, SOCK_RAW);
	need(sendto(fd, &ask, ask.head.nlmsg_len, 0,
	    (const struct sockaddr *)&kernel, sizeof(kernel)) > 0);
	need(recv(fd, answer, sizeof(answer), 0) > (ssize_t)sizeof(ask));
	close(fd);
}

static void
try_memory(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(p != MAP_FAILED);
	refused(mprotect(p, size, PROT_READ | PROT_EXEC));
	need(mprotect(p, size, PROT_READ) == 0);
	need(munmap(p, size) == 0);
	errno = 0;
	need(mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	need(errno == EPERM || errno == ENOMEM /* musl */);
	p = malloc(1 << 22);
	need(p != NULL);
	memset(p, 1, 1 << 22);
	free(p);
}

static void
try_rights(void)
{
	refused(setuid(0));
	refused(setresuid(0, 0, 0));
	refused(unshare(CLONE_NEWNET));
	refused(unshare(CLONE_NEWUSER));
	refused((int)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
	refused((int)syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0));
	refused((int)syscall(SYS_clone, CLONE_THREAD | CLONE_VM |
	    CLONE_SIGHAND, 0, 0, 0, 0));
	need(syscall(435 /* clone3 */, NULL, 0) == -1 && errno == ENOSYS);
	need(syscall(425 /* io_uring_setup */, 1, NULL) == -1 &&
	    errno == EPERM);
	refused((int)syscall(SYS_setns, STDIN_FILENO, 0));
	refused((int)syscall(SYS_mount, "none", dir, "tmpfs", 0, NULL));
	refused((int)syscall(SYS_chroot, dir));
	refused((int)syscall(SYS_bpf, 0, NULL, 0));
	refused((int)syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0));
	refused((int)syscall(SYS_init_module, NULL, 0, ""));
	refused((int)syscall(SYS_keyctl, 0, 0, 0, 0, 0));
	refused(prctl(PR_SET_DUMPABLE, 1UL, 0UL, 0UL, 0UL));
	refused(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 4096, 4096 }));
}

/* The loop and its processes */
static void
try_loop(void)
{
	struct timespec moment = { 0, 1000000 };
	int ends[2], status;
	fd_set set;
	char c;
	pid_t pid;

	need(pipe2(ends, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0)
		_exit(write(ends[1], "c", 1) == 1 ? 3 : 4);
	need(pid > 0);
	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	need(pselect(ends[0] + 1, &set, NULL, NULL, NULL, NULL) == 1);
	need(read(ends[0], &c, 1) == 1 && c == 'c');
	need(waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 3);
	need(pselect(0, NULL, NULL, NULL, &moment, NULL) == 0);
	pid = fork();
	if (pid == 0)
		for (;;)
			pselect(0, NULL, NULL, NULL, NULL, NULL);
	need(pid > 0 && kill(pid, SIGKILL) == 0);
	need(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
}

/* --- the tests ---------------------------------------------------------- */

static const struct part {
	const char *name;
	void (*run)(void);
} parts[] = {
	{ "status", try_status }, { "programs", try_programs },
	{ "files", try_files }, { "sockets", try_sockets },
	{ "options", try_options }, { "memory", try_memory },
	{ "rights", try_rights }, { "loop", try_loop },
};

enum { PARTS = NROWS(parts) };

static void
setup(void)
{
	strcpy(dir, "/tmp/vrrpd-check.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chmod(dir, 0777), 0);
	snprintf(writable, sizeof(writable), "%s/writable", dir);
	open_file = open(writable, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ne(open_file, -1);
	ck_assert_int_eq(fchmod(open_file, 0666), 0);
	ck_assert_int_eq((int)write(open_file, "x", 1), 1);
}

static void
teardown(void)
{
	close(open_file);
	unlink(writable);
	rmdir(dir);
}

/* Status 0, or SKIPPED, of a child in a sandbox */
static int
run_inside(enum where where, void (*run)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (!separate(where))
			_exit(SKIPPED);
		enter(where);
		run();
		_exit(0);
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "killed by signal %d",
	    WTERMSIG(status));
	return WEXITSTATUS(status);
}

LOOP_TEST(inside, 0, 2 * PARTS)
{
	const enum where where = _i / PARTS == 0 ? AS_ROOT : IN_USER_NAMESPACE;
	const struct part *part = &parts[_i % PARTS];
	int status;

	if (SANITIZED) {
		printf("sandbox: %s: skipped in a build with sanitizers\n",
		    part->name);
		return;
	}
	if (sandbox_check() == -1) {
		printf("sandbox: %s: skipped, this kernel has no filters: %s\n",
		    part->name, strerror(errno));
		return;
	}
	status = run_inside(where, part->run);
	if (status == SKIPPED)
		printf("sandbox: %s: skipped %s: this user may not\n",
		    part->name, where == AS_ROOT ? "as nobody" :
		    "in a user namespace");
	else
		ck_assert_int_eq(status, 0);
}

/* A user that the operator named must be; the step that failed is told. */
TEST(user_must_be)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		const char *step = "?";

		if (SANITIZED || sandbox_check() == -1 ||
		    !separate(IN_USER_NAMESPACE))
			_exit(SKIPPED);
		need(sandbox_enter(NOBODY, NOBODY, true, &step) == -1);
		need(errno == EPERM && strcmp(step, "setgroups") == 0);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	if (WEXITSTATUS(status) == SKIPPED)
		printf("sandbox: user_must_be skipped\n");
	else
		ck_assert_int_eq(WEXITSTATUS(status), 0);
}

/* --- memory ------------------------------------------------------------- */

static struct {
	_Alignas(65536) char sealed[5000];
	_Alignas(65536) char behind[16];
} pages;

/* Status of a child that writes there after the seal; reading is allowed. */
static int
write_to(char *where)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		if (sandbox_seal(pages.sealed, sizeof(pages.sealed)) == -1 ||
		    pages.sealed[4999] != 's')
			_exit(1);
		*(volatile char *)where = 'w';
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

/* Its own pages, whole, and none behind them */
TEST(seal)
{
	pages.sealed[4999] = 's';
	ck_assert(SANITIZED || WIFSIGNALED(write_to(&pages.sealed[0])));
	ck_assert(SANITIZED || WIFSIGNALED(write_to(&pages.sealed[4999])));
	ck_assert_int_eq(write_to(&pages.behind[0]), 0);
	ck_assert_int_eq(sandbox_seal(pages.sealed + 1, 1), -1);
	ck_assert_int_eq(errno, EINVAL);
}

/* --- the program of the filter ------------------------------------------ */

/* What the kernel would make of this call; only what sandbox.c uses. */
static uint32_t
judge(const struct seccomp_data *data)
{
	static struct sock_filter code[SANDBOX_FILTER_MAX];
	size_t n = sandbox_filter(code), at;
	uint32_t a = 0;

	ck_assert_uint_le(n, SANDBOX_FILTER_MAX);
	for (at = 0; at < n; at++) {
		uint32_t k = code[at].k;

		switch (code[at].code) {
		case BPF_LD | BPF_W | BPF_ABS:
			ck_assert(k % 4 == 0 && k < sizeof(*data));
			memcpy(&a, (const char *)data + k, sizeof(a));
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += a == k ? code[at].jt : code[at].jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			at += a >= k ? code[at].jt : code[at].jf;
			break;
		case BPF_RET | BPF_K:
			return k;
		default:
			ck_abort_msg("instruction %u", (unsigned)at);
		}
	}
	ck_abort_msg("no end");
	return 0;
}

/* The arch of sandbox.c stands in its second instruction. */
static uint32_t
our_arch(void)
{
	static struct sock_filter code[SANDBOX_FILTER_MAX];

	sandbox_filter(code);
	return code[1].k;
}

static uint32_t
judge_call(int nr, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct seccomp_data data = {
		.nr = nr, .arch = our_arch(), .args = { a0, a1, a2 }
	};

	return judge(&data);
}

#define EPERMED		(SECCOMP_RET_ERRNO | EPERM)
#define ENOSYSED	(SECCOMP_RET_ERRNO | ENOSYS)
#define UPPER		0xdeadbeef00000000ull	/* the kernel ignores it */

TEST(program_arguments)
{
	static const struct {
		int nr;
		uint64_t arg[3];
		uint32_t wanted;
	} t[] = {
		{ SYS_socket, { AF_PACKET, SOCK_RAW, 0 }, SECCOMP_RET_ALLOW },
		{ SYS_socket, { UPPER | AF_INET6, UPPER | SOCK_DGRAM, UPPER },
		    SECCOMP_RET_ALLOW },
		{ SYS_socket, { AF_INET, SOCK_DGRAM | SOCK_CLOEXEC |
		    SOCK_NONBLOCK, 0 }, SECCOMP_RET_ALLOW },
		{ SYS_socket, { AF_INET, SOCK_DGRAM | 0x1000, 0 }, EPERMED },
		{ SYS_socket, { AF_PACKET, SOCK_DGRAM, 0 }, EPERMED },
		{ SYS_socket, { AF_INET, SOCK_RAW, 0 }, EPERMED },
		{ SYS_socket, { AF_INET, SOCK_DGRAM, 1 }, EPERMED },
		{ SYS_socket, { AF_VSOCK, SOCK_DGRAM, 0 }, EPERMED },
		{ SYS_openat, { UPPER, 0, UPPER | O_CLOEXEC },
		    SECCOMP_RET_ALLOW },
		{ SYS_openat, { 0, 0, UPPER | O_CREAT }, EPERMED },
		{ SYS_openat, { 0, 0, O_WRONLY }, EPERMED },
		{ SYS_openat, { 0, 0, O_RDWR }, EPERMED },
		{ SYS_openat, { 0, 0, O_TRUNC }, EPERMED },
		{ SYS_mprotect, { 0, 0, UPPER | PROT_READ | PROT_WRITE },
		    SECCOMP_RET_ALLOW },
		{ SYS_mprotect, { 0, 0, PROT_EXEC }, EPERMED },
		{ SYS_ioctl, { 0, UPPER | SIOCGIFNAME, 0 }, SECCOMP_RET_ALLOW },
		{ SYS_ioctl, { 0, SIOCSIFADDR, 0 }, EPERMED },
		{ SYS_setsockopt, { 0, UPPER | IPPROTO_IPV6,
		    UPPER | IPV6_JOIN_GROUP }, SECCOMP_RET_ALLOW },
		{ SYS_setsockopt, { 0, IPPROTO_IPV6, IPV6_LEAVE_GROUP },
		    EPERMED },
		{ SYS_setsockopt, { 0, SOL_SOCKET, SO_PRIORITY },
		    SECCOMP_RET_ALLOW },
#ifdef __s390x__
		{ SYS_clone, { CLONE_NEWUSER, SIGCHLD, 0 }, SECCOMP_RET_ALLOW },
		{ SYS_clone, { 0, CLONE_NEWUSER | SIGCHLD, 0 }, EPERMED },
#else
		{ SYS_clone, { UPPER | SIGCHLD, CLONE_NEWUSER, 0 },
		    SECCOMP_RET_ALLOW },
		{ SYS_clone, { CLONE_NEWUSER | SIGCHLD, 0, 0 }, EPERMED },
#endif
		{ SYS_execve, { 0, 0, 0 }, EPERMED },
		{ SYS_ptrace, { 0, 0, 0 }, EPERMED },
		{ SYS_unshare, { 0, 0, 0 }, EPERMED },
		{ SYS_capset, { 0, 0, 0 }, EPERMED },
		{ SYS_seccomp, { 0, 0, 0 }, EPERMED },
		{ SYS_kill, { 1, SIGTERM, 0 }, SECCOMP_RET_ALLOW },
		{ SYS_pselect6, { 9, 0, 0 }, SECCOMP_RET_ALLOW },
		{ 435 /* clone3 */, { 0, 0, 0 }, ENOSYSED },
		{ 434 /* pidfd_open */, { 0, 0, 0 }, SECCOMP_RET_ALLOW },
		{ 425 /* io_uring_setup */, { 0, 0, 0 }, EPERMED },
	};

	EACH(i, t)
		ck_assert_msg(judge_call(t[i].nr, t[i].arg[0], t[i].arg[1],
		    t[i].arg[2]) == t[i].wanted, "row %u: call %d",
		    (unsigned)i, t[i].nr);
}

/* No way through the program that leaves it, and no other ABI */
TEST(program_numbers)
{
	struct seccomp_data data = { .nr = SYS_getpid, .arch = our_arch() };
	int nr, allowed = 0;

	ck_assert_uint_eq(judge(&data), SECCOMP_RET_ALLOW);
	data.arch ^= __AUDIT_ARCH_64BIT;
	ck_assert_uint_eq(judge(&data), EPERMED);
	data.arch = our_arch();
#ifdef __x86_64__
	data.nr |= 0x40000000;		/* x32 */
	ck_assert_uint_eq(judge(&data), EPERMED);
#endif
	data.nr = -1;
	ck_assert_uint_ne(judge(&data), SECCOMP_RET_ALLOW);
	for (nr = 0; nr < 1000; nr++) {
		uint32_t verdict = judge_call(nr, 0, 0, 0);

		if (verdict == SECCOMP_RET_ALLOW)
			allowed++;
		ck_assert(nr < 435 || verdict == ENOSYSED);
		verdict = judge_call(nr, ~0ull, ~0ull, ~0ull);
		ck_assert(verdict == SECCOMP_RET_ALLOW ||
		    verdict == EPERMED || verdict == ENOSYSED);
	}
	ck_assert_int_gt(allowed, 40);
	ck_assert_int_lt(allowed, 100);
}

/* --- the user ----------------------------------------------------------- */

static const char passwd[] =
	"root:x:0:0:root:/root:/bin/sh\n"
	"#vrrp:x:1:1::/:/bin/false\n"
	"\n"
	"broken:x:12\n"
	"bad:x:1x:2::/:/bin/false\n"
	"minus:x:-1:2::/:/bin/false\n"
	"highest:x:4294967295:2::/:/bin/false\n"
	"vrr:x:6:6::/:/bin/false\n"
	"vrrp:x:123:456::/:/bin/false\n"
	"vrrp:x:7:7::/:/bin/false\n"
	"2000:x:8:8::/:/bin/false\n"
	"last:x:4294967294:9";

TEST(users)
{
	static const struct {
		const char *name;
		uid_t uid;
		gid_t gid;		/* 0 = not found */
	} t[] = {
		{ "vrrp", 123, 456 },	/* the first of two */
		{ "vrr", 6, 6 },
		{ "last", 4294967294u, 9 },	/* no newline */
		{ "123", 123, 456 },
		{ "999", 999, 999 },	/* nobody has it */
		{ "2000", 2000, 2000 },	/* a number is never a name */
		{ "nobody", 65534, 65534 }, { "4294967294", 4294967294u, 9 },
		{ "4294967295", 0, 0 }, { "4294967296", 0, 0 },
		{ "vrrpd", 0, 0 }, { "broken", 0, 0 }, { "bad", 0, 0 },
		{ "minus", 0, 0 }, { "highest", 0, 0 }, { "-1", 0, 0 },
		{ "12 ", 0, 0 }, { "x", 0, 0 }, { "", 0, 0 },
	};
	char path[64];

	snprintf(path, sizeof(path), "%s/passwd", dir);
	ck_assert_int_ne(close(open(path, O_CREAT | O_WRONLY, 0644)), -1);
	ck_assert(write_text(path, passwd));
	EACH(i, t) {
		uid_t uid = 77;
		gid_t gid = 78;
		int result = sandbox_find_user(path, t[i].name, &uid, &gid);

		ck_assert_msg(result == (t[i].gid != 0 ? 0 : -1), "'%s'",
		    t[i].name);
		ck_assert_uint_eq(uid, t[i].gid != 0 ? t[i].uid : 77);
		ck_assert_uint_eq(gid, t[i].gid != 0 ? t[i].gid : 78);
		if (result == -1)
			ck_assert_int_eq(errno, ENOENT);
	}
	unlink(path);
}

/* A line that does not fit is one line, and none of its tail is another */
TEST(long_lines)
{
	char path[64], text[3000];
	uid_t uid;
	gid_t gid;
	FILE *file;

	memset(text, ':', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	snprintf(path, sizeof(path), "%s/passwd", dir);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "long:x:1:1:%.*s", 500, text);
	fprintf(file, "v:x:5:5::/:/\n%.*s", 511, text);
	fprintf(file, "v:x:6:6::/:/\nv:x:7:7::/:/\n");
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(sandbox_find_user(path, "v", &uid, &gid), 0);
	ck_assert_uint_eq(uid, 7);
	ck_assert_int_eq(sandbox_find_user(path, "long", &uid, &gid), 0);
	ck_assert_uint_eq(uid, 1);
	unlink(path);
}

TEST(no_passwd_file)
{
	uid_t uid;
	gid_t gid;

	ck_assert_int_eq(sandbox_find_user("/nowhere", "nobody", &uid,
	    &gid), 0);
	ck_assert(uid == 65534 && gid == 65534);
	ck_assert_int_eq(sandbox_find_user("/nowhere", "5", &uid, &gid), 0);
	ck_assert(uid == 5 && gid == 5);
	ck_assert_int_eq(sandbox_find_user("/", "v", &uid, &gid), -1);
	ck_assert_int_eq(sandbox_find_user("/etc/passwd", "root", &uid,
	    &gid), 0);
	ck_assert(uid == 0 && gid == 0);
}

RUN_TESTS("sandbox", 60, setup, teardown)
