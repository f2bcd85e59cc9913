/*
 * Between vrrp.pml and fsm.c: the LAN as spin stores it, and what the model
 * asks for.  Times are in ticks from now.  See the head of vrrp.pml.
 */
#ifndef VRRP_PML_H
#define VRRP_PML_H

#include <stdbool.h>
#include <stdint.h>

#ifndef ROUTERS
#define ROUTERS 2				/* routers */
#endif
#ifndef FLIGHTS
#define FLIGHTS 2				/* adverts under way, at most */
#endif
#ifndef DELAY
#define DELAY 1				/* ticks that one may take */
#endif
#ifndef DOWN
#define DOWN 3				/* lost adverts: the Master is down */
#endif
#ifndef SOONER
#define SOONER 0			/* ticks that the bound is lowered */
#endif

/* Every octet counts: two LANs are equal if all their octets are. */
struct pml_router {
	uint8_t state;
	uint8_t deadline, preempt, sent;	/* of struct vrrp */
	uint8_t wait;			/* must not be Master before, RFC */
};

struct pml_flight {
	uint8_t to;			/* set of routers; none: free */
	uint8_t from, zero, age;
};

struct pml {
	struct pml_router router[ROUTERS];
	struct pml_flight wire[FLIGHTS];
	uint8_t calm;			/* ticks since anything went wrong */
	bool broken;			/* a step was not the RFC's */
	/* What follows from the above: a guard of spin cannot call. */
	bool up[ROUTERS], due[ROUTERS], way[FLIGHTS][ROUTERS];
	bool can_tick, in_order;
};

extern struct pml pml;

void	pml_open(void);
void	pml_start(int);
void	pml_stop(int);
void	pml_crash(int);
void	pml_timer(int);
void	pml_hear(int, int);
void	pml_lose(int, int);
void	pml_tick(void);

#endif
