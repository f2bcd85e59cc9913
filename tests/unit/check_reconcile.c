/*
 * core/reconcile.c: what follows when the host is not as it should be.  A scene
 * is a host on which all is right but for the words of its name; each word
 * changes one thing.  The plan is compared as text:
 *
 *	down: -mac !addresses +addresses lost again
 *
 * is the reason, what is taken off, what another program changed, what is set,
 * and the news in their order.
 */
#include "check_util.h"
#include "core/reconcile.h"

#include <stdio.h>

enum {
	MTU = 1500,
	INDEX = 3,
	OTHER = 2,
	LATER_ONE = 4,
	FIGHT_MAX = 20,
	TEXT_LEN = 512
};

#define FIGHT_INTERVAL	(10 * VRRP_SECOND)
#define LATER	(1000 * VRRP_SECOND)

static const uint8_t virtual_mac[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 1, 7 };
static const uint8_t own_mac[VRRP_MAC_LEN] = { 2, 0, 0, 0, 0, 0x11 };
static const uint8_t new_mac[VRRP_MAC_LEN] = { 2, 0, 0, 0, 0, 0x12 };
static const uint8_t lower_mac[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 1, 6 };
static const uint8_t their_mac[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 2, 9 };

static struct vrrp_conf conf;
static struct vrrp vr;
static struct vrrp_addr own[2];
static struct reconcile_known known;
static struct reconcile_seen seen;
static struct reconcile_memory memory;
static struct reconcile_plan plan;
static const char *scene;

/* Whether the scene has this word. */
static bool
has(const char *word)
{
	const size_t len = strlen(word);
	const char *p = scene;

	while ((p = strstr(p, word)) != NULL) {
		if ((p == scene || p[-1] == ' ') &&
		    (p[len] == ' ' || p[len] == '\0'))
			return true;
		p += len;
	}
	return false;
}

static void
arrange_conf(void)
{
	memset(&conf, 0, sizeof(conf));
	conf.family = has("ipv6") ? &vrrp_ipv6 : &vrrp_ipv4;
	conf.version = 3;
	conf.vrid = 7;
	conf.priority = 100;
	conf.owner = has("owner");
	conf.vmac = !has("-n");
	conf.accept = !has("no-accept");
	conf.naddr = 1;
	conf.vip[0].addr = has("ipv6") ? addr("fe80::7") : addr("10.0.0.1");
}

static void
arrange_vr(void)
{
	memset(&vr, 0, sizeof(vr));
	vr.conf = &conf;
	vr.state = has("Initialize") ? VRRP_INITIALIZE :
	    has("Master") ? VRRP_MASTER : VRRP_BACKUP;
	vr.quiet = has("quiet");
	own[0] = has("ipv6") ? addr("fe80::11") : addr("10.0.0.11");
	own[1] = has("ipv6") ? addr("2001:db8::11") : addr("10.0.0.12");
	vr.source = own[has("second-source") ? 1 : 0];
	if (has("renumbered"))
		own[0] = has("ipv6") ? addr("fe80::99") : addr("10.0.0.99");
	if (has("global-only"))
		own[0] = own[1];
}

static void
arrange_known(void)
{
	const bool master = vr.state == VRRP_MASTER;

	memset(&known, 0, sizeof(known));
	known.vr = &vr;
	known.virtual_mac = virtual_mac;
	known.own_mac = own_mac;
	known.macvlan = has("macvlan");
	known.keeps_mac = !has("no-mac-file");
	known.open = !has("closed");
	known.index = has("new") ? 0 : INDEX;
	known.swapped = master && conf.vmac && !known.macvlan &&
	    !has("not-swapped");
	known.holding = master;
	known.stalled = has("stalled");
}

