/*
 * router.c on a host that this file plays: what it does, and in which order.
 * The state machine and the frames are the real ones; everything else is a
 * function below that writes down a word.
 */
#include "play_util.h"
#include "router.h"

#include "hold.h"
#include "host.h"
#include "speak.h"
#include "trace.h"

enum { FRAMES_MAX = 2 * ROUTER_DRAIN_MAX };

#define MS	((usec_t)1000)
#define DOWN	(4 * VRRP_SECOND)	/* longer than a Master may be silent */

static const uint8_t seen_mac[VRRP_MAC_LEN] = { 2, 0, 0, 0, 0, 0x12 };
static const uint8_t their_mac[VRRP_MAC_LEN] = { 2, 0, 0, 0, 0, 0x99 };

static struct conf conf;
static struct router r;
static struct vrrp_addr own[2];
static usec_t now;

/* What the host answers */
static int acquire_result, look_result, use_result, claims_result;
static int write_result, send_result;
static bool keep_result, tune_result;
static unsigned mend_news, use_news;
static struct reconcile_plan plan;
static usec_t told_limit;
static uint8_t resignation[VRRP_FRAME_MAX];
static uint8_t answered[128];

/* Frames that wait; all of them are alike. */
static uint8_t frame[VRRP_FRAME_MAX];
static size_t frame_len;
static unsigned frames;			/* how many there are still */
static int recv_error;			/* once there is none */

static const char *
mac_name(const uint8_t *mac)
{
	return memcmp(mac, virtual_mac, VRRP_MAC_LEN) == 0 ? "virtual" :
	    memcmp(mac, own_mac, VRRP_MAC_LEN) == 0 ? "own" :
	    memcmp(mac, seen_mac, VRRP_MAC_LEN) == 0 ? "seen" : "?";
}

/* --- the host ------------------------------------------------------------ */

int
hold_acquire(struct ground *g, const struct vrrp *vr)
{
	do_word("acquire");
	g->swapped = acquire_result == 0 && g->conf->vr.vmac;
	return acquire_result;
}

void
hold_release(struct ground *g, usec_t at)
{
	do_word("release");
	g->swapped = false;
}

PLAY(hold_renew(struct ground *g, const struct vrrp *vr, usec_t at), "renew")

int
host_look(struct ground *g, struct vrrp *vr, usec_t at)
{
	do_word("look");
	vr->own = own;
	vr->nown = 2;
	return look_result;
}

void
host_compare(struct ground *g, const struct vrrp *vr,
    struct reconcile_plan *to, usec_t at)
{
	do_word("compare");
	*to = plan;
}

PLAY(host_close(struct ground *g), "close")

void
host_move(struct ground *g)
{
	do_word("move");
	g->index = g->seen.index;
}

unsigned
host_mend(struct ground *g, const struct vrrp *vr,
    const struct reconcile_plan *what, usec_t at)
{
	do_word("mend");
	ck_assert_uint_eq(what->set, plan.set);
	return mend_news;
}

int
host_use(struct ground *g, unsigned *news, usec_t at)
{
	do_word("use");
	*news = use_news;
	return use_result;
}

void
speak_advert(struct ground *g, const struct vrrp *vr, uint8_t priority,
    const uint8_t *mac, usec_t at)
{
	ck_assert_int_eq(at, now);
	do_word("advert-%u/%s", priority, mac_name(mac));
}

PLAY(speak_addresses(struct ground *g, const uint8_t *mac, usec_t at),
    "announce/%s", mac_name(mac))
PLAY(speak_own(struct ground *g, const uint8_t *mac, usec_t at),
    "announce-own/%s", mac_name(mac))
PLAY(speak_question(struct ground *g, const struct vrrp *vr, usec_t at), "ask")
PLAY(speak_probe(struct ground *g, usec_t at), "probe")
PLAY_AS(bool, speak_is_router(const struct ground *g), g->seen.router6)

bool
guard_keep(struct guard *g, const uint8_t *octets, size_t len,
    const uint8_t *mac)
{
	do_word(len > 0 ? "keep" : "keep-none");
	ck_assert_int_eq(memcmp(mac, own_mac, VRRP_MAC_LEN), 0);
	memcpy(resignation, octets, len);
	return keep_result;
}

