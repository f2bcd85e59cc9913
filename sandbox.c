/*
 * Leaving root behind.  What parses the packets of others needs no right to
 * read a file of root, to write one, or to run a program: after the start the
 * process is another user with CAP_NET_ADMIN and CAP_NET_RAW alone, and the
 * kernel refuses every system call but the few of the loop.
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The kernel's name of the machine that we are built for; 0 where nobody has
 * checked the list of calls, and sandbox_check() fails.
 */
#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCH	AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define ARCH	AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define ARCH	AUDIT_ARCH_AARCH64
#elif defined(__arm__) && defined(__ARM_EABI__) && !defined(__ARMEB__)
#define ARCH	AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH	AUDIT_ARCH_RISCV64
#elif defined(__s390x__)
#define ARCH	AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCH	AUDIT_ARCH_PPC64LE
#elif defined(__powerpc__) && !defined(__powerpc64__)
#define ARCH	AUDIT_ARCH_PPC
#else
#define ARCH	0
#endif

#ifndef SOL_PACKET
#define SOL_PACKET	263
#endif
#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

#define CAPABILITIES \
	(CAP_TO_MASK(CAP_NET_ADMIN) | CAP_TO_MASK(CAP_NET_RAW))

enum {
	NOBODY = 65534,			/* where /etc/passwd has no such user */
	NEEDS_MAX = 3,
	/*
	 * Calls from here on have the same number on all machines and are all
	 * younger than Linux 5.3: for them we are an older kernel, and a libc
	 * that tries one (clone3) does it the old way.
	 */
	YOUNG_CALLS = 435,
	X32_CALLS = 0x40000000		/* another ABI of x86-64 */
};

/* --- the filter --------------------------------------------------------- */

/* Allowed if each argument, masked, has the value; mask 0 ends the list. */
struct rule {
	int nr;
	struct {
		unsigned arg;
		uint32_t mask, value;
	} needs[NEEDS_MAX];
};

#define EQUAL(arg, value)	{ (arg), ~0u, (uint32_t)(value) }
#define WITHOUT(arg, bits)	{ (arg), (uint32_t)(bits), 0 }

/* All that we ever open; protocol 0 is also NETLINK_ROUTE. */
#define SOCKET(family, type)	{ SYS_socket, { EQUAL(0, family), \
	{ 1, ~(uint32_t)(SOCK_CLOEXEC | SOCK_NONBLOCK), (type) }, \
	EQUAL(2, 0) } }

/* A fork as libc makes it: no thread, no namespace. */
#define FORK_FLAGS	(CSIGNAL | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | \
	CLONE_PARENT_SETTID)

#define WRITE_FLAGS	(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

/*
 * Whatever their arguments; the first ones are those of every turn.  Machines
 * differ in the names that they have, not in what these do.
 */
