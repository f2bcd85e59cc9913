/*
 * Any texts as options and addresses: what is refused leaves one line, what is
 * taken is within its range, a finished configuration can be printed and sent,
 * and a password shows up nowhere.  The first octet says which addresses are
 * real ones; then come words that a 0 ends, each an option letter, or '=' for
 * an address, and the text.
 */
#include "core/conf.h"
#include "fuzz.h"

#include <stdbool.h>
#include <syslog.h>

enum {
	WORDS_MAX = 300
};

/* Options without a letter get one here; what is not listed is unknown. */
static const struct {
	char letter;
	int option;
	bool text;
} options[] = {
	{ 'i', 'i', true }, { 'v', 'v', true }, { 'p', 'p', true },
	{ 'd', 'd', true }, { '3', '3', false }, { 'n', 'n', false },
	{ 's', 's', false }, { 'a', 'a', true }, { 'f', 'f', true },
	{ 'D', 'D', false }, { 'F', 'F', false }, { 'l', 'l', true },
	{ 'U', 'U', true }, { 'S', 'S', true }, { 'L', 'L', true },
	{ 'B', CONF_ON_BACKUP, true }, { 'P', CONF_PREEMPT_DELAY, true },
	{ 'r', CONF_REFRESH, true }, { 'A', CONF_STRICT_ADDRESSES, false },
	{ 'y', CONF_DRY_RUN, false }, { 'V', CONF_VERSION, true },
	{ 'c', CONF_CHECKSUM, true }, { 'm', CONF_MACVLAN, true },
	{ 'N', CONF_NO_ACCEPT, false }, { 't', CONF_DOWN_TIMER_ADVERTS, true },
	{ 'I', CONF_MIN_INTERVAL, true }, { 'R', CONF_REALTIME, false },
	{ 'w', CONF_PCAP, true },
};

static struct conf conf;

static size_t
count(const char *text, char c)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		if (*text == c)
			n++;
	return n;
}

