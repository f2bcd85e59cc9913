/*
 * conf.c, what came with version 3: IPv6, intervals of centiseconds, and the
 * options that go with them; each refusal with the whole message.  R9568- and
 * P- ids name requirements, F.. old defects of VRRP daemons.
 */
#include "conf_util.h"

/* -3, --vrrp-version: 2; 3 when the addresses are IPv6 */
TEST(version)
{
	static const struct {
		const char *address;
		int option[2];
		const char *value[2];
		uint8_t version;	/* 0 = refused */
	} t[] = {
		{ "192.0.2.1", { 0, 0 }, { NULL, NULL }, 2 },
		{ "192.0.2.1", { '3', 0 }, { NULL, NULL }, 3 },
		{ "192.0.2.1", { CONF_VERSION, 0 }, { "2", NULL }, 2 },
		{ "192.0.2.1", { CONF_VERSION, 0 }, { "3", NULL }, 3 },
		{ "192.0.2.1", { '3', CONF_VERSION }, { NULL, "3" }, 3 },
		{ "192.0.2.1", { CONF_VERSION, '3' }, { "3", NULL }, 3 },
		{ "192.0.2.1", { '3', '3' }, { NULL, NULL }, 3 },
		{ "fe80::1", { 0, 0 }, { NULL, NULL }, 3 },
		{ "fe80::1", { '3', 0 }, { NULL, NULL }, 3 },
		{ "fe80::1", { CONF_VERSION, 0 }, { "3", NULL }, 3 },
		{ "fe80::1", { CONF_VERSION, 0 }, { "2", NULL }, 0 },
	};
	static const char both[] = "-3 and --vrrp-version 2: version 2 or "
	    "version 3, not both";
	char line[20];
	size_t j;

	begin("192.0.2.1");
	give('3', NULL);
	refuse(CONF_VERSION, "2", both);
	begin("192.0.2.1");
	give(CONF_VERSION, "2");
	refuse('3', NULL, both);
	EACH(i, t) {
		begin(t[i].address);
		for (j = 0; j < 2; j++)
			if (t[i].option[j] != 0)
				give(t[i].option[j], t[i].value[j]);
		finish(t[i].version != 0 ? NULL :
		    "--vrrp-version 2: has no IPv6, must be 3");
		if (t[i].version == 0)
			continue;
		ck_assert_uint_eq(conf.vr.version, t[i].version);
		snprintf(line, sizeof(line), "\nversion %u\n", t[i].version);
		ck_assert(prints(line));
		ck_assert_ptr_eq(conf.vr.family, t[i].address[0] == 'f' ?
		    &vrrp_ipv6 : &vrrp_ipv4);
	}
}

/* -d: what one or the other version can have, in centiseconds */
/* proves: R3768-5.3.7-1 +, R3768-6.1-1 +-, R9568-6.1-1 +-, P-12 -, P-52 - */
TEST(interval)
{
#define V2(value) "-d " value ": must be a whole number from 1 to 255 with " \
	"version 2 (version 3, -3, can do it)"
#define V3(value) "-d " value ": must be a multiple of 0.01 from 0.01 to " \
	"40.95 with version 3"
	static const struct {
		const char *value;
		unsigned cs;
		const char *v2, *v3;	/* NULL = taken */
	} t[] = {
		{ "0.01", 1, V2("0.01"), NULL },
		{ "0.1", 10, V2("0.10"), NULL },
		{ "0.10", 10, V2("0.10"), NULL },
		{ "0.05", 5, V2("0.05"), NULL },
		{ "0.5", 50, V2("0.50"), NULL },
		{ "0.99", 99, V2("0.99"), NULL },
		{ "1.5", 150, V2("1.50"), NULL },
		{ "1.01", 101, V2("1.01"), NULL }, { "1", 100, NULL, NULL },
		{ "1.0", 100, NULL, NULL }, { "1.00", 100, NULL, NULL },
		{ "40", 4000, NULL, NULL },
		{ "40.95", 4095, V2("40.95"), NULL },
		{ "40.96", 4096, V2("40.96"), V3("40.96") },
		{ "41", 4100, NULL, V3("41.00") },
		{ "254.5", 25450, V2("254.50"), V3("254.50") },
		{ "255", 25500, NULL, V3("255.00") },
		{ "255.00", 25500, NULL, V3("255.00") },
	};
	int v3;

	EACH(i, t) {
		for (v3 = 0; v3 < 2; v3++) {
			begin("192.0.2.1");
			give('d', t[i].value);
			ck_assert_int_eq(conf.vr.interval,
			    t[i].cs * VRRP_CENTISECOND);
			if (v3)
				give('3', NULL);
			finish(v3 ? t[i].v3 : t[i].v2);
		}
	}
	give('d', "0.07");
	ck_assert(prints("\ninterval 0.07 s\n"));
	/* IPv6 is version 3 without a word. */
	begin("fe80::1");
	give('d', "0.01");
	finish(NULL);
}

