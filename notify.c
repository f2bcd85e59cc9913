/*
 * Scripts and the service manager.  One script at a time, in order, only the
 * newest news wait; a script that takes too long is killed with its whole
 * process group.  It gets /dev/null to read, a pipe into our log to write, and
 * a clean environment (F13, C19).
 */
#include "notify.h"
#include "log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPT_TIMEOUT	(60 * VRRP_SECOND)

enum {
	/* The list of addresses is the longest. */
	ENV_LEN = 32 + VRRP_ADDR_MAX * INET6_ADDRSTRLEN,
	READS_PER_TURN = 16
};

void
notify_init(struct notify *n, const struct vrrp_conf *conf,
    const char *on_master, const char *on_backup)
{
	memset(n, 0, sizeof(*n));
	n->conf = conf;
	n->on_master = on_master;
	n->on_backup = on_backup;
	n->out_fd = -1;
	n->limit = SCRIPT_TIMEOUT;
	n->kill_deadline = VRRP_NEVER;
}

static void
print_addresses(char *buf, size_t size, const struct vrrp_conf *conf)
{
	char text[INET6_ADDRSTRLEN];
	size_t len = (size_t)snprintf(buf, size, "VRRPD_ADDRESSES=");
	unsigned i;

	for (i = 0; i < conf->naddr && len < size; i++) {
		inet_ntop(conf->family->af, conf->vip[i].addr.octet, text,
		    sizeof(text));
		len += (size_t)snprintf(buf + len, size - len, "%s%s",
		    i == 0 ? "" : " ", text);
	}
}

/* In the child; whatever happens, it never comes back (F36). */
static _Noreturn void
exec_script(const struct notify *n, const struct notify_news *news, int out)
{
	const struct vrrp_conf *conf = n->conf;
	char ifname[64], vrid[32], priority[32], state[32], addrs[ENV_LEN];
	char *const env[] = {
		(char *)(uintptr_t)"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		ifname, vrid, priority, state, addrs, NULL
	};
	sigset_t none;
	int null, i;

	if (n->in_child != NULL)
		n->in_child();
	snprintf(ifname, sizeof(ifname), "VRRPD_INTERFACE=%s", conf->ifname);
	snprintf(vrid, sizeof(vrid), "VRRPD_VRID=%u", conf->vrid);
	snprintf(priority, sizeof(priority), "VRRPD_PRIORITY=%u",
	    conf->priority);
	snprintf(state, sizeof(state), "VRRPD_STATE=%s",
	    vrrp_state_name(news->state));
	print_addresses(addrs, sizeof(addrs), conf);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (setsid() == -1 || null == -1 || dup2(null, STDIN_FILENO) == -1 ||
	    dup2(out, STDOUT_FILENO) == -1 || dup2(out, STDERR_FILENO) == -1)
		_exit(126);
	/* Who started us may have ignored more than we do. */
	for (i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execle(news->file, news->file, vrrp_state_name(news->state),
	    conf->ifname, vrid + strlen("VRRPD_VRID="), (char *)NULL, env);
	dprintf(STDERR_FILENO, "cannot run: %s\n", strerror(errno));
	_exit(127);
}

static void
start(struct notify *n, usec_t now)
{
	struct notify_news news = n->next;
	int out[2];

	n->next.file = NULL;
	if (pipe2(out, O_CLOEXEC) == -1) {
		log_err("%s: pipe: %s", news.file, strerror(errno));
		return;
	}
	n->pid = fork();
	if (n->pid == 0)
		exec_script(n, &news, out[1]);
	close(out[1]);
	if (n->pid == -1) {
		log_err("%s: fork: %s", news.file, strerror(errno));
		close(out[0]);
		n->pid = 0;
		return;
	}
	/* Our end only: the script must not get EAGAIN from its own output. */
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	n->out_fd = out[0];
	n->line_len = 0;
	n->kill_deadline = now + n->limit;
	log_debug("%s %s: started as process %d", news.file,
	    vrrp_state_name(news.state), (int)n->pid);
}

/* The router went from one state to another. */
void
notify_state(struct notify *n, enum vrrp_state from, enum vrrp_state to,
    usec_t now)
{
	const char *file = NULL;

	if (to == VRRP_MASTER)
		file = n->on_master;
	else if (from == VRRP_MASTER)
		file = n->on_backup;
	if (file == NULL) {
		/* What waits would tell of a state that is no more. */
		if (to == VRRP_MASTER || from == VRRP_MASTER)
			n->next.file = NULL;
		return;
	}
	n->next = (struct notify_news){ file, to };
	if (n->pid == 0)
		start(n, now);
}

static void
flush_line(struct notify *n)
{
	n->line[n->line_len] = '\0';
	if (n->line_len > 0)
		log_info("script: %s", n->line);
	n->line_len = 0;
}

static void
take_output(struct notify *n, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '\n' || n->line_len == NOTIFY_LINE_LEN)
			flush_line(n);
		if (text[i] != '\n')
			n->line[n->line_len++] = text[i];
	}
}