static const int calls[] = {
#ifdef SYS_pselect6_time64		/* 32 bits, since Linux 5.1 */
	SYS_pselect6_time64, SYS_ppoll_time64, SYS_futex_time64,
	SYS_timerfd_settime64, SYS_clock_gettime64, SYS_clock_nanosleep_time64,
#endif
	SYS_pselect6, SYS_recvfrom, SYS_sendto,
	/* The clock: where it is no function of the vDSO */
#ifdef SYS_clock_gettime32		/* 32 bits, as musl has it */
	SYS_timerfd_settime32, SYS_clock_gettime32, SYS_clock_nanosleep_time32,
	SYS_gettimeofday_time32,
#else
	SYS_timerfd_settime, SYS_clock_gettime, SYS_clock_nanosleep,
	SYS_gettimeofday,
#endif
#ifdef SYS_time
	SYS_time,
#endif

	/* Lines of the log, records, pipes */
	SYS_read, SYS_write, SYS_writev, SYS_pread64, SYS_pwrite64,
	SYS_ftruncate, SYS_lseek, SYS_close, SYS_fcntl, SYS_flock, SYS_dup3,
	SYS_pipe2,
	/* Where the directory lets our user */
	SYS_unlinkat,
#ifdef SYS__llseek
	SYS__llseek,
#endif
	/* The time zone, when libc looks again; see SYS_openat below */
#ifdef SYS_fstat
	SYS_fstat,
#endif
#ifdef SYS_newfstatat
	SYS_newfstatat,
#endif
#ifdef SYS_statx
	SYS_statx,
#endif
#if defined(SYS_stat64) && defined(SYS_ftruncate64)	/* 32 bits */
	SYS_ftruncate64, SYS_fcntl64, SYS_fstat64, SYS_stat64, SYS_fstatat64,
#endif

	/* Sockets */
	SYS_bind, SYS_getsockname, SYS_connect,
#ifdef SYS_send
	SYS_send, SYS_recv,
#endif

	/* Signals and processes */
	SYS_rt_sigreturn, SYS_restart_syscall, SYS_rt_sigprocmask,
	SYS_rt_sigaction, SYS_kill, SYS_tgkill, SYS_wait4, SYS_waitid,
	SYS_setsid, SYS_set_robust_list, SYS_set_tid_address, SYS_exit,
	SYS_exit_group, SYS_getpid, SYS_getppid, SYS_gettid, SYS_getuid,
	SYS_geteuid, SYS_getgid, SYS_getegid,
#ifdef SYS_sigreturn
	SYS_sigreturn,
#endif
#ifdef SYS_waitpid
	SYS_waitpid,
#endif
#ifdef SYS_getuid32
	SYS_getuid32, SYS_geteuid32, SYS_getgid32, SYS_getegid32,
#endif
#ifdef SYS_rseq
	SYS_rseq,
#endif
#ifdef SYS_pidfd_open
	SYS_pidfd_open, SYS_pidfd_send_signal,
#endif

	/* Memory, and libc here and there */
	SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_futex, SYS_getrandom,
	SYS_sched_yield, SYS_nanosleep, SYS_ppoll,
#ifdef __s390x__
	SYS_mmap,			/* its arguments lie in memory */
#endif
#ifdef SYS_open				/* of the older machines */
	SYS_dup2, SYS_unlink, SYS_stat, SYS_fork, SYS_poll,
#endif
};

static const struct rule rules[] = {
	/* Files are for libc: the time zone, when it looks again */
	{ SYS_openat, { WITHOUT(2, WRITE_FLAGS) } },
#ifdef SYS_open
	{ SYS_open, { WITHOUT(1, WRITE_FLAGS) } },
#endif

	/* Sockets: a new interface, --no-accept, syslog started again */
	SOCKET(AF_PACKET, SOCK_RAW),
	SOCKET(AF_NETLINK, SOCK_RAW),
	SOCKET(AF_INET, SOCK_DGRAM),
	SOCKET(AF_INET6, SOCK_DGRAM),
	SOCKET(AF_UNIX, SOCK_DGRAM),
	{ SYS_socketpair, { EQUAL(0, AF_UNIX) } },	/* another guard */
	/* Packet filters of the kernel are set by options as well. */
	{ SYS_setsockopt, { EQUAL(1, SOL_SOCKET) } },
	{ SYS_setsockopt, { EQUAL(1, SOL_PACKET) } },
	{ SYS_setsockopt, { EQUAL(1, SOL_NETLINK) } },
	{ SYS_setsockopt, { EQUAL(1, IPPROTO_IP),
	    EQUAL(2, IP_ADD_MEMBERSHIP) } },
	{ SYS_setsockopt, { EQUAL(1, IPPROTO_IPV6),
	    EQUAL(2, IPV6_JOIN_GROUP) } },
	{ SYS_getsockopt, { EQUAL(1, SOL_SOCKET) } },
	{ SYS_ioctl, { EQUAL(1, SIOCGIFNAME) } },
	{ SYS_ioctl, { EQUAL(1, SIOCSIFHWADDR) } },
	{ SYS_ioctl, { EQUAL(1, SIOCADDMULTI) } },
	{ SYS_ioctl, { EQUAL(1, SIOCDELMULTI) } },
#if defined(SYS_socketcall) && defined(__GLIBC__) && \
	(defined(__i386__) || defined(__s390x__))
	/* glibc has all of them in one call there, whose arguments lie in
	 * memory, where no filter can look. */
	{ SYS_socketcall, { EQUAL(0, SYS_SOCKET) } },
	{ SYS_socketcall, { EQUAL(0, SYS_BIND) } },
	{ SYS_socketcall, { EQUAL(0, SYS_GETSOCKNAME) } },
	{ SYS_socketcall, { EQUAL(0, SYS_SOCKETPAIR) } },
	{ SYS_socketcall, { EQUAL(0, SYS_CONNECT) } },
	{ SYS_socketcall, { EQUAL(0, SYS_SEND) } },
	{ SYS_socketcall, { EQUAL(0, SYS_RECV) } },
	{ SYS_socketcall, { EQUAL(0, SYS_SENDTO) } },
	{ SYS_socketcall, { EQUAL(0, SYS_RECVFROM) } },
	{ SYS_socketcall, { EQUAL(0, SYS_SETSOCKOPT) } },
	{ SYS_socketcall, { EQUAL(0, SYS_GETSOCKOPT) } },
#endif

	/* Processes */
#ifdef __s390x__
	{ SYS_clone, { WITHOUT(1, ~FORK_FLAGS) } },
#else
	{ SYS_clone, { WITHOUT(0, ~FORK_FLAGS) } },
#endif
	{ SYS_prctl, { EQUAL(0, PR_SET_PDEATHSIG) } },
	{ SYS_prctl, { EQUAL(0, PR_SET_NAME) } },

	/* Memory, but no new code */
	{ SYS_mprotect, { WITHOUT(2, PROT_EXEC) } },
#ifdef SYS_mmap2
	{ SYS_mmap2, { WITHOUT(2, PROT_EXEC) } },
#endif
#if defined(SYS_mmap) && !defined(__i386__) && !defined(__s390x__)
	{ SYS_mmap, { WITHOUT(2, PROT_EXEC) } },
#endif
};

