/*
 * Counters and log lines about peers and states.  Whatever a peer can provoke
 * is counted always and logged with a limit.
 */
#include "report.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum {
	TEXT_LEN = 160,
	DUPLICATE_KEY = VRRP_DROP_MAX,	/* behind the reasons in the limit */
	SEND_ERROR_KEY
};

static double
seconds(usec_t t)
{
	return (double)t / (double)VRRP_SECOND;
}

/* buf[REPORT_ADDR_LEN] */
const char *
report_addr(char *buf, const struct vrrp_family *family,
    const struct vrrp_addr *addr)
{
	return inet_ntop(family->af, addr->octet, buf, REPORT_ADDR_LEN);
}

/* An advert was dropped, or (kept) let through though something is wrong. */
void
report_drop(struct stats *stats, const struct vrrp_conf *conf,
    enum vrrp_drop drop, const struct vrrp_addr *from, uint32_t got,
    uint32_t want, bool kept, usec_t now)
{
	char text[TEXT_LEN], addr[REPORT_ADDR_LEN], tail[32] = "";
	unsigned more;

	stats->drop[drop].count++;
	stats->drop[drop].from = *from;
	if (!log_limit_admit(&stats->limit, drop, from, now, &more))
		return;
	vrrp_drop_text(text, sizeof(text), drop, got, want);
	if (more > 0)
		snprintf(tail, sizeof(tail), " (%u more)", more);
	log_warning("%sadvert from %s: %s%s", kept ? "" : "dropped ",
	    report_addr(addr, conf->family, from), text, tail);
}

void
report_send_error(struct stats *stats, int error, usec_t now)
{
	static const struct vrrp_addr us;
	unsigned more;

	stats->send_errors++;
	if (!log_limit_admit(&stats->limit, SEND_ERROR_KEY + (unsigned)error,
	    &us, now, &more))
		return;
	log_err("cannot send: %s (%u more)", strerror(error), more);
}

/* "10.0.0.1 at 02:00:00:00:00:13" */
static void
claim_text(char *buf, size_t size, const struct vrrp_conf *conf,
    const struct vrrp_claim *claim)
{
	const uint8_t *mac = claim->mac;
	char addr[REPORT_ADDR_LEN];

	snprintf(buf, size, "%s at %02x:%02x:%02x:%02x:%02x:%02x",
	    report_addr(addr, conf->family, &claim->addr), mac[0], mac[1],
	    mac[2], mac[3], mac[4], mac[5]);
}

/* Somebody else claims an address of ours. */
void
report_duplicate(struct stats *stats, const struct vrrp_conf *conf,
    const struct vrrp_claim *claim, usec_t now)
{
	struct vrrp_addr who = { { 0 } };
	char text[TEXT_LEN];
	unsigned more;

	stats->duplicates++;
	stats->duplicate = *claim;
	memcpy(who.octet, claim->mac, VRRP_MAC_LEN);
	if (!log_limit_admit(&stats->limit, DUPLICATE_KEY, &who, now, &more))
		return;
	claim_text(text, sizeof(text), conf, claim);
	log_warning("duplicate address: another host uses %s (%u more)", text,
	    more);
}

/* Why the state changed, for "backup -> master (...)". */
static void
why_text(char *buf, size_t size, const struct vrrp *vr, const char *link,
    usec_t now)
{
	static const char *const texts[] = {
		[VRRP_WHY_START] = "start",
		[VRRP_WHY_OWNER] = "we own the addresses",
		[VRRP_WHY_SILENCE] = "no advert heard at all",
		[VRRP_WHY_FAULT] = "the addresses could not be taken",
		[VRRP_WHY_OPERATOR] = "asked by signal",
		[VRRP_WHY_SHUTDOWN] = "shutting down"
	};
	char addr[REPORT_ADDR_LEN];

	report_addr(addr, vr->conf->family, &vr->master);
	if (vr->why == VRRP_WHY_SILENCE && vr->heard_at != VRRP_NEVER)
		snprintf(buf, size, "no advert for %.2f s",
		    seconds(now - vr->heard_at));
	else if (vr->why == VRRP_WHY_RESIGNED)
		snprintf(buf, size, "%s resigned", addr);
	else if (vr->why == VRRP_WHY_PREEMPT)
		snprintf(buf, size, "%s has only priority %u", addr,
		    vr->master_priority);
	else if (vr->why == VRRP_WHY_OUTRANKED)
		snprintf(buf, size, "better advert: priority %u from %s",
		    vr->master_priority, addr);
	else
		snprintf(buf, size, "%s", vr->why == VRRP_WHY_LINK ? link :
		    texts[vr->why]);
}