PLAY(guard_link(struct guard *g, unsigned index), "guard-link-%u", index)

void
guard_state(struct guard *g, enum vrrp_state state, usec_t limit, usec_t at)
{
	do_word("guard-%s", vrrp_state_name(state));
	told_limit = limit;
}

PLAY_AS(bool, guard_tune(struct guard *g, enum vrrp_state state),
    (do_word("tune"), tune_result))
PLAY(notify_state(struct notify *n, enum vrrp_state from, enum vrrp_state to,
    usec_t at), "script-%s", vrrp_state_name(to))
PLAY(notify_manager(const char *status), "%s", status)

int
respond_open_claims(struct respond *respond, unsigned index,
    const struct vrrp_conf *vr)
{
	do_word("open-claims");
	errno = EMFILE;
	respond->fd = claims_result == 0 ? FD : -1;
	return claims_result;
}

void
respond_close(struct respond *respond)
{
	if (respond->fd != -1)
		do_word("close-claims");
	respond->fd = -1;
}

static ssize_t
next_frame(uint8_t *buf, size_t size)
{
	ck_assert_uint_ge(size, frame_len);
	errno = recv_error;
	if (frames == 0)
		return -1;
	frames--;
	memcpy(buf, frame, frame_len);
	return (ssize_t)frame_len;
}

PLAY_AS(ssize_t, respond_recv(const struct respond *respond, uint8_t *buf,
    size_t size), next_frame(buf, size))

int
respond_send(const struct respond *respond, const uint8_t *octets, size_t len)
{
	do_word("answer");
	memcpy(answered, octets, len);
	return send_result;
}

PLAY_AS(ssize_t, port_recv(const struct port *port, uint8_t *buf, size_t size),
    next_frame(buf, size))
PLAY(report_drop(struct stats *s, const struct vrrp_conf *vr,
    enum vrrp_drop drop, const struct vrrp_addr *from, uint32_t got,
    uint32_t want, bool remark, usec_t at), "%s-%s", remark ? "remark" : "drop",
    vrrp_drop_name(drop))
PLAY(report_send_error(struct stats *s, int error, usec_t at), "send-error")
PLAY(report_duplicate(struct stats *s, const struct vrrp_conf *vr,
    const struct vrrp_claim *claim, usec_t at), "duplicate")
PLAY(report_change(const struct vrrp *vr, enum vrrp_state from,
    const char *reason, usec_t at), "change")

const char *
report_addr(char *buf, const struct vrrp_family *family,
    const struct vrrp_addr *a)
{
	ck_assert_ptr_nonnull(inet_ntop(family->af, a->octet, buf,
	    REPORT_ADDR_LEN));
	return buf;
}

void
trace_frame(const uint8_t *octets, size_t len)
{
}

PLAY_AS(bool, log_wanted(int level), false)

int
lockfile_write(const struct lockfile *file, const char *text)
{
	do_word(text[0] == '\0' ? "clear" : "write");
	errno = ENOSPC;
	return write_result;
}

/* --- the router ----------------------------------------------------------- */

#define TO_MASTER "keep advert-100/virtual renew acquire announce/virtual " \
	"announce-own/virtual change guard-master STATUS=master"

static void
setup(void)
{
	conf = (struct conf){
		.guard = true, .hang_limit = 3 * VRRP_SECOND,
		.vr = {
			.ifname = "eth0", .family = &vrrp_ipv4, .version = 2,
			.vrid = 7, .priority = 100, .vmac = true,
			.accept = true, .preempt = true,
			.interval = VRRP_SECOND, .down_adverts = 3, .naddr = 1
		}
	};
	conf.vr.vip[0].addr = addr("10.0.0.1");
	own[0] = addr("10.0.0.11");
	own[1] = addr("10.0.0.12");
	now = START;
	memset(&r, 0, sizeof(r));
	r.conf = &conf;
	r.claims.fd = r.ground.respond.fd = -1;
	r.ground.port.fd = FD;
	r.ground.conf = &conf;
	r.ground.seen.present = true;
	r.ground.seen.index = 3;
	memcpy(r.ground.seen.mac, seen_mac, VRRP_MAC_LEN);
	memcpy(r.ground.own_mac, own_mac, VRRP_MAC_LEN);
	memcpy(r.ground.virtual_mac, virtual_mac, VRRP_MAC_LEN);
	r.ask_deadline = VRRP_NEVER;
	vrrp_init(&r.vr, &conf.vr, now);
	r.vr.own = own;
	r.vr.nown = 2;
	r.vr.source = own[0];
	acquire_result = look_result = use_result = claims_result = 0;
	write_result = send_result = 0;
	keep_result = false;
	tune_result = true;
	mend_news = use_news = 0;
	memset(&plan, 0, sizeof(plan));
	frames = 0;
	recv_error = EAGAIN;
	did[0] = '\0';
}

