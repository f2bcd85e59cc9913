/*
 * One option and its text into the configuration, every value range-checked.
 * What is out of range, unknown or impossible is refused with one line that
 * names the option, the value and the range; nothing is clamped or corrected.
 * Pure: no getopt, no file, no interface is looked at here.
 */
#include "conf.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

enum {
	LOG_NAME_MAX = 32,
	USER_NAME_MAX = 32,		/* of useradd(8) */
	DELAY_MAX = 3600,		/* seconds */
	REFRESH_MAX = 86400,		/* seconds */
	REFRESH_DEFAULT = 60,		/* seconds */
	DOWN_ADVERTS_DEFAULT = 3,	/* RFC 3768 6.1 */
	LINK_LOCAL_PLEN = 64		/* RFC 4291 2.5.6 */
};

/* In the order of their numbers: enum vrrp_checksum, and from LOG_ERR on. */
static const char *const sums[] = { "auto", "rfc9568", "pseudo-header" };
static const char *const levels[] = {
	"err", "warning", "notice", "info", "debug"
};

/* How the text of an option becomes a value: set() puts it where at says. */
struct option {
	int letter;			/* or an enum conf_option */
	const char *name;		/* in messages */
	int (*set)(void *, const struct option *, const char *, char *);
	size_t at;			/* in struct conf; 0 = any of it */
	unsigned min, max;		/* of a number, or of a length */
};

static int __attribute__((format(printf, 2, 3)))
refuse(char *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, CONF_ERROR_LEN, fmt, ap);
	va_end(ap);
	return -1;
}

/* Digits and nothing else: no sign, no space, no 0x, no "5x" (C17, F30). */
static int
parse_number(const char *text, unsigned min, unsigned max, unsigned *value)
{
	uint64_t n = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (unsigned)(*p - '0');
		if (n > max)
			return -1;
	}
	if (p == text || *p != '\0' || n < min)
		return -1;
	*value = (unsigned)n;
	return 0;
}

static int
set_number(void *at, const struct option *o, const char *text, char *err)
{
	unsigned *value = at;

	*value = 0;
	if (parse_number(text, o->min, o->max, value) == 0)
		return 0;
	return refuse(err, "%s %.64s: must be a whole number from %u to %u",
	    o->name, text, o->min, o->max);
}

static int
set_octet(void *at, const struct option *o, const char *text, char *err)
{
	uint8_t *octet = at;
	unsigned n;

	if (set_number(&n, o, text, err) == -1)
		return -1;
	*octet = (uint8_t)n;
	return 0;
}

static int
set_seconds(void *at, const struct option *o, const char *text, char *err)
{
	usec_t *time = at;
	unsigned n;

	if (set_number(&n, o, text, err) == -1)
		return -1;
	*time = n * VRRP_SECOND;
	return 0;
}

/* Seconds with at most two decimals, in centiseconds. */
static int
parse_centiseconds(const char *text, unsigned min, unsigned max,
    unsigned *value)
{
	const char *dot = strchr(text, '.');
	char whole[8];
	unsigned seconds, fraction = 0;
	size_t len = dot != NULL ? (size_t)(dot - text) : strlen(text);

	if (len >= sizeof(whole))
		return -1;
	memcpy(whole, text, len);
	whole[len] = '\0';
	if (parse_number(whole, 0, max / 100, &seconds) == -1)
		return -1;
	if (dot != NULL) {
		if (strlen(dot + 1) > 2 ||
		    parse_number(dot + 1, 0, 99, &fraction) == -1)
			return -1;
		if (dot[2] == '\0')
			fraction *= 10;
	}
	*value = seconds * 100 + fraction;
	return *value >= min && *value <= max ? 0 : -1;
}

/* What is right for -d depends on the version: conf_finish() looks again. */
static int
set_interval(void *at, const struct option *o, const char *text, char *err)
{
	usec_t *interval = at;
	unsigned cs;

	if (parse_centiseconds(text, o->min, o->max, &cs) == -1)
		return refuse(err, "%s %.64s: must be %sa multiple of 0.01 "
		    "from 0.01 to 40.95", o->name, text,
		    o->letter == 'd' ? "a whole number from 1 to 255, or with "
		    "version 3 " : "");
	*interval = cs * VRRP_CENTISECOND;
	return 0;
}

