/*
 * host.c above calls of the kernel that this file plays: what it looks at,
 * which row is written when, and what follows where that fails.  The comparison
 * is the real one; everything else is a function below that writes down a word.
 */
#include "play_util.h"
#include "host.h"

#include "clean.h"
#include "hold.h"

#include <linux/rtnetlink.h>

enum {
	INDEX = 3,
	DEVICE = 7,
	OTHER = 9,
	PORT = 1234			/* netlink address of our requests */
};

static const uint8_t new_mac[VRRP_MAC_LEN] = { 2, 3, 4, 5, 6, 0x12 };

static struct conf conf;
static struct vrrp vr;
static struct ground g;
static const char *failing;		/* words of what fails ... */
static int error;			/* ... with this */

/* What the kernel shows */
static struct link_state link, device;
static unsigned renamed;		/* our macvlan under another name */
static struct ipaddr_table addrs;
static bool complete, left;

/* The result of what has this name, which is written down. */
static int
result(const char *name)
{
	do_word("%s", name);
	if (strcmp(name, failing) != 0)
		return 0;
	errno = error;
	return -1;
}

static int
result_on(const char *name, unsigned index)
{
	const int r = result(name);

	do_word("%u", index);
	return r;
}

/* --- the kernel ----------------------------------------------------------- */

int
link_get(struct nl *nl, const char *name, struct link_state *state)
{
	const bool ours = strcmp(name, conf.vr.ifname) == 0;

	*state = ours ? link : device;
	return result(ours ? "get" : "get-device");
}

int
link_watch(const struct nl *nl, const struct vrrp_conf *c, unsigned index,
    unsigned macvlan)
{
	ck_assert_ptr_eq(nl, &g.events);
	do_word("watch %u", index);
	return result_on("and", macvlan);
}

int
ipaddr_scan(struct nl *nl, unsigned index, unsigned vips,
    const struct vrrp_conf *c, struct ipaddr_table *table)
{
	*table = addrs;
	do_word("scan %u", index);
	return result_on("and", vips);
}

PLAY_AS(bool, ipaddr_complete(const struct ipaddr_table *table,
    const struct vrrp_conf *c), complete)
PLAY_AS(bool, ipaddr_left(const struct ipaddr_table *table,
    const struct vrrp_conf *c), left)

int
ipaddr_del(struct nl *nl, unsigned index, const struct vrrp_conf *c,
    const struct ipaddr_table *table, bool marked)
{
	ck_assert(marked);
	return result_on("del", index);
}

PLAY_AS(int, ipaddr_block(struct nl *nl, const struct vrrp_conf *c),
    result("block"))

int
vmac_create(struct nl *nl, unsigned index, const char *name,
    const uint8_t *mac, const char *alias)
{
	ck_assert_str_eq(name, "vrrp7");
	ck_assert_str_eq(alias, "alias");
	ck_assert_int_eq(memcmp(mac, virtual_mac, VRRP_MAC_LEN), 0);
	return result_on("create", index);
}

int
vmac_repair(struct nl *nl, unsigned index, const uint8_t *mac, unsigned mtu)
{
	ck_assert_int_eq(memcmp(mac, virtual_mac, VRRP_MAC_LEN), 0);
	ck_assert_uint_eq(mtu, g.seen.mtu);
	return result_on("repair", index);
}

PLAY_AS(int, vmac_dummy(struct nl *nl, unsigned index), result_on("dummy",
    index))

int
vmac_tune(struct nl *nl, unsigned index, bool forward)
{
	ck_assert_int_eq(forward, g.seen.router4);
	return result_on("tune4", index);
}

int
vmac_tune_ipv6(const char *name, bool forward)
{
	ck_assert_str_eq(name, "vrrp7");
	ck_assert_int_eq(forward, g.seen.router6);
	return result("tune6");
}

PLAY_AS(int, vmac_hush(struct nl *nl, unsigned index), result_on("hush", index))
PLAY_AS(bool, hold_mac(struct ground *ground), result("mac") == 0)

void
hold_no_mac(struct ground *ground, usec_t now)
{
	do_word(ground->swapped ? "no-mac" : "not-swapped");
	ground->swapped = false;
}

