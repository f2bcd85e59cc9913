/*
 * A LAN of two or three routers whose time is a grid, for check_model: all of
 * it packs into a few octets, every time relative to now, so that the number
 * of states is finite and each can be visited.  The routers are the daemon's
 * own state machine; beside each walks a reference, written from the RFC's
 * rows alone (model_rules.c), that must always say the same.
 */
#ifndef MODEL_H
#define MODEL_H

#include "vrrp.h"

enum {
	MODEL_ROUTERS = 3,
	MODEL_WIRE = 12,		/* adverts under way, at most */
	MODEL_NODE_LEN = 18,		/* octets of a packed router */
	MODEL_KEY_LEN = MODEL_ROUTERS * MODEL_NODE_LEN + 18,
	MODEL_MOVES = 128,
	MODEL_PAST = 16,		/* ticks back that can be packed */
	MODEL_NEVER = 1000		/* in ticks */
};

#define MODEL_TICK	((usec_t)250000)
#define MODEL_NOW	(1000 * VRRP_SECOND)	/* now, in every state */

/* What one router must do, in ticks from now; from the RFC, not from fsm.c. */
struct rules {
	enum vrrp_state state;
	bool quiet;			/* Master without a carrier */
	bool zero;			/* last advert heard had priority 0 */
	int due;			/* its one timer */
	int hold;			/* no take-over by timer before */
	int preempt;			/* patience with a lower Master */
	int sent;			/* last advert, Master only */
	int announce;			/* next round */
	uint8_t doubts;			/* answered since a timed round */
	unsigned rounds;		/* still to come */
	unsigned replies;		/* answers since a regular advert */
	unsigned faults;		/* in a row */
	int interval;			/* of the Master, as learned */
};

struct node {
	struct vrrp vr;
	struct rules rules;
};

/* One advert under way: who sent it, who has still to hear it. */
struct flight {
	uint8_t from;
	uint8_t to;			/* set of routers */
	bool zero;			/* priority 0 */
};

struct lan {
	const char *name;
	unsigned n;			/* routers */
	struct vrrp_conf conf[MODEL_ROUTERS];
	unsigned flights;		/* adverts under way, at most */
	int late;			/* ticks that a timer may be late */
	unsigned events;		/* 1 << event: may come at any time */
	unsigned faults;		/* in a row, at most */
	bool crashes;
	bool coarse;			/* announcements, answers not counted */
};

struct world {
	const struct lan *lan;
	struct node node[MODEL_ROUTERS];
	struct flight wire[MODEL_WIRE];
	unsigned nwire;
	bool whole;			/* nothing is lost any more */
	const char *broken;		/* the first law that does not hold */
	unsigned broken_at;		/* router */
};

enum move_type {
	MOVE_TICK,
	MOVE_TIMER,
	MOVE_HEAR,			/* flight number arg reaches router */
	MOVE_LOSE,			/* it does not */
	MOVE_CRASH,			/* and its process starts again, idle */
	MOVE_EVENT			/* arg: enum vrrp_event_type */
};

struct move {
	uint8_t type;
	uint8_t router;
	uint8_t arg;
};

/* model.c */
void		model_start(struct world *, const struct lan *);
unsigned	model_key_len(const struct lan *);
void		model_pack(uint8_t *, struct world *);
void		model_unpack(struct world *, const struct lan *,
		    const uint8_t *);
unsigned	model_moves(struct move *, const struct world *);
unsigned	model_calm_moves(struct move *, const struct world *);
unsigned	model_apply(struct world *, struct move);
bool		model_wrong(const struct world *);
int		model_bound(const struct world *);

/* model_rules.c */
void		rules_init(struct rules *, const struct vrrp_conf *);
int		rules_down_interval(const struct rules *,
		    const struct vrrp_conf *);
const char	*rules_step(struct node *, const struct vrrp *,
		    const struct vrrp_event *, unsigned);
const char	*rules_tick(struct node *, int);

#endif
