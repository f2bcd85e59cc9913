/*
 * Undoing what a virtual router did to its host: for the guard of one that
 * died, for the next start, and for "vrrpd cleanup".
 */
#ifndef CLEAN_H
#define CLEAN_H

#include "vrrp.h"

struct router;

bool	clean_resign(struct router *, const uint8_t *, size_t, usec_t);
int	clean_undo(struct router *, usec_t);
void	clean_leave(struct router *);
size_t	clean_read_record(struct vrrp_conf *, uint8_t *, const char *);

#endif