/* link: what is wrong with the interface, for a change because of it */
void
report_change(const struct vrrp *vr, enum vrrp_state from, const char *link,
    usec_t now)
{
	char why[TEXT_LEN];

	why_text(why, sizeof(why), vr, link, now);
	log_notice("%s -> %s (%s)", vrrp_state_name(from),
	    vrrp_state_name(vr->state), why);
}

static void
report_timers(const struct vrrp *vr, usec_t now)
{
	char addr[REPORT_ADDR_LEN];
	/* It may be due in this very turn, which comes to it later. */
	usec_t left = vr->deadline > now ? vr->deadline - now : 0;

	if (vr->deadline != VRRP_NEVER)
		log_notice("%s in %.3f s",
		    vr->state == VRRP_MASTER ? "next advert" :
		    "Master_Down_Timer ends", seconds(left));
	if (vr->heard_at == VRRP_NEVER)
		log_notice("no advert heard since start");
	else
		log_notice("last advert heard %.3f s ago: priority %u from %s",
		    seconds(now - vr->heard_at), vr->master_priority,
		    report_addr(addr, vr->conf->family, &vr->master));
}

static void
report_drops(const struct stats *stats, const struct vrrp_conf *conf)
{
	char addr[REPORT_ADDR_LEN];
	int i;

	for (i = VRRP_DROP_NONE + 1; i < VRRP_DROP_MAX; i++)
		if (stats->drop[i].count > 0)
			log_notice("wrong: %s %llu, last from %s",
			    vrrp_drop_name(i), stats->drop[i].count,
			    report_addr(addr, conf->family,
			    &stats->drop[i].from));
}

static void
report_duplicates(const struct stats *stats, const struct vrrp_conf *conf)
{
	char text[TEXT_LEN];

	claim_text(text, sizeof(text), conf, &stats->duplicate);
	log_notice("duplicates %llu%s%s", stats->duplicates,
	    stats->duplicates > 0 ? ", last " : "",
	    stats->duplicates > 0 ? text : "");
}

/* Upper bounds of the classes, microseconds; the last has none. */
static const usec_t late_bounds[REPORT_LATE_MAX - 1] = {
	50, 100, 200, 500, 1000, 2000, 5000, 10000
};

/* How long after its time a timer was served. */
void
report_lateness(struct stats *stats, usec_t late)
{
	unsigned i = 0;

	while (i < REPORT_LATE_MAX - 1 && late >= late_bounds[i])
		i++;
	stats->late[i]++;
	if (late > stats->latest)
		stats->latest = late;
}

static void
report_late(const struct stats *stats)
{
	char text[TEXT_LEN];
	size_t len = 0;
	unsigned i;

	for (i = 0; i < REPORT_LATE_MAX - 1 && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "<%d us: %llu, ", (int)late_bounds[i], stats->late[i]);
	log_notice("timers late: %smore: %llu, worst %lld us", text,
	    stats->late[i], (long long)stats->latest);
}

/* The whole state, for SIGHUP.  link: what is wrong with it, or "" */
void
report_state(const struct vrrp *vr, const struct stats *stats,
    const char *link, usec_t now)
{
	const struct vrrp_conf *conf = vr->conf;
	char addr[REPORT_ADDR_LEN];
	unsigned i;

	log_notice("state: %s for %.3f s%s%s, version %u, priority %u%s, "
	    "interval %.2f s, preempt %s, virtual mac %s, source %s",
	    vrrp_state_name(vr->state), seconds(now - vr->since),
	    link[0] != '\0' ? ", waiting: " : "", link, conf->version,
	    conf->priority,
	    conf->owner ? " (owner)" : "", seconds(conf->interval),
	    conf->preempt ? "on" : "off", conf->vmac ? "on" : "off",
	    report_addr(addr, conf->family, &vr->source));
	report_timers(vr, now);
	for (i = 0; i < conf->naddr; i++)
		log_notice("address %s/%u",
		    report_addr(addr, conf->family, &conf->vip[i].addr),
		    conf->vip[i].plen);
	log_notice("sent %llu (priority 0: %llu, errors: %llu), "
	    "received %llu (priority 0: %llu)", stats->sent, stats->zero_sent,
	    stats->send_errors, stats->received, stats->zero_received);
	if (conf->version == 3 && conf->family == &vrrp_ipv4)
		log_notice("checksum as in RFC 9568: %llu, with pseudo-header: "
		    "%llu; sending %s", stats->sums[VRRP_SUM_MESSAGE],
		    stats->sums[VRRP_SUM_PSEUDO], vr->pseudo_header ?
		    "with pseudo-header" : "as in RFC 9568");
	log_notice("became master %llu times, failed %llu times, put back "
	    "%llu times, lost events %llu times, stalled %llu times",
	    stats->became_master, stats->faults, stats->restored,
	    stats->lost_events, stats->stalls);
	report_duplicates(stats, conf);
	report_late(stats);
	report_drops(stats, conf);
}
