/*
 * The daemon's side of its guard, the second process, which outlives the first
 * and cleans up after it (watchdog.c).  What there is to undo stands ready in a
 * page that both share; requests are of fixed size and from a closed list, no
 * text ever crosses.
 */
#ifndef GUARD_H
#define GUARD_H

#include "vrrp.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>

/* What is asked of a guard. */
enum guard_request {
	GUARD_STATE,			/* run the script for it; watch */
	GUARD_TUNE,			/* sysctls of a new macvlan */
	GUARD_LEAVE			/* the daemon ends in order */
};

struct guard_message {
	uint8_t request;		/* enum guard_request */
	uint8_t from, to;		/* enum vrrp_state */
};

/* What a Master's death leaves to be undone. */
struct guard_undo {
	size_t len;			/* of the frame; 0 = no Master */
	uint8_t own_mac[VRRP_MAC_LEN];
};

/* Written by the daemon alone, at any time; it may die while it writes. */
struct guard_page {
	_Atomic uint32_t turned;	/* the loop, ms of CLOCK_MONOTONIC */
	_Atomic uint32_t limit;		/* ms for a turn; 0 = not watched */
	_Atomic unsigned index;		/* of the interface worked on */
	volatile sig_atomic_t fault;	/* signal that ends the daemon */
	_Atomic unsigned current;	/* which of both is true */
	struct guard_undo undo[2];
	uint8_t frame[2][VRRP_FRAME_MAX]; /* our advert with priority 0 */
};

struct guard {
	struct guard_page *page;	/* there even without a guard */
	int fd;				/* to the guard; -1 = none */
	int timer;			/* wakes it when we hang; -1 = none */
	usec_t armed_at;		/* when that was last set */
	pid_t pid;			/* 0 = none */
	usec_t since;			/* when it was started */
	enum vrrp_state told;		/* the last state that it heard of */
	bool full;			/* it took no more when last told */
};

int	guard_init(struct guard *, bool);
bool	guard_behind(const struct guard *, enum vrrp_state);
void	guard_turn(struct guard *, enum vrrp_state, usec_t);
bool	guard_keep(struct guard *, const uint8_t *, size_t, const uint8_t *);
void	guard_link(struct guard *, unsigned);
void	guard_state(struct guard *, enum vrrp_state, usec_t, usec_t);
bool	guard_tune(struct guard *, enum vrrp_state);
bool	guard_leave(struct guard *, enum vrrp_state, usec_t);

/* For both sides */
uint32_t guard_milliseconds(usec_t);
void	guard_set_timer(const struct guard *, usec_t);

#endif