/* P-12, P-52, F30, C17: nothing is rounded, and nothing is half a number */
/* proves: P-12 -, P-52 - */
TEST(refused_intervals)
{
	static const char *const t[] = {
		"0", "0.0", "0.00", "0.001", "0.011", "1.055", "256", "255.01",
		"300", "1.", ".5", ".", "..", "", "5x", "1.5x", "1.x", "1.5 ",
		" 1.5", "1 .5", "1. 5", "-1", "+1", "-0.5", "1.-5", "1.+5",
		"1,5", "1e2", "1..5", "1.5.5", "0x1", "1.0x", "inf", "nan",
		"4294967296", "42949673.96", "18446744073709551617.5",
	};
	char message[CONF_ERROR_LEN];
	struct conf before;

	EACH(i, t) {
		setup();
		before = conf;
		ck_assert_msg(conf_set(&conf, 'd', t[i], err) == -1,
		    "-d %s was taken", t[i]);
		snprintf(message, sizeof(message), "-d %s: must be a whole "
		    "number from 1 to 255, or with version 3 a multiple of "
		    "0.01 from 0.01 to 40.95", t[i]);
		ck_assert_str_eq(err, message);
		ck_assert_mem_eq(&conf, &before, sizeof(conf));
	}
}

/* The other values at their bounds, and the line that the dry run prints */
/* proves: R6527-accept + */
TEST(accepted)
{
	static const struct {
		int option;
		const char *value, *line;
	} t[] = {
		{ CONF_CHECKSUM, "auto", "\nchecksum auto\n" },
		{ CONF_CHECKSUM, "rfc9568", "\nchecksum rfc9568\n" },
		{ CONF_CHECKSUM, "pseudo-header",
		    "\nchecksum pseudo-header\n" },
		{ CONF_MACVLAN, NULL, "\nvirtual mac on macvlan vrrp.51\n" },
		{ CONF_MACVLAN, "vip0", "\nvirtual mac on macvlan vip0\n" },
		{ CONF_MACVLAN, "abcdefghijklmno",
		    "\nvirtual mac on macvlan abcdefghijklmno\n" },
		{ 'n', NULL, "\nvirtual mac no\n" },
		{ CONF_NO_ACCEPT, NULL,
		    "\naccept packets to the addresses no\n" },
		{ CONF_DOWN_TIMER_ADVERTS, "2",
		    "\nlost adverts until the Master is down 2\n" },
		{ CONF_DOWN_TIMER_ADVERTS, "100",
		    "\nlost adverts until the Master is down 100\n" },
		{ CONF_MIN_INTERVAL, "0.01",
		    "\nlearned interval at least 0.01 s\n" },
		{ CONF_MIN_INTERVAL, "0.5",
		    "\nlearned interval at least 0.50 s\n" },
		{ CONF_MIN_INTERVAL, "7",
		    "\nlearned interval at least 7.00 s\n" },
		{ CONF_MIN_INTERVAL, "40.95",
		    "\nlearned interval at least 40.95 s\n" },
		{ CONF_REALTIME, NULL, "\nrealtime yes\n" },
		{ 'a', "none", "\nauthentication none\n" },
	};

	EACH(i, t) {
		begin("192.0.2.1");
		give('3', NULL);
		give(t[i].option, t[i].value);
		finish(NULL);
		ck_assert_msg(prints(t[i].line), "%s missing in\n%s",
		    t[i].line, text);
	}
}

