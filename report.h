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

/* Counters since start; RFC 2787 names in comments. */
struct stats {
	uint64_t became_master;		/* vrrpStatsBecomeMaster */
	uint64_t received;		/* vrrpStatsAdvertiseRcvd */
	uint64_t zero_received;		/* vrrpStatsPriorityZeroPktsRcvd */
	uint64_t sent;
	uint64_t zero_sent;		/* vrrpStatsPriorityZeroPktsSent */
	uint64_t send_errors;
	uint64_t restored;		/* addresses or MAC put back */
	uint64_t lost_events;		/* netlink overruns */
	uint64_t duplicates;		/* claims of our addresses by others */
	struct vrrp_claim duplicate;	/* the last one */
	uint64_t faults;		/* take-overs that failed */
	uint64_t stalls;		/* times we slept too long */
	uint64_t sums[VRRP_SUM_PSEUDO + 1];	/* adverts by checksum form */
	uint64_t late[REPORT_LATE_MAX];	/* timers by lateness, see report.c */
	usec_t latest;
	struct {
		uint64_t count;
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