static void
step(enum vrrp_event_type type)
{
	router_step(&r, type, NULL, now);
}

static void
wait_for(usec_t time)
{
	now += time;
	step(VRRP_EV_TIMER);
}

static void
setup_backup(void)
{
	setup();
	step(VRRP_EV_LINK_UP);
	ck_assert_int_eq(r.vr.state, VRRP_BACKUP);
	did[0] = '\0';
}

static void
setup_master(void)
{
	setup_backup();
	wait_for(DOWN);
	ck_assert_int_eq(r.vr.state, VRRP_MASTER);
	did[0] = '\0';
}

/* One whose announcements after the take-over are long over */
static void
setup_old_master(void)
{
	int i;

	setup_master();
	for (i = 0; i < 2 * VRRP_ANNOUNCE_ROUNDS; i++)
		wait_for(VRRP_SECOND);
	ck_assert_uint_eq(r.vr.announce_left, 0);
	now += VRRP_SECOND;
	did[0] = '\0';
}

/* An advert of another router waits, n times. */
static void
put_adverts(uint8_t priority, unsigned n)
{
	static struct vrrp_conf other;
	struct vrrp sender;

	other = conf.vr;
	vrrp_init(&sender, &other, now);
	sender.source = addr("10.0.0.99");
	frame_len = advert_build(frame, sizeof(frame), &sender, virtual_mac,
	    priority, 1);
	frames = n;
}

static void
hear(uint8_t priority, unsigned n)
{
	put_adverts(priority, n);
	router_receive(&r, now);
}

/* --- actions ------------------------------------------------------------- */

TEST(order_of_becoming_master)
{
	setup_backup();
	does(wait_for(DOWN), TO_MASTER);
	ck_assert_uint_eq(r.ground.stats.became_master, 1);
	ck_assert_int_eq(told_limit, conf.hang_limit);
	ck_assert_int_eq(r.ask_deadline, now + 2 * VRRP_SECOND);
}

TEST(order_of_resigning)
{
	setup_master();
	r.claims.fd = FD;
	step(VRRP_EV_SHUTDOWN);
	done("advert-0/virtual release keep-none change guard-initialize "
	    "STATUS=initialize close-claims");
	ck_assert_int_eq(told_limit, 0);
	ck_assert_int_eq(r.ask_deadline, VRRP_NEVER);
	ck_assert_uint_eq(r.ground.stats.became_master, 1);
}

/* Released before it speaks, then from its own MAC; asked twice. */
TEST(order_of_yielding)
{
	setup_master();
	hear(200, 1);
	done("release keep-none advert-100/own ask change guard-backup "
	    "STATUS=backup");
	ck_assert_int_eq(r.ask_deadline, now + 50 * MS);
	now = r.ask_deadline;
	does(router_ask(&r, now), "ask");
	ck_assert_int_eq(r.ask_deadline, VRRP_NEVER);
}

/* Without a virtual MAC no switch looks for it in the wrong place. */
TEST(yield_without_virtual_mac)
{
	setup_master();
	conf.vr.vmac = false;
	hear(200, 1);
	done("release keep-none advert-100/own change guard-backup "
	    "STATUS=backup");
	ck_assert_int_eq(r.ask_deadline, VRRP_NEVER);
}

/* A periodic advert: what would be undone is kept before it is sent. */
TEST(master_advert)
{
	setup_master();
	wait_for(VRRP_SECOND);
	done("keep advert-100/virtual renew announce/virtual "
	    "announce-own/virtual");
}

