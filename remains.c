/*
 * What an earlier vrrpd left: locks, records, the virtual MAC, addresses, the
 * macvlan.  For a start, which takes its place, and for the command cleanup.
 */
#include "remains.h"

#include "clean.h"
#include "core/record.h"
#include "host.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	LOCK_POLL = 20000000		/* ns */
};

/* How long to wait for one that ends right now ... */
#define END_MAX		(VRRP_SECOND / 5)
/* ... and for the guard of one that is dead, which cleans up. */
#define CLEAN_MAX	(5 * VRRP_SECOND + NOTIFY_GRACE_ALL)

/* This start wrote down what the ARP sysctls are. */
static bool recorded_arp;

/*
 * A record of what is still to be undone is kept for the next start.  One that
 * this start made is not: nothing was changed, and the next one finds what the
 * administrator has set until then.
 */
void
remains_leave(struct router *r)
{
	struct ground *g = &r->ground;
	if (recorded_arp)
		clean_shared_arp(g);
	if (!vrrp_mac_is_virtual(g->seen.mac))
		lockfile_remove(&g->mac_file);
	lockfile_release(&g->mac_file);
	lockfile_release(&g->undo_file);
	/* Others may share it. */
	if (g->arp_file.fd != -1 && lockfile_alone(&g->arp_file))
		lockfile_release(&g->arp_file);
	lockfile_remove(&g->pid_file);
}

/* The same because of one of the files; errno tells why. */
_Noreturn void
remains_refuse(struct router *r, const struct lockfile *file)
{
	char path[LOCKFILE_PATH_LEN];

	refuse_start(r, "%s: %s", lockfile_path(path, file),
	    lockfile_error(errno));
}

/* One of the files of this virtual router; text gets what is in it. */
static int
open_own(struct router *r, struct lockfile *file, const char *kind, char *text,
    size_t size)
{
	char name[LOCKFILE_NAME_LEN];

	snprintf(name, sizeof(name), "%s_%s_%u.%s", conf_pid_stem(r->conf),
	    r->conf->vr.ifname, r->conf->vr.vrid, kind);
	return lockfile_open(file, r->conf->piddir, name, text, size);
}

/* Of a pid file that is locked: whether it names somebody who is no more. */
static bool
holder_is_dead(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	pid_t pid;

	if (fd == -1)
		return true;
	if (read(fd, text, sizeof(text) - 1) == -1)
		text[0] = '\0';
	close(fd);
	pid = (pid_t)strtol(text, NULL, 10);
	return pid <= 0 || (kill(pid, 0) == -1 && errno == ESRCH);
}

/*
 * The lock of one that dies goes with its process.  Its guard holds it on until
 * everything is cleaned up, and empties the file as soon as it knows.
 */
void
remains_lock(struct router *r)
{
	struct ground *g = &r->ground;
	const struct timespec poll = { .tv_nsec = LOCK_POLL };
	const usec_t begun = process_now();
	char text[32], path[LOCKFILE_PATH_LEN];
	bool told = false;
	usec_t waited;

	g->mac_file.fd = g->undo_file.fd = g->arp_file.fd = -1;
	while (open_own(r, &g->pid_file, "pid", text, sizeof(text)) == -1) {
		lockfile_path(path, &g->pid_file);
		if (errno != EWOULDBLOCK)
			fatal(EXIT_SYSTEM, "%s: %s", path,
			    lockfile_error(errno));
		nanosleep(&poll, NULL);
		waited = process_now() - begun;
		if (waited <= END_MAX)
			continue;
		if (!holder_is_dead(path))
			fatal(EXIT_SYSTEM, "another vrrpd runs %s vrid %u; its "
			    "pid is in %s", r->conf->vr.ifname,
			    r->conf->vr.vrid, path);
		if (waited > CLEAN_MAX)
			fatal(EXIT_SYSTEM, "the guard of a dead vrrpd (process "
			    "vrrpd-guard) still holds %s: send it SIGCONT, or "
			    "kill it", path);
		if (!told)
			log_notice("waiting for the guard of a vrrpd that is "
			    "dead");
		told = true;
	}
}

/* True if the interface's MAC is ours to change now. */
static bool
lock_mac_file(struct router *r, char *text, size_t size)
{
	struct ground *g = &r->ground;
	char name[LOCKFILE_NAME_LEN];

	snprintf(name, sizeof(name), "vrrpd_%s.mac", r->conf->vr.ifname);
	if (lockfile_open(&g->mac_file, r->conf->piddir, name, text, size) == 0)
		return true;
	if (errno != EWOULDBLOCK)
		remains_refuse(r, &g->mac_file);
	if (r->conf->vr.vmac && !r->conf->use_macvlan)
		refuse_start(r, "another vrrpd uses the MAC of %s: give this "
		    "one or both --macvlan, or -n", r->conf->vr.ifname);
	return false;
}