TEST(values)
{
	begin("192.0.2.1");
	give(CONF_CHECKSUM, "pseudo-header");
	ck_assert_int_eq(conf.vr.checksum, VRRP_SUM_PSEUDO);
	give(CONF_CHECKSUM, "rfc9568");
	ck_assert_int_eq(conf.vr.checksum, VRRP_SUM_MESSAGE);
	give(CONF_CHECKSUM, "auto");
	ck_assert_int_eq(conf.vr.checksum, VRRP_SUM_AUTO);
	give(CONF_DOWN_TIMER_ADVERTS, "100");
	ck_assert_uint_eq(conf.vr.down_adverts, 100);
	give(CONF_MIN_INTERVAL, "40.95");
	ck_assert_int_eq(conf.vr.min_interval, 4095 * VRRP_CENTISECOND);
	give(CONF_NO_ACCEPT, NULL);
	ck_assert(!conf.vr.accept);
	give(CONF_REALTIME, NULL);
	ck_assert(conf.realtime);
	give(CONF_MACVLAN, "vip0");
	ck_assert(conf.use_macvlan && conf.vr.vmac);
	ck_assert_str_eq(conf.macvlan, "vip0");
}

TEST(refused)
{
#define COUNT(v) "--down-timer-adverts " v ": must be a whole number from 2 " \
	"to 100"
#define MIN(v)	"--min-interval " v ": must be a multiple of 0.01 from 0.01 " \
	"to 40.95"
#define SUM(v)	"--checksum " v ": must be auto, rfc9568 or pseudo-header"
#define VERS(v) "--vrrp-version " v ": must be a whole number from 2 to 3"
#define IFNAME(v) "--macvlan '" v "': an interface name has 1 to 15 characters"
#define NOT_NAME(v) "--macvlan '" v "': not an interface name"
#define ALIAS(v) "--macvlan '" v "': not an interface name (an alias cannot " \
	"send; name the interface itself)"
	static const struct {
		int option;
		const char *value, *message;
	} t[] = {
		{ CONF_VERSION, "1", VERS("1") },
		{ CONF_VERSION, "4", VERS("4") },
		{ CONF_VERSION, "", VERS("") },
		{ CONF_VERSION, "v3", VERS("v3") },
		{ CONF_VERSION, "3.0", VERS("3.0") },
		{ CONF_CHECKSUM, "", SUM("") },
		{ CONF_CHECKSUM, "rfc5798", SUM("rfc5798") },
		{ CONF_CHECKSUM, "rfc9569", SUM("rfc9569") },
		{ CONF_CHECKSUM, "AUTO", SUM("AUTO") },
		{ CONF_CHECKSUM, "pseudo", SUM("pseudo") },
		{ CONF_CHECKSUM, "auto ", SUM("auto ") },
		{ CONF_DOWN_TIMER_ADVERTS, "0", COUNT("0") },
		{ CONF_DOWN_TIMER_ADVERTS, "1", COUNT("1") },
		{ CONF_DOWN_TIMER_ADVERTS, "101", COUNT("101") },
		{ CONF_DOWN_TIMER_ADVERTS, "258", COUNT("258") },
		{ CONF_DOWN_TIMER_ADVERTS, "2.5", COUNT("2.5") },
		{ CONF_DOWN_TIMER_ADVERTS, "", COUNT("") },
		{ CONF_MIN_INTERVAL, "0", MIN("0") },
		{ CONF_MIN_INTERVAL, "0.00", MIN("0.00") },
		{ CONF_MIN_INTERVAL, "0.001", MIN("0.001") },
		{ CONF_MIN_INTERVAL, "40.96", MIN("40.96") },
		{ CONF_MIN_INTERVAL, "41", MIN("41") },
		{ CONF_MIN_INTERVAL, "1.", MIN("1.") },
		{ CONF_MIN_INTERVAL, ".5", MIN(".5") },
		{ CONF_MIN_INTERVAL, "5x", MIN("5x") },
		{ CONF_MACVLAN, ".", NOT_NAME(".") },
		{ CONF_MACVLAN, "..", NOT_NAME("..") },
		{ CONF_MACVLAN, "a/b", NOT_NAME("a/b") },
		{ CONF_MACVLAN, "a b", NOT_NAME("a b") },
		{ CONF_MACVLAN, "vrrp%d", NOT_NAME("vrrp%d") },
		{ CONF_MACVLAN, "all", NOT_NAME("all") },
		{ CONF_MACVLAN, "default", NOT_NAME("default") },
		{ CONF_MACVLAN, "", IFNAME("") },
		{ CONF_MACVLAN, "abcdefghijklmnop",
		    IFNAME("abcdefghijklmnop") },
		{ CONF_MACVLAN, "vip:1", ALIAS("vip:1") },
	};

	EACH(i, t) {
		setup();
		ck_assert_msg(conf_set(&conf, t[i].option, t[i].value,
		    err) == -1, "%s was taken", t[i].value);
		ck_assert_str_eq(err, t[i].message);
	}
}