enum {
	CALLS = sizeof(calls) / sizeof(calls[0]),
	RULES = sizeof(rules) / sizeof(rules[0])
};

#define LOAD(member)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	offsetof(struct seccomp_data, member))
#define GIVE(what)	BPF_STMT(BPF_RET | BPF_K, (what))
/* An int is the lower half of an argument. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOWER_HALF	4u
#else
#define LOWER_HALF	0u
#endif

/*
 * One rule: an argument that is not as needed leads on to the next rule, since
 * a call may have several.
 */
static size_t
add_rule(struct sock_filter *code, const struct rule *rule)
{
	unsigned i, needs = 0;
	size_t n = 0;

	while (needs < NEEDS_MAX && rule->needs[needs].mask != 0)
		needs++;
	code[n++] = (struct sock_filter)LOAD(nr);
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    (uint32_t)rule->nr, 0, (uint8_t)(3 * needs + 1));
	for (i = 0; i < needs; i++) {
		code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W |
		    BPF_ABS, (uint32_t)offsetof(struct seccomp_data, args) +
		    8 * rule->needs[i].arg + LOWER_HALF);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND |
		    BPF_K, rule->needs[i].mask);
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ |
		    BPF_K, rule->needs[i].value, 0,
		    (uint8_t)(3 * (needs - i - 1) + 1));
	}
	code[n++] = (struct sock_filter)GIVE(SECCOMP_RET_ALLOW);
	return n;
}

/*
 * Fills code[SANDBOX_FILTER_MAX]; returns the number of instructions.  A call
 * that is not in the list fails and does no more: a gateway must not die of a
 * libc that makes one that nobody foresaw.
 */