/* From --vrrp-version and, without a text, from -3, which may say the same. */
static int
set_version(void *at, const struct option *o, const char *text, char *err)
{
	uint8_t *version = at;
	unsigned n = o->max;

	if (text != NULL && set_number(&n, o, text, err) == -1)
		return -1;
	if (*version != 0 && *version != n)
		return refuse(err, "-3 and --vrrp-version 2: version 2 or "
		    "version 3, not both");
	*version = (uint8_t)n;
	return 0;
}

/* The number of a word; as many as there are words if it is none of them. */
static unsigned
find_word(const char *const *words, unsigned nwords, const char *text)
{
	unsigned i = 0;

	while (i < nwords && strcmp(text, words[i]) != 0)
		i++;
	return i;
}

static int
set_checksum(void *at, const struct option *o, const char *text, char *err)
{
	enum vrrp_checksum *checksum = at;
	unsigned i = find_word(sums, o->max + 1, text);

	if (i > o->max)
		return refuse(err, "--checksum %.64s: must be auto, rfc9568 or "
		    "pseudo-header", text);
	*checksum = i;
	return 0;
}

static int
set_log_level(void *at, const struct option *o, const char *text, char *err)
{
	int *level = at;
	unsigned i = o->min + find_word(levels, o->max - o->min + 1, text);

	if (i > o->max)
		return refuse(err, "-L %.64s: must be err, warning, notice, "
		    "info or debug", text);
	*level = (int)i;
	return 0;
}

/* 255 is right or wrong with the owner: conf_set_owner() looks. */
static int
set_priority(void *at, const struct option *o, const char *text, char *err)
{
	uint8_t *priority = at;
	unsigned n;

	if (parse_number(text, o->min, o->max, &n) == -1)
		return refuse(err, "-p %.64s: must be a whole number from 1 to "
		    "254; 255 is the owner's", text);
	*priority = (uint8_t)n;
	return 0;
}

/*
 * As the kernel takes it for a device: octet 0xa0 is a space there, % begins a
 * pattern, and "all" and "default" are of its sysctls.  "eth0:1" is none.
 */
static int
set_ifname(void *at, const struct option *o, const char *text, char *err)
{
	size_t len = strlen(text);

	if (len < o->min || len > o->max)
		return refuse(err, "%s '%.64s': an interface name has %u to %u "
		    "characters", o->name, text, o->min, o->max);
	if (strchr(text, ':') != NULL)
		return refuse(err, "%s '%s': not an interface name (an alias "
		    "cannot send; name the interface itself)", o->name, text);
	if (strpbrk(text, "/% \t\n\v\f\r\xa0") != NULL ||
	    strcmp(text, ".") == 0 || strcmp(text, "..") == 0 ||
	    strcmp(text, "all") == 0 || strcmp(text, "default") == 0)
		return refuse(err, "%s '%s': not an interface name",
		    o->name, text);
	memcpy(at, text, len + 1);
	return 0;
}

/* With or without a name for the device */
static int
set_macvlan(void *at, const struct option *o, const char *text, char *err)
{
	struct conf *conf = at;

	conf->use_macvlan = true;
	return text == NULL ? 0 : set_ifname(conf->macvlan, o, text, err);
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF", *p;

	p = strchr(digits, c);
	return p != NULL ? (int)(p - digits) % 16 : -1;
}

static int
set_auth_hex(uint8_t *auth, const char *hex, char *err)
{
	size_t i, len = strlen(hex);

	if (len == 0 || len % 2 != 0 || len > (size_t)2 * VRRP_AUTH_LEN)
		return refuse(err, "-a pw/0x...: needs 1 to %d octets, two hex "
		    "digits each", VRRP_AUTH_LEN);
	for (i = 0; i < len; i++) {
		int digit = hex_digit(hex[i]);

		if (digit == -1)
			return refuse(err, "-a pw/0x...: character %zu after "
			    "0x is not a hex digit", i + 1);
		auth[i / 2] = (uint8_t)(auth[i / 2] << 4 | digit);
	}
	return 0;
}

