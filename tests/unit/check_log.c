/*
 * The limit on log lines that somebody else can provoke: P-49, F27; and that a
 * reader of the log who does not read is not waited for.  ns/log.t has syslog.
 */
#include "check_util.h"
#include "log.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct log_limit limit;
static const usec_t start = 1000 * VRRP_SECOND;

static struct vrrp_addr
sender(unsigned n)
{
	struct vrrp_addr addr = { { 10, 0, (uint8_t)(n >> 8), (uint8_t)n } };

	return addr;
}

static void
setup(void)
{
	memset(&limit, 0, sizeof(limit));
}

/* proves: R9568-7.1-n +, P-49 + */
TEST(first_at_once_then_one_a_minute)
{
	struct vrrp_addr a = sender(1);
	unsigned more = 99, i;

	ck_assert(log_limit_admit(&limit, 3, &a, start, &more));
	ck_assert_uint_eq(more, 0);
	for (i = 1; i < 60; i++)
		ck_assert(!log_limit_admit(&limit, 3, &a,
		    start + i * VRRP_SECOND, &more));
	ck_assert(log_limit_admit(&limit, 3, &a, start + 60 * VRRP_SECOND,
	    &more));
	ck_assert_uint_eq(more, 59);
	ck_assert(!log_limit_admit(&limit, 3, &a, start + 61 * VRRP_SECOND,
	    &more));
}

TEST(kinds_and_senders_apart)
{
	struct vrrp_addr a = sender(1), b = sender(2);
	unsigned more;

	ck_assert(log_limit_admit(&limit, 3, &a, start, &more));
	ck_assert(log_limit_admit(&limit, 4, &a, start, &more));
	ck_assert(log_limit_admit(&limit, 3, &b, start, &more));
	ck_assert(!log_limit_admit(&limit, 3, &a, start, &more));
	ck_assert(!log_limit_admit(&limit, 4, &a, start, &more));
	ck_assert(!log_limit_admit(&limit, 3, &b, start, &more));
}

/* R9568-7.1-n: 100,000 bad packets of as many senders, bounded lines */
/* proves: R9568-7.1-n +- */
TEST(made_up_senders_are_bounded)
{
	unsigned i, more, lines = 0;

	for (i = 0; i < 100000; i++) {
		struct vrrp_addr a = sender(i);

		lines += log_limit_admit(&limit, 3, &a,
		    start + (usec_t)i * 600, &more);
	}
	ck_assert_uint_eq(lines, LOG_LIMIT_SLOTS);
	/* A minute later others get their turn. */
	struct vrrp_addr late = sender(7777);
	ck_assert(log_limit_admit(&limit, 9, &late, start + 60 * VRRP_SECOND,
	    &more));
	ck_assert_uint_eq(more, 0);
}

TEST(levels)
{
	log_open(LOG_NOTICE);
	ck_assert(log_wanted(LOG_ERR));
	ck_assert(log_wanted(LOG_NOTICE));
	ck_assert(!log_wanted(LOG_INFO));
}

/* --- a reader who does not read ------------------------------------------ */

enum { LINES = 20000 };		/* more than any of them holds */

static char text[1 << 20];

/*
 * What waits to be read, without the \r of a terminal; how many lines.  The
 * kernel moves what a terminal has by and by.
 */
static unsigned
drain(int reader)
{
	struct pollfd in = { .fd = reader, .events = POLLIN };
	unsigned lines = 0;
	size_t len = 0;
	char c;

	while (poll(&in, 1, 300) == 1 && read(reader, &c, 1) == 1) {
		if (c == '\r')
			continue;
		ck_assert_uint_lt(len, sizeof(text) - 1);
		text[len++] = c;
		lines += c == '\n';
	}
	text[len] = '\0';
	return lines;
}

/*
 * stderr is writer: nobody waits, who shares it finds it as it was, and the
 * first line that is read again tells how many are not there.
 */
static void
try_reader(int reader, int writer, bool exact)
{
	int saved = dup(STDERR_FILENO), flags = fcntl(writer, F_GETFL);
	unsigned i, written, lost = 0;
	char wanted[100];

	ck_assert(saved != -1 && flags != -1);
	ck_assert_int_ne(dup2(writer, STDERR_FILENO), -1);
	log_open(LOG_INFO);
	for (i = 0; i < LINES; i++)
		log_info("a line that nobody reads, number %05u", i);
	written = drain(reader);
	log_info("one");
	log_info("two");
	dup2(saved, STDERR_FILENO);
	ck_assert_int_eq(fcntl(writer, F_GETFL), flags);
	ck_assert_uint_gt(written, 50);
	ck_assert_uint_lt(written, LINES);
	ck_assert_uint_eq(drain(reader), 3);
	ck_assert_int_eq(sscanf(text, "vrrpd: %u lines", &lost), 1);
	/* A terminal takes some that nobody ever reads. */
	ck_assert_uint_le(lost, LINES - written);
	ck_assert(lost == LINES - written || (!exact && lost > 0));
	snprintf(wanted, sizeof(wanted), "vrrpd: %u lines of the log were "
	    "lost\nvrrpd: one\nvrrpd: two\n", lost);
	ck_assert_str_eq(text, wanted);
}

TEST(full_pipe)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	try_reader(ends[0], ends[1], true);
}

TEST(full_socket)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	try_reader(ends[0], ends[1], true);
}

TEST(full_terminal)
{
	int reader = posix_openpt(O_RDWR | O_NOCTTY), writer;

	ck_assert(reader != -1 && unlockpt(reader) == 0);
	writer = open(ptsname(reader), O_RDWR | O_NOCTTY);
	ck_assert_int_ne(writer, -1);
	try_reader(reader, writer, false);
}

RUN_TESTS("log", 10, setup, NULL)