/* What does not go together, in either order of the words */
/* proves: R9568-9-1 +- */
TEST(conflicts)
{
#define NO_AUTH	"-a: version 3 has no authentication"
#define BOTH	"--macvlan and -n: with or without a virtual MAC, not both"
#define ITSELF	"--macvlan=eth0: that is the interface itself"
#define ONE_SUM	"--checksum: version 2 has one form only"
	static const struct {
		const char *address;
		int option[2];
		const char *value[2];
		const char *message;
	} t[] = {
		/* R9568-9-1 */
		{ "192.0.2.1", { '3', 'a' }, { NULL, "pw/secret" }, NO_AUTH },
		{ "fe80::1", { 0, 'a' }, { NULL, "pw/secret" }, NO_AUTH },
		{ "fe80::1", { 0, 'a' }, { NULL, "none" }, NULL },
		{ "192.0.2.1", { 0, 'a' }, { NULL, "pw/secret" }, NULL },
		{ "192.0.2.1", { CONF_MACVLAN, 'n' }, { NULL, NULL }, BOTH },
		{ "fe80::1", { CONF_MACVLAN, 'n' }, { "vip0", NULL }, BOTH },
		{ "192.0.2.1", { 0, CONF_MACVLAN }, { NULL, "eth0" }, ITSELF },
		{ "192.0.2.1", { 0, CONF_MACVLAN }, { NULL, "eth0.1" }, NULL },
		{ "192.0.2.1", { 0, CONF_CHECKSUM }, { NULL, "auto" }, NULL },
		{ "192.0.2.1", { 0, CONF_CHECKSUM }, { NULL, "rfc9568" },
		    ONE_SUM },
		{ "192.0.2.1", { 0, CONF_CHECKSUM }, { NULL, "pseudo-header" },
		    ONE_SUM },
		/* R9568-5.2.8-3 */
		{ "fe80::1", { 0, CONF_CHECKSUM }, { NULL, "rfc9568" },
		    "--checksum rfc9568: IPv6 has the pseudo-header only" },
		{ "fe80::1", { 0, CONF_CHECKSUM }, { NULL, "pseudo-header" },
		    NULL },
		{ "fe80::1", { 0, CONF_CHECKSUM }, { NULL, "auto" }, NULL },
		/* P-44 */
		{ "192.0.2.1", { '3', CONF_STRICT_ADDRESSES }, { NULL, NULL },
		    "--strict-addresses: version 3 drops no advert for its "
		    "address list" },
		{ "192.0.2.1", { 0, CONF_STRICT_ADDRESSES }, { NULL, NULL },
		    NULL },
		{ "192.0.2.1", { 0, CONF_MACVLAN }, { NULL, "a0" }, NULL },
		{ "192.0.2.1", { 0, CONF_DRY_RUN }, { NULL, NULL }, NULL },
		{ "192.0.2.1", { 0, 'F' }, { NULL, NULL }, NULL },
		{ "192.0.2.1", { 'D', 'F' }, { NULL, NULL },
		    "-D and -F: background or foreground, not both" },
	};
	int turn, j;

	EACH(i, t) {
		for (turn = 0; turn < 2; turn++) {
			begin(t[i].address);
			for (j = 0; j < 2; j++)
				if (t[i].option[j ^ turn] != 0)
					give(t[i].option[j ^ turn],
					    t[i].value[j ^ turn]);
			finish(t[i].message);
		}
	}
}

