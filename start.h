/*
 * The start of a virtual router, until nothing can go wrong any more, and
 * "vrrpd cleanup".  What goes wrong here ends the process with a line.
 */
#ifndef START_H
#define START_H

#include "router.h"

enum {
	EXIT_REFUSED = 1,		/* by us: the configuration */
	EXIT_SYSTEM = 2			/* by the system */
};

#define fatal(status, ...) do {		\
	log_err(__VA_ARGS__);		\
	exit(status);			\
} while (0)

void	start_conf(struct router *);
void	start_check(struct router *);
void	start_lock(struct router *);
void	start_router(struct router *, usec_t);
int	start_sandbox(struct router *);
_Noreturn void start_cleanup(struct router *, usec_t);

#endif
