/*
 * What a guard does for a daemon that died.
 */
#ifndef AFTERMATH_H
#define AFTERMATH_H

#include "router.h"

#include <sys/types.h>

void	aftermath_clean(struct router *, pid_t, usec_t);

#endif