static void
arrange_seen(void)
{
	memset(&seen, 0, sizeof(seen));
	seen.present = !has("absent");
	seen.ethernet = !has("no-ethernet");
	seen.up = !has("down");
	seen.carrier = !has("no-carrier");
	seen.hushed = !has("loud");
	seen.forwards4 = seen.forwards6 = !has("no-router");
	seen.index = has("replaced") ? OTHER :
	    has("replaced-later") ? LATER_ONE : INDEX;
	seen.mtu = has("small-mtu") ? (unsigned)advert_len(&conf) - 1 :
	    has("least-mtu") ? (unsigned)advert_len(&conf) : MTU;
	seen.flaps = has("flapped") ? 2 : 0;
	memcpy(seen.mac, has("virtual-mac") || (known.swapped &&
	    !has("own-mac")) ? virtual_mac : own_mac, VRRP_MAC_LEN);
	if (has("new-mac"))
		memcpy(seen.mac, new_mac, VRRP_MAC_LEN);
	if (has("lower-mac"))
		memcpy(seen.mac, lower_mac, VRRP_MAC_LEN);
	if (has("their-mac"))
		memcpy(seen.mac, their_mac, VRRP_MAC_LEN);
	seen.own = own;
	seen.nown = has("no-address") ? 0 : has("one-address") ? 1 : 2;
	seen.complete = (known.holding || conf.owner) && !has("incomplete");
	seen.marked = known.holding || has("left");
	seen.device.present = (known.macvlan && !has("no-device")) ||
	    has("stray-device");
	seen.device.up = known.holding && !has("device-down");
	seen.device.forwards4 = !has("device-forwards4");
	seen.device.forwards6 = !has("device-forwards6");
	seen.device.mtu = has("device-mtu") ? seen.mtu + 1 :
	    has("device-small") ? seen.mtu - 1 : seen.mtu;
	memcpy(seen.device.mac, has("device-mac") ? own_mac : virtual_mac,
	    VRRP_MAC_LEN);
}

static void
arrange(const char *words)
{
	scene = words;
	arrange_conf();
	arrange_vr();
	arrange_known();
	arrange_seen();
	memset(&memory, 0, sizeof(memory));
}

static void
put_bits(char *text, char sign, unsigned bits, const char *const *names,
    unsigned n)
{
	char word[TEXT_LEN];
	unsigned i;

	for (i = 0; i < n; i++) {
		if (!(bits & 1u << i))
			continue;
		snprintf(word, sizeof(word), "%s%.*s%s", *text ? " " : "",
		    sign != '\0', &sign, names[i]);
		strcat(text, word);
	}
	ck_assert_uint_eq(bits >> n, 0);
}

/* The plan as text */
static const char *
plan_text(void)
{
	static const char *const rows[] = {
		"mac", "device", "device-mac", "device-mtu", "forward4",
		"forward6", "hush", "addresses", "block"
	};
	static const char *const news[] = {
		"say", "source", "carrier", "lost", "close", "again", "moved",
		"own", "fight", "fault", "tell", "use"
	};
	static const char *const reasons[] = {
		"", "gone:", "replaced:", "no-ethernet:", "down:", "mtu:",
		"not-owner:", "no-source:", "no-carrier:"
	};
	static char text[TEXT_LEN];

	snprintf(text, sizeof(text), "%s", reasons[memory.reason]);
	put_bits(text, '-', plan.undo, rows, RECONCILE_ROWS);
	put_bits(text, '!', plan.foreign, rows, RECONCILE_ROWS);
	put_bits(text, '+', plan.set, rows, RECONCILE_ROWS);
	put_bits(text, '\0', plan.news, news, 12);
	return text;
}

static const char *
look_at(usec_t now)
{
	memset(&plan, 0xff, sizeof(plan));
	reconcile(&plan, &memory, &known, &seen, now);
	return plan_text();
}