/* Nobody knows what MAC the interface has had before the virtual one. */
static bool mac_unknown;

static void
log_mac_unknown(const struct router *r)
{
	char text[HOST_MAC_TEXT_LEN];

	log_err("%s has the virtual MAC address %s, and its own is not known: "
	    "set that by hand (ip link set dev %s address MAC)",
	    r->conf->vr.ifname,
	    host_mac_text(text, r->ground.seen.mac), r->conf->vr.ifname);
}

/* A start does not go on; cleanup does all the rest. */
static void
give_up_mac(struct router *r)
{
	mac_unknown = true;
	lockfile_remove(&r->ground.mac_file);
	if (r->conf->cleanup)
		return;
	log_mac_unknown(r);
	remains_leave(r);
	exit(EXIT_SYSTEM);
}

/*
 * The interface's own MAC.  After a crash it may have a virtual one: then our
 * record knows, or the hardware; a virtual one is never taken for it (C13),
 * unless another vrrpd of this interface is at work.
 */
static void
find_own_mac(struct router *r)
{
	struct ground *g = &r->ground;
	char record[RECORD_LEN] = "", text[HOST_MAC_TEXT_LEN];
	uint8_t mac[VRRP_MAC_LEN];
	bool virtual = vrrp_mac_is_virtual(g->seen.mac);
	bool swaps = r->conf->vr.vmac && !r->conf->use_macvlan;

	memcpy(mac, g->seen.mac, sizeof(mac));
	if ((virtual || swaps || r->conf->cleanup) && lock_mac_file(r, record,
	    sizeof(record)) && virtual && !record_parse_mac(mac, record)) {
		memcpy(mac, g->seen.permanent, sizeof(mac));
		if (!g->seen.has_permanent || vrrp_mac_is_virtual(mac)) {
			give_up_mac(r);
			return;
		}
	}
	host_set_own_mac(g, mac);
	if (memcmp(mac, g->seen.mac, sizeof(mac)) != 0)
		log_notice("%s still has the MAC address %s of an earlier "
		    "vrrpd: setting its own again", r->conf->vr.ifname,
		    host_mac_text(text, g->seen.mac));
}

/*
 * What the ARP sysctls of the interface were before the first of us.  Without
 * --macvlan only a record of an earlier life matters, if nobody else uses it.
 */
static void
record_arp(struct router *r)
{
	struct ground *g = &r->ground;
	char name[LOCKFILE_NAME_LEN], path[LOCKFILE_PATH_LEN];
	char text[RECORD_LEN];
	int ignore, announce;

	snprintf(name, sizeof(name), "vrrpd_%s.arp", r->conf->vr.ifname);
	snprintf(path, sizeof(path), "%s/%s", r->conf->piddir, name);
	if (!r->conf->use_macvlan && access(path, F_OK) == -1)
		return;
	if (lockfile_share(&g->arp_file, r->conf->piddir, name, text,
	    sizeof(text)) == -1)
		remains_refuse(r, &g->arp_file);
	if (text[0] != '\0' && !record_parse_arp(&ignore, &announce, text)) {
		log_warning("%s: unknown content; the present arp_ignore %d "
		    "and arp_announce %d of %s are used as the original values",
		    path, g->seen.arp_ignore,
		    g->seen.arp_announce, r->conf->vr.ifname);
		text[0] = '\0';
	}
	if (!r->conf->use_macvlan) {
		clean_shared_arp(g);
		return;
	}
	if (text[0] != '\0')
		return;
	/* Not what was seen before: the last of the others may have ended. */
	if (link_get(&g->nl, r->conf->vr.ifname, &g->seen) == -1)
		refuse_start(r, "-i %s: %s", r->conf->vr.ifname,
		    strerror(errno));
	record_print_arp(text, g->seen.arp_ignore, g->seen.arp_announce);
	recorded_arp = true;
	if (lockfile_write(&g->arp_file, text) == -1)
		remains_refuse(r, &g->arp_file);
}

/* An earlier life that ended as Master: its record, undone. */
static void
clean_recorded(struct router *r, usec_t now)
{
	struct ground *g = &r->ground;
	char text[RECORD_FRAME_LEN], path[LOCKFILE_PATH_LEN];
	struct conf ours;
	uint8_t frame[VRRP_FRAME_MAX];
	size_t len;

	if (open_own(r, &g->undo_file, "undo", text, sizeof(text)) == -1) {
		if (errno != EWOULDBLOCK)
			remains_refuse(r, &g->undo_file);
		/* Somebody removed its pid file. */
		refuse_start(r, "another vrrpd runs %s vrid %u: it holds %s",
		    r->conf->vr.ifname, r->conf->vr.vrid,
		    lockfile_path(path, &g->undo_file));
	}
	/* A password stands in it. */
	if (fchmod(g->undo_file.fd, S_IRUSR | S_IWUSR) == -1)
		remains_refuse(r, &g->undo_file);
	if (text[0] == '\0')
		return;
	ours = *r->conf;
	len = clean_read_record(&r->conf->vr, frame, text);
	if (len == 0) {
		log_warning("%s: unknown content, not used",
		    lockfile_path(path, &g->undo_file));
	} else {
		log_notice("resigning for an earlier vrrpd that died as "
		    "Master");
		clean_resign(g, frame, len, now);
		if (clean_undo(g, now) == -1)
			log_warning("cannot remove all that the daemon set: %s",
			    strerror(errno));
	}
	*r->conf = ours;
	lockfile_write(&g->undo_file, "");
}

