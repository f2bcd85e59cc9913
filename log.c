/*
 * One line per message, to stderr or syslog, in one write.  Levels are those
 * of syslog.h: our own failure is an error, a peer's a warning, a change of
 * state a notice.  No message may hold a password.
 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE_MAX_LEN = 512,
	IDENT_LEN = 64
};

#define LIMIT_INTERVAL	(60 * VRRP_SECOND)

static int threshold = LOG_INFO;
static bool use_syslog;
static bool use_journal;	/* stderr is the journal */
static bool timestamps;
static char prefix[VRRP_IFNAME_LEN + 16];
static char ident[IDENT_LEN];

/* To stderr.  Lines have a time only once log_prefix() was called. */
void
log_open(int level)
{
	threshold = level;
	use_syslog = false;
	use_journal = getenv("JOURNAL_STREAM") != NULL;
}

/* "eth0 vrid 51: " before every line from now on */
void
log_prefix(const char *ifname, unsigned vrid)
{
	snprintf(prefix, sizeof(prefix), "%s vrid %u: ", ifname, vrid);
	timestamps = !use_journal;
	tzset();
}

/* name: what the operator wants to tell this vrrpd by, or NULL */
void
log_to_syslog(const char *name)
{
	if (name != NULL)
		snprintf(ident, sizeof(ident), "vrrpd->%s", name);
	else
		snprintf(ident, sizeof(ident), "vrrpd");
	openlog(ident, LOG_PID | LOG_NDELAY, LOG_DAEMON);
	use_syslog = true;
}

bool
log_wanted(int level)
{
	return level <= threshold;
}

static void
write_stderr(int level, const char *text)
{
	char head[48];
	struct timespec now;
	struct tm tm;
	struct iovec iov[4];

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
	/* Nobody left to tell when this fails. */
	if (writev(STDERR_FILENO, iov, 4) == -1)
		return;
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
	if (use_syslog)
		syslog(level, "%s%s", prefix, text);
	else
		write_stderr(level, text);
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
