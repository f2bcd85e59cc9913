/*
 * Branches of the pure files that no test with a reason of its own reaches:
 * numbers that are not in an enumeration, and the last term of a condition.
 */
#include "check_util.h"

#include <stdlib.h>

static const struct vrrp_conf conf = {
	.family = &vrrp_ipv4,
	.version = 2,
	.vrid = 51,
	.priority = 100,
	.interval = VRRP_SECOND
};

TEST(state_that_is_none)
{
	struct vrrp vr;
	const struct vrrp_event timer = { .type = VRRP_EV_TIMER };

	ck_assert_str_eq(vrrp_state_name((enum vrrp_state)99), "initialize");
	vrrp_init(&vr, &conf, 0);
	vr.state = (enum vrrp_state)99;
	ck_assert_uint_eq(vrrp_step(&vr, &timer, 1), 0);
}

/* In every state an event that is none changes nothing. */
LOOP_TEST(event_that_is_none, VRRP_INITIALIZE, VRRP_MASTER + 1)
{
	const struct vrrp_event event = { .type = (enum vrrp_event_type)99 };
	struct vrrp vr, before;

	vrrp_init(&vr, &conf, 0);
	vr.state = (enum vrrp_state)_i;
	before = vr;
	ck_assert_uint_eq(vrrp_step(&vr, &event, 1), 0);
	ck_assert_mem_eq(&vr, &before, sizeof(vr));
}

/* Who yields speaks of the winner's interval: others learn from it. */
TEST(yields_with_the_interval_of_the_winner)
{
	static const uint8_t mac[VRRP_MAC_LEN];
	struct vrrp_conf three = conf;
	uint8_t frame[VRRP_FRAME_MAX];
	struct vrrp vr;

	three.version = 3;
	three.naddr = 1;
	vrrp_init(&vr, &three, 0);
	vr.master_interval = 5 * VRRP_SECOND;
	vr.state = VRRP_MASTER;
	ck_assert_uint_ne(advert_build(frame, sizeof(frame), &vr, mac, 100, 1),
	    0);
	ck_assert_uint_eq(frame[38] << 8 | frame[39], 100);
	vr.state = VRRP_BACKUP;
	ck_assert_uint_ne(advert_build(frame, sizeof(frame), &vr, mac, 100, 1),
	    0);
	ck_assert_uint_eq(frame[38] << 8 | frame[39], 500);
}

/* An IPv6 payload that says it is longer than the frame, and an odd one. */
TEST(solicitations_of_odd_lengths)
{
	uint8_t frame[14 + 40 + 25] = { [12] = 0x86, 0xdd, 0x60 };
	struct vrrp_question q;
	uint32_t sum = 0;
	size_t i;

	frame[14 + 5] = 25;
	frame[14 + 6] = 58;
	frame[14 + 7] = 255;
	frame[14 + 40] = 135;
	frame[14 + 40 + 24] = 0xaa;
	/* Addresses are zero: length, protocol and message remain. */
	for (i = 0; i < 25; i++)
		sum += (uint32_t)frame[14 + 40 + i] << (i % 2 == 0 ? 8 : 0);
	sum += 25 + 58;
	sum = ~((sum & 0xffff) + (sum >> 16));
	frame[14 + 40 + 2] = (uint8_t)(sum >> 8);
	frame[14 + 40 + 3] = (uint8_t)sum;
	ck_assert(question_parse(&q, &vrrp_ipv6, frame, sizeof(frame)));
	ck_assert(!question_parse(&q, &vrrp_ipv6, frame, sizeof(frame) - 1));
	frame[14] = 0x40;		/* not the version of its EtherType */
	ck_assert(!question_parse(&q, &vrrp_ipv6, frame, sizeof(frame)));
}

RUN_TESTS("cover", 10, NULL, NULL)
