/*
 * The start of a virtual router, until nothing can go wrong any more.  An error
 * ends the process with a line.
 */
#ifndef START_H
#define START_H

#include "router.h"

void	start_conf(struct router *);
void	start_check(struct router *);
void	start_router(struct router *, usec_t);
int	start_sandbox(struct router *);

#endif