PLAY_AS(bool, hold_addresses(struct ground *ground, const struct vrrp *router),
    result("addresses") == 0)

void
clean_macvlan_alias(const struct ground *ground, char *alias, size_t size)
{
	snprintf(alias, size, "alias");
}

PLAY_AS(bool, clean_is_our_macvlan(const struct ground *ground,
    const struct link_state *state), state->present && strcmp(state->alias,
    "alias") == 0)

void
clean_find_macvlan(struct ground *ground)
{
	do_word("find");
	ground->macvlan = renamed;
}

void
clean_macvlan(struct ground *ground)
{
	if (ground->macvlan != 0)
		do_word("delete %u", ground->macvlan);
	ground->macvlan = 0;
}

PLAY_AS(bool, clean_arp(struct ground *ground, unsigned index),
    result_on("unhush", index) == 0)

int
port_open(struct port *port, unsigned index, const struct vrrp_conf *c)
{
	if (result_on("open", index) == -1)
		return -1;
	port->fd = FD;
	return 0;
}

void
port_close(struct port *port)
{
	do_word("close");
	port->fd = -1;
}

void
respond_close(struct respond *respond)
{
	do_word("close-answers");
	respond->fd = -1;
}

int
lockfile_write(const struct lockfile *file, const char *text)
{
	ck_assert_int_eq(file->fd, FD);
	do_word("%.17s", text);
	return result("written");
}

/* --- a ground ------------------------------------------------------------- */

/* A Backup of IPv4, on the interface itself or with a macvlan beside it */
static void
setup(bool macvlan)
{
	conf = (struct conf){
		.macvlan = "vrrp7", .use_macvlan = macvlan,
		.vr = { .ifname = "eth0", .family = &vrrp_ipv4, .vmac = true,
			.accept = true, .naddr = 1 }
	};
	conf.vr.vip[0].addr = addr("10.0.0.1");
	vr = (struct vrrp){ .conf = &conf.vr, .state = VRRP_BACKUP,
	    .source = addr("10.0.0.11") };
	link = (struct link_state){
		.present = true, .ethernet = true, .up = true,
		.carrier = true, .router4 = true, .index = INDEX,
		.mtu = 1500, .arp_ignore = 1, .arp_announce = 2
	};
	memcpy(link.mac, own_mac, VRRP_MAC_LEN);
	device = (struct link_state){
		.present = macvlan, .router4 = true, .index = DEVICE,
		.mtu = 1500, .alias = "alias"
	};
	memcpy(device.mac, virtual_mac, VRRP_MAC_LEN);
	renamed = 0;
	memset(&addrs, 0, sizeof(addrs));
	addrs.n4 = addrs.n6 = 1;
	addrs.own4[0] = addr("10.0.0.11");
	addrs.own6[0] = addr("fe80::11");
	complete = left = false;
	g = (struct ground){ .conf = &conf, .nl.port = PORT, .port.fd = FD,
	    .respond.fd = -1, .index = INDEX, .mac_file.fd = FD };
	memcpy(g.own_mac, own_mac, VRRP_MAC_LEN);
	memcpy(g.virtual_mac, virtual_mac, VRRP_MAC_LEN);
	failing = "";
	error = EIO;
	ck_assert_int_eq(host_look(&g, &vr, START), 0);
	g.dirty = false;
	did[0] = '\0';
}

static unsigned
mend(unsigned set, unsigned undo, unsigned foreign, unsigned news)
{
	const struct reconcile_plan plan = { news, set, undo, foreign };

	return host_mend(&g, &vr, &plan, START);
}

#define looks(result, words)						\
	does(ck_assert_int_eq(host_look(&g, &vr, START), result), words)
#define mends(set, undo, foreign, news, result, words)			\
	does(ck_assert_uint_eq(mend(set, undo, foreign, news), result), words)

/* --- looking -------------------------------------------------------------- */