size_t
sandbox_filter(struct sock_filter *code)
{
	static const struct sock_filter head[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		GIVE(SECCOMP_RET_ERRNO | EPERM),
#ifdef __x86_64__
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_CALLS, 0, 1),
		GIVE(SECCOMP_RET_ERRNO | EPERM),
#endif
	};
	static const struct sock_filter tail[] = {
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, YOUNG_CALLS, 0, 1),
		GIVE(SECCOMP_RET_ERRNO | ENOSYS),
		GIVE(SECCOMP_RET_ERRNO | EPERM),
	};
	size_t i, n = sizeof(head) / sizeof(head[0]);

	_Static_assert(CALLS * 3 + RULES * (3 + 3 * NEEDS_MAX) +
	    sizeof(head) / sizeof(head[0]) + sizeof(tail) / sizeof(tail[0]) <=
	    SANDBOX_FILTER_MAX, "room for every rule at its longest");
	memcpy(code, head, sizeof(head));
	for (i = 0; i < CALLS; i++)
		n += add_rule(code + n, &(struct rule){ .nr = calls[i] });
	for (i = 0; i < RULES; i++)
		n += add_rule(code + n, &rules[i]);
	memcpy(code + n, tail, sizeof(tail));
	return n + sizeof(tail) / sizeof(tail[0]);
}

static int
set_filter(void)
{
	struct sock_filter code[SANDBOX_FILTER_MAX];
	const struct sock_fprog program = {
		.len = (unsigned short)sandbox_filter(code),
		.filter = code
	};

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/*
 * Whether this machine and its kernel can do it at all; nothing is changed.
 * A kernel that knows filters looks for one where we have none.
 */
int
sandbox_check(void)
{
	if (ARCH == 0) {
		errno = ENOSYS;
		return -1;
	}
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) == -1 &&
	    errno == EFAULT)
		return 0;
	if (errno != ENOSYS)
		errno = EOPNOTSUPP;
	return -1;
}

/* --- the user ----------------------------------------------------------- */

/* Digits alone.  The highest number means "no change" to the kernel. */
static bool
parse_id(const char *text, uint32_t *id)
{
	uint64_t n = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (unsigned)(*p - '0');
		if (n >= UINT32_MAX)
			return false;
	}
	*id = (uint32_t)n;
	return p != text && *p == '\0';
}

/* name:password:uid:gid:... */
static bool
parse_line(char *line, const char *name, uint32_t *uid, uint32_t *gid)
{
	char *field[4];
	uint32_t wanted;
	size_t i;

	for (i = 0; i < 4; i++)
		if ((field[i] = strsep(&line, ":")) == NULL)
			return false;
	if (!parse_id(field[2], uid) || !parse_id(field[3], gid))
		return false;
	return parse_id(name, &wanted) ? *uid == wanted :
	    strcmp(field[0], name) == 0;
}

static bool
find_line(FILE *file, const char *name, uint32_t *uid, uint32_t *gid)
{
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	while (!found && getline(&line, &size, file) != -1)
		found = parse_line(line, name, uid, gid);
	free(line);
	return found;
}

/*
 * A name of the file, or a number, whose group is itself where the file does
 * not have it; "nobody" is found in any case.  Not getpwnam(): it may load
 * libraries, keep files open, and ask the network.
 */
int
sandbox_find_user(const char *path, const char *name, uid_t *uid, gid_t *gid)
{
	uint32_t u, g;
	bool found = false;
	FILE *file = fopen(path, "re");

	if (file != NULL) {
		found = find_line(file, name, &u, &g);
		fclose(file);
		errno = ENOENT;
	}
	if (!found && strcmp(name, "nobody") == 0) {
		u = g = NOBODY;
		found = true;
	} else if (!found && parse_id(name, &u)) {
		g = u;
		found = true;
	}
	if (!found)
		return -1;
	*uid = u;
	*gid = g;
	return 0;
}

/* Whether we are that user for good already. */
static bool
is_user(uid_t uid, gid_t gid)
{
	uid_t u[3];
	gid_t g[3];

	return getresuid(&u[0], &u[1], &u[2]) == 0 &&
	    getresgid(&g[0], &g[1], &g[2]) == 0 && u[0] == uid &&
	    u[1] == uid && u[2] == uid && g[0] == gid && g[1] == gid &&
	    g[2] == gid;
}

/* Who is not allowed to set groups has none but those of that user. */
static int
set_groups(uid_t uid, gid_t gid)
{
	return setgroups(0, NULL) == 0 ||
	    (errno == EPERM && is_user(uid, gid)) ? 0 : -1;
}

