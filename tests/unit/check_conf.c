/*
 * conf.c: each option of the classic command line with its default, the values
 * at its bounds, and everything refused with the whole message (F11, F30, C17).
 * P- ids name policy rows, F.. and C.. old defects of VRRP daemons.
 */
#include "conf_util.h"

#include <syslog.h>

#define RANGE(option, value, min, max) \
	option " " value ": must be a whole number from " min " to " max
#define IFNAME_LENGTH(name) \
	"-i '" name "': an interface name has 1 to 15 characters"
#define NOT_IFNAME(name) \
	"-i '" name "': not an interface name"
#define PRIORITY(value) \
	"-p " value ": must be a whole number from 1 to 254; 255 is the owner's"
#define NOT_USER(name) \
	"--user '" name "': a name of /etc/passwd has 1 to 32 characters and " \
	"no colon"
#define X10	"xxxxxxxxxx"
#define X64	X10 X10 X10 X10 X10 X10 "xxxx"

static char *
repeat(char c, size_t n)
{
	static char buf[CONF_PATH_MAX + 2];

	ck_assert_uint_lt(n, sizeof(buf));
	memset(buf, c, n);
	buf[n] = '\0';
	return buf;
}

/* proves: R3768-6.1-1 +, R3768-6.1-4 + */
TEST(defaults)
{
	ck_assert_uint_eq(conf.vr.priority, 0);	/* set with the owner */
	ck_assert_int_eq(conf.vr.interval, VRRP_SECOND);
	ck_assert_int_eq(conf.vr.min_interval, VRRP_CENTISECOND);
	ck_assert_uint_eq(conf.vr.down_adverts, 3);
	ck_assert_int_eq(conf.vr.checksum, VRRP_SUM_AUTO);
	ck_assert_uint_eq(conf.vr.version, 0);	/* set with the addresses */
	ck_assert_ptr_null(conf.vr.family);
	ck_assert(conf.vr.vmac && conf.vr.preempt && conf.vr.accept);
	ck_assert(!conf.use_macvlan && !conf.realtime);
	ck_assert(conf.sandbox);
	ck_assert_ptr_null(conf.user);
	ck_assert(!conf.vr.owner && !conf.vr.strict_addresses);
	ck_assert_int_eq(conf.vr.start_delay, 0);
	ck_assert_int_eq(conf.vr.preempt_delay, 0);
	ck_assert_int_eq(conf.vr.refresh, 60 * VRRP_SECOND);
	ck_assert_uint_eq(conf.vr.auth_type, VRRP_AUTH_NONE);
	ck_assert_str_eq(conf.piddir, "/run");
	ck_assert_int_eq(conf.log_level, LOG_INFO);
	ck_assert_ptr_null(conf.log_name);
	ck_assert_ptr_null(conf.on_master);
	ck_assert_ptr_null(conf.on_backup);
	ck_assert_ptr_null(conf.pcap);
	ck_assert(!conf.daemonize && !conf.foreground && !conf.dry_run);
}

