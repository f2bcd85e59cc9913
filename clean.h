/*
 * Undoing what a virtual router did to its host: for the guard of one that
 * died, for the next start, for "vrrpd cleanup", and for a release.
 */
#ifndef CLEAN_H
#define CLEAN_H

#include "ground.h"

void	clean_macvlan_alias(const struct ground *, char *, size_t);
bool	clean_is_our_macvlan(const struct ground *, const struct link_state *);
bool	clean_mac(struct ground *, usec_t);
bool	clean_arp(struct ground *, unsigned);
void	clean_shared_arp(struct ground *);
void	clean_find_macvlan(struct ground *);
void	clean_macvlan(struct ground *);
bool	clean_resign(struct ground *, const uint8_t *, size_t, usec_t);
int	clean_undo(struct ground *, usec_t);
void	clean_leave(struct ground *);
size_t	clean_read_record(struct vrrp_conf *, uint8_t *, const char *);

#endif
