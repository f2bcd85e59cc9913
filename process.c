/*
 * The process: nothing inherited but descriptors 0 to 2, signals that only set
 * a flag, and a way to the background whose parent returns what became of it.
 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OOM_ADJ		"/proc/self/oom_score_adj"
#define PROMPT_SLICE	100000	/* ns; the least that the kernel takes */

struct process_signals process_signals;

static char *title;			/* argv[0] */
static volatile sig_atomic_t *fault_note;
static char oom_adj[8];		/* what it was; empty = still is */
static uint64_t slice;		/* likewise, ns; 0 = that of the kernel */
static int null_fd = -1;	/* /dev/null, since process_detach() */

/* Microseconds; a step of the wall clock moves nothing (F12). */
usec_t
process_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * VRRP_SECOND + ts.tv_nsec / 1000;
}

/*
 * A descriptor that an init script left open, or closed, must not become the
 * way of our frames or messages (C18, C19).  One that was closed is not for
 * writing: who asks for the help there shall hear that it got lost.
 */
void
process_clean(char **argv)
{
	long fd, max = sysconf(_SC_OPEN_MAX);
	int null;

	do {
		null = open("/dev/null", O_RDONLY);
	} while (null >= 0 && null <= STDERR_FILENO);
	if (syscall(SYS_close_range, 3u, ~0u, 0u) == -1)
		for (fd = 3; fd < max; fd++)
			close((int)fd);
	umask(022);
	/* A file that may not grow (ulimit -f) is an error like any other. */
	signal(SIGXFSZ, SIG_IGN);
	title = argv[0];
	/* Wake when it is time: the kernel rounds by 50 us otherwise. */
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

/* In ps(1) and top(1); not longer than the name that we were called by. */
void
process_rename(const char *name)
{
	size_t len = strlen(title);

	prctl(PR_SET_NAME, name, 0UL, 0UL, 0UL);
	strncpy(title, name, len);
}

static void
on_fault(int number)
{
	*fault_note = number;
	/* The handler is gone: this ends us when we return. */
	raise(number);
}

/*
 * What kills us through a fault of our own is noted in *note, for who asks why.
 * Where a sanitizer has its own handler, that stays.
 */
void
process_note_fault(volatile sig_atomic_t *note)
{
	static const int faults[] = {
		SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS,
		SIGXCPU		/* a loop, see process_realtime() */
	};
	struct sigaction sa = {
		.sa_handler = on_fault,
		.sa_flags = SA_RESETHAND
	}, old;
	size_t i;

	fault_note = note;
	sigemptyset(&sa.sa_mask);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (sigaction(faults[i], NULL, &old) == 0 &&
		    old.sa_handler == SIG_DFL)
			sigaction(faults[i], &sa, NULL);
}

static const struct {
	int number;
	volatile sig_atomic_t *flag;
} caught[] = {
	{ SIGTERM, &process_signals.stop },
	{ SIGINT, &process_signals.stop },
	{ SIGHUP, &process_signals.report },
	{ SIGUSR1, &process_signals.take },
	{ SIGUSR2, &process_signals.yield },
	{ SIGCHLD, &process_signals.child },
	/* Or a wait goes on with what was left of it. */
	{ SIGCONT, &process_signals.child },
};

static void
on_signal(int number)
{
	size_t i;

	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		if (caught[i].number == number)
			*caught[i].flag = 1;
}

/* Blocks ours; *waiting is the mask for the one place where they may come. */
void
process_catch(sigset_t *waiting)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t block;
	size_t i;

	sigemptyset(&sa.sa_mask);
	sigemptyset(&block);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaddset(&block, caught[i].number);
	sigprocmask(SIG_BLOCK, &block, NULL);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaction(caught[i].number, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(waiting);
}

/* The parent's part: 0 once the child is ready, else the child's own status. */
static _Noreturn void
await_child(pid_t pid, int from)
{
	char status;
	int wstatus;
	ssize_t n;

	do {
		n = read(from, &status, 1);
	} while (n == -1 && errno == EINTR);
	if (n == 1)
		_exit(status);
	if (waitpid(pid, &wstatus, 0) == pid && WIFEXITED(wstatus) &&
	    WEXITSTATUS(wstatus) != 0)
		_exit(WEXITSTATUS(wstatus));
	_exit(2);
}

/*
 * Into the background.  The child gets a descriptor for process_ready() and
 * keeps stderr until then; -1 with errno.
 */
int
process_detach(void)
{
	int ready[2];
	pid_t pid;

	/* Opened here: process_ready() may be inside the sandbox. */
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd == -1 || pipe2(ready, O_CLOEXEC) == -1)
		return -1;
	pid = fork();
	if (pid == -1)
		return -1;
	if (pid > 0) {
		close(ready[1]);
		await_child(pid, ready[0]);
	}
	close(ready[0]);
	setsid();
	if (chdir("/") == -1)
		return -1;
	return ready[1];
}

/* In the background nobody reads or writes: descriptors 0 to 2. */
void
process_mute(void)
{
	dup2(null_fd, STDIN_FILENO);
	dup2(null_fd, STDOUT_FILENO);
	dup2(null_fd, STDERR_FILENO);
}