static const struct {
	const char *scene;
	const char *plan;
} scenes[] = {
	/* All is right: nothing but to use it. */
	{ "Initialize", "use" }, { "Backup", "use" }, { "Master", "use" },
	{ "Backup -n", "use" }, { "Master -n", "use" },
	{ "Backup macvlan", "use" }, { "Master macvlan", "use" },
	{ "Master owner", "use" }, { "Backup least-mtu", "use" },
	{ "Backup second-source", "use" }, { "Initialize ipv6", "use" },
	{ "Master ipv6 macvlan", "use" }, { "Backup loud", "use" },
	{ "Initialize new closed", "moved use" },
	{ "Initialize new closed macvlan no-device", "moved use" },
	{ "Initialize closed replaced", "moved use" },

	/* Every reason, in each state. */
	{ "Initialize new closed absent", "gone: say" },
	{ "Initialize absent", "gone: say close again" },
	{ "Backup absent", "gone: lost close again" },
	{ "Master absent", "gone: lost close again" },
	{ "Backup closed absent", "gone: lost again" },
	{ "Initialize replaced", "replaced: say close again" },
	{ "Backup replaced", "replaced: lost close again" },
	{ "Backup replaced-later", "replaced: lost close again" },
	{ "Master replaced macvlan", "replaced: lost close again" },
	{ "Initialize new closed no-ethernet", "no-ethernet: say moved" },
	{ "Backup no-ethernet", "no-ethernet: lost again" },
	{ "Initialize down", "down: say" },
	{ "Backup down", "down: lost again" },
	{ "Master down", "down: lost again" },
	{ "Master down incomplete own-mac new-mac", "down: lost again" },
	{ "Initialize small-mtu", "mtu: say" },
	{ "Master small-mtu", "mtu: lost again" },
	{ "Initialize owner incomplete", "not-owner: say" },
	{ "Master owner incomplete", "not-owner: lost again" },
	{ "Initialize no-address", "no-source: say" },
	{ "Backup no-address", "no-source: lost again" },
	{ "Initialize ipv6 global-only", "no-source: say" },
	{ "Master ipv6 global-only", "no-source: lost again" },
	{ "Initialize no-carrier", "no-carrier: say carrier" },
	{ "Backup no-carrier", "no-carrier: carrier" },
	{ "Master no-carrier", "no-carrier: carrier" },

	/* The first reason is the one that is given. */
	{ "Initialize absent no-ethernet down", "gone: say close again" },
	{ "Initialize replaced no-ethernet", "replaced: say close again" },
	{ "Initialize no-ethernet down", "no-ethernet: say" },
	{ "Initialize down small-mtu", "down: say" },
	{ "Initialize small-mtu owner incomplete", "mtu: say" },
	{ "Initialize owner incomplete no-address", "not-owner: say" },
	{ "Initialize no-address no-carrier", "no-source: say" },

	/* An interface that cannot be used is still put right. */
	{ "Initialize down virtual-mac", "down: -mac say" },
	{ "Initialize down left", "down: -addresses say" },
	{ "Initialize down new-mac", "down: say own tell" },
	{ "Initialize down macvlan device-mtu", "down: +device-mtu say" },
	{ "Master no-carrier own-mac", "no-carrier: !mac +mac carrier tell" },
	{ "Master no-carrier incomplete",
	    "no-carrier: !addresses +addresses carrier tell" },
	{ "Backup no-carrier renumbered", "no-carrier: source carrier" },
	{ "Backup no-carrier macvlan no-device",
	    "no-carrier: !device +device carrier" },

	/* Renumbered: the address that adverts come from is gone. */
	{ "Backup renumbered", "source use" },
	{ "Master renumbered", "source use" },
	{ "Backup renumbered one-address", "source use" },
	{ "Backup second-source one-address", "source use" },
	{ "Initialize renumbered", "use" },
	{ "Backup ipv6 renumbered", "source use" },
	{ "Backup ipv6 renumbered global-only", "no-source: lost again" },
	{ "Master down renumbered", "down: source lost again" },
	{ "Backup absent renumbered", "gone: lost close again" },

	/* The MAC of the interface. */
	{ "Master own-mac", "!mac +mac tell use" },
	{ "Master new-mac", "!mac +mac own tell use" },
	{ "Master their-mac", "!mac +mac tell use" },
	{ "Master lower-mac", "!mac +mac tell use" },
	{ "Master stalled own-mac", "!mac +mac use" },
	{ "Master stalled new-mac", "!mac +mac own use" },
	{ "Master not-swapped", "use" },
	{ "Master -n new-mac", "own tell use" },
	{ "Master macvlan new-mac", "own tell use" },
	{ "Backup new-mac", "own tell use" },
	{ "Master -n stalled new-mac", "own use" },
	{ "Initialize new-mac", "own tell use" },
	{ "Backup virtual-mac", "-mac use" },
	{ "Backup their-mac", "-mac use" },
	{ "Master -n virtual-mac", "-mac use" },
	{ "Backup virtual-mac no-mac-file", "use" },
	{ "Backup new-mac no-mac-file", "own tell use" },

	/* The macvlan. */
	{ "Backup macvlan no-device", "!device +device use" },
	{ "Master macvlan no-device", "!device +device tell use" },
	{ "Master macvlan device-down", "!device +device tell use" },
	{ "Master macvlan stalled device-down", "!device +device use" },
	{ "Backup macvlan device-down", "use" },
	{ "Initialize macvlan no-device", "use" },
	{ "Backup macvlan device-mac", "!device-mac +device-mac use" },
	{ "Master macvlan device-mac", "!device-mac +device-mac tell use" },
	{ "Initialize macvlan device-mac", "!device-mac +device-mac use" },
	{ "Backup macvlan device-mtu", "+device-mtu use" },
	{ "Master macvlan device-mtu", "+device-mtu use" },
	{ "Backup macvlan device-small", "+device-mtu use" },
	{ "Backup macvlan no-router", "+forward4 +forward6 use" },
	{ "Backup macvlan device-forwards4", "+forward4 use" },
	{ "Master macvlan device-forwards4", "+forward4 use" },
	{ "Backup macvlan device-forwards6", "+forward6 use" },
	{ "Master macvlan device-forwards6", "+forward6 use" },
	{ "Backup macvlan loud", "+hush use" },
	{ "Master macvlan loud", "+hush use" },
	{ "Backup macvlan no-device device-mac device-mtu device-forwards4 "
	    "device-forwards6 loud", "!device +device use" },
	{ "Backup stray-device device-mac device-mtu device-forwards4 "
	    "device-forwards6 device-down", "use" },

	/* The virtual addresses. */
	{ "Master incomplete", "!addresses +addresses tell use" },
	{ "Master stalled incomplete", "!addresses +addresses use" },
	{ "Master macvlan incomplete", "!addresses +addresses tell use" },
	{ "Master -n incomplete", "!addresses +addresses tell use" },
	{ "Backup incomplete", "use" }, { "Backup left", "-addresses use" },
	{ "Initialize left", "-addresses use" }, { "Backup owner left", "use" },
	{ "Backup no-accept left", "use" }, { "Backup no-accept", "use" },
	{ "Master no-accept", "+block use" },
	{ "Master no-accept incomplete", "+block use" },
	{ "Master owner no-accept", "use" },
	{ "Master no-accept stalled", "+block use" },

	/* Several at once, each of its own. */
	{ "Master own-mac incomplete",
	    "!mac !addresses +mac +addresses tell use" },
	{ "Master macvlan no-accept device-down device-mac device-mtu "
	    "device-forwards4 device-forwards6 loud",
	    "!device !device-mac +device +device-mac +device-mtu +forward4 "
	    "+forward6 +hush +block tell use" },
	{ "Backup virtual-mac left", "-mac -addresses use" },

	/* A flap that was over before we looked. */
	{ "Master flapped", "tell use" },
	{ "Master renumbered flapped", "source tell use" },
	{ "Master stalled flapped", "use" }, { "Master quiet flapped", "use" },
	{ "Backup flapped", "use" }, { "Initialize flapped", "use" },
	{ "Master no-carrier flapped", "no-carrier: carrier" },
};

