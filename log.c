/*
 * One line per message, to stderr or syslog, in one write.  Levels are those
 * of syslog.h: our own failure is an error, a peer's a warning, a change of
 * state a notice.  No message may hold a password.
 *
 * Nobody ever waits for the log: what the other side does not take at once is
 * lost, and counted.  syslog(3) would wait for a syslogd that hangs.
 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE_MAX_LEN = 512,
	IDENT_LEN = 64,
	PREFIX_LEN = VRRP_IFNAME_LEN + 16,
	DATE_LEN = 48			/* with all else before a line */
};

#define LIMIT_INTERVAL	(60 * VRRP_SECOND)

static int threshold = LOG_INFO;
static bool use_syslog;
static bool use_journal;	/* stderr is the journal */
static bool timestamps;
static char prefix[PREFIX_LEN];
static char ident[IDENT_LEN];
static int syslog_fd = -1;	/* connected to it, if there is one */
static int terminal_fd = -1;	/* the terminal that stderr is */
static unsigned lost;		/* lines, since the last one written */

/*
 * A terminal with room for half a line lets poll() say that there is room, and
 * then waits.  One that is opened again does not, and whoever shares stderr
 * with us keeps it as it is.
 */
static void
open_terminal(void)
{
	const int saved = errno;

	if (terminal_fd == -1 && isatty(STDERR_FILENO))
		terminal_fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK |
		    O_NOCTTY | O_CLOEXEC);
	errno = saved;
}

/*
 * To stderr.  Lines have a time only once log_prefix() was called.  errno stays
 * as it is: what is told next may be about it.
 */
void
log_open(int level)
{
	threshold = level;
	use_syslog = false;
	use_journal = getenv("JOURNAL_STREAM") != NULL;
	lost = 0;			/* none of this log */
	open_terminal();
}

/* "eth0 vrid 51: " before every line from now on */
void
log_prefix(const char *ifname, unsigned vrid)
{
	snprintf(prefix, sizeof(prefix), "%s vrid %u: ", ifname, vrid);
	timestamps = !use_journal;
	tzset();
}

/* Also when it has been connected: syslogd may have been started again. */
static bool
connect_syslog(void)
{
	static const struct sockaddr_un sun = {
		.sun_family = AF_UNIX, .sun_path = "/dev/log"
	};

	if (syslog_fd == -1)
		syslog_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC |
		    SOCK_NONBLOCK, 0);
	return syslog_fd != -1 && connect(syslog_fd,
	    (const struct sockaddr *)&sun, sizeof(sun)) == 0;
}

/* name: what the operator wants to tell this vrrpd by, or NULL */
void
log_to_syslog(const char *name)
{
	if (name != NULL)
		snprintf(ident, sizeof(ident), "vrrpd->%s", name);
	else
		snprintf(ident, sizeof(ident), "vrrpd");
	(void)connect_syslog();
	use_syslog = true;
	if (terminal_fd != -1)
		close(terminal_fd);
	terminal_fd = -1;
}

bool
log_wanted(int level)
{
	return level <= threshold;
}

/* All of these return false when the line is lost. */
static bool
write_stderr(int level, const char *text)
{
	char head[DATE_LEN];
	struct timespec now;
	struct tm tm;
	struct iovec iov[4];
	size_t i, len = 0;
	struct pollfd out = {
		.fd = terminal_fd != -1 ? terminal_fd : STDERR_FILENO,
		.events = POLLOUT
	};

	if (use_journal) {
		snprintf(head, sizeof(head), "<%d>", level);
	} else if (timestamps && clock_gettime(CLOCK_REALTIME, &now) == 0 &&
	    localtime_r(&now.tv_sec, &tm) != NULL) {
		snprintf(head, sizeof(head), "%02d:%02d:%02d.%03d ",
		    tm.tm_hour, tm.tm_min, tm.tm_sec,
		    (int)(now.tv_nsec / 1000000));
	} else {
		snprintf(head, sizeof(head), "vrrpd: ");
	}
	iov[0] = (struct iovec){ head, strlen(head) };
	iov[1] = (struct iovec){ prefix, strlen(prefix) };
	iov[2] = (struct iovec){ (void *)(uintptr_t)text, strlen(text) };
	iov[3] = (struct iovec){ (void *)(uintptr_t)"\n", 1 };
	for (i = 0; i < 4; i++)
		len += iov[i].iov_len;
	/* A pipe or socket with room at all has room for a line. */
	return poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) &&
	    writev(out.fd, iov, 4) == (ssize_t)len;
}

/* As syslog(3) words it. */
static bool
send_syslog(int level, const char *text)
{
	const int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
	char line[DATE_LEN + IDENT_LEN + PREFIX_LEN + LINE_MAX_LEN];
	char date[DATE_LEN / 2] = "";
	struct timespec now;
	struct tm tm;
	size_t len;

	if (clock_gettime(CLOCK_REALTIME, &now) == 0 &&
	    localtime_r(&now.tv_sec, &tm) != NULL)
		strftime(date, sizeof(date), "%b %e %T ", &tm);
	snprintf(line, sizeof(line), "<%d>%s%s[%d]: %s%s", LOG_DAEMON | level,
	    date, ident, (int)getpid(), prefix, text);
	len = strlen(line);
	return send(syslog_fd, line, len, flags) != -1 ||
	    (connect_syslog() && send(syslog_fd, line, len, flags) != -1);
}

static bool
put_line(int level, const char *text)
{
	return use_syslog ? send_syslog(level, text) :
	    write_stderr(level, text);
}

static bool
tell_lost(void)
{
	char text[LINE_MAX_LEN];

	if (lost == 0)
		return true;
	snprintf(text, sizeof(text), "%u lines of the log were lost", lost);
	if (!put_line(LOG_WARNING, text))
		return false;
	lost = 0;
	return true;
}

/* Control characters of a script's output or a name must not make lines. */
static void
make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

void
log_line(int level, const char *fmt, ...)
{
	char text[LINE_MAX_LEN];
	va_list ap;

	if (!log_wanted(level))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	make_printable(text);
	if (!tell_lost() || !put_line(level, text))
		lost++;
}

/*
 * Whether a line of this kind about this sender may go out: the first at once,
 * then one a minute; *more is how many were held back since (P-49, F27).  The
 * number of slots bounds the lines however many senders are made up.
 */
bool
log_limit_admit(struct log_limit *limit, unsigned key,
    const struct vrrp_addr *who, usec_t now, unsigned *more)
{
	size_t i, spare = LOG_LIMIT_SLOTS;

	for (i = 0; i < LOG_LIMIT_SLOTS; i++) {
		if (limit->slot[i].next != 0 && limit->slot[i].key == key &&
		    memcmp(&limit->slot[i].who, who, sizeof(*who)) == 0)
			break;
		if (limit->slot[i].next <= now && spare == LOG_LIMIT_SLOTS)
			spare = i;
	}
	if (i < LOG_LIMIT_SLOTS) {
		if (now < limit->slot[i].next) {
			limit->slot[i].more++;
			return false;
		}
		*more = limit->slot[i].more;
	} else {
		if (spare == LOG_LIMIT_SLOTS)
			return false;
		i = spare;
		*more = 0;
		limit->slot[i].key = key;
		limit->slot[i].who = *who;
	}
	limit->slot[i].more = 0;
	limit->slot[i].next = now + LIMIT_INTERVAL;
	return true;
}