TEST(failed_acquire)
{
	setup_backup();
	acquire_result = -1;
	wait_for(DOWN);
	done("keep advert-100/virtual renew acquire change guard-master "
	    "STATUS=master");
	ck_assert(r.fault);
	ck_assert_uint_eq(r.ground.stats.faults, 1);
	ck_assert_int_eq(r.ask_deadline, VRRP_NEVER);
	step(VRRP_EV_FAULT);
	done("advert-0/virtual release keep-none change guard-backup "
	    "STATUS=backup");
}

/* Without a guard scripts run from here, before the service manager hears. */
TEST(no_guard)
{
	setup_backup();
	conf.guard = false;
	wait_for(DOWN);
	ck_assert_ptr_nonnull(strstr(did, " change script-master guard-master "
	    "STATUS=master"));
	ck_assert_int_eq(told_limit, 0);
}

/* Where the virtual addresses are: the MAC of each mode. */
TEST(master_mac)
{
	setup_master();
	conf.vr.vmac = false;
	r.ground.swapped = false;
	does(step(VRRP_EV_ANNOUNCE), "announce/seen");
	r.ground.seen.present = false;
	does(step(VRRP_EV_ANNOUNCE), "announce/own");
	conf.vr.vmac = true;
	does(step(VRRP_EV_ANNOUNCE), "announce/virtual");
}

/* The resignation that is kept is one, from the MAC of the addresses. */
TEST(kept_resignation)
{
	struct vrrp_packet pkt;
	struct vrrp_advert adv;

	setup_backup();
	keep_result = true;
	wait_for(DOWN);
	ck_assert_int_eq(strncmp(did, "keep write advert-100", 21), 0);
	ck_assert_int_eq(memcmp(resignation + VRRP_MAC_LEN, virtual_mac,
	    VRRP_MAC_LEN), 0);
	ck_assert_int_eq(frame_parse(&pkt, &vrrp_ipv4, resignation,
	    VRRP_FRAME_MIN), VRRP_DROP_NONE);
	ck_assert_int_eq(advert_parse(&adv, &pkt, &conf.vr), VRRP_DROP_NONE);
	ck_assert_uint_eq(adv.priority, VRRP_PRIORITY_STOP);
	did[0] = '\0';
	write_result = -1;
	step(VRRP_EV_SHUTDOWN);
	done("advert-0/virtual release keep-none clear log-4 change "
	    "guard-initialize STATUS=initialize");
	ck_assert_ptr_nonnull(strstr(last_log, "/run/vrrpd.file: No space"));
}

/* --- what the comparison finds ------------------------------------------- */

static void
compare(unsigned news)
{
	plan.news = news;
	router_reconcile(&r, now);
}

#define finds(news, words)	does(compare(news), words)

TEST(look_fails)
{
	setup_backup();
	look_result = -1;
	finds(RECONCILE_LOST | RECONCILE_USE, "look");
}

TEST(each_news)
{
	setup_backup();
	finds(0, "look compare mend");
	finds(RECONCILE_SAY_REASON, "look compare log-5 mend");
	finds(RECONCILE_MOVED, "look compare move guard-link-3 mend");
	finds(RECONCILE_FIGHT, "look compare mend log-3");
	ck_assert(!r.fault);
	/* A Backup has nothing to tell. */
	finds(RECONCILE_TELL, "look compare mend");
	finds(RECONCILE_USE, "look compare mend use");
	finds(RECONCILE_CLOSE | RECONCILE_AGAIN, "look compare close");
	ck_assert(r.ground.dirty);
	r.ground.dirty = false;
	finds(RECONCILE_LOST | RECONCILE_AGAIN | RECONCILE_USE,
	    "look compare change guard-initialize STATUS=initialize");
	ck_assert(r.ground.dirty);
	ck_assert_int_eq(r.vr.why, VRRP_WHY_LINK);
}

/* The state machine hears of the loss while the socket is still there. */
TEST(all_lost)
{
	setup_master();
	finds(RECONCILE_NEW_SOURCE | RECONCILE_LOST | RECONCILE_CLOSE |
	    RECONCILE_AGAIN, "look compare keep log-5 advert-0/virtual release "
	    "keep-none change guard-initialize STATUS=initialize close");
}