TEST(look)
{
	setup(false);
	ck_assert_uint_eq(g.watched[0], INDEX);
	looks(0, "get scan 3 and 3");
	ck_assert(!g.dirty);
	ck_assert_int_eq(g.check_deadline, START + 30 * VRRP_SECOND);
	ck_assert_ptr_eq(vr.own, g.addrs.own4);
	ck_assert_uint_eq(vr.nown, 1);
	/* Another index: watched, and looked at again. */
	link.index = OTHER;
	looks(0, "get scan 9 and 9 watch 9 and 0");
	ck_assert(g.dirty);
	looks(0, "get scan 9 and 9");
	ck_assert(!g.dirty);
	/* What is not there has no addresses, and is not watched. */
	link.present = false;
	link.index = 0;
	looks(0, "get watch 0 and 0");
	conf.vr.family = &vrrp_ipv6;
	link.present = true;
	ck_assert_int_eq(host_look(&g, &vr, START), 0);
	ck_assert_ptr_eq(vr.own, g.addrs.own6);
}

TEST(look_at_macvlan)
{
	setup(true);
	ck_assert_uint_eq(g.macvlan, DEVICE);
	ck_assert_uint_eq(g.watched[1], DEVICE);
	looks(0, "get get-device scan 3 and 7");
	/* It is made anew by another program, and is not ours. */
	device.alias[0] = 'x';
	looks(0, "get get-device scan 3 and 7 watch 3 and 0");
	ck_assert_uint_eq(g.macvlan, 0);
	ck_assert(g.dirty);
}

TEST(filter_fails)
{
	setup(false);
	link.index = OTHER;
	failing = "and";		/* of the scan, and of the filter */
	looks(-1, "get scan 9 and 9 log-3");
	link.present = false;
	looks(0, "get watch 9 and 0 log-4");
	ck_assert_uint_eq(g.watched[0], OTHER);
	ck_assert(g.dirty);
}

/* It went between two questions: at once.  Anything else: in a second. */
TEST(look_fails)
{
	static const char *const parts[] = { "get", "get-device", "and" };

	EACH(i, parts) {
		setup(true);
		link.mtu = 9000;
		failing = parts[i];
		error = ENODEV;
		g.dirty = true;
		ck_assert_int_eq(host_look(&g, &vr, START), -1);
		ck_assert_ptr_null(strstr(did, "log"));
		ck_assert(g.dirty);
		ck_assert_int_eq(g.check_deadline, START + VRRP_SECOND);
		error = ENOBUFS;
		ck_assert_int_eq(host_look(&g, &vr, START), -1);
		ck_assert_ptr_nonnull(strstr(did, "log-3"));
		ck_assert(!g.dirty);
		ck_assert_int_eq(g.check_deadline, START + VRRP_SECOND);
		ck_assert_uint_eq(g.seen.mtu, 1500);	/* as it was */
	}
}

/* --- what was seen, as the comparison gets it ----------------------------- */

static struct reconcile_plan
compare(void)
{
	struct reconcile_plan plan;

	host_look(&g, &vr, START);
	host_compare(&g, &vr, &plan, START);
	did[0] = '\0';
	return plan;
}

static enum reconcile_reason
reason(void)
{
	(void)compare();
	return g.memory.reason;
}

TEST(reasons)
{
	setup(false);
	ck_assert_int_eq(reason(), RECONCILE_FINE);
	ck_assert_str_eq(g.reason, "");
	link.carrier = false;
	ck_assert_int_eq(reason(), RECONCILE_NO_CARRIER);
	ck_assert_str_eq(g.reason, "no carrier");
	addrs.n4 = 0;
	ck_assert_int_eq(reason(), RECONCILE_NO_SOURCE);
	conf.vr.owner = true;
	ck_assert_int_eq(reason(), RECONCILE_NOT_OWNER);
	complete = true;
	ck_assert_int_eq(reason(), RECONCILE_NO_SOURCE);
	link.mtu = 20;
	ck_assert_int_eq(reason(), RECONCILE_SMALL_MTU);
	ck_assert_str_eq(g.reason, "1 addresses need an MTU of 32, it has 20");
	link.up = false;
	ck_assert_int_eq(reason(), RECONCILE_DOWN);
	link.ethernet = false;
	ck_assert_int_eq(reason(), RECONCILE_NO_ETHERNET);
	link.index = OTHER;
	ck_assert_int_eq(reason(), RECONCILE_REPLACED);
	g.port.fd = -1;
	ck_assert_int_eq(reason(), RECONCILE_NO_ETHERNET);
	link.present = false;
	ck_assert_int_eq(reason(), RECONCILE_GONE);
}

