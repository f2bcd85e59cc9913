/*
 * The command line as data: one option and its text into the configuration.
 * Pure; getopt_long() and everything that asks the system stay in vrrpd.c.
 */
#ifndef CONF_H
#define CONF_H

#include "vrrp.h"

/* Options are named by their short letter, or by these where there is none. */
enum conf_option {
	CONF_ON_BACKUP = 256,
	CONF_PREEMPT_DELAY,
	CONF_REFRESH,
	CONF_STRICT_ADDRESSES,
	CONF_DRY_RUN,
	CONF_VERSION,
	CONF_CHECKSUM,
	CONF_MACVLAN,
	CONF_NO_ACCEPT,
	CONF_DOWN_TIMER_ADVERTS,
	CONF_MIN_INTERVAL,
	CONF_REALTIME,
	CONF_NO_GUARD,
	CONF_NO_LEASE,
	CONF_HANG_LIMIT,
	CONF_USER,
	CONF_NO_SANDBOX,
	CONF_PCAP,
	CONF_OPTION_END
};

#define CONF_DEFAULT_USER	"nobody"

enum {
	CONF_ERROR_LEN = 256,		/* room for any message */
	CONF_PATH_MAX = 1000,		/* characters of a path we take */
	CONF_TEXT_LEN = 20480		/* for conf_print(), 255 addresses */
};

struct conf {
	bool use_macvlan;
	char macvlan[VRRP_IFNAME_LEN];	/* the device for it */
	bool realtime;
	bool guard;			/* a second process watches us */
	bool lease;			/* the addresses end without us */
	usec_t hang_limit;		/* 0 = off, -1 = by the interval */
	bool sandbox;
	const char *user;		/* in the sandbox; NULL = not given */
	const char *piddir;
	const char *log_name;		/* NULL = not given */
	const char *on_master;		/* NULL = no script */
	const char *on_backup;
	const char *pcap;		/* frames go there; NULL = nowhere */
	int log_level;			/* LOG_ERR to LOG_DEBUG of syslog.h */
	bool daemonize;
	bool foreground;		/* -F was given */
	bool dry_run;
	bool cleanup;			/* "vrrpd cleanup" */
	bool given[CONF_OPTION_END];	/* for conf_once() */
	struct vrrp_conf vr;		/* priority 0 = not given yet */
};

/* All return 0, or -1 and one line in err[CONF_ERROR_LEN]. */
void	conf_init(struct conf *);
int	conf_once(struct conf *, int, char *);
int	conf_set(struct conf *, int, const char *, char *);
int	conf_add_address(struct conf *, const char *, char *);
int	conf_finish(struct conf *, char *);
int	conf_set_owner(struct conf *, const bool *, char *);
size_t	conf_print(char *, size_t, const struct conf *);
usec_t	conf_hang_limit(const struct conf *);
const char *conf_pid_stem(const struct conf *);

#endif