/* Each value at its bound, and the line that the dry run prints of it */
/* proves: R3768-5.3.3-1 +, R3768-6.1-1 + */
TEST(accepted)
{
	static const struct {
		int option;
		const char *value, *line;
	} t[] = {
		{ 'i', "e", "interface e\n" },
		{ 'i', "abcdefghijklmno", "interface abcdefghijklmno\n" },
		{ 'i', "-", "interface -\n" },
		{ 'i', "br-lan.12", "interface br-lan.12\n" },	/* C15 */
		{ 'i', "all0", "interface all0\n" },
		{ 'i', "...", "interface ...\n" }, { 'v', "1", "vrid 1\n" },
		{ 'v', "255", "vrid 255\n" }, { 'p', "1", "priority 1\n" },
		{ 'p', "254", "priority 254\n" },
		{ 'p', "255", "priority 255\n" },
		{ 'd', "1", "interval 1.00 s\n" },
		{ 'd', "255", "interval 255.00 s\n" },
		{ 'n', NULL, "virtual mac no\n" },
		{ 's', NULL, "preempt no\n" },
		{ 'a', "none", "authentication none\n" },
		{ 'a', "pw/secret", "authentication password\n" },
		{ 'f', "/var/run", "pid file /var/run/vrrpd_" },
		{ 'f', "\xc3\xa9", "pid file \xc3\xa9/vrrpd_" },
		{ 'U', "/bin/up", "on master /bin/up\n" },
		{ CONF_ON_BACKUP, "/bin/down", "on backup /bin/down\n" },
		{ CONF_PCAP, "/tmp/it", "frames recorded in /tmp/it\n" },
		{ 'S', "0", "start delay 0 s\n" },
		{ 'S', "3600", "start delay 3600 s\n" },
		{ CONF_PREEMPT_DELAY, "0", "preempt delay 0 s\n" },
		{ CONF_PREEMPT_DELAY, "3600", "preempt delay 3600 s\n" },
		{ CONF_REFRESH, "0", "refresh 0 s\n" },
		{ CONF_REFRESH, "86400", "refresh 86400 s\n" },
		{ CONF_STRICT_ADDRESSES, NULL, "address lists dropped\n" },
		{ CONF_USER, "v", "sandbox user v\n" },
		{ CONF_USER, X10 X10 X10 "-_", "sandbox user " X10 X10 X10
		    "-_\n" },
		{ CONF_USER, "1000", "sandbox user 1000\n" },
		{ CONF_NO_SANDBOX, NULL, "sandbox no\n" },
		{ 'L', "err", "log level err\n" },
		{ 'L', "warning", "log level warning\n" },
		{ 'L', "notice", "log level notice\n" },
		{ 'L', "info", "log level info\n" },
		{ 'L', "debug", "log level debug\n" },
	};

	EACH(i, t) {
		setup();
		give(t[i].option, t[i].value);
		ck_assert_msg(prints(t[i].line), "%s missing in\n%s",
		    t[i].line, text);
		ck_assert_str_eq(err, "");
	}
}

TEST(flags)
{
	give('D', NULL);
	ck_assert(conf.daemonize && !conf.foreground && !conf.dry_run);
	setup();
	give('F', NULL);
	ck_assert(conf.foreground && !conf.daemonize && !conf.dry_run);
	setup();
	give(CONF_DRY_RUN, NULL);
	ck_assert(conf.dry_run && !conf.foreground && !conf.daemonize);
	give('l', repeat('x', 32));
	ck_assert_uint_eq(strlen(conf.log_name), 32);
	give('l', "!~");
	ck_assert_str_eq(conf.log_name, "!~");
	/* The last word counts, whole. */
	give('i', "eth0");
	give('i', "lo");
	ck_assert_str_eq(conf.vr.ifname, "lo");
	give('L', "err");
	ck_assert_int_eq(conf.log_level, LOG_ERR);
	give('L', "debug");
	ck_assert_int_eq(conf.log_level, LOG_DEBUG);
}