TEST(each_scene)
{
	const char *text;

	EACH(i, scenes) {
		arrange(scenes[i].scene);
		text = look_at(LATER);
		ck_assert_msg(strcmp(text, scenes[i].plan) == 0,
		    "%s: \"%s\" and not \"%s\"", scenes[i].scene, text,
		    scenes[i].plan);
	}
}

/* A reason is said when it is new, and again after another one. */
TEST(reason_is_said_once)
{
	arrange("Initialize down");
	ck_assert_str_eq(look_at(1), "down: say");
	ck_assert_str_eq(look_at(2), "down:");
	seen.up = true;
	seen.carrier = false;
	ck_assert_str_eq(look_at(3), "no-carrier: say carrier");
	ck_assert_str_eq(look_at(4), "no-carrier: carrier");
	seen.carrier = true;
	ck_assert_str_eq(look_at(5), "use");
	seen.up = false;
	ck_assert_str_eq(look_at(6), "down: say");
	seen.ethernet = false;
	ck_assert_str_eq(look_at(7), "no-ethernet: say");
}

/* One that was lost as Master is said as soon as we are in Initialize. */
TEST(reason_of_a_loss)
{
	arrange("Master down");
	ck_assert_str_eq(look_at(1), "down: lost again");
	arrange_vr();
	vr.state = VRRP_INITIALIZE;
	known.swapped = known.holding = false;
	ck_assert_str_eq(look_at(2), "down: -mac -addresses");
}