/* Messages never repeat the text: it is, or nearly is, a password. */
static int
set_auth(void *at, const struct option *o, const char *text, char *err)
{
	struct vrrp_conf *vr = at;
	size_t len;

	memset(vr->auth, 0, sizeof(vr->auth));
	vr->auth_type = VRRP_AUTH_NONE;
	if (strcmp(text, "none") == 0)
		return 0;
	if (strncmp(text, "ah/", 3) == 0)
		return refuse(err, "-a ah/...: vrrpd does not do the IP "
		    "Authentication Header itself; leave it to IPsec");
	if (strncmp(text, "pw/", 3) != 0)
		return refuse(err,
		    "-a: must be none, pw/TEXT or pw/0xHEX");
	text += 3;
	vr->auth_type = VRRP_AUTH_PASSWORD;
	if (strncmp(text, "0x", 2) == 0)
		return set_auth_hex(vr->auth, text + 2, err);
	len = strlen(text);
	if (len < o->min || len > o->max)
		return refuse(err, "-a pw/...: the password has %zu "
		    "characters, must be %u to %u", len, o->min, o->max);
	memcpy(vr->auth, text, len);
	return 0;
}

static int
set_log_name(void *at, const struct option *o, const char *text, char *err)
{
	const char **name = at;
	size_t i, len = strlen(text);

	if (len < o->min || len > o->max)
		return refuse(err, "-l '%.64s': must have %u to %u characters",
		    text, o->min, o->max);
	for (i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return refuse(err, "-l: character %zu is not a "
			    "printable one", i + 1);
	*name = text;
	return 0;
}

static int
set_user(void *at, const struct option *o, const char *text, char *err)
{
	const char **user = at;
	size_t len = strlen(text);

	if (len < o->min || len > o->max || strchr(text, ':') != NULL)
		return refuse(err, "--user '%.64s': a name of /etc/passwd has "
		    "%u to %u characters and no colon", text, o->min, o->max);
	*user = text;
	return 0;
}

static int
set_path(void *at, const struct option *o, const char *text, char *err)
{
	const char **path = at;
	size_t len = strlen(text);

	if (len < o->min || len > o->max)
		return refuse(err, "%s '%.64s': a path has %u to %u characters",
		    o->name, text, o->min, o->max);
	*path = text;
	return 0;
}

/* Its value is the least and the greatest that it can have. */
static int
set_switch(void *at, const struct option *o, const char *text, char *err)
{
	bool *value = at;

	(void)text;
	(void)err;
	*value = o->max;
	return 0;
}

#define AT(member)	offsetof(struct conf, member)

static const struct option options[] = {
	{ 'i', "-i", set_ifname, AT(vr.ifname), 1, VRRP_IFNAME_LEN - 1 },
	{ 'v', "-v", set_octet, AT(vr.vrid), 1, 255 },
	{ 'p', "-p", set_priority, AT(vr.priority), 1, VRRP_PRIORITY_OWNER },
	{ 'd', "-d", set_interval, AT(vr.interval), 1, 25500 },
	{ 'n', "-n", set_switch, AT(vr.vmac), false, false },
	{ 's', "-s", set_switch, AT(vr.preempt), false, false },
	{ 'a', "-a", set_auth, AT(vr), 1, VRRP_AUTH_LEN },
	{ 'f', "-f", set_path, AT(piddir), 1, CONF_PATH_MAX },
	{ 'D', "-D", set_switch, AT(daemonize), true, true },
	{ 'F', "-F", set_switch, AT(foreground), true, true },
	{ 'l', "-l", set_log_name, AT(log_name), 1, LOG_NAME_MAX },
	{ 'L', "-L", set_log_level, AT(log_level), LOG_ERR, LOG_DEBUG },
	{ 'S', "-S", set_seconds, AT(vr.start_delay), 0, DELAY_MAX },
	{ 'U', "-U", set_path, AT(on_master), 1, CONF_PATH_MAX },
	{ '3', "-3", set_version, AT(vr.version), 0, 3 },
	{ CONF_VERSION, "--vrrp-version", set_version, AT(vr.version), 2, 3 },
	{ CONF_CHECKSUM, "--checksum", set_checksum, AT(vr.checksum),
	    VRRP_SUM_AUTO, VRRP_SUM_PSEUDO },
	{ CONF_MACVLAN, "--macvlan", set_macvlan, 0, 1, VRRP_IFNAME_LEN - 1 },
	{ CONF_NO_ACCEPT, "--no-accept", set_switch, AT(vr.accept), false,
	    false },
	{ CONF_PREEMPT_DELAY, "--preempt-delay", set_seconds,
	    AT(vr.preempt_delay), 0, DELAY_MAX },
	{ CONF_REFRESH, "--refresh", set_seconds, AT(vr.refresh), 0,
	    REFRESH_MAX },
	{ CONF_DOWN_TIMER_ADVERTS, "--down-timer-adverts", set_number,
	    AT(vr.down_adverts), 2, 100 },
	{ CONF_MIN_INTERVAL, "--min-interval", set_interval,
	    AT(vr.min_interval), 1, VRRP_INTERVAL_MAX_CS },
	{ CONF_STRICT_ADDRESSES, "--strict-addresses", set_switch,
	    AT(vr.strict_addresses), true, true },
	{ CONF_REALTIME, "--realtime", set_switch, AT(realtime), true, true },
	{ CONF_NO_GUARD, "--no-guard", set_switch, AT(guard), false, false },
	{ CONF_NO_LEASE, "--no-lease", set_switch, AT(lease), false, false },
	{ CONF_HANG_LIMIT, "--hang-limit", set_seconds, AT(hang_limit), 0,
	    DELAY_MAX },
	{ CONF_USER, "--user", set_user, AT(user), 1, USER_NAME_MAX },
	{ CONF_NO_SANDBOX, "--no-sandbox", set_switch, AT(sandbox), false,
	    false },
	{ CONF_PCAP, "--pcap", set_path, AT(pcap), 1, CONF_PATH_MAX },
	{ CONF_ON_BACKUP, "--on-backup", set_path, AT(on_backup), 1,
	    CONF_PATH_MAX },
	{ CONF_DRY_RUN, "--dry-run", set_switch, AT(dry_run), true, true },
};

static const struct option *
find_option(int letter)
{
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].letter == letter)
			return &options[i];
	return NULL;
}

