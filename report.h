/*
 * What happened so far, and how the operator gets to read it.
 */
#ifndef REPORT_H
#define REPORT_H

#include "log.h"
#include "vrrp.h"

enum {
	REPORT_ADDR_LEN = 46,		/* INET6_ADDRSTRLEN */
	REPORT_LATE_MAX = 9
};

typedef unsigned long long counter;	/* as printf() takes it */

/* Counters since start; RFC 2787 names in comments. */
struct stats {
	counter became_master;		/* vrrpStatsBecomeMaster */
	counter received;		/* vrrpStatsAdvertiseRcvd */
	counter zero_received;		/* vrrpStatsPriorityZeroPktsRcvd */
	counter sent;
	counter zero_sent;		/* vrrpStatsPriorityZeroPktsSent */
	counter send_errors;
	counter restored;		/* addresses or MAC put back */
	counter lost_events;		/* netlink overruns */
	counter duplicates;		/* claims of our addresses by others */
	struct vrrp_claim duplicate;	/* the last one */
	counter faults;		/* take-overs that failed */
	counter stalls;		/* times we slept too long */
	counter sums[VRRP_SUM_PSEUDO + 1];	/* adverts by checksum form */
	counter late[REPORT_LATE_MAX];	/* timers by lateness, see report.c */
	usec_t latest;
	struct {
		counter count;
		struct vrrp_addr from;	/* the last one */
	} drop[VRRP_DROP_MAX];
	struct log_limit limit;
};

void	report_drop(struct stats *, const struct vrrp_conf *, enum vrrp_drop,
	    const struct vrrp_addr *, uint32_t, uint32_t, bool, usec_t);
void	report_lateness(struct stats *, usec_t);
void	report_send_error(struct stats *, int, usec_t);
void	report_duplicate(struct stats *, const struct vrrp_conf *,
	    const struct vrrp_claim *, usec_t);
void	report_change(const struct vrrp *, enum vrrp_state, const char *,
	    usec_t);
void	report_state(const struct vrrp *, const struct stats *, const char *,
	    usec_t);
const char *report_addr(char *, const struct vrrp_family *,
	    const struct vrrp_addr *);

#endif
