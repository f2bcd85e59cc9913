/*
 * Any octets as a frame, a question, a claim: no octet past the end is read,
 * what is taken lies inside, every question has an answer that fits, and every
 * answer is a claim and no question.  The first octet holds the options, the
 * rest is the frame.
 */
#include "fuzz.h"
#include "vrrp.h"
#include "core/wire.h"

enum {
	OPT_IPV6 = 1 << 0,
	OPT_FIX_IPV4 = 1 << 1,		/* makes the sum of the header right */
	OPT_FIX_ICMP = 1 << 2,		/* likewise of a solicitation */
	ETH_LEN = 14,
	IPV6_LEN = 40,
	ICMPV6 = 58
};

static void
store(uint8_t *at, uint16_t sum)
{
	sum = (uint16_t)~sum;
	at[0] = (uint8_t)(sum >> 8);
	at[1] = (uint8_t)sum;
}

static void
fix_ipv4(uint8_t *frame, size_t len)
{
	uint8_t *ip = frame + ETH_LEN;
	size_t header;

	if (len < ETH_LEN + 20)
		return;
	header = (size_t)(ip[0] & 0x0f) * 4;
	if (header < 20 || len < ETH_LEN + header)
		return;
	ip[10] = ip[11] = 0;
	store(ip + 10, sum16(0, ip, header));
}

static void
fix_icmp(uint8_t *frame, size_t len)
{
	uint8_t *ip = frame + ETH_LEN, *icmp = ip + IPV6_LEN;
	size_t size;

	if (len < ETH_LEN + IPV6_LEN + 4)
		return;
	size = (size_t)(ip[4] << 8 | ip[5]);
	if (size < 4 || size > len - ETH_LEN - IPV6_LEN)
		return;
	icmp[2] = icmp[3] = 0;
	store(icmp + 2, sum16(pseudo_sum(&vrrp_ipv6, ip + 8, ip + 24, size,
	    ICMPV6), icmp, size));
}

static void
try_advert(const struct vrrp_family *family, const uint8_t *frame, size_t len)
{
	struct vrrp_conf conf = { .family = family, .version = 2 };
	struct vrrp_packet pkt;
	struct vrrp_advert adv;
	enum vrrp_drop drop = frame_parse(&pkt, family, frame, len);

	must(drop <= VRRP_DROP_DESTINATION);
	if (drop != VRRP_DROP_NONE)
		return;
	must(pkt.ttl == VRRP_TTL);
	must(memcmp(pkt.dst.octet, family->group, family->addr_len) == 0);
	must(pkt.msg >= frame + ETH_LEN + family->header_len);
	must(pkt.msg <= frame + len);
	must(pkt.len <= (size_t)(frame + len - pkt.msg));
	for (; conf.version <= 3; conf.version++) {
		if (advert_parse(&adv, &pkt, &conf) != VRRP_DROP_NONE)
			continue;
		must(pkt.len >= VRRP_HEADER_LEN);
		must(adv.addrs + adv.count * family->addr_len <=
		    pkt.msg + pkt.len);
	}
}

static void
check_arp(const uint8_t *arp, const struct vrrp_question *q, const uint8_t *mac)
{
	must(memcmp(arp + 8, mac, VRRP_MAC_LEN) == 0);
	must(memcmp(arp + 14, q->target.octet, 4) == 0);
	must(memcmp(arp + 18, q->mac, VRRP_MAC_LEN) == 0);
	must(memcmp(arp + 24, q->asker.octet, 4) == 0);
}

static void
check_advertisement(const uint8_t *ip, const struct vrrp_question *q,
    const uint8_t *mac)
{
	const uint8_t *icmp = ip + IPV6_LEN;

	must(memcmp(ip + 8, q->target.octet, 16) == 0);
	must(memcmp(icmp + 8, q->target.octet, 16) == 0);
	must(memcmp(icmp + 26, mac, VRRP_MAC_LEN) == 0);
	must(sum16(pseudo_sum(&vrrp_ipv6, ip + 8, ip + 24, 32, ICMPV6), icmp,
	    32) == 0xffff);
}

static void
try_question(const struct vrrp_family *family, const uint8_t *frame, size_t len)
{
	static const uint8_t mac[VRRP_MAC_LEN] = { 0, 0, 0x5e, 0, 2, 9 };
	struct vrrp_question q, other;
	struct vrrp_claim claim;
	uint8_t buf[128], *answer;
	size_t n;

	if (!question_parse(&q, family, frame, len))
		return;
	must(memcmp(q.mac, frame + VRRP_MAC_LEN, VRRP_MAC_LEN) == 0 ||
	    family == &vrrp_ipv4);
	n = answer_build(buf, sizeof(buf), family, true, &q, mac);
	must(n >= VRRP_FRAME_MIN && n <= sizeof(buf));
	must(memcmp(buf + VRRP_MAC_LEN, mac, VRRP_MAC_LEN) == 0);
	if (family == &vrrp_ipv4)
		check_arp(buf + ETH_LEN, &q, mac);
	else
		check_advertisement(buf + ETH_LEN, &q, mac);
	answer = exact(buf, n, 0);
	must(!question_parse(&other, family, answer, n));
	must(claim_parse(&claim, family, answer, n));
	must(memcmp(claim.mac, mac, VRRP_MAC_LEN) == 0);
	must(memcmp(&claim.addr, &q.target, sizeof(claim.addr)) == 0);
	must(answer_build(answer, n, family, true, &q, mac) == n);
	must(answer_build(answer, n - 1, family, true, &q, mac) == 0);
	free(answer);
}

/* Both parts of a claim stand in the frame. */
static void
try_claim(const struct vrrp_family *family, const uint8_t *frame, size_t len)
{
	struct vrrp_claim claim;

	if (!claim_parse(&claim, family, frame, len))
		return;
	must(memmem(frame, len, claim.mac, VRRP_MAC_LEN) != NULL);
	must(memmem(frame, len, &claim.addr, family->addr_len) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	uint8_t options = input8(&in), *frame = exact(in.p, in.left, 0);
	const struct vrrp_family *family = options & OPT_IPV6 ? &vrrp_ipv6 :
	    &vrrp_ipv4;

	if (options & OPT_FIX_IPV4)
		fix_ipv4(frame, in.left);
	if (options & OPT_FIX_ICMP)
		fix_icmp(frame, in.left);
	try_advert(family, frame, in.left);
	try_question(family, frame, in.left);
	try_claim(family, frame, in.left);
	free(frame);
	return 0;
}
