/*
 * Tells others of a change of state: the operator's scripts, one at a time and
 * never waited for in the loop, and the service manager.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include "vrrp.h"

#include <sys/types.h>

enum {
	NOTIFY_LINE_LEN = 200		/* of a script's output, octets */
};

/* At the end: for the script that runs and one that waits, and their deaths. */
#define NOTIFY_GRACE	(10 * VRRP_SECOND)
#define NOTIFY_GRACE_ALL (2 * NOTIFY_GRACE + VRRP_SECOND)

/* What a script is told. */
struct notify_news {
	const char *file;		/* NULL = nothing to run */
	enum vrrp_state state;
};

struct notify {
	const struct vrrp_conf *conf;
	const char *on_master;
	const char *on_backup;
	void (*in_child)(void);		/* before the script; NULL = nothing */
	pid_t pid;			/* 0 = none runs */
	int out_fd;			/* its output; -1 = none */
	usec_t limit;			/* for one script */
	usec_t kill_deadline;		/* VRRP_NEVER = none runs */
	struct notify_news next;	/* the newest, waiting */
	size_t line_len;
	char line[NOTIFY_LINE_LEN + 1];
};

void	notify_init(struct notify *, const struct vrrp_conf *, const char *,
	    const char *);
void	notify_state(struct notify *, enum vrrp_state, enum vrrp_state,
	    usec_t);
void	notify_read(struct notify *);
void	notify_reap(struct notify *, usec_t);
void	notify_timeout(struct notify *, usec_t);
void	notify_hurry(struct notify *, usec_t);
void	notify_kill(struct notify *);
bool	notify_busy(const struct notify *);
void	notify_manager(const char *);

#endif
