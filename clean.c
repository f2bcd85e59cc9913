/*
 * Undoing what a virtual router did to its host, from what the kernel shows and
 * not from memory: what is gone already is fine, what is not ours stays (C12,
 * C13, F32).
 */
#include "clean.h"

#include "core/record.h"
#include "speak.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "vrrpd eth0 51": by this alias we know our macvlan again. */
void
clean_macvlan_alias(const struct ground *g, char *alias, size_t size)
{
	snprintf(alias, size, "vrrpd %s %u%s", g->conf->vr.ifname,
	    g->conf->vr.vrid, g->conf->vr.family == &vrrp_ipv6 ? " v6" : "");
}

bool
clean_is_our_macvlan(const struct ground *g, const struct link_state *state)
{
	char alias[LINK_ALIAS_LEN];

	clean_macvlan_alias(g, alias, sizeof(alias));
	return state->present && strcmp(state->alias, alias) == 0;
}

/*
 * The interface speaks as itself again, and says so.  False, with errno, if its
 * MAC could not be put back.
 */
bool
clean_mac(struct ground *g, usec_t now)
{
	g->swapped = false;
	if (vmac_restore(&g->nl, g->index != 0 ? g->index : g->seen.index,
	    g->virtual_mac, g->own_mac) == -1)
		return false;
	speak_own(g, g->own_mac, now);
	return true;
}