TEST(facts_of_the_interface)
{
	setup(false);
	ck_assert_uint_eq(compare().news, RECONCILE_USE);
	link.mac[0] = 0x12;
	ck_assert_uint_eq(compare().news, RECONCILE_USE | RECONCILE_OWN_MAC |
	    RECONCILE_TELL);
	memcpy(link.mac, virtual_mac, VRRP_MAC_LEN);
	ck_assert_uint_eq(compare().undo, 1 << RECONCILE_MAC);
	g.mac_file.fd = -1;
	ck_assert_uint_eq(compare().undo, 0);
	memcpy(link.mac, own_mac, VRRP_MAC_LEN);
	left = true;
	ck_assert_uint_eq(compare().undo, 1 << RECONCILE_ADDRESSES);
	vr.state = VRRP_MASTER;
	g.holding = true;
	ck_assert_uint_eq(compare().set, 1 << RECONCILE_ADDRESSES);
	ck_assert(compare().news & RECONCILE_TELL);
	g.stalled = true;
	ck_assert(!(compare().news & RECONCILE_TELL));
	complete = true;
	ck_assert_uint_eq(compare().set, 0);
	g.swapped = true;
	ck_assert_uint_eq(compare().set, 1 << RECONCILE_MAC);
	g.swapped = false;
	g.stalled = false;
	link.flaps = 2;
	ck_assert(compare().news & RECONCILE_TELL);
	ck_assert_uint_eq(compare().news, RECONCILE_USE);
	g.index = 0;
	ck_assert_uint_eq(compare().news, RECONCILE_LOST | RECONCILE_CLOSE |
	    RECONCILE_AGAIN);
}

TEST(facts_of_the_macvlan)
{
	setup(true);
	ck_assert_uint_eq(compare().set, 0);
	device.mtu = 1400;
	ck_assert_uint_eq(compare().set, 1 << RECONCILE_DEVICE_MTU);
	device.mtu = 1500;
	device.mac[5]++;
	ck_assert_uint_eq(compare().set, 1 << RECONCILE_DEVICE_MAC);
	device.mac[5]--;
	device.router4 = false;
	ck_assert_uint_eq(compare().set, 1 << RECONCILE_FORWARD4);
	link.router4 = false;
	device.router6 = true;
	ck_assert_uint_eq(compare().set, 1 << RECONCILE_FORWARD6);
	link.router6 = true;
	link.arp_ignore = 0;
	ck_assert_uint_eq(compare().set, 1 << RECONCILE_HUSH);
	link.arp_ignore = 1;
	link.arp_announce = 0;
	ck_assert_uint_eq(compare().set, 1 << RECONCILE_HUSH);
	link.arp_announce = 2;
	g.holding = complete = true;
	ck_assert_uint_eq(compare().set, 1 << RECONCILE_DEVICE);
	device.up = true;
	ck_assert_uint_eq(compare().set, 0);
	device.present = false;
	ck_assert_uint_eq(compare().set, 1 << RECONCILE_DEVICE);
}

/* --- mending: one row each ------------------------------------------------ */

#define BAD	HOST_FAULT