/* The name of the device follows the VRID, unless it is given. */
TEST(macvlan_names)
{
	begin("192.0.2.1");
	give(CONF_MACVLAN, NULL);
	give('v', "255");
	finish(NULL);
	ck_assert(conf.use_macvlan);
	ck_assert_str_eq(conf.macvlan, "vrrp.255");
	begin("192.0.2.1");
	finish(NULL);
	ck_assert(!conf.use_macvlan);
	ck_assert(prints("\nvirtual mac on eth0\n"));
	/* It is no name before it is asked for. */
	begin("192.0.2.1");
	give('i', "vrrp.51");
	finish(NULL);
	/* Names of one letter, and of an octet that is no letter */
	begin("192.0.2.1");
	give('i', "e");
	give(CONF_MACVLAN, "v");
	finish(NULL);
	ck_assert_str_eq(conf.macvlan, "v");
	begin("192.0.2.1");
	give('i', "\xfe");
	give(CONF_MACVLAN, "\xff");
	finish(NULL);
	ck_assert_str_eq(conf.macvlan, "\xff");
	/* Its own default name for an interface is refused too. */
	begin("192.0.2.1");
	give('i', "vrrp.51");
	give(CONF_MACVLAN, NULL);
	finish("--macvlan=vrrp.51: that is the interface itself");
}

/* R9568-5.2.9-2: one family, whichever came first */
/* proves: R9568-5.2.9-2 - */
TEST(mixed_families)
{
	begin("192.0.2.1");
	refuse_address("2001:db8::1/64", "2001:db8::1/64: IPv4 and IPv6 do not "
	    "mix; start a vrrpd for each");
	begin("fe80::1");
	refuse_address("192.0.2.1", "192.0.2.1: IPv4 and IPv6 do not mix; "
	    "start a vrrpd for each");
	ck_assert_uint_eq(conf.vr.naddr, 1);
	ck_assert_ptr_eq(conf.vr.family, &vrrp_ipv6);
	/* A refused one does not settle the family. */
	begin(NULL);
	ck_assert_int_eq(conf_add_address(&conf, "::1", err), -1);
	give_address("192.0.2.1");
}

TEST(min_interval_is_for_version_3)
{
	begin(NULL);
	give('i', "eth0");
	give('v', "51");
	give(CONF_MIN_INTERVAL, "10");
	give_address("192.0.2.1");
	finish("--min-interval: version 2 learns no interval");
}

/* /64 for link-local addresses, else /128 */
TEST(addresses)
{
	static const struct {
		const char *value, *host;
		uint8_t plen;
	} t[] = {
		{ "fe80::1", "fe80::1", 64 }, { "fe80::1/64", "fe80::1", 64 },
		{ "fe80::1/128", "fe80::1", 128 },
		{ "fe80::1/1", "fe80::1", 1 }, { "FE80::1", "fe80::1", 64 },
		{ "febf:ffff::1", "febf:ffff::1", 64 },
		{ "fec0::1", "fec0::1", 128 }, { "fe7f::1", "fe7f::1", 128 },
		{ "2080::1", "2080::1", 128 },
		{ "2001:db8::1", "2001:db8::1", 128 },
		{ "2001:db8::1/64", "2001:db8::1", 64 },
		{ "2001:db8::1/128", "2001:db8::1", 128 },
		{ "2001:db8::/64", "2001:db8::", 64 }, { "::2", "::2", 128 },
		{ "::fffe:192.0.2.1", "::fffe:c000:201", 128 },
		{ "2001:0db8:1111:2222:3333:4444:123.123.123.123/127",
		    "2001:db8:1111:2222:3333:4444:7b7b:7b7b", 127 },
	};

	EACH(i, t) {
		struct vrrp_vip vip;

		memset(&vip, 0, sizeof(vip));
		vip.addr = addr(t[i].host);
		vip.plen = t[i].plen;
		setup();
		ck_assert_msg(conf_add_address(&conf, t[i].value, err) == 0,
		    "%s", err);
		ck_assert_uint_eq(conf.vr.naddr, 1);
		ck_assert_mem_eq(&conf.vr.vip[0], &vip, sizeof(vip));
	}
}

