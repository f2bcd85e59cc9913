/*
 * The start: who we are, whether we may, and the sockets.  Nothing is changed
 * before everything is checked (F30).
 */
#include "start.h"

#include "clean.h"
#include "process.h"
#include "remains.h"
#include "sandbox.h"
#include "trace.h"
#include "watchdog.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* An advert must fit into one packet (P-14). */
static void
check_mtu(const struct router *r)
{
	const struct ground *g = &r->ground;
	unsigned need = (unsigned)advert_len(&r->conf->vr);

	if (g->seen.mtu < need)
		fatal(EXIT_REFUSED, "%u addresses need an MTU of %u, %s has %u",
		    r->conf->vr.naddr, need, r->conf->vr.ifname, g->seen.mtu);
}

/* A device of that name that we did not make is not ours to take. */
static void
check_macvlan(struct router *r)
{
	struct ground *g = &r->ground;
	struct link_state state;

	if (!r->conf->use_macvlan)
		return;
	if (link_get(&g->nl, r->conf->macvlan, &state) == -1)
		fatal(EXIT_SYSTEM, "--macvlan=%s: %s", r->conf->macvlan,
		    strerror(errno));
	if (state.present && !clean_is_our_macvlan(g, &state))
		fatal(EXIT_REFUSED, "--macvlan=%s: a device of that name "
		    "exists and is not ours", r->conf->macvlan);
}

/* Where the way out of what is root leads. */
static uid_t sandbox_uid;
static gid_t sandbox_gid;

static const char *
sandbox_user(const struct conf *conf)
{
	return conf->user != NULL ? conf->user : CONF_DEFAULT_USER;
}

static void
check_sandbox(const struct conf *conf)
{
	const char *user = sandbox_user(conf);

	if (!conf->sandbox)
		return;
	if (sandbox_check() == -1)
		fatal(EXIT_SYSTEM, "sandbox: seccomp: %s; --no-sandbox does "
		    "without", strerror(errno));
	if (sandbox_find_user("/etc/passwd", user, &sandbox_uid,
	    &sandbox_gid) == -1)
		fatal(EXIT_REFUSED, "--user %s: no such user in /etc/passwd%s"
		    "%s", user, errno == ENOENT ? "" : ": ",
		    errno == ENOENT ? "" : strerror(errno));
}