void
conf_init(struct conf *conf)
{
	/* The list behind that is as long as naddr says. */
	memset(conf, 0, offsetof(struct conf, vr.vip));
	conf->vr.vmac = true;
	conf->vr.accept = true;
	conf->vr.preempt = true;
	conf->vr.interval = VRRP_SECOND;
	conf->vr.min_interval = VRRP_CENTISECOND;
	conf->vr.down_adverts = DOWN_ADVERTS_DEFAULT;
	conf->vr.refresh = REFRESH_DEFAULT * VRRP_SECOND;
	conf->guard = true;
	conf->lease = true;
	conf->hang_limit = -1;
	conf->sandbox = true;
	conf->piddir = "/run";
	conf->log_level = LOG_INFO;
}

/* text is kept by reference where it is a path or a name. */
int
conf_set(struct conf *conf, int letter, const char *text, char *err)
{
	const struct option *option = find_option(letter);

	if (option == NULL)
		return refuse(err, "option %d is not known", letter);
	return option->set((char *)conf + option->at, option, text, err);
}

/*
 * Once is enough: which of two texts is meant nobody knows.  For the letters
 * that conf_set() takes.
 */
int
conf_once(struct conf *conf, int letter, char *err)
{
	if (conf->given[letter])
		return refuse(err, "%s: given twice",
		    find_option(letter)->name);
	conf->given[letter] = true;
	return 0;
}

static int
check_ipv4(const char *text, const uint8_t *octet, unsigned plen, char *err)
{
	uint32_t addr = (uint32_t)octet[0] << 24 | (uint32_t)octet[1] << 16 |
	    (uint32_t)octet[2] << 8 | octet[3];
	uint32_t host = plen < 32 ? 0xffffffffu >> plen : 0;

	if (octet[0] == 0 || octet[0] == 127)
		return refuse(err, "%.64s: an address of 0/8 or 127/8 cannot "
		    "be shared", text);
	if (octet[0] >> 4 == 0xe)
		return refuse(err, "%.64s: a multicast address cannot be "
		    "shared", text);
	if (addr == 0xffffffffu || (plen < 31 && (addr & host) == host))
		return refuse(err, "%.64s: a broadcast address cannot be "
		    "shared", text);
	if (plen < 31 && (addr & host) == 0)
		return refuse(err, "%.64s: a network address cannot be shared",
		    text);
	return 0;
}