static const struct {
	unsigned row;
	bool macvlan, holding;
	const char *fails;
	const char *words;
	unsigned news;
} rows[] = {
	{ RECONCILE_MAC, false, true, "", "mac", 0 },
	{ RECONCILE_MAC, false, true, "mac", "mac", BAD },
	{ RECONCILE_MAC, false, false, "mac", "mac", 0 },
	{ RECONCILE_DEVICE, true, true, "", "mac addresses", 0 },
	{ RECONCILE_DEVICE, true, false, "", "", 0 },
	{ RECONCILE_DEVICE, true, true, "mac", "mac", BAD },
	{ RECONCILE_DEVICE, true, true, "addresses", "mac addresses", BAD },
	{ RECONCILE_DEVICE_MAC, true, true, "", "repair 7", 0 },
	{ RECONCILE_DEVICE_MAC, true, true, "repair", "repair 7 log-3", BAD },
	{ RECONCILE_DEVICE_MAC, true, false, "repair", "repair 7 log-3", 0 },
	{ RECONCILE_DEVICE_MTU, true, true, "", "repair 7", 0 },
	{ RECONCILE_DEVICE_MTU, true, true, "repair", "repair 7 log-3", 0 },
	{ RECONCILE_FORWARD4, true, true, "", "tune4 7", 0 },
	{ RECONCILE_FORWARD4, true, true, "tune4", "tune4 7 log-4", 0 },
	{ RECONCILE_FORWARD6, true, true, "", "tune6", 0 },
	{ RECONCILE_FORWARD6, true, true, "tune6", "tune6", HOST_TUNE },
	{ RECONCILE_HUSH, true, true, "", "hush 3", 0 },
	{ RECONCILE_HUSH, true, true, "hush", "hush 3 log-4", 0 },
	{ RECONCILE_ADDRESSES, false, true, "", "addresses", 0 },
	{ RECONCILE_ADDRESSES, true, true, "addresses", "addresses", BAD },
	{ RECONCILE_BLOCK, false, true, "", "block", 0 },
	{ RECONCILE_BLOCK, true, true, "", "block dummy 7", 0 },
	{ RECONCILE_BLOCK, false, true, "block", "block log-3", 0 },
	{ RECONCILE_BLOCK, true, true, "block", "block log-3", 0 },
	{ RECONCILE_BLOCK, true, true, "dummy", "block dummy 7 log-3", 0 },
};

TEST(each_row)
{
	unsigned i, news;

	for (i = 0; i < NROWS(rows); i++) {
		setup(rows[i].macvlan);
		g.holding = rows[i].holding;
		failing = rows[i].fails;
		news = mend(1u << rows[i].row, 0, 0, 0);
		ck_assert_msg(strcmp(did, rows[i].words) == 0,
		    "row %u, %u: \"%s\" and not \"%s\"", rows[i].row, i, did,
		    rows[i].words);
		ck_assert_msg(news == rows[i].news, "row %u, %u: news %u",
		    rows[i].row, i, news);
		/* What changes indices or addresses is looked at again. */
		ck_assert_msg(g.dirty == (rows[i].row == RECONCILE_DEVICE ||
		    rows[i].row == RECONCILE_ADDRESSES), "row %u", i);
	}
}

TEST(nothing_ordered)
{
	setup(true);
	g.holding = true;
	mends(0, 0, 0, ~(unsigned)RECONCILE_OWN_MAC, 0, "");
	ck_assert(!g.dirty);
	ck_assert_uint_eq(g.stats.restored, 0);
}

/* All rows in their order; the last are done though the first fails. */
TEST(order_of_rows)
{
	setup(true);
	g.holding = true;
	failing = "mac";
	mends((1u << RECONCILE_ROWS) - 1, 0, 0, 0, HOST_FAULT,
	    "mac mac repair 7 repair 7 tune4 7 tune6 hush 3 addresses block "
	    "dummy 7");
}

TEST(said_once)
{
	setup(true);
	failing = "tune4";
	does(mend(1u << RECONCILE_FORWARD4, 0, 0, 0), "tune4 7 log-4");
	does(mend(1u << RECONCILE_FORWARD4, 0, 0, 0), "tune4 7");
	failing = "";
	mend(1u << RECONCILE_FORWARD4, 0, 0, 0);
	failing = "tune4";
	did[0] = '\0';
	does(mend(1u << RECONCILE_FORWARD4, 0, 0, 0), "tune4 7 log-4");
}

