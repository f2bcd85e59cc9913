/*
 * The command line.  What conf.c refuses ends here, with one line on stderr
 * and exit status 1.  A password does not stay visible in ps(1).
 */
#include "cmdline.h"
#include "log.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char short_options[] = "+:3i:v:p:d:nsa:f:DFl:U:S:L:hVm:c:";

static const struct option long_options[] = {
	{ "interface", required_argument, NULL, 'i' },
	{ "vrid", required_argument, NULL, 'v' },
	{ "priority", required_argument, NULL, 'p' },
	{ "interval", required_argument, NULL, 'd' },
	{ "no-vmac", no_argument, NULL, 'n' },
	{ "no-preempt", no_argument, NULL, 's' },
	{ "auth", required_argument, NULL, 'a' },
	{ "piddir", required_argument, NULL, 'f' },
	{ "daemon", no_argument, NULL, 'D' },
	{ "foreground", no_argument, NULL, 'F' },
	{ "log-name", required_argument, NULL, 'l' },
	{ "on-master", required_argument, NULL, 'U' },
	{ "on-backup", required_argument, NULL, CONF_ON_BACKUP },
	{ "start-delay", required_argument, NULL, 'S' },
	{ "preempt-delay", required_argument, NULL, CONF_PREEMPT_DELAY },
	{ "refresh", required_argument, NULL, CONF_REFRESH },
	{ "strict-addresses", no_argument, NULL, CONF_STRICT_ADDRESSES },
	{ "dry-run", no_argument, NULL, CONF_DRY_RUN },
	{ "vrrp-version", required_argument, NULL, CONF_VERSION },
	{ "checksum", required_argument, NULL, CONF_CHECKSUM },
	{ "macvlan", optional_argument, NULL, CONF_MACVLAN },
	{ "no-accept", no_argument, NULL, CONF_NO_ACCEPT },
	{ "down-timer-adverts", required_argument, NULL,
	    CONF_DOWN_TIMER_ADVERTS },
	{ "min-interval", required_argument, NULL, CONF_MIN_INTERVAL },
	{ "realtime", no_argument, NULL, CONF_REALTIME },
	{ "no-guard", no_argument, NULL, CONF_NO_GUARD },
	{ "no-lease", no_argument, NULL, CONF_NO_LEASE },
	{ "hang-limit", required_argument, NULL, CONF_HANG_LIMIT },
	{ "user", required_argument, NULL, CONF_USER },
	{ "no-sandbox", no_argument, NULL, CONF_NO_SANDBOX },
	{ "pcap", required_argument, NULL, CONF_PCAP },
	{ "log-level", required_argument, NULL, 'L' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

static const char help[] =
"usage: vrrpd -i IFNAME -v VRID [options] ADDRESS[/LEN]...\n"
"       vrrpd cleanup -i IFNAME -v VRID [the same]   undo what one left\n"
"  -i, --interface IFNAME  interface to run on\n"
"  -v, --vrid VRID         virtual router id, 1 to 255\n"
"  -3                      version 3 [2; 3 with IPv6], --vrrp-version 2|3\n"
"  -p, --priority PRIO     1 to 254 [100; 255 for the owner of the addresses]\n"
"  -d, --interval SECONDS  between adverts [1]; version 3: 0.01 to 40.95\n"
"  -n, --no-vmac           leave the MAC of the interface alone\n"
"      --macvlan[=NAME]    virtual MAC on a device of its own [vrrp.VRID]\n"
"      --no-accept         take no packets to the addresses, unless owner\n"
"  -s, --no-preempt        do not take over from a Master of lower priority\n"
"  -a, --auth AUTH         none, pw/TEXT or pw/0xHEX [none]\n"
"  -U, --on-master FILE    run FILE when becoming Master\n"
"      --on-backup FILE    run FILE when leaving Master\n"
"  -S, --start-delay SECONDS    listen only, so long after link up [0]\n"
"      --preempt-delay SECONDS  leave a lower Master so long [0]\n"
"      --refresh SECONDS   announce again this often, 0 = never [60]\n"
"      --down-timer-adverts N   lost adverts until the Master is down [3]\n"
"      --min-interval SECONDS   learn no shorter interval [0.01]\n"
"      --checksum FORM     auto, rfc9568 or pseudo-header [auto]\n"
"      --strict-addresses  drop adverts that list other addresses\n"
"      --realtime          SCHED_RR and locked memory\n"
"      --no-guard          no second process that cleans up after a crash\n"
"      --no-lease          addresses stay when nobody renews them\n"
"      --hang-limit SECONDS     a Master is hung [3 intervals]; 0 = never\n"
"      --user NAME         user in the sandbox [nobody]\n"
"      --no-sandbox        stay root, and no filter of system calls\n"
"  -D, --daemon            go to the background, log to syslog\n"
"  -F, --foreground        stay, log to stderr [so it is without -D]\n"
"  -f, --piddir DIR        directory of the pid file [/run]\n"
"  -l, --log-name NAME     syslog ident vrrpd->NAME\n"
"  -L, --log-level LEVEL   err, warning, notice, info or debug [info]\n"
"      --pcap FILE         record every frame; only of \"make PCAP=1\"\n"
"      --dry-run           check, print the configuration, change nothing\n"
"  -h, --help; -V, --version\n";

#define refuse(...) do {	\
	log_err(__VA_ARGS__);	\
	exit(1);		\
} while (0)

/* What was asked for, on standard output; status 2 if it does not get there. */
_Noreturn void
cmdline_print(const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	for (; left > 0; text += n, left -= (size_t)n) {
		n = write(STDOUT_FILENO, text, left);
		if (n == -1) {
			log_err("standard output: %m");
			exit(2);
		}
	}
	exit(0);
}

/* Full names only: an abbreviation in a script would bind us for ever. */
static bool
is_abbreviation(const char *word, const char *name)
{
	size_t len = strcspn(word + 2, "=");

	return strlen(name) != len || strncmp(word + 2, name, len) != 0;
}

static void
take_option(struct conf *conf, int c, char *value)
{
	char err[CONF_ERROR_LEN];
	int result;

	if (c == 'h')
		cmdline_print(help);
	if (c == 'V')
		cmdline_print("vrrpd " VERSION "\n");
	if (c == 'm')
		refuse("-m: watching other interfaces is not built in");
	if (c == 'c')
		refuse("-c: a cost of watched interfaces is not built in");
	/* A switch may be there twice, a text may not. */
	if ((value != NULL || c == CONF_MACVLAN) &&
	    conf_once(conf, c, err) == -1)
		refuse("%s", err);
	result = conf_set(conf, c, value, err);
	if (value != NULL && c == 'a')
		memset(value, 'x', strlen(value));
	if (result == -1)
		refuse("%s", err);
}

static void
parse_options(struct conf *conf, int argc, char **argv)
{
	char err[CONF_ERROR_LEN], letter[] = "-?";
	bool ended;			/* by -- */
	int c, index;
	const char *word;

	opterr = 0;
	while (optind < argc) {
		word = argv[optind];
		index = -1;
		c = getopt_long(argc, argv, short_options, long_options,
		    &index);
		letter[1] = (char)optopt;
		if ((c == '?' || c == ':') && strncmp(word, "--", 2) != 0)
			word = letter;
		if (c == ':')
			refuse("%.64s: needs a value", word);
		if (c == '?' || (index != -1 &&
		    is_abbreviation(word, long_options[index].name)))
			refuse("%.64s: no such option; see vrrpd --help",
			    word);
		if (c != -1) {
			take_option(conf, c, optarg);
			continue;
		}
		ended = strcmp(word, "--") == 0;
		/* Not an option: an address, wherever it stands. */
		while (optind < argc && (ended || argv[optind][0] != '-' ||
		    argv[optind][1] == '\0')) {
			if (conf_add_address(conf, argv[optind++], err) == -1)
				refuse("%s", err);
		}
	}
}

#define LONG_PATH "%s %.128s: the full path has more than %d characters"

/* Absolute, since a daemon leaves its directory; what is so already stays. */
static const char *
resolve(const char *option, const char *path, bool directory)
{
	struct stat st;
	const char *full = path[0] == '/' ? path : realpath(path, NULL);

	if (full == NULL || stat(full, &st) == -1)
		refuse("%s %.128s: %m", option, path);
	if (directory && !S_ISDIR(st.st_mode))
		refuse("%s %.128s: not a directory", option, path);
	if (!directory && (!S_ISREG(st.st_mode) || access(full, X_OK) == -1))
		refuse("%s %.128s: not an executable file", option, path);
	if (strlen(full) > CONF_PATH_MAX)
		refuse(LONG_PATH, option, path, CONF_PATH_MAX);
	return full;
}

/* The same of a file that is to be made: its directory must be there. */
static const char *
resolve_new(const char *option, const char *path)
{
	static char full[CONF_PATH_MAX + 1];
	char dir[CONF_PATH_MAX + 1];
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const char *real;

	if (path[0] == '/')
		return path;
	snprintf(dir, sizeof(dir), "%.*s", (int)(name - path), path);
	real = resolve(option, slash != NULL ? dir : ".", true);
	if ((size_t)snprintf(full, sizeof(full), "%s/%s", real, name) >=
	    sizeof(full))
		refuse(LONG_PATH, option, path, CONF_PATH_MAX);
	return full;
}

/* Fills *conf, or ends the process: status 1, or 0 for --help and --version. */
void
cmdline_parse(struct conf *conf, int argc, char **argv)
{
	char err[CONF_ERROR_LEN];

	conf_init(conf);
	if (argc > 1 && strcmp(argv[1], "cleanup") == 0) {
		conf->cleanup = true;
		optind = 2;
	}
	parse_options(conf, argc, argv);
	if (conf_finish(conf, err) == -1)
		refuse("%s", err);
	conf->piddir = resolve("-f", conf->piddir, true);
	/* Neither script nor recording: one that is gone keeps nothing back. */
	if (conf->cleanup)
		return;
	if (conf->on_master != NULL)
		conf->on_master = resolve("-U", conf->on_master, false);
	if (conf->on_backup != NULL)
		conf->on_backup = resolve("--on-backup", conf->on_backup,
		    false);
	if (conf->pcap != NULL)
		conf->pcap = resolve_new("--pcap", conf->pcap);
}
