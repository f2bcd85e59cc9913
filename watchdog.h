/*
 * The guard of a virtual router: a process that is started by the daemon and
 * cleans up when that dies or hangs.  guard.h is the daemon's side of it.
 */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include "router.h"

int	watchdog_start(struct router *, usec_t);
bool	watchdog_reap(struct router *, usec_t);

#endif