TEST(refused_addresses)
{
#define NOT	": not an IPv4 or IPv6 address"
#define LEN	": the prefix length must be a whole number from 1 to 128"
#define SELF	": :: and ::1 cannot be shared"
#define MULTI	": a multicast address cannot be shared"
#define MAPPED	": an IPv4-mapped IPv6 address; give it as IPv4"
	static const char *const t[][2] = {
		{ ":", NOT }, { ":::", NOT }, { "fe80:::1", NOT },
		{ "fe80::1::2", NOT }, { "fe80::1%eth0", NOT },
		{ "[fe80::1]", NOT }, { "fe80::1 ", NOT }, { " fe80::1", NOT },
		{ "fe80::12345", NOT }, { "1:2:3:4:5:6:7", NOT },
		{ "1:2:3:4:5:6:7:8:9", NOT }, { "fe80::g", NOT },
		{ "2001:0db8:1111:2222:3333:4444:5555:123.123.123.123", NOT },
		{ "fe80::1/", LEN }, { "fe80::1/0", LEN },
		{ "fe80::1/129", LEN }, { "2001:db8::1/64x", LEN },
		{ "2001:db8::1/64/64", LEN },
		{ "::", SELF }, { "::/64", SELF }, { "::1", SELF },
		{ "::1/128", SELF }, { "0:0:0:0:0:0:0:0", SELF },
		{ "ff02::12", MULTI }, { "ff00::", MULTI },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", MULTI },
		{ "::ffff:192.0.2.1", MAPPED }, { "::ffff:0:1", MAPPED },
	};
	char message[CONF_ERROR_LEN];

	EACH(i, t) {
		setup();
		ck_assert_msg(conf_add_address(&conf, t[i][0], err) == -1,
		    "%s was taken", t[i][0]);
		snprintf(message, sizeof(message), "%s%s", t[i][0], t[i][1]);
		ck_assert_str_eq(err, message);
		ck_assert_uint_eq(conf.vr.naddr, 0);
	}
	/* Twice is twice, however it is written. */
	begin("2001:db8::a");
	refuse_address("2001:DB8:0::A/64", "2001:DB8:0::A/64: given twice");
}

/* R9568-6.1-5, 5.2.9-1, F21: first in the list, the others keep their order */
/* proves: R9568-5.2.9-1 +, R9568-6.1-5 + */
TEST(link_local_first)
{
	static const char *const given[] = {
		"2001:db8::3/64", "2001:db8::1", "fe80::1", "2001:db8::2",
		"fe80::2"
	};
	static const char *const sorted[] = {
		"fe80::1", "2001:db8::3", "2001:db8::1", "2001:db8::2",
		"fe80::2"
	};
	static const uint8_t plens[] = { 64, 64, 128, 128, 64 };
	size_t i;

	begin(NULL);
	for (i = 0; i < 5; i++)
		give_address(given[i]);
	finish(NULL);
	ck_assert_uint_eq(conf.vr.naddr, 5);
	for (i = 0; i < 5; i++) {
		struct vrrp_addr a = addr(sorted[i]);

		ck_assert_mem_eq(&conf.vr.vip[i].addr, &a, sizeof(a));
		ck_assert_uint_eq(conf.vr.vip[i].plen, plens[i]);
	}
	ck_assert(prints("address fe80::1/64\naddress 2001:db8::3/64\n"
	    "address 2001:db8::1/128\naddress 2001:db8::2/128\n"
	    "address fe80::2/64\n"));
	/* Again changes nothing. */
	finish(NULL);
	ck_assert(prints("log level info\naddress fe80::1/64\naddress 2001"));
}

/* P-40: not invented; the line proposes one, which is taken as it stands */
/* proves: R9568-5.2.9-1 -, R9568-6.1-5 -, P-40 - */
TEST(no_link_local)
{
	static const char *const vrids[][2] = {
		{ "1", "fe80::1" }, { "51", "fe80::33" }, { "255", "fe80::ff" }
	};
	char message[CONF_ERROR_LEN];
	size_t i;

	for (i = 0; i < 3; i++) {
		begin("2001:db8::1");
		give('v', vrids[i][0]);
		snprintf(message, sizeof(message), "no link-local ADDRESS: "
		    "IPv6 needs one that all routers share, for example %s",
		    vrids[i][1]);
		finish(message);
		give_address(vrids[i][1]);
		finish(NULL);
	}
	/* Nor among so many, or behind the last */
	begin(NULL);
	for (i = 1; i <= VRRP_ADDR_MAX; i++) {
		snprintf(message, sizeof(message), "2001:db8::%zx", i);
		give_address(message);
	}
	ck_assert_int_eq(conf_finish(&conf, err), -1);
	/* IPv4 has no such thing. */
	begin("192.0.2.1");
	give('3', NULL);
	finish(NULL);
}