static int
check_ipv6(const char *text, const uint8_t *octet, char *err)
{
	static const uint8_t zero[15], mapped[12] = { [10] = 0xff, 0xff };

	if (octet[0] == 0xff)
		return refuse(err, "%.64s: a multicast address cannot be "
		    "shared", text);
	if (memcmp(octet, zero, sizeof(zero)) == 0 && octet[15] <= 1)
		return refuse(err, "%.64s: :: and ::1 cannot be shared", text);
	if (memcmp(octet, mapped, sizeof(mapped)) == 0)
		return refuse(err, "%.64s: an IPv4-mapped IPv6 address; give "
		    "it as IPv4", text);
	return 0;
}

/* The host part of ADDRESS[/LEN] into vip, and the family that it is of. */
static const struct vrrp_family *
parse_host(struct vrrp_vip *vip, const char *text, size_t len)
{
	char host[INET6_ADDRSTRLEN];

	memset(vip, 0, sizeof(*vip));
	if (len >= sizeof(host))
		return NULL;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, vip->addr.octet) == 1)
		return &vrrp_ipv4;
	if (inet_pton(AF_INET6, host, vip->addr.octet) == 1)
		return &vrrp_ipv6;
	return NULL;
}

/*
 * ADDRESS[/LEN]; without LEN a host address, /32 or /128 (F31).  A link-local
 * one has the /64 that all of them have, without which a macvlan could not
 * answer its neighbours.
 */
int
conf_add_address(struct conf *conf, const char *text, char *err)
{
	struct vrrp_conf *vr = &conf->vr;
	struct vrrp_vip vip;
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	const struct vrrp_family *family = parse_host(&vip, text, len);
	unsigned i, plen, max;

	if (vr->naddr == VRRP_ADDR_MAX)
		return refuse(err, "%.64s: more than %d addresses", text,
		    VRRP_ADDR_MAX);
	if (family == NULL)
		return refuse(err, "%.64s: not an IPv4 or IPv6 address%s", text,
		    conf->daemonize ? " (-D takes no file; a script for "
		    "leaving Master is --on-backup FILE)" : "");
	if (vr->family != NULL && vr->family != family)
		return refuse(err, "%.64s: IPv4 and IPv6 do not mix; start a "
		    "vrrpd for each", text);
	plen = max = family->addr_len * 8u;
	if (family == &vrrp_ipv6 && vrrp_is_link_local(vip.addr.octet))
		plen = LINK_LOCAL_PLEN;
	if (slash != NULL && parse_number(slash + 1, 1, max, &plen) == -1)
		return refuse(err, "%.64s: the prefix length must be a whole "
		    "number from 1 to %u", text, max);
	if ((family == &vrrp_ipv4 ?
	    check_ipv4(text, vip.addr.octet, plen, err) :
	    check_ipv6(text, vip.addr.octet, err)) == -1)
		return -1;
	for (i = 0; i < vr->naddr; i++)
		if (memcmp(&vr->vip[i].addr, &vip.addr, sizeof(vip.addr)) == 0)
			return refuse(err, "%.64s: given twice", text);
	vip.plen = (uint8_t)plen;
	vr->family = family;
	vr->vip[vr->naddr++] = vip;
	return 0;
}

/* RFC 9568 5.2.9: the link-local one is listed first; never invented (P-40). */
static int
put_link_local_first(struct vrrp_conf *vr, char *err)
{
	struct vrrp_vip first;
	unsigned i;

	for (i = 0; i < vr->naddr; i++) {
		if (!vrrp_is_link_local(vr->vip[i].addr.octet))
			continue;
		first = vr->vip[i];
		memmove(&vr->vip[1], &vr->vip[0], i * sizeof(first));
		vr->vip[0] = first;
		return 0;
	}
	return refuse(err, "no link-local ADDRESS: IPv6 needs one that all "
	    "routers share, for example fe80::%x", vr->vrid);
}