/* Each change of the carrier is news once, also while there is none. */
TEST(flaps)
{
	arrange("Master flapped");
	ck_assert_str_eq(look_at(1), "tell use");
	ck_assert_str_eq(look_at(2), "use");
	seen.flaps += 2;
	ck_assert_str_eq(look_at(3), "tell use");
	seen.flaps++;
	seen.carrier = false;
	ck_assert_str_eq(look_at(4), "no-carrier: carrier");
	seen.carrier = true;
	ck_assert_str_eq(look_at(5), "use");
	seen.flaps = 0;			/* another interface, or a wrap */
	ck_assert_str_eq(look_at(6), "tell use");
}

/* Which first address IPv6 adverts may come from: fe80::/10. */
TEST(link_local)
{
	static const struct {
		const char *own;
		bool good;
	} sources[] = {
		{ "fe80::1", true }, { "febf:ffff::1", true },
		{ "fec0::1", false }, { "fe40::1", false },
		{ "ff80::1", false }, { "7e80::1", false }, { "::", false }
	};

	EACH(i, sources) {
		arrange("Initialize ipv6");
		own[0] = addr(sources[i].own);
		ck_assert_str_eq(look_at(1), sources[i].good ? "use" :
		    "no-source: say");
	}
}

/* Twenty times in ten seconds it is put back; then we resign, said once. */
TEST(fight)
{
	int i;

	arrange("Master incomplete");
	for (i = 0; i < FIGHT_MAX; i++)
		ck_assert_str_eq(look_at(LATER + i),
		    "!addresses +addresses tell use");
	ck_assert_str_eq(look_at(LATER + FIGHT_INTERVAL),
	    "!addresses fight fault use");
	ck_assert_str_eq(look_at(LATER + FIGHT_INTERVAL),
	    "!addresses fault use");
	/* The interval is over, and we are still Master. */
	ck_assert_str_eq(look_at(LATER + FIGHT_INTERVAL + 1),
	    "!addresses +addresses tell use");
	ck_assert_uint_eq(memory.fights, 1);
}

/* Once more than ten seconds after the first one the count begins anew. */
TEST(slow_fight)
{
	int i;

	arrange("Master own-mac");
	for (i = 0; i < 10 * FIGHT_MAX; i++)
		ck_assert_str_eq(look_at(LATER + i * (FIGHT_INTERVAL /
		    (FIGHT_MAX - 1))), "!mac +mac tell use");
}

