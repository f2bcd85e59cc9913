/*
 * What an earlier vrrpd left, and the command cleanup.  What goes wrong ends
 * the process with a line.
 */
#ifndef REMAINS_H
#define REMAINS_H

#include "router.h"

enum {
	EXIT_REFUSED = 1,		/* by us: the configuration */
	EXIT_SYSTEM = 2			/* by the system */
};

#define fatal(status, ...) do {		\
	log_err(__VA_ARGS__);		\
	exit(status);			\
} while (0)

/* The same once files are held. */
#define refuse_start(r, ...) do {	\
	log_err(__VA_ARGS__);		\
	remains_leave(r);		\
	exit(EXIT_SYSTEM);		\
} while (0)

void	remains_check_permitted(void);
void	remains_lock(struct router *);
void	remains_look_again(struct router *);
void	remains_clear(struct router *, usec_t);
void	remains_leave(struct router *);
_Noreturn void remains_refuse(struct router *, const struct lockfile *);
_Noreturn void remains_cleanup(struct router *, usec_t);

#endif
