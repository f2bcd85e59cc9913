/*
 * Leaving root behind: another user, two capabilities, no new privileges, and
 * a filter of system calls.  There is no way back.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct sock_filter;

enum {
	SANDBOX_FILTER_MAX = 3072	/* instructions */
};

/* All but sandbox_filter() return 0, or -1 with errno. */
int	sandbox_find_user(const char *, const char *, uid_t *, gid_t *);
int	sandbox_check(void);
int	sandbox_seal(void *, size_t);
int	sandbox_enter(uid_t, gid_t, bool, const char **);
size_t	sandbox_filter(struct sock_filter *);

#endif