/* The configuration has pages of its own, for the seal. */
void
start_conf(struct router *r)
{
	void *conf = mmap(NULL, sizeof(*r->conf), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (conf == MAP_FAILED)
		fatal(EXIT_SYSTEM, "no memory: %s", strerror(errno));
	r->conf = conf;
	r->ground.conf = conf;
}

static const char *
trace_error(int error)
{
	return error == EEXIST ? "it is no pcap recording: not overwritten" :
	    lockfile_error(error);
}

/* A file of another kind is a mistake of the operator's. */
static void
check_trace(const struct conf *conf)
{
	if (conf->pcap == NULL)
		return;
	if (!trace_built_in())
		fatal(EXIT_REFUSED, "--pcap: not built in; \"make PCAP=1\" "
		    "builds it in, and needs libpcap-dev");
	if (trace_check(conf->pcap) == -1)
		fatal(EXIT_REFUSED, "--pcap %s: %s", conf->pcap,
		    trace_error(errno));
}

/* Reads the interface and settles who we are. */
void
start_check(struct router *r)
{
	struct ground *g = &r->ground;
	const struct vrrp_conf *conf = &r->conf->vr;
	bool real[VRRP_ADDR_MAX];
	char err[CONF_ERROR_LEN];
	unsigned i;

	check_trace(r->conf);
	if (nl_open(&g->nl, 0) == -1)
		fatal(EXIT_SYSTEM, "netlink socket: %s", strerror(errno));
	if (link_get(&g->nl, conf->ifname, &g->seen) == -1)
		fatal(EXIT_SYSTEM, "-i %s: %s", conf->ifname, strerror(errno));
	if (!g->seen.present)
		fatal(EXIT_SYSTEM, "-i %s: no such interface; ip link lists "
		    "them", conf->ifname);
	if (!g->seen.ethernet)
		fatal(EXIT_SYSTEM, "-i %s: not an Ethernet interface",
		    conf->ifname);
	if (ipaddr_scan(&g->nl, g->seen.index, g->seen.index, conf,
	    &g->addrs) == -1)
		fatal(EXIT_SYSTEM, "addresses of %s: %s", conf->ifname,
		    strerror(errno));
	for (i = 0; i < conf->naddr; i++)
		real[i] = g->addrs.presence[i] == IPADDR_REAL;
	if (conf_set_owner(r->conf, real, err) == -1)
		fatal(EXIT_REFUSED, "%s", err);
	if (conf->owner && r->conf->use_macvlan)
		fatal(EXIT_REFUSED, "--macvlan: not for the owner of the "
		    "addresses: the interface itself would answer too");
	check_macvlan(r);
	check_mtu(r);
	remains_check_permitted();
	check_sandbox(r->conf);
}

/* Everything but the loop.  The pid file is locked. */
void
start_router(struct router *r, usec_t now)
{
	struct ground *g = &r->ground;
	char pid[32];

	/* First: where no file can be written nothing else is tried. */
	snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (lockfile_write(&g->pid_file, pid) == -1)
		remains_refuse(r, &g->pid_file);
	remains_look_again(r);
	if (r->conf->pcap != NULL && trace_open(r->conf->pcap) == -1)
		refuse_start(r, "--pcap %s: %s", r->conf->pcap,
		    trace_error(errno));
	remains_clear(r, now);
	if (nl_open(&g->events, RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
	    RTMGRP_IPV6_IFADDR | 1u << (RTNLGRP_IPV4_NETCONF - 1) |
	    1u << (RTNLGRP_IPV6_NETCONF - 1)) == -1)
		refuse_start(r, "netlink socket: %s", strerror(errno));
	if (port_open(&g->port, g->seen.index, &r->conf->vr) == -1)
		refuse_start(r, "packet socket: %s", strerror(errno));
	if (guard_init(&r->guard, r->conf->guard) == -1)
		refuse_start(r, "guard: %s", strerror(errno));
	g->index = g->seen.index;
	guard_link(&r->guard, g->index);
	vrrp_mac(g->virtual_mac, &r->conf->vr);
	vrrp_init(&r->vr, &r->conf->vr, now);
	notify_init(&r->notify, &r->conf->vr, r->conf->on_master,
	    r->conf->on_backup);
	r->notify.in_child = process_plain;
	r->ask_deadline = VRRP_NEVER;
	g->dirty = true;
	if (r->conf->daemonize)
		log_to_syslog(r->conf->log_name);
	log_prefix(r->conf->vr.ifname, r->conf->vr.vrid);
	log_info("vrrpd %s starts", VERSION);
	if (watchdog_start(r, now) == -1)
		refuse_start(r, "guard: %s", strerror(errno));
}

/*
 * The last of what needs root is done.  Standard error is still that of the
 * operator, who is told there what fails; -1 then.
 */
int
start_sandbox(struct router *r)
{
	const char *step = "mprotect", *user = sandbox_user(r->conf);

	if (!r->conf->sandbox)
		return 0;
	if (sandbox_seal(r->conf, sizeof(*r->conf)) == -1 ||
	    sandbox_enter(sandbox_uid, sandbox_gid, r->conf->user != NULL,
	    &step) == -1) {
		log_open(r->conf->log_level);
		log_err("sandbox: %s: %s; --no-sandbox does without", step,
		    strerror(errno));
		if (r->conf->daemonize)
			log_to_syslog(r->conf->log_name);
		return -1;
	}
	if (step == NULL)
		log_info("sandbox: user %s", user);
	else
		log_notice("sandbox: not user %s, %s: %s; uid is %u", user,
		    step, strerror(errno), (unsigned)geteuid());
	return 0;
}