/* Its output into the log, a line each; bounded, a script may talk for ever. */
void
notify_read(struct notify *n)
{
	char buf[512];
	ssize_t got;
	int i;

	for (i = 0; i < READS_PER_TURN && n->out_fd != -1; i++) {
		got = read(n->out_fd, buf, sizeof(buf));
		if (got > 0) {
			take_output(n, buf, (size_t)got);
		} else if (got == 0 || errno != EAGAIN) {
			flush_line(n);
			close(n->out_fd);
			n->out_fd = -1;
		} else {
			return;
		}
	}
}

/* After SIGCHLD: the end of one script is the start of the next. */
void
notify_reap(struct notify *n, usec_t now)
{
	int status;

	if (n->pid == 0 || waitpid(n->pid, &status, WNOHANG) != n->pid)
		return;
	n->pid = 0;
	n->kill_deadline = VRRP_NEVER;
	notify_read(n);
	if (n->out_fd != -1) {
		/* A child of the script still holds it; it talks to nobody. */
		flush_line(n);
		close(n->out_fd);
		n->out_fd = -1;
	}
	if (WIFSIGNALED(status))
		log_warning("script: killed by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_warning("script: exit status %d", WEXITSTATUS(status));
	if (n->next.file != NULL)
		start(n, now);
}

void
notify_timeout(struct notify *n, usec_t now)
{
	if (n->pid == 0 || now < n->kill_deadline)
		return;
	log_warning("script: still running after %d s%s, killed",
	    (int)(n->limit / VRRP_SECOND), n->limit == SCRIPT_TIMEOUT ? "" :
	    " since the stop");
	notify_kill(n);
}

/* The end is near: the script that runs, and one that waits, get less time. */
void
notify_hurry(struct notify *n, usec_t now)
{
	n->limit = NOTIFY_GRACE;
	if (n->kill_deadline != VRRP_NEVER && n->kill_deadline > now + n->limit)
		n->kill_deadline = now + n->limit;
}

/* The script leads a process group of its own. */
void
notify_kill(struct notify *n)
{
	if (n->pid > 0)
		kill(-n->pid, SIGKILL);
	n->kill_deadline = VRRP_NEVER;
}

bool
notify_busy(const struct notify *n)
{
	return n->pid != 0;
}

/* A datagram as sd_notify(3) describes it; no manager, nothing to do. */
void
notify_manager(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	size_t len;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return;
	len = strlen(path);
	if (len >= sizeof(sun.sun_path))
		return;
	memcpy(sun.sun_path, path, len);
	if (path[0] == '@')
		sun.sun_path[0] = '\0';		/* abstract */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return;
	if (sendto(fd, text, strlen(text), 0, (struct sockaddr *)&sun,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) == -1)
		log_debug("service manager: %s", strerror(errno));
	close(fd);
}