/* Refused with the whole line, and nothing has changed (F11, F30, C17, P-12) */
/* proves: R3768-5.3.3-1 -, R3768-5.3.4-4 -, P-12 - */
TEST(refused)
{
	static const struct {
		int option;
		const char *value, *message;
	} t[] = {
		{ 'v', "0", RANGE("-v", "0", "1", "255") },
		{ 'v', "256", RANGE("-v", "256", "1", "255") },
		{ 'v', "", RANGE("-v", "", "1", "255") },
		{ 'v', "-1", RANGE("-v", "-1", "1", "255") },
		{ 'v', "+5", RANGE("-v", "+5", "1", "255") },
		{ 'v', " 5", RANGE("-v", " 5", "1", "255") },
		{ 'v', "5 ", RANGE("-v", "5 ", "1", "255") },
		{ 'v', "5x", RANGE("-v", "5x", "1", "255") },
		{ 'v', "0x5", RANGE("-v", "0x5", "1", "255") },
		{ 'v', "1:", RANGE("-v", "1:", "1", "255") },
		{ 'v', "1/", RANGE("-v", "1/", "1", "255") },
		{ 'v', "1\xb9", RANGE("-v", "1\xb9", "1", "255") },
		{ 'v', "4294967297", RANGE("-v", "4294967297", "1", "255") },
		{ 'v', "18446744073709551617",
		    RANGE("-v", "18446744073709551617", "1", "255") },
		{ 'p', "0", PRIORITY("0") }, { 'p', "256", PRIORITY("256") },
		{ 'p', "300", PRIORITY("300") }, { 'p', "", PRIORITY("") },
		{ 'p', "1x", PRIORITY("1x") },
		{ 'S', "3601", RANGE("-S", "3601", "0", "3600") },
		{ 'S', "-1", RANGE("-S", "-1", "0", "3600") },
		{ 'S', "", RANGE("-S", "", "0", "3600") },
		{ CONF_PREEMPT_DELAY, "3601",
		    RANGE("--preempt-delay", "3601", "0", "3600") },
		{ CONF_PREEMPT_DELAY, "1m",
		    RANGE("--preempt-delay", "1m", "0", "3600") },
		{ CONF_REFRESH, "86401",
		    RANGE("--refresh", "86401", "0", "86400") },
		{ CONF_REFRESH, "never",
		    RANGE("--refresh", "never", "0", "86400") },
		{ 'v', X64 X64 X64 X64 X64, RANGE("-v", X64, "1", "255") },
		{ 'L', "loud", "-L loud: must be err, warning, notice, info or "
		    "debug" },
		{ 'L', "", "-L : must be err, warning, notice, info or debug" },
		{ 'L', "INFO", "-L INFO: must be err, warning, notice, info or "
		    "debug" },
		{ 'i', "", IFNAME_LENGTH("") },
		{ 'i', "abcdefghijklmnop", IFNAME_LENGTH("abcdefghijklmnop") },
		{ 'i', "eth0:1", NOT_IFNAME("eth0:1") " (an alias "
		    "cannot send; name the interface itself)" },
		{ 'i', "a/b", NOT_IFNAME("a/b") },
		{ 'i', "a b", NOT_IFNAME("a b") },
		{ 'i', ".", NOT_IFNAME(".") }, { 'i', "..", NOT_IFNAME("..") },
		{ 'i', "all", NOT_IFNAME("all") },
		{ 'i', "default", NOT_IFNAME("default") },
		{ 'i', "a\ta", NOT_IFNAME("a\ta") },
		{ 'i', "\xc3\xa0", NOT_IFNAME("\xc3\xa0") },
		{ 'f', "", "-f '': a path has 1 to 1000 characters" },
		{ 'U', "", "-U '': a path has 1 to 1000 characters" },
		{ CONF_ON_BACKUP, "",
		    "--on-backup '': a path has 1 to 1000 characters" },
		{ CONF_PCAP, "", "--pcap '': a path has 1 to 1000 characters" },
		{ CONF_USER, "", NOT_USER("") },
		{ CONF_USER, "a:b", NOT_USER("a:b") },
		{ CONF_USER, X10 X10 X10 "xxx", NOT_USER(X10 X10 X10 "xxx") },
		{ 'l', "", "-l '': must have 1 to 32 characters" },
		{ 'l', X10 X10 X10 "xxx",
		    "-l '" X10 X10 X10 "xxx': must have 1 to 32 characters" },
		{ 'l', " a", "-l: character 1 is not a printable one" },
		{ 'l', "a b", "-l: character 2 is not a printable one" },
		{ 'l', "ab\x7f", "-l: character 3 is not a printable one" },
		{ 'm', "eth1", "option 109 is not known" },
	};
	struct conf before;

	EACH(i, t) {
		setup();
		memcpy(&before, &conf, sizeof(conf));
		ck_assert_msg(conf_set(&conf, t[i].option, t[i].value,
		    err) == -1, "%c %s was taken", t[i].option, t[i].value);
		ck_assert_str_eq(err, t[i].message);
		ck_assert_mem_eq(&conf, &before, sizeof(conf));
	}
}

TEST(longest_paths)
{
	static const int options[] = { 'f', 'U', CONF_ON_BACKUP, CONF_PCAP };

	EACH(i, options) {
		setup();
		give(options[i], repeat('/', CONF_PATH_MAX));
		ck_assert_int_eq(conf_set(&conf, options[i],
		    repeat('/', CONF_PATH_MAX + 1), err), -1);
		ck_assert_ptr_nonnull(strstr(err,
		    "a path has 1 to 1000 characters"));
	}
}