/* One line, and no odd character that was not in the text itself. */
static void
check_message(const char *err, const char *text)
{
	const char *p;

	must(memchr(err, '\0', CONF_ERROR_LEN) != NULL);
	must(err[0] != '\0');
	for (p = err; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			must(text != NULL && count(err, *p) <= count(text, *p));
}

/* The message about a password tells of its form only. */
static void
check_secret(const char *text, int result, const char *err)
{
	char other_err[CONF_ERROR_LEN], *other, *p;
	struct conf scratch = conf;
	const char *hex = "0123456789abcdefABCDEF";

	if (strcmp(text, "none") == 0 || strncmp(text, "ah/", 3) == 0)
		return;
	other = exact((const uint8_t *)text, strlen(text), 1);
	p = other;
	if (strncmp(p, "pw/", 3) == 0)
		p += strncmp(p + 3, "0x", 2) == 0 ? 5 : 3;
	for (; *p != '\0'; p++)
		*p = strchr(hex, *p) != NULL ? '7' : 'z';
	must(conf_set(&scratch, 'a', other, other_err) == result);
	must(result == 0 || strcmp(err, other_err) == 0);
	free(other);
}

static void
check_ifname(const char *name)
{
	size_t i, len = strnlen(name, VRRP_IFNAME_LEN);

	must(len > 0 && len < VRRP_IFNAME_LEN);
	must(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
	must(strcmp(name, "all") != 0 && strcmp(name, "default") != 0);
	for (i = 0; i < len; i++)
		must(strchr("/:% \t\n\v\f\r\xa0", name[i]) == NULL);
}

static bool
whole(usec_t value, usec_t unit, usec_t min, usec_t max)
{
	return value % unit == 0 && value >= min * unit && value <= max * unit;
}

static void
check_path(const char *path)
{
	must(path == NULL || (path[0] != '\0' &&
	    strlen(path) <= CONF_PATH_MAX));
}

static void
check_ranges(void)
{
	const struct vrrp_conf *vr = &conf.vr;

	must(vr->version == 0 || vr->version == 2 || vr->version == 3);
	must(whole(vr->interval, VRRP_CENTISECOND, 1, 25500));
	must(whole(vr->min_interval, VRRP_CENTISECOND, 1, 4095));
	must(vr->down_adverts >= 2 && vr->down_adverts <= 100);
	must(whole(vr->start_delay, VRRP_SECOND, 0, 3600));
	must(whole(vr->preempt_delay, VRRP_SECOND, 0, 3600));
	must(whole(vr->refresh, VRRP_SECOND, 0, 86400));
	must(vr->checksum <= VRRP_SUM_PSEUDO);
	must(vr->auth_type == VRRP_AUTH_NONE ||
	    vr->auth_type == VRRP_AUTH_PASSWORD);
	must(vr->naddr <= VRRP_ADDR_MAX && (vr->naddr == 0) ==
	    (vr->family == NULL));
	must(conf.log_level >= LOG_ERR && conf.log_level <= LOG_DEBUG);
	must(conf.log_name == NULL || strlen(conf.log_name) <= 32);
	if (vr->ifname[0] != '\0')
		check_ifname(vr->ifname);
	if (conf.macvlan[0] != '\0')
		check_ifname(conf.macvlan);
	must(conf.piddir != NULL);
	check_path(conf.piddir);
	check_path(conf.on_master);
	check_path(conf.on_backup);
}

/* The address that was added last. */
static void
check_address(void)
{
	const struct vrrp_conf *vr = &conf.vr;
	const struct vrrp_vip *vip = &vr->vip[vr->naddr - 1];
	const uint8_t *octet = vip->addr.octet;
	unsigned i;

	must(vip->plen >= 1 && vip->plen <= vr->family->addr_len * 8);
	for (i = vr->family->addr_len; i < sizeof(vip->addr.octet); i++)
		must(octet[i] == 0);
	for (i = 0; i + 1 < vr->naddr; i++)
		must(memcmp(&vr->vip[i].addr, &vip->addr,
		    sizeof(vip->addr)) != 0);
	if (vr->family == &vrrp_ipv4)
		must(octet[0] != 0 && octet[0] != 127 && octet[0] >> 4 != 14);
	else
		must(octet[0] != 0xff);
}

static void
do_word(const char *word)
{
	char err[CONF_ERROR_LEN];
	struct conf before = conf;
	const char *text = word + 1;
	int option = (unsigned char)word[0], result;
	bool known = false;
	size_t i;

	memset(err, '\n', sizeof(err));
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (options[i].letter != word[0])
			continue;
		known = true;
		option = options[i].option;
		if (!options[i].text || (text[0] == '\0' &&
		    option == CONF_MACVLAN))
			text = NULL;
	}
	if (word[0] == '=')
		result = conf_add_address(&conf, text, err);
	else
		result = conf_set(&conf, option, text, err);
	must(result == 0 || result == -1);
	must(result == -1 || known || word[0] == '=');
	if (result == -1)
		check_message(err, text);
	if (word[0] == '=' && result == 0)
		check_address();
	if (option == 'a')
		check_secret(text, result, err);
	if (result == -1)
		conf = before;
	check_ranges();
}

static void
check_print(void)
{
	static char text[CONF_TEXT_LEN], other[CONF_TEXT_LEN];
	static const size_t sizes[] = { 1, 2, 100, 400, 500, 700 };
	size_t i, len, n;
	char *small;

	len = conf_print(text, sizeof(text), &conf);
	must(len + 1 < sizeof(text) && len == strlen(text));
	must(text[len - 1] == '\n');
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		small = malloc(sizes[i]);
		if (small == NULL)
			abort();
		n = conf_print(small, sizes[i], &conf);
		must(n < sizes[i] && n == strlen(small));
		must(memcmp(small, text, n) == 0);
		free(small);
	}
	for (i = 0; i < VRRP_AUTH_LEN; i++)
		conf.vr.auth[i] ^= 0x15;
	must(conf_print(other, sizeof(other), &conf) == len);
	must(memcmp(text, other, len) == 0);
	for (i = 0; i < VRRP_AUTH_LEN; i++)
		conf.vr.auth[i] ^= 0x15;
}