/* A macvlan that is gone: ours under another name is in the way. */
TEST(new_macvlan)
{
	setup(true);
	g.macvlan = 0;
	renamed = OTHER;
	mends(1u << RECONCILE_DEVICE, 0, 0, 0, 0,
	    "find delete 9 create 3 get-device tune4 7 tune6 hush 3");
	ck_assert_uint_eq(g.macvlan, DEVICE);
	g.macvlan = 0;
	renamed = 0;
	conf.vr.accept = false;
	g.holding = true;
	failing = "tune6";
	mends(1u << RECONCILE_DEVICE, 0, 0, 0, HOST_TUNE,
	    "find create 3 get-device tune4 7 tune6 dummy 7 hush 3 mac "
	    "addresses");
	g.macvlan = 0;
	failing = "dummy";
	mends(1u << RECONCILE_DEVICE, 0, 0, 0, 0,
	    "find create 3 get-device tune4 7 tune6 dummy 7 log-4 hush 3 mac "
	    "addresses");
}

TEST(no_macvlan)
{
	setup(true);
	g.macvlan = 0;
	g.holding = true;
	failing = "create";
	memcpy(g.nl.error, "no", 3);
	mends(1u << RECONCILE_DEVICE, 0, 0, 0, HOST_FAULT,
	    "find create 3 log-3");
	ck_assert_str_eq(last_log,
	    "cannot create vrrp7: Input/output error: no");
	failing = "get-device";
	mends(1u << RECONCILE_DEVICE, 0, 0, 0, HOST_FAULT,
	    "find create 3 get-device");
	device.present = false;
	failing = "";
	g.holding = false;
	mends(1u << RECONCILE_DEVICE, 0, 0, 0, 0, "find create 3 get-device");
	ck_assert_uint_eq(g.macvlan, 0);
}

TEST(undone)
{
	setup(false);
	mends(0, 1u << RECONCILE_MAC, 0, 0, 0, "no-mac");
	mends(0, 1u << RECONCILE_ADDRESSES, 0, 0, 0, "log-5 del 3");
	failing = "del";
	mends(0, 1u << RECONCILE_ADDRESSES, 0, 0, 0, "log-5 del 3 log-3");
	setup(true);
	mends(0, 1u << RECONCILE_ADDRESSES, 0, 0, 0, "log-5 del 7");
}

TEST(foreign)
{
	setup(false);
	memcpy(g.seen.mac, new_mac, VRRP_MAC_LEN);
	does(mend(1u << RECONCILE_MAC, 0, 1u << RECONCILE_MAC, 0), "log-4 mac");
	ck_assert_str_eq(last_log,
	    "another program set the MAC address to 02:03:04:05:06:12");
	ck_assert_uint_eq(g.stats.restored, 0);
	g.holding = true;
	mend(1u << RECONCILE_ADDRESSES, 0, 1u << RECONCILE_ADDRESSES, 0);
	done("log-4 addresses");
	ck_assert_str_eq(last_log, "another program changed or removed a "
	    "virtual address: put back");
	ck_assert_uint_eq(g.stats.restored, 1);
	/* Given up: counted, and not said. */
	does(mend(0, 0, 1u << RECONCILE_ADDRESSES, 0), "");
	ck_assert_uint_eq(g.stats.restored, 2);
}

/* The new own MAC is recorded before the virtual one covers it again. */
TEST(new_own_mac)
{
	setup(false);
	g.holding = true;
	memcpy(g.seen.mac, new_mac, VRRP_MAC_LEN);
	mend(1u << RECONCILE_MAC, 0, 1u << RECONCILE_MAC, RECONCILE_OWN_MAC);
	done("log-4 02:03:04:05:06:12 written mac");
	ck_assert_int_eq(memcmp(g.own_mac, new_mac, VRRP_MAC_LEN), 0);
	failing = "written";
	does(host_set_own_mac(&g, own_mac), "02:00:00:00:00:11 written log-3");
	ck_assert_int_eq(memcmp(g.own_mac, own_mac, VRRP_MAC_LEN), 0);
	g.mac_file.fd = -1;
	does(mend(0, 0, 0, RECONCILE_OWN_MAC), "");
	ck_assert_int_eq(memcmp(g.own_mac, new_mac, VRRP_MAC_LEN), 0);
}

/* --- one interface after the other --------------------------------------- */