/* A new source: for the resignation too, before anything else. */
TEST(new_source)
{
	setup_master();
	own[0] = addr("10.0.0.77");
	finds(RECONCILE_NEW_SOURCE | RECONCILE_USE,
	    "look compare keep log-5 mend use");
	ck_assert_str_eq(last_log, "source address is now 10.0.0.77");
	ck_assert_int_eq(memcmp(&r.vr.source, &own[0], sizeof(own[0])), 0);
	ck_assert_int_eq(memcmp(resignation + 26, own[0].octet, 4), 0);
}

TEST(carrier)
{
	setup_master();
	finds(RECONCILE_CARRIER, "look compare mend");
	ck_assert(r.vr.quiet);
	finds(RECONCILE_USE,
	    "look compare mend use keep advert-100/virtual renew "
	    "announce/virtual announce-own/virtual");
	ck_assert(!r.vr.quiet);
}

TEST(tell)
{
	setup_master();
	finds(RECONCILE_TELL | RECONCILE_USE,
	    "look compare mend announce/virtual announce-own/virtual use");
	/* What could not be mended is not announced, but given up. */
	mend_news = HOST_FAULT;
	finds(RECONCILE_TELL | RECONCILE_USE, "look compare mend use");
	ck_assert(r.fault);
}

TEST(fight)
{
	setup_master();
	finds(RECONCILE_FIGHT | RECONCILE_FAULT | RECONCILE_TELL,
	    "look compare mend log-3");
	ck_assert(r.fault);
}

/* Up: the source and the page first, then the election. */
TEST(use)
{
	setup();
	r.vr.source = own[1];
	use_result = -1;
	finds(RECONCILE_USE, "look compare mend use");
	ck_assert_int_eq(r.vr.state, VRRP_INITIALIZE);
	use_result = 0;
	finds(RECONCILE_USE,
	    "look compare mend use keep-none change guard-backup "
	    "STATUS=backup");
	ck_assert_int_eq(memcmp(&r.vr.source, &own[0], sizeof(own[0])), 0);
}

/* Sysctls that only the guard can write; a lack of it is said once. */
TEST(tune)
{
	setup_backup();
	mend_news = HOST_TUNE;
	finds(0, "look compare mend tune");
	ck_assert(!r.ground.untuned);
	tune_result = false;
	finds(0, "look compare mend tune log-4");
	finds(0, "look compare mend tune");
	ck_assert(r.ground.untuned);
	ck_assert(!r.fault);
	mend_news = 0;
	use_news = HOST_TUNE;
	finds(RECONCILE_USE, "look compare mend use tune");
}

/* --- adverts ------------------------------------------------------------- */

/* One good advert is enough for a Backup: the next turn finds the others. */
TEST(backup_reads_one)
{
	setup_backup();
	hear(200, 3);
	ck_assert_uint_eq(frames, 2);
	ck_assert_uint_eq(r.ground.stats.received, 1);
	/* Where it came from is no stranger. */
	ck_assert_int_eq(r.duplicate.router_at, now);
	ck_assert_int_eq(memcmp(r.duplicate.router, virtual_mac,
	    VRRP_MAC_LEN), 0);
	hear(VRRP_PRIORITY_STOP, 1);
	ck_assert_uint_eq(r.ground.stats.zero_received, 1);
	ck_assert_uint_eq(r.ground.stats.received, 2);
	done("");
}

/* One that leaves the timer expired is not the last that counts. */
TEST(late_backup_reads_on)
{
	setup_backup();
	now += DOWN;
	hear(50, 3);		/* is preempted: moves no timer */
	ck_assert_uint_eq(frames, 0);
	ck_assert_uint_eq(r.ground.stats.received, 3);
}

TEST(drain_bound)
{
	setup_master();
	hear(50, FRAMES_MAX);
	ck_assert_uint_eq(frames, FRAMES_MAX - ROUTER_DRAIN_MAX);
	ck_assert_uint_eq(r.ground.stats.received, ROUTER_DRAIN_MAX);
}

/* In Initialize they are read, and that is all. */
TEST(initialize_ignores)
{
	setup();
	hear(200, 5);
	ck_assert_uint_eq(frames, 0);
	ck_assert_uint_eq(r.ground.stats.received, 0);
	r.ground.port.fd = -1;
	frames = 1;
	router_receive(&r, now);
	ck_assert_uint_eq(frames, 1);
	done("");
}