static int
finish_version(struct vrrp_conf *vr, char *err)
{
	unsigned cs = (unsigned)(vr->interval / VRRP_CENTISECOND);

	if (vr->version == 0)
		vr->version = vr->family == &vrrp_ipv6 ? 3 : 2;
	if (vr->version == 2 && vr->family == &vrrp_ipv6)
		return refuse(err, "--vrrp-version 2: has no IPv6, must be 3");
	if (vr->version == 2 && cs % 100 != 0)
		return refuse(err, "-d %u.%02u: must be a whole number from 1 "
		    "to 255 with version 2 (version 3, -3, can do it)",
		    cs / 100, cs % 100);
	if (vr->version == 3 && cs > VRRP_INTERVAL_MAX_CS)
		return refuse(err, "-d %u.%02u: must be a multiple of 0.01 "
		    "from 0.01 to 40.95 with version 3", cs / 100, cs % 100);
	if (vr->version == 3 && vr->auth_type != VRRP_AUTH_NONE)
		return refuse(err, "-a: version 3 has no authentication");
	if (vr->version == 3 && vr->strict_addresses)
		return refuse(err, "--strict-addresses: version 3 drops no "
		    "advert for its address list");
	if (vr->version == 2 && vr->min_interval != VRRP_CENTISECOND)
		return refuse(err, "--min-interval: version 2 learns no "
		    "interval");
	if (vr->version == 2 && vr->checksum != VRRP_SUM_AUTO)
		return refuse(err, "--checksum: version 2 has one form only");
	if (vr->family == &vrrp_ipv6 && vr->checksum == VRRP_SUM_MESSAGE)
		return refuse(err, "--checksum rfc9568: IPv6 has the "
		    "pseudo-header only");
	return 0;
}

/* A Master turns once an interval: a shorter limit would kill a sound one. */
static int
check_hang_limit(const struct conf *conf, char *err)
{
	unsigned limit = (unsigned)(conf->hang_limit / VRRP_SECOND);

	if (conf->hang_limit == -1 || !conf->guard)
		return conf->hang_limit == -1 ? 0 : refuse(err, "--hang-limit "
		    "%u and --no-guard: only the guard enforces a hang limit",
		    limit);
	if (limit != 0 && conf->hang_limit <= conf->vr.interval)
		return refuse(err, "--hang-limit %u: must be 0, or more than "
		    "the interval", limit);
	return 0;
}

/*
 * What contradicts itself or has no sense on any host.  What has none for the
 * owner alone is left to a host that does not say that it is one: options may
 * be the same on all hosts.
 */