/* R2338-5.3.10-2: zero fill; text and hex are the same octets */
/* proves: R2338-5.3.10-1 +, R2338-5.3.10-2 + */
TEST(passwords)
{
	static const struct {
		const char *value, *octets;
	} t[] = {
		{ "pw/s", "s\0\0\0\0\0\0" }, { "pw/vrrppass", "vrrppass" },
		{ "pw/0x76727270", "vrrp\0\0\0" },
		{ "pw/0x76", "v\0\0\0\0\0\0" },
		{ "pw/0x00ff00FFaBCd10Ef", "\x00\xff\x00\xff\xab\xcd\x10\xef" },
		{ "pw/a/b c", "a/b c\0\0" }, { "pw/none", "none\0\0\0" },
	};
	static const uint8_t zeros[VRRP_AUTH_LEN];

	EACH(i, t) {
		give('a', t[i].value);
		ck_assert_uint_eq(conf.vr.auth_type, VRRP_AUTH_PASSWORD);
		ck_assert_mem_eq(conf.vr.auth, t[i].octets, VRRP_AUTH_LEN);
	}
	/* R2338-5.3.6.1-1: the last word counts, and leaves no password */
	give('a', "none");
	ck_assert_uint_eq(conf.vr.auth_type, VRRP_AUTH_NONE);
	ck_assert_mem_eq(conf.vr.auth, zeros, VRRP_AUTH_LEN);
}

