/*
 * Undoing what a virtual router did to its host, from what the kernel shows and
 * not from memory: what is gone already is fine, what is not ours stays (C12,
 * C13, F32).
 */
#include "clean.h"
#include "router.h"

#include <errno.h>
#include <string.h>

/*
 * The interface that we worked on, under whatever name it has now.  Another one
 * may have the old name, and has nothing of ours.  At a start there was none
 * yet: then the name tells.
 */
static int
find_link(struct router *r)
{
	if (r->index != 0)
		return link_get_index(&r->nl, r->index, &r->seen);
	return link_get(&r->nl, r->conf->vr.ifname, &r->seen);
}

/*
 * Something to send with.  A guard has had its socket since it was born,
 * perhaps of an interface that is no more.  Others get one only when there is
 * something to say: to close it takes the kernel some 10 ms.
 */
static bool
can_send(struct router *r)
{
	if (r->link.index != r->seen.index)
		link_close(&r->link);
	if (r->link.fd != -1 ||
	    link_open_to_send(&r->link, r->seen.index) == 0)
		return true;
	log_warning("packet socket: %s", strerror(errno));
	return false;
}

/* Where we worked, without asking the kernel. */
static bool
sends_there(const struct router *r)
{
	return r->link.fd != -1 && r->index != 0 && r->link.index == r->index;
}

/*
 * Comes first, so that the others take over while we clean up: where hundreds
 * die at once, the kernel's answer to a question takes longer than that may.
 * len is 0 where there was no Master.  True if the frame is on its way.
 */
bool
clean_resign(struct router *r, const uint8_t *frame, size_t len, usec_t now)
{
	if (len == 0)
		return false;
	if (sends_there(r) && router_send(r, frame, len) == 0)
		return true;
	if (find_link(r) == -1 || !r->seen.present || !can_send(r))
		return false;
	if (router_send(r, frame, len) == 0)
		return true;
	report_send_error(&r->stats, errno, now);
	return false;
}

/* Our macvlan, by its alias, whatever it is called now. */
static void
find_macvlan(struct router *r)
{
	struct link_state state;
	char alias[LINK_ALIAS_LEN];

	host_macvlan_alias(r, alias, sizeof(alias));
	r->macvlan = 0;
	/* By its name first: a dump of many devices that all go may fail. */
	if ((r->conf->use_macvlan &&
	    link_get(&r->nl, r->conf->macvlan, &state) == 0 &&
	    host_is_our_macvlan(r, &state)) ||
	    (link_find(&r->nl, alias, &state) == 0 && state.present))
		r->macvlan = state.index;
}

/*
 * Addresses with our mark.  Those that a Master holds go without it too: a
 * kernel before 5.18 keeps none.
 */
static int
remove_addresses(struct router *r)
{
	const struct vrrp_conf *conf = &r->conf->vr;
	unsigned index = r->macvlan != 0 ? r->macvlan : r->seen.index;

	if (ipaddr_scan(&r->nl, r->seen.index, index, conf, &r->addrs) == -1)
		return -1;
	if (!r->holding && !ipaddr_left(&r->addrs, conf))
		return 0;
	return ipaddr_del(&r->nl, index, conf, &r->addrs, !r->holding);
}

/* The interface speaks as itself again, and says so. */
static int
restore_mac(struct router *r, usec_t now)
{
	if (r->mac_file.fd == -1 || !vrrp_mac_is_virtual(r->seen.mac))
		return 0;
	if (vmac_restore(&r->nl, r->seen.index, r->seen.mac, r->own_mac) == -1)
		return -1;
	if (can_send(r))
		router_announce_own(r, r->own_mac, now);
	return 0;
}

/* What is on the interface and beside it; 0 or an errno. */
static int
undo_link(struct router *r, usec_t now)
{
	int error = 0;

	find_macvlan(r);
	/* Down first: what the kernel says of it then stays inside. */
	if (r->macvlan != 0 && vmac_down(&r->nl, r->macvlan) == -1)
		error = errno;
	if (remove_addresses(r) == -1)
		error = errno;
	if (restore_mac(r, now) == -1)
		error = errno;
	if (r->macvlan != 0 && vmac_delete(&r->nl, r->macvlan) == -1)
		error = errno;
	r->macvlan = 0;
	r->holding = false;
	return error;
}

/*
 * Takes everything off the host that a Master has.  What can be done is done;
 * -1 with the errno of what could not.
 */
int
clean_undo(struct router *r, usec_t now)
{
	int error = 0;

	if (find_link(r) == -1)
		return -1;
	if (r->seen.present)
		error = undo_link(r, now);
	if (!r->conf->vr.owner && ipaddr_unblock(&r->nl, &r->conf->vr) == -1)
		error = errno;
	link_close(&r->link);		/* takes the kernel its time */
	errno = error;
	return error == 0 ? 0 : -1;
}

/*
 * At the very end, Master no more: the macvlan, the sysctls, the files.  A MAC
 * that could not be put back stays recorded for the next start.
 */
void
clean_leave(struct router *r)
{
	/* A guard may have seen the interface last when it was born. */
	if (find_link(r) == -1) {
		log_err("cannot read the interface's state: %s",
		    strerror(errno));
		/* The next start may. */
		lockfile_release(&r->mac_file);
		lockfile_release(&r->arp_file);
	}
	find_macvlan(r);
	host_close(r);
	if (r->seen.present && vrrp_mac_is_virtual(r->seen.mac))
		lockfile_release(&r->mac_file);
	lockfile_remove(&r->mac_file);
	lockfile_remove(&r->undo_file);
	lockfile_remove(&r->pid_file);
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