static int
check_pairs(const struct conf *conf, char *err)
{
	const struct vrrp_conf *vr = &conf->vr;
	const bool owner = vr->priority == VRRP_PRIORITY_OWNER;
	const struct {
		bool both;
		const char *text;
	} pairs[] = {
		{ !vr->preempt && vr->preempt_delay > 0, "-s and "
		    "--preempt-delay: a router that never preempts has nothing "
		    "to delay" },
		{ !vr->accept && !conf->lease, "--no-accept and --no-lease: "
		    "the kernel does not get the addresses, nothing has a "
		    "lease" },
		{ conf->log_name != NULL && !conf->daemonize && !conf->cleanup,
		    "-l without -D: it is a name for syslog, and the log goes "
		    "to standard error" },
		{ owner && !vr->preempt,
		    "-p 255 and -s: the owner always preempts" },
		{ owner && vr->preempt_delay > 0, "-p 255 and --preempt-delay: "
		    "the owner leaves no other Master" },
		{ owner && vr->start_delay > 0, "-p 255 and -S: the owner "
		    "answers for its addresses from the start" },
		{ owner && !vr->accept, "-p 255 and --no-accept: the owner has "
		    "the addresses, and accepts" },
		{ owner && !conf->lease, "-p 255 and --no-lease: the owner's "
		    "addresses have no lease" },
		{ owner && conf->use_macvlan, "-p 255 and --macvlan: the "
		    "owner's interface would answer too" },
		{ owner && vr->strict_addresses, "-p 255 and "
		    "--strict-addresses: the owner drops every advert" },
		{ owner && vr->down_adverts != DOWN_ADVERTS_DEFAULT, "-p 255 "
		    "and --down-timer-adverts: the owner waits for no advert" },
		{ owner && vr->min_interval > VRRP_CENTISECOND, "-p 255 and "
		    "--min-interval: the owner learns no interval" },
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (pairs[i].both)
			return refuse(err, "%s", pairs[i].text);
	return 0;
}

/* What must be there, what does not go together, and what follows from it. */
int
conf_finish(struct conf *conf, char *err)
{
	struct vrrp_conf *vr = &conf->vr;

	if (vr->ifname[0] == '\0')
		return refuse(err, "no interface: -i IFNAME is missing");
	if (vr->vrid == 0)
		return refuse(err, "no virtual router id: -v VRID (1 to 255) "
		    "is missing");
	if (conf->cleanup && conf->dry_run)
		return refuse(err, "--dry-run: not with cleanup");
	if (conf->cleanup && vr->naddr == 0)
		return 0;
	if (vr->naddr == 0)
		return refuse(err, "no ADDRESS given: 1 to %d are needed",
		    VRRP_ADDR_MAX);
	if (conf->daemonize && conf->foreground)
		return refuse(err, "-D and -F: background or foreground, not "
		    "both");
	if (conf->user != NULL && !conf->sandbox)
		return refuse(err, "--user and --no-sandbox: the user is for "
		    "the sandbox, not both");
	if (conf->sandbox && !conf->guard && !conf->cleanup &&
	    (conf->on_master != NULL || conf->on_backup != NULL))
		return refuse(err, "--no-guard: without a guard, scripts need "
		    "--no-sandbox");
	if (conf->use_macvlan && !vr->vmac)
		return refuse(err, "--macvlan and -n: with or without a "
		    "virtual MAC, not both");
	if (conf->use_macvlan && conf->macvlan[0] == '\0')
		snprintf(conf->macvlan, sizeof(conf->macvlan), "vrrp.%u",
		    vr->vrid);
	if (strcmp(conf->macvlan, vr->ifname) == 0)
		return refuse(err, "--macvlan=%s: that is the interface itself",
		    conf->macvlan);
	if (finish_version(vr, err) == -1 ||
	    check_hang_limit(conf, err) == -1 || check_pairs(conf, err) == -1)
		return -1;
	return vr->family == &vrrp_ipv6 ? put_link_local_first(vr, err) : 0;
}

static const char *
vip_text(char *buf, const struct vrrp_conf *vr, unsigned i)
{
	return inet_ntop(vr->family->af, vr->vip[i].addr.octet, buf,
	    INET6_ADDRSTRLEN);
}

/*
 * Settles owner and priority (RFC 3768 5.3.4, P-30, P-31): real[i] says that
 * vip[i] is a real address of the interface.
 */
int
conf_set_owner(struct conf *conf, const bool *real, char *err)
{
	struct vrrp_conf *vr = &conf->vr;
	char a[INET6_ADDRSTRLEN], b[INET6_ADDRSTRLEN];
	unsigned i;

	for (i = 1; i < vr->naddr; i++)
		if (real[i] != real[0])
			return refuse(err, "%s is a real address of %s and %s "
			    "is not: all ADDRESSes must be real ones, or none",
			    vip_text(a, vr, real[0] ? 0 : i), vr->ifname,
			    vip_text(b, vr, real[0] ? i : 0));
	vr->owner = real[0];
	if (vr->owner)
		vr->preempt = true;		/* R3768-6.1-5 */
	if (vr->owner && vr->priority != 0 &&
	    vr->priority != VRRP_PRIORITY_OWNER)
		return refuse(err, "-p %u: every ADDRESS is a real one of %s; "
		    "the priority of the owner is always 255", vr->priority,
		    vr->ifname);
	if (vr->owner && vr->start_delay > 0)
		return refuse(err, "-S %d: %s owns every ADDRESS, and answers "
		    "for them from the start",
		    (int)(vr->start_delay / VRRP_SECOND), vr->ifname);
	if (!vr->owner && vr->priority == VRRP_PRIORITY_OWNER)
		return refuse(err, "-p 255: only for the owner of the "
		    "addresses, others 1 to 254 (%s is no address of %s)",
		    vip_text(a, vr, 0), vr->ifname);
	if (vr->priority == 0)
		vr->priority = vr->owner ? VRRP_PRIORITY_OWNER :
		    VRRP_PRIORITY_DEFAULT;
	return 0;
}

/*
 * The effective configuration, a line each; the password never.  Returns the
 * length, less than size; CONF_TEXT_LEN is always enough.
 */
size_t
conf_print(char *buf, size_t size, const struct conf *conf)
{
	const struct vrrp_conf *vr = &conf->vr;
	unsigned cs = (unsigned)(vr->interval / VRRP_CENTISECOND);
	unsigned min = (unsigned)(vr->min_interval / VRRP_CENTISECOND);
	char text[INET6_ADDRSTRLEN];
	size_t len;
	unsigned i;

	len = (size_t)snprintf(buf, size,
	    "interface %s\nversion %u\nvrid %u\npriority %u%s\n"
	    "interval %u.%02u s\nlearned interval at least %u.%02u s\n"
	    "lost adverts until the Master is down %u\nvirtual mac %s%s%s\n"
	    "accept packets to the addresses %s\npreempt %s\n"
	    "authentication %s\nchecksum %s\n"
	    "start delay %d s\npreempt delay %d s\nrefresh %d s\n"
	    "differing address lists %s\nrealtime %s\nsandbox %s%s\n"
	    "guard %s\nlease %s\nhang limit %d s\n"
	    "pid file %s/%s_%s_%u.pid\nframes recorded in %s\n"
	    "on master %s\non backup %s\nlog level %s\n",
	    vr->ifname, vr->version, vr->vrid, vr->priority,
	    vr->owner ? " (owner)" : "", cs / 100, cs % 100, min / 100,
	    min % 100, vr->down_adverts, !vr->vmac ? "no" :
	    conf->use_macvlan ? "on macvlan " : "on ", conf->use_macvlan ?
	    conf->macvlan : vr->vmac ? vr->ifname : "", "",
	    vr->accept || vr->owner ? "yes" : "no", vr->preempt ? "yes" : "no",
	    vr->auth_type == VRRP_AUTH_PASSWORD ? "password" : "none",
	    vr->version == 3 ? sums[vr->checksum] : "of version 2",
	    (int)(vr->start_delay / VRRP_SECOND),
	    (int)(vr->preempt_delay / VRRP_SECOND),
	    (int)(vr->refresh / VRRP_SECOND),
	    vr->strict_addresses ? "dropped" : "logged",
	    conf->realtime ? "yes" : "no", conf->sandbox ? "user " : "no",
	    !conf->sandbox ? "" : conf->user ? conf->user : CONF_DEFAULT_USER,
	    conf->guard ? "yes" : "no", conf->lease ? "yes" : "no",
	    conf->guard ? (int)(conf_hang_limit(conf) / VRRP_SECOND) : 0,
	    conf->piddir,
	    conf_pid_stem(conf), vr->ifname, vr->vrid,
	    conf->pcap ? conf->pcap : "nothing",
	    conf->on_master ? conf->on_master : "nothing",
	    conf->on_backup ? conf->on_backup : "nothing",
	    levels[conf->log_level - LOG_ERR]);
	for (i = 0; i < vr->naddr && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len,
		    "address %s/%u\n", vip_text(text, vr, i), vr->vip[i].plen);
	return len < size ? len : size - 1;
}

/*
 * So long a Master may not turn before it counts as hung, in microseconds; 0 =
 * for ever.  Three intervals, and at least a second.
 */
usec_t
conf_hang_limit(const struct conf *conf)
{
	if (conf->hang_limit != -1)
		return conf->hang_limit;
	return 3 * conf->vr.interval > VRRP_SECOND ? 3 * conf->vr.interval :
	    VRRP_SECOND;
}

/* IPv4 and IPv6 routers of one VRID are two (RFC 9568 3): two pid files. */
const char *
conf_pid_stem(const struct conf *conf)
{
	return conf->vr.family == &vrrp_ipv6 ? "vrrpd6" : "vrrpd";
}