TEST(errors_of_the_socket)
{
	setup_backup();
	router_receive(&r, now);
	ck_assert(!r.ground.dirty);
	recv_error = ENETDOWN;
	router_receive(&r, now);
	ck_assert(r.ground.dirty);
	/* A signal is no error: asked again, up to the bound. */
	r.ground.dirty = false;
	recv_error = EINTR;
	router_receive(&r, now);
	ck_assert(!r.ground.dirty);
	done("");
}

TEST(drops)
{
	setup_backup();
	put_adverts(200, 1);
	frame[14 + 8] = 254;		/* TTL: frame_parse() refuses it */
	frame[14 + 10] = frame[14 + 11] = 0;
	router_receive(&r, now);
	ck_assert_int_eq(strncmp(did, "drop-", 5), 0);
	did[0] = '\0';
	put_adverts(200, 1);
	frame[34 + 2] ^= 1;		/* priority, advert_parse(): checksum */
	does(router_receive(&r, now), "drop-checksum");
	conf.vr.vrid = 8;		/* advert_check() */
	put_adverts(200, 1);
	conf.vr.vrid = 7;
	does(router_receive(&r, now), "drop-vrid");
	ck_assert_uint_eq(r.ground.stats.received, 0);
	ck_assert_int_eq(r.duplicate.router_at, 0);
	/* Another list of addresses is let through, with a remark. */
	conf.vr.vip[0].addr = addr("10.0.0.2");
	put_adverts(200, 1);
	conf.vr.vip[0].addr = addr("10.0.0.1");
	does(router_receive(&r, now), "remark-addresses");
	ck_assert_uint_eq(r.ground.stats.received, 1);
}

/* What is wrong for any other reason makes nobody doubt. */
TEST(master_drops)
{
	setup_old_master();
	put_adverts(50, 1);
	frame[34 + 2] ^= 1;
	does(router_receive(&r, now), "drop-checksum");
	conf.vr.auth_type = VRRP_AUTH_PASSWORD;
	put_adverts(50, 1);
	conf.vr.auth_type = VRRP_AUTH_NONE;
	router_receive(&r, now);
	ck_assert_int_eq(strncmp(did, "drop-auth", 9), 0);
	ck_assert_ptr_null(strchr(did, ' '));
}

/* An owner hears no rival, but tells the rival's neighbours. */
TEST(owner_hears_rival)
{
	setup_old_master();
	conf.vr.owner = true;
	conf.vr.priority = VRRP_PRIORITY_OWNER;
	hear(200, 1);
	ck_assert_int_eq(strncmp(did, "drop-owner announce/virtual", 27), 0);
	ck_assert_int_eq(r.vr.state, VRRP_MASTER);
	ck_assert_int_eq(memcmp(r.duplicate.router, virtual_mac,
	    VRRP_MAC_LEN), 0);
}

/* --- questions and claims ------------------------------------------------- */

/* to: Ethernet destination, NULL for the broadcast */
static void
put_question(const char *target, const uint8_t *to)
{
	struct vrrp_addr from = addr("10.0.0.50"), what = addr(target);

	frame_len = arp_ask_build(frame, sizeof(frame), their_mac, &from,
	    &what);
	if (to != NULL)
		memcpy(frame, to, VRRP_MAC_LEN);
	frames = 1;
}

static void
ask(const char *target, const uint8_t *to, const char *words)
{
	put_question(target, to);
	router_answer(&r, now);
	ck_assert_uint_eq(frames, 0);
	done(words);
}

TEST(answers)
{
	setup_master();
	r.ground.respond.fd = FD;
	ask("10.0.0.1", NULL, "answer");
	ck_assert_int_eq(memcmp(answered, their_mac, VRRP_MAC_LEN), 0);
	ck_assert_int_eq(memcmp(answered + 22, virtual_mac, VRRP_MAC_LEN), 0);
	ask("10.0.0.1", virtual_mac, "answer");
	ask("10.0.0.1", own_mac, "answer");
	ask("10.0.0.1", seen_mac, "answer");
	ask("10.0.0.1", their_mac, "");	/* to another host */
	ask("10.0.0.2", NULL, "");		/* not a virtual address */
	put_question("10.0.0.1", NULL);
	frame_len = VRRP_MAC_LEN - 1;	/* no frame at all */
	does(router_answer(&r, now), "");
	send_result = -1;
	ask("10.0.0.1", NULL, "answer send-error");
	put_question("10.0.0.2", NULL);
	frames = FRAMES_MAX;
	router_answer(&r, now);
	ck_assert_uint_eq(frames, FRAMES_MAX - ROUTER_DRAIN_MAX);
	r.ground.respond.fd = -1;
	router_answer(&r, now);
	ck_assert_uint_eq(frames, FRAMES_MAX - ROUTER_DRAIN_MAX);
}