TEST(closed)
{
	setup(false);
	g.swapped = g.holding = true;
	does(host_close(&g), "close close-answers");
	ck_assert(!g.swapped && !g.holding && g.dirty);
}

TEST(moved)
{
	setup(true);
	g.seen.index = OTHER;
	does(host_move(&g), "delete 7 unhush 3");
	ck_assert_uint_eq(g.index, OTHER);
	g.index = 0;
	host_move(&g);			/* the first one */
	done("");
	setup(false);
	g.seen.index = OTHER;
	does(host_move(&g), "");
	ck_assert_uint_eq(g.index, OTHER);
}

TEST(used)
{
	unsigned news;

	setup(true);
	does(ck_assert_int_eq(host_use(&g, &news, START), 0), "");
	ck_assert_uint_eq(news, 0);
	g.port.fd = -1;
	g.macvlan = 0;
	failing = "tune6";
	ck_assert_int_eq(host_use(&g, &news, START), 0);
	done("create 3 get-device tune4 7 tune6 hush 3 open 3");
	ck_assert_uint_eq(news, HOST_TUNE);
	ck_assert(g.dirty);
	g.port.fd = -1;
	failing = "open";
	does(ck_assert_int_eq(host_use(&g, &news, START), -1), "open 3 log-3");
	ck_assert_uint_eq(news, 0);
	ck_assert_int_eq(g.check_deadline, START + VRRP_SECOND);
	g.check_deadline = 0;
	g.macvlan = 0;
	failing = "create";
	ck_assert_int_eq(host_use(&g, &news, START), -1);
	done("create 3 log-3");
	ck_assert_int_eq(g.check_deadline, START + VRRP_SECOND);
	setup(false);
	does(ck_assert_int_eq(host_use(&g, &news, START), 0), "");
}

/* --- what the kernel tells ------------------------------------------------ */

static struct nl_msg event;
static unsigned events;			/* how many there are still */
static int lost;			/* errno of the next; 0 = none */

int
nl_receive(struct nl *nl, nl_handler *handler, void *arg)
{
	ck_assert_ptr_eq(nl, &g.events);
	if (lost != 0) {
		errno = lost;
		if (lost != EINTR)
			lost = 0;
		return -1;
	}
	errno = EAGAIN;
	if (events == 0)
		return -1;
	events--;
	handler(&event, arg);
	return 0;
}

/* Whether an event of this type makes us look */
static bool
wakes(uint16_t type, uint32_t from)
{
	event = (struct nl_msg){ .type = type, .port = from };
	g.dirty = false;
	events = 1;
	host_events(&g);
	ck_assert_uint_eq(events, 0);
	return g.dirty;
}

/*
 * Each of those that the filter lets through (check_watch), but for what we did
 * to addresses ourselves.
 */
TEST(kernel_events)
{
	setup(false);
	ck_assert(wakes(RTM_NEWADDR, 0));
	ck_assert(wakes(RTM_DELADDR, PORT + 1));
	ck_assert(!wakes(RTM_NEWADDR, PORT));
	ck_assert(!wakes(RTM_DELADDR, PORT));
	ck_assert(wakes(RTM_NEWLINK, PORT));
	ck_assert(wakes(RTM_DELLINK, PORT));
	ck_assert(wakes(RTM_NEWNETCONF, PORT));
}

TEST(lost_events)
{
	setup(false);
	host_events(&g);
	ck_assert(!g.dirty);
	ck_assert_uint_eq(g.stats.lost_events, 0);
	/* Some were lost, and the rest is still taken. */
	lost = ENOBUFS;
	ck_assert(wakes(RTM_NEWADDR, PORT));
	ck_assert_uint_eq(g.stats.lost_events, 1);
	lost = EINTR;			/* never ends */
	g.dirty = false;
	host_events(&g);
	ck_assert(g.dirty);
	ck_assert_uint_eq(g.stats.lost_events, 2);
	lost = 0;
	events = HOST_DRAIN_MAX + 1;
	host_events(&g);
	ck_assert_uint_eq(events, 1);
}

RUN_TESTS("host", 10, NULL, NULL)