/* Eight octets and nothing beside them */
TEST(longest_password)
{
	static const uint8_t octets[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct conf expected;

	memset(&conf, 0xff, sizeof(conf));
	memset(&expected, 0xff, sizeof(expected));
	expected.vr.auth_type = VRRP_AUTH_PASSWORD;
	memcpy(expected.vr.auth, octets, sizeof(octets));
	give('a', "pw/0x0102030405060708");
	ck_assert_mem_eq(&conf, &expected, sizeof(conf));
}

/* proves: R2338-5.3.6.2-2 +, R2338-5.3.10-1 - */
TEST(refused_passwords)
{
#define HEX	"-a pw/0x...: needs 1 to 8 octets, two hex digits each"
#define FORM	"-a: must be none, pw/TEXT or pw/0xHEX"
#define AH	"-a ah/...: vrrpd does not do the IP Authentication Header " \
		"itself; leave it to IPsec"
	static const struct {
		const char *value, *message;
	} t[] = {
		{ "pw/", "-a pw/...: the password has 0 characters, must be 1 "
		    "to 8" },
		{ "pw/hunter2hu", "-a pw/...: the password has 9 characters, "
		    "must be 1 to 8" },
		{ "pw/0x", HEX }, { "pw/0x123", HEX },
		{ "pw/0x112233445566778899", HEX },
		{ "pw/0xhunter", "-a pw/0x...: character 1 after 0x is not a "
		    "hex digit" },
		{ "pw/0x6g", "-a pw/0x...: character 2 after 0x is not a hex "
		    "digit" },
		{ "ah/0x68756e746572", AH }, { "ah/", AH }, { "", FORM },
		{ "hunter2", FORM }, { "PW/hunter2", FORM }, { "none ", FORM },
	};

	EACH(i, t) {
		setup();
		refuse('a', t[i].value, t[i].message);
	}
}

/* P-33, C04: the password is in no line that we print */
/* proves: P-33 - */
TEST(password_not_shown)
{
	begin("192.0.2.1");
	give('a', "pw/hunter2");
	ck_assert(prints("authentication password\n"));
	ck_assert(!prints("hunter") && !prints("68756e") && !prints("68 75"));
}

TEST(addresses)
{
	static const struct {
		const char *value, *host;
		uint8_t plen;
	} t[] = {
		{ "192.0.2.1", "192.0.2.1", 32 },		/* F31 */
		{ "192.0.2.1/32", "192.0.2.1", 32 },
		{ "192.0.2.1/24", "192.0.2.1", 24 },
		{ "192.0.2.254/24", "192.0.2.254", 24 },
		{ "1.0.0.1/1", "1.0.0.1", 1 },
		{ "126.255.255.254", "126.255.255.254", 32 },
		{ "128.0.0.0", "128.0.0.0", 32 },
		{ "223.255.255.255", "223.255.255.255", 32 },
		{ "254.128.0.1", "254.128.0.1", 32 },	/* not as fe80: */
		{ "10.0.0.0/31", "10.0.0.0", 31 },	/* RFC 3021 */
		{ "10.0.0.1/31", "10.0.0.1", 31 },
		{ "10.0.1.0/23", "10.0.1.0", 23 },
		{ "10.0.0.255/23", "10.0.0.255", 23 },
		{ "172.16.255.255/12", "172.16.255.255", 12 },
	};
	struct in_addr in;

	EACH(i, t) {
		struct vrrp_vip vip = { { { 0 } }, t[i].plen };

		setup();
		ck_assert_msg(conf_add_address(&conf, t[i].value, err) == 0,
		    "%s", err);
		ck_assert_int_eq(inet_pton(AF_INET, t[i].host, &in), 1);
		memcpy(vip.addr.octet, &in, sizeof(in));
		ck_assert_uint_eq(conf.vr.naddr, 1);
		ck_assert_mem_eq(&conf.vr.vip[0], &vip, sizeof(vip));
	}
}

TEST(refused_addresses)
{
#define LEN	": the prefix length must be a whole number from 1 to 32"
#define ZERO	": an address of 0/8 or 127/8 cannot be shared"
#define MULTI	": a multicast address cannot be shared"
#define BROAD	": a broadcast address cannot be shared"
#define NET	": a network address cannot be shared"
#define NOT	": not an IPv4 or IPv6 address"
	static const char *const t[][2] = {
		{ "notanip", NOT },			/* C17 */
		{ "", NOT }, { "/24", NOT }, { "1.2.3", NOT },
		{ "1.2.3.4.5", NOT }, { "256.1.1.1", NOT },
		{ "192.0.2.1 ", NOT }, { "192.0.2.0x1", NOT },
		{ "123.123.123.1234", NOT }, { "192.0.2.1/", LEN },
		{ "192.0.2.1/0", LEN }, { "192.0.2.1/33", LEN },
		{ "192.0.2.1/2a", LEN }, { "192.0.2.1/24/24", LEN },
		{ "192.0.2.1/255.255.255.0", LEN }, { "0.0.0.0", ZERO },
		{ "0.255.255.255", ZERO }, { "127.0.0.1", ZERO },
		{ "127.255.255.255/8", ZERO }, { "224.0.0.0", MULTI },
		{ "224.0.0.18", MULTI }, { "239.255.255.255", MULTI },
		{ "255.255.255.255", BROAD }, { "192.0.2.255/24", BROAD },
		{ "192.0.2.3/30", BROAD }, { "191.255.255.255/2", BROAD },
		{ "192.0.2.0/24", NET }, { "192.0.2.4/30", NET },
		{ "128.0.0.0/1", NET },
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
}

/* The habit of a later fork: -D with a file, which getopt takes for ADDRESS */
TEST(daemon_takes_no_file)
{
	static const char *const files[] = { "/etc/down.sh", "./down", "down" };
	size_t i;

	give('D', NULL);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(conf_add_address(&conf, files[i], err), -1);
		ck_assert_ptr_nonnull(strstr(err, files[i]));
		ck_assert_ptr_nonnull(strstr(err, "-D"));
		ck_assert_ptr_nonnull(strstr(err, "--on-backup FILE"));
	}
}

/* 255 fit the count field; one more, or one twice, is refused */
TEST(address_count)
{
	char value[20];
	unsigned i;

	for (i = 1; i <= VRRP_ADDR_MAX; i++) {
		snprintf(value, sizeof(value), "10.0.%u.%u", i / 100, i % 100);
		give_address(value);
		if (i < VRRP_ADDR_MAX)
			refuse_address("10.0.0.1/24",
			    "10.0.0.1/24: given twice");
	}
	ck_assert_uint_eq(conf.vr.naddr, VRRP_ADDR_MAX);
	refuse_address("10.1.0.1", "10.1.0.1: more than 255 addresses");
	ck_assert_uint_eq(conf.vr.naddr, VRRP_ADDR_MAX);
}

/* proves: R3768-5.3.3-1 - */
TEST(what_is_missing)
{
	finish("no interface: -i IFNAME is missing");
	give('i', "eth0");
	finish("no virtual router id: -v VRID (1 to 255) is missing");
	give('v', "51");
	finish("no ADDRESS given: 1 to 255 are needed");
	give_address("192.0.2.1");
	finish(NULL);
	give('D', NULL);
	finish(NULL);
	give('F', NULL);
	finish("-D and -F: background or foreground, not both");
}

/* A user that would not be used is a mistake; each alone is not. */
TEST(user_without_sandbox)
{
	begin("192.0.2.1");
	give(CONF_USER, "vrrp");
	finish(NULL);
	give(CONF_NO_SANDBOX, NULL);
	finish("--user and --no-sandbox: the user is for the sandbox, not "
	    "both");
	begin("192.0.2.1");
	give(CONF_NO_SANDBOX, NULL);
	finish(NULL);
}

/* --hang-limit, --no-guard and --no-lease, what they exclude and print */
TEST(guard_and_lease)
{
	static const bool none[] = { false };

	begin("192.0.2.1");
	refuse(CONF_HANG_LIMIT, "3601", "--hang-limit 3601: must be a whole "
	    "number from 0 to 3600");
	give(CONF_HANG_LIMIT, "1");
	finish("--hang-limit 1: must be 0, or more than the interval");
	give(CONF_HANG_LIMIT, "2");
	finish(NULL);
	ck_assert_int_eq(conf_hang_limit(&conf), 2 * VRRP_SECOND);
	give(CONF_HANG_LIMIT, "0");
	finish(NULL);
	ck_assert_int_eq(conf_hang_limit(&conf), 0);
	give(CONF_NO_GUARD, NULL);
	finish("--hang-limit 0 and --no-guard: only the guard enforces a hang "
	    "limit");
	conf.hang_limit = -1;
	give(CONF_NO_LEASE, NULL);
	finish(NULL);
	ck_assert_int_eq(conf_hang_limit(&conf), 3 * VRRP_SECOND);
	conf.vr.interval = 30 * VRRP_CENTISECOND;
	ck_assert_int_eq(conf_hang_limit(&conf), VRRP_SECOND);
	conf.vr.interval = 40 * VRRP_CENTISECOND;
	ck_assert_int_eq(conf_hang_limit(&conf), 120 * VRRP_CENTISECOND);
	set_owner(none, NULL);
	ck_assert(prints("guard no\nlease no\nhang limit 0 s\n"));
	conf.sandbox = false;
	ck_assert(prints("sandbox no\n"));
}

/* Inside the sandbox nobody runs a script but the guard outside. */
LOOP_TEST(script_without_guard, 0, 2)
{
	static const int scripts[] = { 'U', CONF_ON_BACKUP };

	begin("192.0.2.1");
	give(scripts[_i], "/bin/true");
	finish(NULL);
	give(CONF_NO_GUARD, NULL);
	finish("--no-guard: without a guard, scripts need --no-sandbox");
	conf.cleanup = true;
	finish(NULL);
	conf.cleanup = false;
	give(CONF_NO_SANDBOX, NULL);
	finish(NULL);
}

/* "vrrpd cleanup" needs no address, and changes something. */
TEST(cleanup)
{
	conf.cleanup = true;
	give('i', "eth0");
	give('v', "51");
	finish(NULL);
	give_address("10.0.0.1");
	finish(NULL);
	give(CONF_DRY_RUN, NULL);
	finish("--dry-run: not with cleanup");
	/* What it is told of the router must go together as for the daemon. */
	conf.dry_run = false;
	give(CONF_MACVLAN, NULL);
	give('n', NULL);
	ck_assert_int_eq(conf_finish(&conf, err), -1);
}

/* R3768-5.3.4-1 to -3, P-30, P-31: priority and ownership go together */
/* proves: R3768-5.3.4-1 +-, R3768-5.3.4-2 +-, R3768-5.3.4-3 +, P-30 +- */
/* proves: P-31 +- */
TEST(owner)
{
	static const struct {
		const char *priority;	/* NULL = not given */
		bool real[2];
		uint8_t settled;	/* 0 = refused */
		const char *message;
	} t[] = {
		{ NULL, { false, false }, 100, "" },
		{ NULL, { true, true }, 255, "" },
		{ "255", { true, true }, 255, "" },
		{ "1", { false, false }, 1, "" },
		{ "254", { false, false }, 254, "" },
		{ "255", { false, false }, 0, "-p 255: only for the owner of "
		    "the addresses, others 1 to 254 (192.0.2.1 is no address "
		    "of eth0)" },
		{ "254", { true, true }, 0, "-p 254: every ADDRESS is a real "
		    "one of eth0; the priority of the owner is always 255" },
		{ NULL, { true, false }, 0, "192.0.2.1 is a real address of "
		    "eth0 and 192.0.2.2 is not: all ADDRESSes must be real "
		    "ones, or none" },
		{ "255", { false, true }, 0, "192.0.2.2 is a real address of "
		    "eth0 and 192.0.2.1 is not: all ADDRESSes must be real "
		    "ones, or none" },
	};
	static const bool last[] = { false, false, true };

	EACH(i, t) {
		begin("192.0.2.1");
		give_address("192.0.2.2");
		if (t[i].priority != NULL)
			give('p', t[i].priority);
		ck_assert_int_eq(conf_set_owner(&conf, t[i].real, err),
		    t[i].settled != 0 ? 0 : -1);
		ck_assert_str_eq(err, t[i].message);
		if (t[i].settled == 0)
			continue;
		ck_assert(conf.vr.owner == t[i].real[0]);
		ck_assert_uint_eq(conf.vr.priority, t[i].settled);
	}
	/* Also of the last of three */
	begin("192.0.2.1");
	give_address("192.0.2.2");
	give_address("192.0.2.3");
	ck_assert_int_eq(conf_set_owner(&conf, last, err), -1);
}

/* Also the priority is by itself: the start delay would make two answer. */
TEST(owner_without_delay)
{
	static const bool real[] = { true }, other[] = { false };

	begin("192.0.2.1");
	give('S', "30");
	finish(NULL);
	set_owner(real, "-S 30: eth0 owns every ADDRESS, and answers for them "
	    "from the start");
	set_owner(other, NULL);
	conf.vr.priority = 0;
	conf.vr.start_delay = 0;
	set_owner(real, NULL);
}

/* Two options that contradict each other, or of which one has no sense */
static const struct pair {
	int option[2];
	const char *value[2];
	int harmless;		/* instead of the second: no contradiction */
	const char *text;
	const char *message;
} pairs[] = {
	{ { 's', CONF_PREEMPT_DELAY }, { NULL, "1" }, CONF_PREEMPT_DELAY, "0",
	    "-s and --preempt-delay: a router that never preempts has nothing "
	    "to delay" },
	{ { CONF_NO_LEASE, CONF_NO_ACCEPT }, { NULL, NULL }, CONF_NO_GUARD,
	    NULL, "--no-accept and --no-lease: the kernel does not get the "
	    "addresses, nothing has a lease" },
	{ { 'l', 0 }, { "name", NULL }, 'D', NULL, "-l without -D: it is a "
	    "name for syslog, and the log goes to standard error" },
	{ { 'l', 'F' }, { "name", NULL }, 'D', NULL, "-l without -D: it is a "
	    "name for syslog, and the log goes to standard error" },
	{ { 'p', 's' }, { "255", NULL }, 'n', NULL,
	    "-p 255 and -s: the owner always preempts" },
	{ { 'p', CONF_PREEMPT_DELAY }, { "255", "1" }, CONF_PREEMPT_DELAY,
	    "0", "-p 255 and --preempt-delay: the owner leaves no other "
	    "Master" },
	{ { 'p', 'S' }, { "255", "1" }, 'S', "0", "-p 255 and -S: the owner "
	    "answers for its addresses from the start" },
	{ { 'p', CONF_NO_ACCEPT }, { "255", NULL }, CONF_REFRESH, "1",
	    "-p 255 and --no-accept: the owner has the addresses, and "
	    "accepts" },
	{ { 'p', CONF_NO_LEASE }, { "255", NULL }, CONF_NO_GUARD, NULL,
	    "-p 255 and --no-lease: the owner's addresses have no lease" },
	{ { 'p', CONF_MACVLAN }, { "255", NULL }, 'n', NULL, "-p 255 and "
	    "--macvlan: the owner's interface would answer too" },
	{ { 'p', CONF_STRICT_ADDRESSES }, { "255", NULL }, 'n', NULL,
	    "-p 255 and --strict-addresses: the owner drops every advert" },
	{ { 'p', CONF_DOWN_TIMER_ADVERTS }, { "255", "4" },
	    CONF_DOWN_TIMER_ADVERTS, "3", "-p 255 and --down-timer-adverts: "
	    "the owner waits for no advert" },
	{ { CONF_MIN_INTERVAL, 'p' }, { "0.02", "255" }, 'p', "254",
	    "-p 255 and --min-interval: the owner learns no interval" },
};

static int
finish_with(const struct pair *pair, int option, const char *value)
{
	begin("192.0.2.1");
	/* Which version is meant is no matter of these. */
	if (pair->option[0] == CONF_MIN_INTERVAL)
		give('3', NULL);
	give(pair->option[0], pair->value[0]);
	if (option != 0)
		give(option, value);
	return conf_finish(&conf, err);
}

LOOP_TEST(contradictions, 0, NROWS(pairs))
{
	const struct pair *pair = &pairs[_i];

	ck_assert_int_eq(finish_with(pair, pair->option[1], pair->value[1]),
	    -1);
	ck_assert_str_eq(err, pair->message);
	ck_assert_msg(finish_with(pair, pair->harmless, pair->text) == 0, "%s",
	    err);
	/* The other of the two by itself */
	begin("192.0.2.1");
	if (pair->option[1] != 0 && pair->option[1] != 'p')
		give(pair->option[1], pair->value[1]);
	ck_assert_msg(conf_finish(&conf, err) == 0, "%s", err);
}

/* What a start takes cleanup takes, where -D has no sense. */
TEST(log_name_at_cleanup)
{
	begin("192.0.2.1");
	conf.cleanup = true;
	give('l', "name");
	finish(NULL);
}

/* Which of two texts is meant nobody knows. */
TEST(given_twice)
{
	static const struct {
		int option;
		const char *name;
	} t[] = {
		{ 'i', "-i" }, { 'v', "-v" }, { 'p', "-p" }, { 'd', "-d" },
		{ 'a', "-a" }, { 'f', "-f" }, { 'l', "-l" }, { 'U', "-U" },
		{ 'S', "-S" }, { 'L', "-L" }, { CONF_USER, "--user" },
		{ CONF_ON_BACKUP, "--on-backup" },
		{ CONF_PREEMPT_DELAY, "--preempt-delay" },
		{ CONF_REFRESH, "--refresh" },
		{ CONF_VERSION, "--vrrp-version" },
		{ CONF_CHECKSUM, "--checksum" }, { CONF_MACVLAN, "--macvlan" },
		{ CONF_DOWN_TIMER_ADVERTS, "--down-timer-adverts" },
		{ CONF_MIN_INTERVAL, "--min-interval" },
		{ CONF_HANG_LIMIT, "--hang-limit" },
	};
	char message[64];

	EACH(i, t)
		ck_assert_int_eq(conf_once(&conf, t[i].option, err), 0);
	EACH(i, t) {
		ck_assert_int_eq(conf_once(&conf, t[i].option, err), -1);
		snprintf(message, sizeof(message), "%s: given twice",
		    t[i].name);
		ck_assert_str_eq(err, message);
	}
}

/* R3768-6.1-5: the owner preempts whatever the flag says */
/* proves: R3768-6.1-5 + */
TEST(owner_preempts)
{
	static const bool all[] = { true, true, true };

	give('s', NULL);
	set_owner(all, NULL);
	ck_assert(conf.vr.owner && conf.vr.preempt);
}

TEST(print_all)
{
	static const bool none[] = { false, false }, all[] = { true };

	begin("192.0.2.1");
	give_address("10.0.0.1/24");
	finish(NULL);
	set_owner(none, NULL);
	conf_print(text, sizeof(text), &conf);
	ck_assert_str_eq(text,
	    "interface eth0\nversion 2\nvrid 51\npriority 100\n"
	    "interval 1.00 s\nlearned interval at least 0.01 s\n"
	    "lost adverts until the Master is down 3\n"
	    "virtual mac on eth0\naccept packets to the addresses yes\n"
	    "preempt yes\nauthentication none\nchecksum of version 2\n"
	    "start delay 0 s\npreempt delay 0 s\nrefresh 60 s\n"
	    "differing address lists logged\nrealtime no\nsandbox user nobody\n"
	    "guard yes\nlease yes\nhang limit 3 s\n"
	    "pid file /run/vrrpd_eth0_51.pid\n"
	    "frames recorded in nothing\n"
	    "on master nothing\non backup nothing\nlog level info\n"
	    "address 192.0.2.1/32\naddress 10.0.0.1/24\n");
	begin("192.0.2.1");
	set_owner(all, NULL);
	ck_assert(prints("priority 255 (owner)\n"));
}

/* CONF_TEXT_LEN holds the longest; a small buffer cuts and never overruns */
TEST(print_longest)
{
	static char path[CONF_PATH_MAX + 1];
	char value[20];
	unsigned i;

	memset(path, 'p', CONF_PATH_MAX);
	give('i', "abcdefghijklmno");
	give('v', "255");
	give('a', "pw/12345678");
	give('f', path);
	give('U', path);
	give(CONF_ON_BACKUP, path);
	give(CONF_PCAP, path);
	give('L', "warning");
	for (i = 0; i < VRRP_ADDR_MAX; i++) {
		snprintf(value, sizeof(value), "223.255.%u.%u", 250 + i / 100,
		    100 + i % 100);
		give_address(value);
	}
	conf.vr.priority = 255;
	conf.vr.owner = true;
	ck_assert(prints("address 223.255.252.154/32\n"));
	print_into_any_size(5000);
}

RUN_TESTS("conf", 60, setup, NULL)
