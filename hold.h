/*
 * What a Master holds on its host, taken, renewed and given back.
 */
#ifndef HOLD_H
#define HOLD_H

#include "ground.h"

int	hold_acquire(struct ground *, const struct vrrp *);
void	hold_release(struct ground *, usec_t);
void	hold_renew(struct ground *, const struct vrrp *, usec_t);

bool	hold_mac(struct ground *);
void	hold_no_mac(struct ground *, usec_t);
bool	hold_addresses(struct ground *, const struct vrrp *);

#endif