/*
 * What an earlier life left, whatever its options were: its macvlan with all
 * that is on it, addresses on the interface, blackhole routes (C13, F32).
 */
static void
clean_host(struct router *r, usec_t now)
{
	struct ground *g = &r->ground;
	struct link_state old;
	char alias[LINK_ALIAS_LEN];

	g->port.fd = g->port.group_fd = -1;
	g->respond.fd = g->respond.group_fd = -1;
	r->claims.fd = r->claims.group_fd = -1;
	clean_recorded(r, now);
	clean_macvlan_alias(g, alias, sizeof(alias));
	if (link_find(&g->nl, alias, &old) == 0 && old.present)
		log_notice("removing %s, which an earlier vrrpd left",
		    old.name);
	if (ipaddr_left(&g->addrs, &r->conf->vr))
		log_notice("removing virtual addresses that an earlier vrrpd "
		    "left");
	if (clean_undo(g, now) == -1)
		refuse_start(r, "cannot remove what an earlier vrrpd left: %s",
		    strerror(errno));
	if (!r->conf->vr.vmac || r->conf->use_macvlan)
		lockfile_remove(&g->mac_file);
}

/*
 * What was seen before we had the lock may be gone: the guard of an earlier
 * life was still at work.
 */
void
remains_look_again(struct router *r)
{
	struct ground *g = &r->ground;
	const struct vrrp_conf *conf = &r->conf->vr;

	if (link_get(&g->nl, conf->ifname, &g->seen) == -1 ||
	    ipaddr_scan(&g->nl, g->seen.index, g->seen.index, conf,
	    &g->addrs) == -1)
		refuse_start(r, "-i %s: %s", conf->ifname, strerror(errno));
	if (!g->seen.present)
		refuse_start(r, "-i %s: it is gone", conf->ifname);
}

/* The interface's MAC and sysctls, and all that an earlier life left there. */
void
remains_clear(struct router *r, usec_t now)
{
	find_own_mac(r);
	record_arp(r);
	clean_host(r, now);
}

/* Ends the process where it has no right to change the network. */
void
remains_check_permitted(void)
{
	if (!process_may_run())
		fatal(EXIT_SYSTEM, "not permitted: run it as root, or with "
		    "CAP_NET_ADMIN and CAP_NET_RAW");
}

/* What a virtual router of this family left on the host. */
static void
cleanup_family(struct router *r, const struct vrrp_family *family, usec_t now)
{
	struct ground *g = &r->ground;
	struct vrrp_conf *conf = &r->conf->vr;

	conf->family = family;
	remains_lock(r);
	if (link_get(&g->nl, conf->ifname, &g->seen) == -1)
		fatal(EXIT_SYSTEM, "-i %s: %s", conf->ifname, strerror(errno));
	if (g->seen.present && ipaddr_scan(&g->nl, g->seen.index,
	    g->seen.index, conf, &g->addrs) == -1)
		fatal(EXIT_SYSTEM, "addresses of %s: %s", conf->ifname,
		    strerror(errno));
	/* Its MAC matters only if it is not its own. */
	conf->vmac = false;
	r->conf->use_macvlan = false;
	remains_clear(r, now);
	clean_leave(g);
}

/*
 * vrrpd cleanup: only that.  IPv4 and IPv6 routers of one VRID are two, and
 * addresses tell which of them is meant: the other one may be at work.
 */
_Noreturn void
remains_cleanup(struct router *r, usec_t now)
{
	struct conf conf;

	if (nl_open(&r->ground.nl, 0) == -1)
		fatal(EXIT_SYSTEM, "netlink socket: %s", strerror(errno));
	remains_check_permitted();
	conf = *r->conf;
	if (conf.vr.family != &vrrp_ipv6)
		cleanup_family(r, &vrrp_ipv4, now);
	*r->conf = conf;
	if (conf.vr.family != &vrrp_ipv4)
		cleanup_family(r, &vrrp_ipv6, now);
	if (!mac_unknown)
		exit(0);
	log_mac_unknown(r);
	exit(EXIT_SYSTEM);
}