/* P-30, P-31 in IPv6, and accept for who owns the addresses (R9568-6.4.3-g) */
/* proves: R9568-5.2.4-1 +-, R9568-5.2.4-2 +-, P-30 +-, P-31 - */
TEST(owner)
{
	static const bool none[2] = { false, false }, all[2] = { true, true };
	static const bool some[2] = { true, false };

	begin("2001:db8::1");
	give_address("fe80::1");
	give(CONF_NO_ACCEPT, NULL);
	finish(NULL);
	set_owner(some, "fe80::1 is a real address of eth0 and 2001:db8::1 is "
	    "not: all ADDRESSes must be real ones, or none");
	set_owner(none, NULL);
	ck_assert_uint_eq(conf.vr.priority, 100);
	ck_assert(prints("\naccept packets to the addresses no\n"));
	give('p', "255");
	set_owner(none, "-p 255: only for the owner of the addresses, others 1 "
	    "to 254 (fe80::1 is no address of eth0)");
	set_owner(all, NULL);
	ck_assert(prints("\npriority 255 (owner)\n"));
	ck_assert(prints("\naccept packets to the addresses yes\n"));
	give('p', "254");
	set_owner(all, "-p 254: every ADDRESS is a real one of eth0; the "
	    "priority of the owner is always 255");
}

TEST(print_all)
{
	static const bool none[2] = { false, false };

	begin("2001:db8::1/64");
	give_address("fe80::33");
	give('d', "0.1");
	give('p', "200");
	give(CONF_MACVLAN, NULL);
	give(CONF_NO_ACCEPT, NULL);
	give(CONF_DOWN_TIMER_ADVERTS, "2");
	give(CONF_MIN_INTERVAL, "0.05");
	give(CONF_REALTIME, NULL);
	finish(NULL);
	set_owner(none, NULL);
	conf_print(text, sizeof(text), &conf);
	ck_assert_str_eq(text,
	    "interface eth0\nversion 3\nvrid 51\npriority 200\n"
	    "interval 0.10 s\nlearned interval at least 0.05 s\n"
	    "lost adverts until the Master is down 2\n"
	    "virtual mac on macvlan vrrp.51\n"
	    "accept packets to the addresses no\n"
	    "preempt yes\nauthentication none\nchecksum auto\n"
	    "start delay 0 s\npreempt delay 0 s\nrefresh 60 s\n"
	    "differing address lists logged\nrealtime yes\n"
	    "sandbox user nobody\nguard yes\nlease yes\nhang limit 1 s\n"
	    "pid file /run/vrrpd6_eth0_51.pid\n"
	    "frames recorded in nothing\n"
	    "on master nothing\non backup nothing\nlog level info\n"
	    "address fe80::33/64\naddress 2001:db8::1/64\n");
}

/* R9568-3-1: IPv4 and IPv6 of one VRID are two routers */
/* proves: R9568-3-1 + */
TEST(pid_stem)
{
	begin("192.0.2.1");
	ck_assert_str_eq(conf_pid_stem(&conf), "vrrpd");
	give('3', NULL);
	finish(NULL);
	ck_assert_str_eq(conf_pid_stem(&conf), "vrrpd");
	begin("fe80::1");
	ck_assert_str_eq(conf_pid_stem(&conf), "vrrpd6");
}

/* CONF_TEXT_LEN holds 255 of the longest; a small buffer is not overrun */
TEST(print_longest)
{
	static char path[CONF_PATH_MAX + 1];
	char value[60];
	unsigned i;

	memset(path, 'p', CONF_PATH_MAX);
	begin("fe80:1111:2222:3333:4444:5555:6666:7777/128");
	give('i', "abcdefghijklmno");
	give('f', path);
	give('U', path);
	give(CONF_ON_BACKUP, path);
	give(CONF_PCAP, path);
	give(CONF_MACVLAN, "onmlkjihgfedcba");
	give(CONF_CHECKSUM, "pseudo-header");
	for (i = 1; i < VRRP_ADDR_MAX; i++) {
		snprintf(value, sizeof(value), "2001:1111:2222:3333:4444:5555:"
		    "6666:%x", 0x1000 + i);
		give_address(value);
	}
	finish(NULL);
	ck_assert(prints("address 2001:1111:2222:3333:4444:5555:6666:10fe/128"
	    "\n"));
	print_into_any_size(5200);
}

RUN_TESTS("conf3", 60, setup, NULL)
