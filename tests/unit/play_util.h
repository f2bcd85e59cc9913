/*
 * For tests that play the host around a file: each function that it calls
 * writes down a word, and a test compares the words with those that it wants.
 */
#ifndef PLAY_UTIL_H
#define PLAY_UTIL_H

#include "check_util.h"
#include "lockfile.h"
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* What is played has all parameters of the real one, and uses some. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

enum {
	FD = 99				/* of any socket; no call gets it */
};

#define START	(1000 * VRRP_SECOND)

static const uint8_t virtual_mac[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 1, 7 };
static const uint8_t own_mac[VRRP_MAC_LEN] = { 2, 0, 0, 0, 0, 0x11 };

static char did[65536];			/* words of what was called */
static char last_log[512];

static inline void __attribute__((format(printf, 1, 2)))
do_word(const char *format, ...)
{
	size_t len = strlen(did);
	va_list ap;

	if (len > 0)
		did[len++] = ' ';
	va_start(ap, format);
	vsnprintf(did + len, sizeof(did) - len, format, ap);
	va_end(ap);
}

/* What was done since the last question */
#define done(words) do {						\
	ck_assert_str_eq(did, words);					\
	did[0] = '\0';							\
} while (0)

/* This call does that, and no more. */
#define does(call, words) do {						\
	call;								\
	done(words);							\
} while (0)

/* A function that does nothing but that; and one that gives this value */
#define PLAY(call, ...)							\
void call { do_word(__VA_ARGS__); }
#define PLAY_AS(type, call, value)					\
type call { return value; }

void
log_line(int level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(last_log, sizeof(last_log), format, ap);
	va_end(ap);
	do_word("log-%d", level);
}

PLAY_AS(const char *, lockfile_path(char *buf, const struct lockfile *file),
    strcpy(buf, "/run/vrrpd.file"))

#endif
