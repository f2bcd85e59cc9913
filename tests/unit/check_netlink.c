/*
 * Building and decoding netlink messages, with lengths that lie; talking to
 * the kernel in ways that any user may.
 */
#include "check_util.h"
#include "libnetlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

static struct nl nl;
static struct nl_batch batch;

static void
begin_getlink(int index)
{
	struct ifinfomsg ifi = { .ifi_index = index };

	nl_begin(&nl, &batch, RTM_GETLINK, 0, &ifi, sizeof(ifi));
}

TEST(builds_what_it_decodes)
{
	const uint8_t *p = batch.data, *q;
	size_t left, inner;
	struct nl_msg msg;
	struct nl_attr attr;
	uint32_t value = 0xdeadbeef;

	nl_batch_init(&batch);
	begin_getlink(1);
	nl_put(&batch, IFLA_IFNAME, "lo", 3);
	nl_put(&batch, IFLA_MTU, &value, sizeof(value));
	begin_getlink(2);
	left = batch.len;
	ck_assert(nl_next_msg(&p, &left, &msg));
	ck_assert_uint_eq(msg.type, RTM_GETLINK);
	q = msg.payload + sizeof(struct ifinfomsg);
	inner = msg.len - sizeof(struct ifinfomsg);
	ck_assert(nl_next_attr(&q, &inner, &attr));
	ck_assert_uint_eq(attr.type, IFLA_IFNAME);
	ck_assert_uint_eq(attr.len, 3);
	ck_assert_mem_eq(attr.data, "lo", 3);
	ck_assert_uint_eq(nl_attr_u32(&attr), 0);
	ck_assert(nl_next_attr(&q, &inner, &attr));
	ck_assert_uint_eq(nl_attr_u32(&attr), value);
	ck_assert(!nl_next_attr(&q, &inner, &attr));
	ck_assert(nl_next_msg(&p, &left, &msg));
	ck_assert_uint_eq(msg.seq, batch.first_seq + 1);
	ck_assert(!nl_next_msg(&p, &left, &msg));
	ck_assert_uint_eq(left, 0);
}

TEST(full_batch_is_refused)
{
	uint8_t octets[1000] = { 0 };
	int i;

	nl_batch_init(&batch);
	begin_getlink(1);
	for (i = 0; i < NL_BUF_SIZE / 1000 + 1; i++)
		nl_put(&batch, IFLA_IFALIAS, octets, sizeof(octets));
	ck_assert(batch.full);
	ck_assert_uint_le(batch.len, NL_BUF_SIZE);
	ck_assert_int_eq(nl_talk(&nl, &batch, 0), -1);
	ck_assert_int_eq(errno, EMSGSIZE);
}

/* Every length that a message or attribute can claim, in an exact buffer. */
LOOP_TEST(lying_lengths, 0, 48)
{
	struct nlmsghdr nlh = { .nlmsg_len = (uint32_t)_i };
	struct rtattr rta = { .rta_len = (uint16_t)_i };
	size_t size;

	for (size = 0; size <= 40; size++) {
		uint8_t *buf = calloc(1, size + 1);
		const uint8_t *p = buf, *q = buf;
		size_t left = size, attr_left = size;
		struct nl_msg msg;
		struct nl_attr attr;

		memcpy(buf, &nlh, size < sizeof(nlh) ? size : sizeof(nlh));
		ck_assert_int_eq(nl_next_msg(&p, &left, &msg),
		    size >= sizeof(nlh) && (size_t)_i >= sizeof(nlh) &&
		    (size_t)_i <= size);
		ck_assert_uint_eq(left + (size_t)(p - buf), size);
		memcpy(buf, &rta, size < sizeof(rta) ? size : sizeof(rta));
		ck_assert_int_eq(nl_next_attr(&q, &attr_left, &attr),
		    size >= sizeof(rta) && (size_t)_i >= sizeof(rta) &&
		    (size_t)_i <= size);
		ck_assert_uint_eq(attr_left + (size_t)(q - buf), size);
		free(buf);
	}
}

static void
count(const struct nl_msg *msg, void *arg)
{
	int *n = arg;

	if (msg->type == RTM_NEWLINK)
		(*n)++;
}

TEST(asks_the_kernel)
{
	int n = 0;

	nl_batch_init(&batch);
	begin_getlink((int)if_nametoindex("lo"));
	ck_assert_int_eq(nl_query(&nl, &batch, count, &n), 0);
	ck_assert_int_eq(n, 1);
	nl_batch_init(&batch);
	begin_getlink(0x7ffffff0);
	ck_assert_int_eq(nl_query(&nl, &batch, count, &n), -1);
	ck_assert_int_eq(errno, ENODEV);
	ck_assert_int_eq(n, 1);
}

TEST(dumps)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	int n = 0;

	nl_batch_init(&batch);
	nl_begin(&nl, &batch, RTM_GETLINK, NLM_F_DUMP, &ifi, sizeof(ifi));
	ck_assert_int_eq(nl_query(&nl, &batch, count, &n), 0);
	ck_assert_int_ge(n, 1);
}

/* One failure in the middle is found, the others are done. */
TEST(batch_reports_the_first_error)
{
	int good = (int)if_nametoindex("lo");

	nl_batch_init(&batch);
	begin_getlink(good);
	begin_getlink(0x7ffffff0);
	begin_getlink(good);
	ck_assert_int_eq(nl_talk(&nl, &batch, 0), -1);
	ck_assert_int_eq(errno, ENODEV);
	nl_batch_init(&batch);
	begin_getlink(good);
	begin_getlink(0x7ffffff0);
	ck_assert_int_eq(nl_talk(&nl, &batch, ENODEV), 0);
	nl_batch_init(&batch);
	ck_assert_int_eq(nl_talk(&nl, &batch, 0), 0);
}

static void
setup(void)
{
	ck_assert_int_eq(nl_open(&nl, 0), 0);
}

static void
teardown(void)
{
	nl_close(&nl);
}

RUN_TESTS("netlink", 10, setup, teardown)
