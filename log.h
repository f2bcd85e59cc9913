/*
 * Logging to stderr or syslog, the end of a failed start, and a limit for
 * lines that somebody else can provoke.
 */
#ifndef LOG_H
#define LOG_H

#include "vrrp.h"

enum {
	LOG_LIMIT_SLOTS = 32		/* lines a minute, at the very most */
};

/* Who said what, and when it may be logged again. */
struct log_limit {
	struct {
		usec_t next;		/* 0 = slot never used */
		struct vrrp_addr who;
		unsigned key;
		unsigned more;		/* suppressed since the last line */
	} slot[LOG_LIMIT_SLOTS];
};

void	log_open(int level);
void	log_prefix(const char *, unsigned);
void	log_to_syslog(const char *);
bool	log_wanted(int level);
void	log_line(int level, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
bool	log_limit_admit(struct log_limit *, unsigned,
	    const struct vrrp_addr *, usec_t, unsigned *);

#define log_err(...)	log_line(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_notice(...)	log_line(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)	log_line(LOG_INFO, __VA_ARGS__)
/* What it says of each packet costs nothing where nobody reads it. */
#define log_debug(...) do {			\
	if (log_wanted(LOG_DEBUG))		\
		log_line(LOG_DEBUG, __VA_ARGS__); \
} while (0)

#include <syslog.h>

#endif
