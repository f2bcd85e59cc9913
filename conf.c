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
	DELAY_MAX = 3600,		/* seconds */
	REFRESH_MAX = 86400,		/* seconds */
	REFRESH_DEFAULT = 60		/* seconds */
};

static const struct {
	const char *word;
	int level;
} levels[] = {
	{ "err", LOG_ERR },
	{ "warning", LOG_WARNING },
	{ "notice", LOG_NOTICE },
	{ "info", LOG_INFO },
	{ "debug", LOG_DEBUG },
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
set_number(const char *option, const char *text, unsigned min, unsigned max,
    unsigned *value, char *err)
{
	*value = 0;
	if (parse_number(text, min, max, value) == 0)
		return 0;
	return refuse(err, "%s %.64s: must be a whole number from %u to %u",
	    option, text, min, max);
}

static int
set_octet(const char *option, const char *text, uint8_t *octet, char *err)
{
	unsigned n;

	if (set_number(option, text, 1, 255, &n, err) == -1)
		return -1;
	*octet = (uint8_t)n;
	return 0;
}

static int
set_seconds(const char *option, const char *text, unsigned min, unsigned max,
    usec_t *value, char *err)
{
	unsigned n;

	if (set_number(option, text, min, max, &n, err) == -1)
		return -1;
	*value = n * VRRP_SECOND;
	return 0;
}

/* As the kernel's dev_valid_name(), but no alias: "eth0:1" is no interface. */
static int
set_ifname(struct vrrp_conf *vr, const char *text, char *err)
{
	size_t len = strlen(text);

	if (len == 0 || len >= sizeof(vr->ifname))
		return refuse(err, "-i '%.64s': an interface name has 1 to %zu "
		    "characters", text, sizeof(vr->ifname) - 1);
	if (strpbrk(text, ":/ \t\n\v\f\r") != NULL ||
	    strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return refuse(err, "-i '%s': not an interface name (an alias "
		    "cannot send; name the interface itself)", text);
	memcpy(vr->ifname, text, len + 1);
	return 0;
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF", *p;

	p = c != '\0' ? strchr(digits, c) : NULL;
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
set_auth(struct vrrp_conf *vr, const char *text, char *err)
{
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
	if (len == 0 || len > VRRP_AUTH_LEN)
		return refuse(err, "-a pw/...: the password has %zu "
		    "characters, must be 1 to %d", len, VRRP_AUTH_LEN);
	memcpy(vr->auth, text, len);
	return 0;
}

static int
set_log_name(struct conf *conf, const char *text, char *err)
{
	size_t i, len = strlen(text);

	if (len == 0 || len > LOG_NAME_MAX)
		return refuse(err, "-l '%.64s': must have 1 to %d characters",
		    text, LOG_NAME_MAX);
	for (i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return refuse(err, "-l: character %zu is not a "
			    "printable one", i + 1);
	conf->log_name = text;
	return 0;
}

static int
set_log_level(struct conf *conf, const char *text, char *err)
{
	size_t i;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(text, levels[i].word) == 0) {
			conf->log_level = levels[i].level;
			return 0;
		}
	}
	return refuse(err, "-L %.64s: must be err, warning, notice, info or "
	    "debug", text);
}

static const char *
level_word(int level)
{
	size_t i = 0;

	while (levels[i].level != level)
		i++;
	return levels[i].word;
}

void
conf_init(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->vr.vmac = true;
	conf->vr.preempt = true;
	conf->vr.interval = VRRP_SECOND;
	conf->vr.refresh = REFRESH_DEFAULT * VRRP_SECOND;
	conf->piddir = "/run";
	conf->log_level = LOG_INFO;
}

static int
set_flag(bool *flag, bool value)
{
	*flag = value;
	return 0;
}

static int
set_text(const char **value, const char *option, const char *text, char *err)
{
	if (text[0] == '\0' || strlen(text) > CONF_PATH_MAX)
		return refuse(err, "%s '%.64s': a path has 1 to %d characters",
		    option, text, CONF_PATH_MAX);
	*value = text;
	return 0;
}

/* text is kept by reference where it is a path or a name. */
int
conf_set(struct conf *conf, int option, const char *text, char *err)
{
	struct vrrp_conf *vr = &conf->vr;

	switch (option) {
	case 'i':
		return set_ifname(vr, text, err);
	case 'v':
		return set_octet("-v", text, &vr->vrid, err);
	case 'p':
		return set_octet("-p", text, &vr->priority, err);
	case 'd':
		return set_seconds("-d", text, 1, 255, &vr->interval, err);
	case 'n':
		return set_flag(&vr->vmac, false);
	case 's':
		return set_flag(&vr->preempt, false);
	case 'a':
		return set_auth(vr, text, err);
	case 'f':
		return set_text(&conf->piddir, "-f", text, err);
	case 'D':
		return set_flag(&conf->daemonize, true);
	case 'F':
		return set_flag(&conf->foreground, true);
	case 'l':
		return set_log_name(conf, text, err);
	case 'U':
		return set_text(&conf->on_master, "-U", text, err);
	case CONF_ON_BACKUP:
		return set_text(&conf->on_backup, "--on-backup", text, err);
	case 'S':
		return set_seconds("-S", text, 0, DELAY_MAX, &vr->start_delay,
		    err);
	case CONF_PREEMPT_DELAY:
		return set_seconds("--preempt-delay", text, 0, DELAY_MAX,
		    &vr->preempt_delay, err);
	case CONF_REFRESH:
		return set_seconds("--refresh", text, 0, REFRESH_MAX,
		    &vr->refresh, err);
	case CONF_STRICT_ADDRESSES:
		return set_flag(&vr->strict_addresses, true);
	case CONF_DRY_RUN:
		return set_flag(&conf->dry_run, true);
	case 'L':
		return set_log_level(conf, text, err);
	default:
		return refuse(err, "option %d is not known", option);
	}
}

static int
check_address(const char *text, uint32_t addr, unsigned plen, char *err)
{
	uint32_t host = plen < 32 ? 0xffffffffu >> plen : 0;

	if (addr >> 24 == 0 || addr >> 24 == 127)
		return refuse(err, "%.64s: an address of 0/8 or 127/8 cannot "
		    "be shared", text);
	if (addr >> 28 == 0xe)
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

/* ADDRESS[/LEN]; without LEN a host address, /32 (F31). */
int
conf_add_address(struct conf *conf, const char *text, char *err)
{
	struct vrrp_conf *vr = &conf->vr;
	struct vrrp_vip *vip = &vr->vip[vr->naddr];
	char host[INET_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	unsigned i, plen = 32;
	struct in_addr in;

	if (vr->naddr == VRRP_ADDR_MAX)
		return refuse(err, "%.64s: more than %d addresses", text,
		    VRRP_ADDR_MAX);
	if (len < sizeof(host)) {
		memcpy(host, text, len);
		host[len] = '\0';
	}
	if (len >= sizeof(host) || inet_pton(AF_INET, host, &in) != 1)
		return refuse(err, "%.64s: not an IPv4 address%s", text,
		    conf->daemonize ? " (-D takes no file; a script for "
		    "leaving Master is --on-backup FILE)" : "");
	if (slash != NULL && parse_number(slash + 1, 1, 32, &plen) == -1)
		return refuse(err, "%.64s: the prefix length must be a whole "
		    "number from 1 to 32", text);
	if (check_address(text, ntohl(in.s_addr), plen, err) == -1)
		return -1;
	memset(vip, 0, sizeof(*vip));
	memcpy(vip->addr.octet, &in, sizeof(in));
	vip->plen = (uint8_t)plen;
	for (i = 0; i < vr->naddr; i++)
		if (memcmp(&vr->vip[i].addr, &vip->addr,
		    sizeof(vip->addr)) == 0)
			return refuse(err, "%.64s: given twice", text);
	vr->naddr++;
	return 0;
}

/* What must be there, and what does not go together. */
int
conf_check(const struct conf *conf, char *err)
{
	if (conf->vr.ifname[0] == '\0')
		return refuse(err, "no interface: -i IFNAME is missing");
	if (conf->vr.vrid == 0)
		return refuse(err, "no virtual router id: -v VRID (1 to 255) "
		    "is missing");
	if (conf->vr.naddr == 0)
		return refuse(err, "no ADDRESS given: 1 to %d are needed",
		    VRRP_ADDR_MAX);
	if (conf->daemonize && conf->foreground)
		return refuse(err, "-D and -F: background or foreground, not "
		    "both");
	return 0;
}

static const char *
vip_text(char *buf, const struct vrrp_vip *vip)
{
	return inet_ntop(AF_INET, vip->addr.octet, buf, INET_ADDRSTRLEN);
}

/*
 * Settles owner and priority (RFC 3768 5.3.4, P-30, P-31): real[i] says that
 * vip[i] is a real address of the interface.
 */
int
conf_set_owner(struct conf *conf, const bool *real, char *err)
{
	struct vrrp_conf *vr = &conf->vr;
	char a[INET_ADDRSTRLEN], b[INET_ADDRSTRLEN];
	unsigned i;

	for (i = 1; i < vr->naddr; i++)
		if (real[i] != real[0])
			return refuse(err, "%s is a real address of %s and %s "
			    "is not: own all or none",
			    vip_text(a, &vr->vip[real[0] ? 0 : i]), vr->ifname,
			    vip_text(b, &vr->vip[real[0] ? i : 0]));
	vr->owner = real[0];
	if (vr->owner && vr->priority != 0 &&
	    vr->priority != VRRP_PRIORITY_OWNER)
		return refuse(err, "-p %u: %s owns every ADDRESS, and an owner "
		    "has 255", vr->priority, vr->ifname);
	if (!vr->owner && vr->priority == VRRP_PRIORITY_OWNER)
		return refuse(err, "-p 255: only for the owner of the "
		    "addresses, others 1 to 254 (%s is no address of %s)",
		    vip_text(a, &vr->vip[0]), vr->ifname);
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
	char text[INET_ADDRSTRLEN];
	size_t len;
	unsigned i;

	len = (size_t)snprintf(buf, size,
	    "interface %s\nvrid %u\npriority %u%s\ninterval %d s\n"
	    "virtual mac %s\npreempt %s\nauthentication %s\n"
	    "start delay %d s\npreempt delay %d s\nrefresh %d s\n"
	    "differing address lists %s\npid file %s/vrrpd_%s_%u.pid\n"
	    "on master %s\non backup %s\nlog level %s\n",
	    vr->ifname, vr->vrid, vr->priority, vr->owner ? " (owner)" : "",
	    (int)(vr->interval / VRRP_SECOND), vr->vmac ? "yes" : "no",
	    vr->preempt ? "yes" : "no",
	    vr->auth_type == VRRP_AUTH_PASSWORD ? "password" : "none",
	    (int)(vr->start_delay / VRRP_SECOND),
	    (int)(vr->preempt_delay / VRRP_SECOND),
	    (int)(vr->refresh / VRRP_SECOND),
	    vr->strict_addresses ? "dropped" : "logged",
	    conf->piddir, vr->ifname, vr->vrid,
	    conf->on_master ? conf->on_master : "nothing",
	    conf->on_backup ? conf->on_backup : "nothing",
	    level_word(conf->log_level));
	for (i = 0; i < vr->naddr && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len,
		    "address %s/%u\n", vip_text(text, &vr->vip[i]),
		    vr->vip[i].plen);
	return len < size ? len : size - 1;
}