/* What was accepted can be sent, and is understood. */
static void
check_advert(void)
{
	static uint8_t buf[VRRP_FRAME_MAX];
	static const uint8_t mac[VRRP_MAC_LEN] = { 2 };
	struct vrrp vr = { .conf = &conf.vr };
	struct vrrp_packet pkt;
	struct vrrp_advert adv;
	size_t len;

	vr.pseudo_header = conf.vr.checksum == VRRP_SUM_PSEUDO;
	len = advert_build(buf, sizeof(buf), &vr, mac, conf.vr.priority, 1);
	must(len > 0);
	must(frame_parse(&pkt, conf.vr.family, buf, len) == VRRP_DROP_NONE);
	must(advert_parse(&adv, &pkt, &conf.vr) == VRRP_DROP_NONE);
	must(adv.vrid == conf.vr.vrid && adv.priority == conf.vr.priority);
	must(adv.count == conf.vr.naddr && adv.interval == conf.vr.interval);
}

static void
check_finished(void)
{
	const struct vrrp_conf *vr = &conf.vr;
	const uint8_t *first = vr->vip[0].addr.octet;

	check_ranges();
	must(vr->vrid != 0 && vr->naddr > 0 && vr->family != NULL);
	check_ifname(vr->ifname);
	must(!conf.use_macvlan || (vr->vmac && conf.macvlan[0] != '\0'));
	must(strcmp(vr->ifname, conf.macvlan) != 0);
	must(!conf.daemonize || !conf.foreground);
	if (vr->version == 2) {
		must(vr->family == &vrrp_ipv4);
		must(whole(vr->interval, VRRP_SECOND, 1, 255));
	} else {
		must(whole(vr->interval, VRRP_CENTISECOND, 1, 4095));
		must(vr->auth_type == VRRP_AUTH_NONE);
	}
	if (vr->family == &vrrp_ipv6)
		must(first[0] == 0xfe && (first[1] & 0xc0) == 0x80);
}

/* real: 0 none, 1 all, otherwise a mixture. */
static void
finish(uint8_t real)
{
	char err[CONF_ERROR_LEN];
	bool own[VRRP_ADDR_MAX];
	unsigned i, naddr = conf.vr.naddr;

	memset(err, '\n', sizeof(err));
	if (conf_finish(&conf, err) == -1) {
		check_message(err, conf.macvlan);
		return;
	}
	must(conf.vr.naddr == naddr);
	check_finished();
	for (i = 0; i < VRRP_ADDR_MAX; i++)
		own[i] = real == 1 || (real > 1 && (real >> (i % 8) & 1));
	memset(err, '\n', sizeof(err));
	if (conf_set_owner(&conf, own, err) == -1) {
		check_message(err, conf.vr.ifname);
		return;
	}
	must(conf.vr.priority > 0);
	must(conf.vr.owner == (conf.vr.priority == VRRP_PRIORITY_OWNER));
	check_print();
	check_advert();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	uint8_t real = input8(&in);
	char *words[WORDS_MAX];
	size_t n = 0, len;

	conf_init(&conf);
	check_ranges();
	/* Texts are kept by reference: all of them live to the end. */
	while (in.left > 0 && n < WORDS_MAX) {
		const uint8_t *end = memchr(in.p, 0, in.left);

		len = end != NULL ? (size_t)(end - in.p) : in.left;
		words[n] = exact(in.p, len, 1);
		if (len > 0)
			do_word(words[n]);
		n++;
		in.p += len;
		in.left -= len;
		if (in.left > 0)
			input8(&in);
	}
	finish(real);
	while (n > 0)
		free(words[--n]);
	return 0;
}