/* The router runs: the parent of process_detach() may return. */
void
process_ready(int ready)
{
	const char status = 0;

	if (ready == -1)
		return;
	process_mute();
	if (write(ready, &status, 1) != 1)
		_exit(2);
	close(ready);
}

/* Whether we may open packet sockets and set addresses. */
bool
process_may_run(void)
{
	const uint32_t need = CAP_TO_MASK(CAP_NET_ADMIN) |
	    CAP_TO_MASK(CAP_NET_RAW);
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	memset(data, 0, sizeof(data));
	if (syscall(SYS_capget, &head, data) == -1)
		return false;
	return (data[CAP_TO_INDEX(CAP_NET_ADMIN)].effective & need) == need;
}

static bool
set_oom_adj(const char *text)
{
	int fd = open(OOM_ADJ, O_WRONLY | O_TRUNC | O_CLOEXEC);
	bool done = fd != -1 && write(fd, text, strlen(text)) > 0;

	if (fd != -1)
		close(fd);
	return done;
}

/*
 * A kernel that needs memory shall take others: who cleans up after all is not
 * one of them.  Without CAP_SYS_RESOURCE everything stays as it is.
 */
void
process_spare(void)
{
	int fd = open(OOM_ADJ, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, oom_adj, sizeof(oom_adj) - 1);

	if (fd != -1)
		close(fd);
	if (n <= 0 || !set_oom_adj("-1000"))
		n = 0;
	oom_adj[n] = '\0';
}

/* For process_look(); -1 if there is no /proc. */
int
process_open_look(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/*
 * What another process does, as a letter of proc(5), and the processor time
 * that it has used, in clock ticks; -1 if the kernel does not say.
 */
int
process_look(int fd, char *state, unsigned long *ticks)
{
	char text[1024], *p;
	unsigned long user, system;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	/* The name, in parentheses, can be anything. */
	p = strrchr(text, ')');
	/* The times are the eleventh and twelfth field behind the state. */
	if (p == NULL || sscanf(p, ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s "
	    "%*s %lu %lu", state, &user, &system) != 3)
		return -1;
	*ticks = user + system;
	return 0;
}

/* struct sched_attr, which libc and kernel headers define by turns */
struct scheduling {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t slice, deadline, period;	/* ns */
};

/* Returns what the slice was, as far as the kernel has one for us. */
static uint64_t
set_slice(uint64_t ns)
{
	struct scheduling now = { 0 };
	uint64_t before;

	/* Another policy means something else by it. */
	if (syscall(SYS_sched_getattr, 0, &now, sizeof(now), 0) == -1 ||
	    (now.policy != SCHED_OTHER && now.policy != SCHED_BATCH))
		return 0;
	before = now.slice;
	now.slice = ns;
	(void)syscall(SYS_sched_setattr, 0, &now, 0);
	return before;
}

/*
 * An advert takes a tenth of a millisecond: who asks for a short time of the
 * processor gets it sooner beside others who want all of it.  Linux 6.12 and
 * later; before, it changes nothing.  Hundreds who ask are in each other's way.
 */
void
process_prompt(void)
{
	const uint64_t before = set_slice(0), usual = set_slice(PROMPT_SLICE);

	slice = before == usual ? 0 : before;
}

/* In a child that is like any other. */
void
process_plain(void)
{
	(void)set_slice(slice);
	if (oom_adj[0] != '\0')
		(void)set_oom_adj(oom_adj);
}

/*
 * A place before ordinary processes, not for scripts, and no page on disk.
 * Returns 0 or an errno.  A loop gone wild is ended by the kernel after 0.2 s.
 */
int
process_realtime(void)
{
	const struct sched_param rr = { .sched_priority = 1 };
	/* us; at the second the kernel kills without a word. */
	const struct rlimit limit = { 200000, 300000 };
	const struct rlimit memory = { RLIM_INFINITY, RLIM_INFINITY };

	/*
	 * Without CAP_IPC_LOCK, which the sandbox takes, a stack that grows
	 * past the limit is the end.  Who may not raise it has what he has.
	 */
	(void)setrlimit(RLIMIT_MEMLOCK, &memory);
	/* Not by libc: the function of musl always says ENOSYS. */
	if (setrlimit(RLIMIT_RTTIME, &limit) == -1 ||
	    syscall(SYS_sched_setscheduler, 0, SCHED_RR | SCHED_RESET_ON_FORK,
	    &rr) == -1)
		return errno;
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == -1)
		return errno;
	return 0;
}

/*
 * Gives back the pages of the stack below the caller, once in gap us: some
 * 10 us of work.  Asking the kernel takes tens of kilobytes there now and then,
 * an advert some, waiting hardly any.  Locked memory stays.
 */
void
process_trim(usec_t now, usec_t gap)
{
	enum {
		DEPTH = 1 << 17,	/* octets; more than we ever use */
		OURS = 512		/* this frame, and what madvise() has */
	};
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	const uintptr_t end = (here - OURS) & ~(page - 1);
	static usec_t last;

	if (now - last < gap)
		return;
	madvise((void *)(end - DEPTH), DEPTH, MADV_DONTNEED);
	last = now;
}