static void
put_claim(const char *what, const uint8_t *mac)
{
	struct vrrp_addr a = addr(what);

	frame_len = arp_build(frame, sizeof(frame), true, mac, &a, 2);
	frames = 1;
}

static void
claim(const char *what, const uint8_t *mac)
{
	put_claim(what, mac);
	router_hear(&r, now);
	ck_assert_uint_eq(frames, 0);
}

TEST(claims)
{
	setup_old_master();
	r.claims.fd = FD;
	claim("10.0.0.1", virtual_mac);
	claim("10.0.0.1", own_mac);
	claim("10.0.0.1", seen_mac);
	claim("10.0.0.2", their_mac);	/* not ours */
	put_claim("10.0.0.1", their_mac);
	memcpy(frame, their_mac, VRRP_MAC_LEN);	/* not for us */
	does(router_hear(&r, now), "");
	claim("10.0.0.1", their_mac);
	done("duplicate announce/virtual announce-own/virtual");
	put_claim("10.0.0.2", their_mac);
	frames = FRAMES_MAX;
	router_hear(&r, now);
	ck_assert_uint_eq(frames, FRAMES_MAX - ROUTER_DRAIN_MAX);
	done("");
	r.claims.fd = -1;
	router_hear(&r, now);
	ck_assert_uint_eq(frames, FRAMES_MAX - ROUTER_DRAIN_MAX);
}

/* A claim that does not end is said once, and not answered any more. */
TEST(claims_without_end)
{
	int i;

	setup_old_master();
	r.claims.fd = FD;
	for (i = 0; i < 20; i++) {
		claim("10.0.0.1", their_mac);
		now += 100 * MS;
	}
	did[0] = '\0';
	does(claim("10.0.0.1", their_mac), "duplicate log-3");
}

/* A stranger in version 3 may be a Master that cannot read our checksum. */
TEST(other_form)
{
	setup_old_master();
	conf.vr.version = 3;
	conf.vr.checksum = VRRP_SUM_AUTO;
	r.claims.fd = FD;
	claim("10.0.0.1", their_mac);
	done("duplicate log-5 announce/virtual announce-own/virtual");
	ck_assert(r.vr.pseudo_header);
	ck_assert_ptr_nonnull(strstr(last_log, "checksum with the"));
}

/* --- asking who has the addresses --------------------------------------- */

/* First after two seconds, then at twice the age, at last once a minute. */
TEST(probes)
{
	static const int seconds[] = { 2, 4, 8, 16, 32, 64, 124, 184 };

	setup_master();
	r.claims.fd = FD;
	EACH(i, seconds) {
		now = r.ask_deadline;
		ck_assert_int_eq(now - r.vr.since, seconds[i] * VRRP_SECOND);
		does(router_ask(&r, now), "probe");
	}
}

TEST(first_probe)
{
	setup_master();
	now = r.ask_deadline;
	claims_result = -1;
	does(router_ask(&r, now), "open-claims log-4");
	ck_assert_int_lt(r.ask_deadline, VRRP_NEVER);
	claims_result = 0;
	does(router_ask(&r, now), "open-claims probe");
	does(router_ask(&r, now), "probe");
	r.vr.quiet = true;
	does(router_ask(&r, now), "");
	ck_assert_int_lt(r.ask_deadline, VRRP_NEVER);
}

TEST(initialize_asks_nobody)
{
	setup();
	r.ask_deadline = now;
	does(router_ask(&r, now), "");
	ck_assert_int_eq(r.ask_deadline, VRRP_NEVER);
}

RUN_TESTS("router", 10, NULL, NULL)