/* Notes a step by its name; whether it was done. */
static bool
done(const char **step, const char *name, int result)
{
	*step = name;
	return result != -1;
}

/* --- the rights --------------------------------------------------------- */

/*
 * Not even a program that is run could get any of them.  Without CAP_SETPCAP
 * the bounding set stays: no new privileges and the filter say the same.
 */
static int
drop_bounding_set(void)
{
	unsigned long cap;

	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0UL, 0UL, 0UL) != -1; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0UL, 0UL, 0UL) == -1)
			return errno == EPERM ? 0 : -1;
	return 0;
}

/* None is inheritable, so that none stays ambient. */
static int
keep_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	memset(data, 0, sizeof(data));
	data[CAP_TO_INDEX(CAP_NET_ADMIN)].permitted = CAPABILITIES;
	data[CAP_TO_INDEX(CAP_NET_ADMIN)].effective = CAPABILITIES;
	return (int)syscall(SYS_capset, &head, data);
}

/*
 * No core file, it would hold a password; dumpable says the same for a
 * core_pattern that is a pipe, and keeps other processes of our user out of
 * our memory.  Root still may look, and signals are another matter.  More
 * descriptors than select() can watch would be of no use but harm.
 */
static int
set_limits(void)
{
	const struct rlimit none = { 0, 0 };
	struct rlimit files;

	if (setrlimit(RLIMIT_CORE, &none) == -1 ||
	    getrlimit(RLIMIT_NOFILE, &files) == -1)
		return -1;
	if (files.rlim_cur > FD_SETSIZE)
		files.rlim_cur = FD_SETSIZE;
	if (files.rlim_max > FD_SETSIZE)
		files.rlim_max = FD_SETSIZE;
	return setrlimit(RLIMIT_NOFILE, &files);
}

/*
 * What lies on these pages is not written again, by whatever error.  All of the
 * last one is taken: start is at a page, and what follows at another.
 */
int
sandbox_seal(void *start, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	/* musl would take the page that start is on. */
	if ((uintptr_t)start % page != 0) {
		errno = EINVAL;
		return -1;
	}
	return mprotect(start, (len + page - 1) / page * page, PROT_READ);
}

static int
set_flag(int option, unsigned long value)
{
	return prctl(option, value, 0UL, 0UL, 0UL);
}

/*
 * 0, or -1 with errno and what failed in *step.  Where the user does not exist
 * (a user namespace) or we may not change (no CAP_SETUID), and he is not one
 * that must be, all the rest is done; *step is then "setresuid" or the like,
 * errno the reason, and otherwise NULL.
 */
int
sandbox_enter(uid_t uid, gid_t gid, bool must, const char **step)
{
	const char *left_out = NULL;
	int reason = 0;

	if (!done(step, "setrlimit", set_limits()) ||
	    !done(step, "PR_CAPBSET_DROP", drop_bounding_set()) ||
	    !done(step, "PR_SET_KEEPCAPS", set_flag(PR_SET_KEEPCAPS, 1)))
		return -1;
	if (!done(step, "setgroups", set_groups(uid, gid)) ||
	    !done(step, "setresgid", setresgid(gid, gid, gid)) ||
	    !done(step, "setresuid", setresuid(uid, uid, uid))) {
		if (must || (errno != EINVAL && errno != EPERM))
			return -1;
		left_out = *step;
		reason = errno;
	}
	/* Dumpable after the change of user, which sets it too. */
	if (!done(step, "capset", keep_capabilities()) ||
	    !done(step, "PR_SET_KEEPCAPS", set_flag(PR_SET_KEEPCAPS, 0)) ||
	    !done(step, "PR_SET_NO_NEW_PRIVS",
	    set_flag(PR_SET_NO_NEW_PRIVS, 1)) ||
	    !done(step, "PR_SET_DUMPABLE", set_flag(PR_SET_DUMPABLE, 0)) ||
	    !done(step, "seccomp", set_filter()))
		return -1;
	*step = left_out;
	errno = reason;
	return 0;
}