/* The interval begins with the first fight and not before. */
TEST(fight_in_first_seconds)
{
	arrange("Master own-mac");
	look_at(FIGHT_INTERVAL);
	ck_assert_uint_eq(memory.fights, 1);
	ck_assert_int_eq(memory.fight_since, 0);
	look_at(FIGHT_INTERVAL + 1);
	ck_assert_uint_eq(memory.fights, 1);
	ck_assert_int_eq(memory.fight_since, FIGHT_INTERVAL + 1);
}

/* Each row counts; the first one over the limit stays as it is. */
TEST(fight_about_two)
{
	int i;

	arrange("Master own-mac incomplete");
	memory.fight_since = LATER;
	for (i = 0; i < FIGHT_MAX / 2; i++)
		ck_assert_str_eq(look_at(LATER),
		    "!mac !addresses +mac +addresses tell use");
	ck_assert_str_eq(look_at(LATER), "!mac !addresses fight fault use");
	arrange("Master own-mac incomplete");
	memory.fight_since = LATER;
	memory.fights = FIGHT_MAX - 1;
	ck_assert_str_eq(look_at(LATER),
	    "!mac !addresses +mac fight fault tell use");
}

/* What a Backup has, and what does not matter to others, is no fight. */
TEST(no_fight)
{
	static const char *const calm[] = {
		"Backup macvlan no-device", "Backup macvlan device-mac",
		"Master macvlan device-mtu", "Master macvlan device-forwards4",
		"Master macvlan device-forwards6", "Master macvlan loud",
		"Master no-accept", "Backup left", "Backup virtual-mac"
	};
	static const char *const fought[] = {
		"Master own-mac", "Master macvlan no-device",
		"Master macvlan device-mac", "Master incomplete",
		"Master stalled incomplete"
	};

	EACH(i, calm) {
		arrange(calm[i]);
		look_at(LATER);
		ck_assert_msg(memory.fights == 0, "%s", calm[i]);
	}
	EACH(i, fought) {
		arrange(fought[i]);
		look_at(LATER);
		ck_assert_msg(memory.fights == 1, "%s", fought[i]);
	}
}

static const char *
reason_text(enum reconcile_reason reason)
{
	static char buf[128];

	reconcile_reason_text(buf, sizeof(buf), reason, &conf, 40);
	return buf;
}

TEST(reasons)
{
	arrange("Initialize");
	conf.naddr = 9;
	ck_assert_str_eq(reason_text(RECONCILE_FINE), "");
	ck_assert_str_eq(reason_text(RECONCILE_GONE), "the interface is gone");
	ck_assert_str_eq(reason_text(RECONCILE_REPLACED),
	    "the interface was replaced");
	ck_assert_str_eq(reason_text(RECONCILE_NO_ETHERNET),
	    "not an Ethernet interface");
	ck_assert_str_eq(reason_text(RECONCILE_DOWN), "the interface is down");
	/* IPv4 20, header 8, nine addresses */
	ck_assert_str_eq(reason_text(RECONCILE_SMALL_MTU),
	    "9 addresses need an MTU of 64, it has 40");
	ck_assert_str_eq(reason_text(RECONCILE_NOT_OWNER),
	    "it has lost an address that we own");
	ck_assert_str_eq(reason_text(RECONCILE_NO_SOURCE),
	    "it has no IPv4 address of its own");
	ck_assert_str_eq(reason_text(RECONCILE_NO_CARRIER), "no carrier");
	arrange("Initialize ipv6");
	ck_assert_str_eq(reason_text(RECONCILE_NO_SOURCE),
	    "it has no link-local address of its own");
}

TEST(row_names)
{
	static const char *const names[RECONCILE_ROWS] = {
		"the MAC address", "the macvlan",
		"the MAC address of the macvlan", "the MTU of the macvlan",
		"IPv4 forwarding of the macvlan",
		"IPv6 forwarding of the macvlan",
		"the ARP sysctls of the interface", "a virtual address",
		"the routes that keep packets out"
	};
	unsigned row;

	for (row = 0; row < RECONCILE_ROWS; row++)
		ck_assert_str_eq(reconcile_row_name(row), names[row]);
}

RUN_TESTS("reconcile", 10, NULL, NULL)
