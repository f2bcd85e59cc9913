/*
 * The virtual MAC: on the interface itself, or on a macvlan device beside it.
 * Functions return 0, or -1 with errno and mostly the kernel's words in the
 * struct nl.
 */
#ifndef VMAC_H
#define VMAC_H

#include "libnetlink.h"
#include "vrrp.h"

int	vmac_swap(struct nl *, unsigned, const uint8_t *, const uint8_t *);
int	vmac_restore(struct nl *, unsigned, const uint8_t *, const uint8_t *);

int	vmac_create(struct nl *, unsigned, const char *, const uint8_t *,
	    const char *);
int	vmac_repair(struct nl *, unsigned, const uint8_t *, unsigned);
int	vmac_delete(struct nl *, unsigned);
int	vmac_dummy(struct nl *, unsigned);
int	vmac_tune(struct nl *, unsigned, bool);
int	vmac_tune_ipv6(const char *, bool);
int	vmac_up(struct nl *, unsigned);
int	vmac_down(struct nl *, unsigned);

int	vmac_hush(struct nl *, unsigned);
int	vmac_set_arp(struct nl *, unsigned, int, int);

#endif