/* The ARP sysctls of an interface, as recorded; false if that failed. */
bool
clean_arp(struct ground *g, unsigned index)
{
	char text[RECORD_LEN];
	int ignore, announce;
	ssize_t n = pread(g->arp_file.fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	if (!record_parse_arp(&ignore, &announce, text) ||
	    vmac_set_arp(&g->nl, index, ignore, announce) == 0)
		return true;
	log_err("cannot put the ARP sysctls of %s back: %s",
	    g->conf->vr.ifname, strerror(errno));
	return false;
}

/* By the last vrrpd that needs others; what fails stays recorded. */
void
clean_shared_arp(struct ground *g)
{
	if (g->arp_file.fd == -1 || !lockfile_alone(&g->arp_file))
		return;
	if (g->seen.present && !clean_arp(g, g->seen.index))
		lockfile_release(&g->arp_file);
	lockfile_remove(&g->arp_file);
}

void
clean_macvlan(struct ground *g)
{
	if (g->macvlan != 0 && vmac_delete(&g->nl, g->macvlan) == -1)
		log_err("cannot delete %s: %s", g->conf->macvlan,
		    strerror(errno));
	g->macvlan = 0;
}

/*
 * The interface that we worked on, under whatever name it has now.  Another one
 * may have the old name, and has nothing of ours.  At a start there was none
 * yet: then the name tells.
 */
static int
find_link(struct ground *g)
{
	if (g->index != 0)
		return link_get_index(&g->nl, g->index, &g->seen);
	return link_get(&g->nl, g->conf->vr.ifname, &g->seen);
}

/*
 * Something to send with.  A guard has had its socket since it was born,
 * perhaps of an interface that is no more.  Others get one only when there is
 * something to say: to close it takes the kernel some 10 ms.
 */
static bool
can_send(struct ground *g)
{
	if (g->port.index != g->seen.index)
		port_close(&g->port);
	if (g->port.fd != -1 ||
	    port_open_to_send(&g->port, g->seen.index) == 0)
		return true;
	log_warning("packet socket: %s", strerror(errno));
	return false;
}

/* Where we worked, without asking the kernel. */
static bool
sends_there(const struct ground *g)
{
	return g->port.fd != -1 && g->index != 0 && g->port.index == g->index;
}

/*
 * Comes first, so that the others take over while we clean up: where hundreds
 * die at once, the kernel's answer to a question takes longer than that may.
 * len is 0 where there was no Master.  True if the frame is on its way.
 */
bool
clean_resign(struct ground *g, const uint8_t *frame, size_t len, usec_t now)
{
	if (len == 0)
		return false;
	if (sends_there(g) && speak_raw(g, frame, len) == 0)
		return true;
	if (find_link(g) == -1 || !g->seen.present || !can_send(g))
		return false;
	if (speak_raw(g, frame, len) == 0)
		return true;
	report_send_error(&g->stats, errno, now);
	return false;
}

/* Our macvlan, by its alias, whatever it is called now. */
void
clean_find_macvlan(struct ground *g)
{
	struct link_state state;
	char alias[LINK_ALIAS_LEN];

	clean_macvlan_alias(g, alias, sizeof(alias));
	g->macvlan = 0;
	/* By its name first: a dump of many devices that all go may fail. */
	if ((g->conf->use_macvlan &&
	    link_get(&g->nl, g->conf->macvlan, &state) == 0 &&
	    clean_is_our_macvlan(g, &state)) ||
	    (link_find(&g->nl, alias, &state) == 0 && state.present))
		g->macvlan = state.index;
}

/*
 * Addresses with our mark.  Those that a Master holds go without it too: a
 * kernel before 5.18 keeps none.
 */
static int
remove_addresses(struct ground *g)
{
	const struct vrrp_conf *conf = &g->conf->vr;
	unsigned index = g->macvlan != 0 ? g->macvlan : g->seen.index;

	if (ipaddr_scan(&g->nl, g->seen.index, index, conf, &g->addrs) == -1)
		return -1;
	if (!g->holding && !ipaddr_left(&g->addrs, conf))
		return 0;
	return ipaddr_del(&g->nl, index, conf, &g->addrs, !g->holding);
}

/* What is on the interface and beside it; 0 or an errno. */
static int
undo_link(struct ground *g, usec_t now)
{
	int error = 0;

	clean_find_macvlan(g);
	/* Down first: what the kernel says of it then stays inside. */
	if (g->macvlan != 0 && vmac_down(&g->nl, g->macvlan) == -1)
		error = errno;
	if (remove_addresses(g) == -1)
		error = errno;
	if (g->mac_file.fd != -1 && vrrp_mac_is_virtual(g->seen.mac)) {
		(void)can_send(g);
		if (!clean_mac(g, now))
			error = errno;
	}
	if (g->macvlan != 0 && vmac_delete(&g->nl, g->macvlan) == -1)
		error = errno;
	g->macvlan = 0;
	g->holding = false;
	return error;
}

/*
 * Takes everything off the host that a Master has.  What can be done is done;
 * -1 with the errno of what could not.
 */
int
clean_undo(struct ground *g, usec_t now)
{
	int error = 0;

	if (find_link(g) == -1)
		return -1;
	if (g->seen.present)
		error = undo_link(g, now);
	if (!g->conf->vr.owner && ipaddr_unblock(&g->nl, &g->conf->vr) == -1)
		error = errno;
	port_close(&g->port);		/* takes the kernel its time */
	errno = error;
	return error == 0 ? 0 : -1;
}

/*
 * At the very end, Master no more: the macvlan, the sysctls, the files.  A MAC
 * that could not be put back stays recorded for the next start.
 */
void
clean_leave(struct ground *g)
{
	/* A guard may have seen the interface last when it was born. */
	if (find_link(g) == -1) {
		log_err("cannot read the interface's state: %s",
		    strerror(errno));
		/* The next start may. */
		lockfile_release(&g->mac_file);
		lockfile_release(&g->arp_file);
	}
	clean_find_macvlan(g);
	clean_macvlan(g);
	clean_shared_arp(g);
	if (g->seen.present && vrrp_mac_is_virtual(g->seen.mac))
		lockfile_release(&g->mac_file);
	lockfile_remove(&g->mac_file);
	lockfile_remove(&g->undo_file);
	lockfile_remove(&g->pid_file);
}

/*
 * The record of an earlier life: into frame[VRRP_FRAME_MAX] how it resigns, and
 * into *conf its addresses.  Returns the length of the frame, 0 if there is
 * none of the virtual router that *conf describes.
 */
size_t
clean_read_record(struct vrrp_conf *conf, uint8_t *frame, const char *text)
{
	size_t len = record_parse_frame(frame, text);
	struct vrrp_packet pkt;
	struct vrrp_advert adv;
	unsigned i;

	if (len == 0 || frame_parse(&pkt, conf->family, frame,
	    len) != VRRP_DROP_NONE || pkt.len == 0)
		return 0;
	conf->version = pkt.msg[0] >> 4;
	if (advert_parse(&adv, &pkt, conf) != VRRP_DROP_NONE ||
	    adv.vrid != conf->vrid || adv.priority != VRRP_PRIORITY_STOP)
		return 0;
	memset(conf->vip, 0, sizeof(conf->vip));
	conf->naddr = adv.count;
	for (i = 0; i < adv.count; i++) {
		memcpy(conf->vip[i].addr.octet,
		    adv.addrs + (size_t)i * conf->family->addr_len,
		    conf->family->addr_len);
		conf->vip[i].plen = (uint8_t)(conf->family->addr_len * 8);
	}
	return len;
}
