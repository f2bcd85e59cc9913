/*
 * Hostile and cut netlink messages: the walks end and stay inside, and so does
 * everything that reads the kernel's answers and events.  The first octet
 * chooses who reads, the rest is for fuzz_nl.h.
 */
#include "clean.h"
#include "host.h"
#include "fuzz_nl.h"

#include <linux/rtnetlink.h>

enum {
	READ_LINK,
	READ_ADDRESSES,
	READ_MACVLAN_ADDRESSES,
	READ_TALK,
	READ_EVENTS,
	READERS
};

static const struct vrrp_vip vips4[] = {
	{ { { 192, 0, 2, 1 } }, 24 },
	{ { { 192, 0, 2, 2 } }, 32 }
};
static const struct vrrp_vip vips6[] = {
	{ { { 0xfe, 0x80, [15] = 1 } }, 64 },
	{ { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } }, 64 }
};

static struct conf conf;
static struct ground ground;

void
sent(const uint8_t *data, size_t len)
{
	struct nl_msg msg;

	must(len > 0 && nl_next_msg(&data, &len, &msg));
}

static void
walk_attrs(const uint8_t *p, size_t left, int depth)
{
	const uint8_t *end = p + left;
	struct nl_attr attr;
	size_t before = left;

	while (nl_next_attr(&p, &left, &attr)) {
		must(left < before && p + left == end);
		must(attr.data <= end);
		must(attr.len <= (size_t)(end - attr.data));
		before = left;
		nl_attr_u32(&attr);
		if (attr.len > 0)
			must(attr.data[0] + attr.data[attr.len - 1] >= 0);
		if (depth > 0)
			walk_attrs(attr.data, attr.len, depth - 1);
	}
}

static void
walk(const uint8_t *data, size_t len)
{
	static const size_t headers[] = { 0, sizeof(struct ifinfomsg),
	    sizeof(struct ifaddrmsg), sizeof(struct nlmsgerr) };
	uint8_t *copy = exact(data, len, 0);
	const uint8_t *p = copy;
	size_t left = len, before = len, i;
	struct nl_msg msg;

	while (nl_next_msg(&p, &left, &msg)) {
		must(left < before && p + left == copy + len);
		must(msg.payload <= copy + len);
		must(msg.len <= (size_t)(copy + len - msg.payload));
		before = left;
		for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
			if (headers[i] <= msg.len)
				walk_attrs(msg.payload + headers[i],
				    msg.len - headers[i], 3);
	}
	walk_attrs(copy, len, 3);
	free(copy);
}

static void
configure(bool ipv6)
{
	struct vrrp_conf *vr = &conf.vr;

	memset(&ground, 0, sizeof(ground));
	conf_init(&conf);
	ground.conf = &conf;
	strcpy(vr->ifname, "eth0");
	vr->vrid = 51;
	vr->family = ipv6 ? &vrrp_ipv6 : &vrrp_ipv4;
	vr->naddr = 2;
	memcpy(vr->vip, ipv6 ? vips6 : vips4, sizeof(vips4));
	ground.nl.fd = ground.events.fd = -1;
	ground.seen.index = 2;
	ground.macvlan = 3;
}

static void
read_link(void)
{
	struct link_state state;

	if (link_get(&ground.nl, "eth0", &state) == -1)
		return;
	must(memchr(state.alias, '\0', sizeof(state.alias)) != NULL);
	clean_is_our_macvlan(&ground, &state);
}

static void
read_addresses(unsigned vip_index)
{
	struct ipaddr_table table;
	unsigned i;

	if (ipaddr_scan(&ground.nl, 2, vip_index, &conf.vr, &table) == -1)
		return;
	must(table.n4 <= IPADDR_OWN_MAX && table.n6 <= IPADDR_OWN_MAX);
	for (i = 0; i < VRRP_ADDR_MAX; i++) {
		must(table.presence[i] <= IPADDR_OURS);
		must(i < conf.vr.naddr || table.presence[i] == IPADDR_ABSENT);
	}
	must(!ipaddr_complete(&table, &conf.vr) ||
	    table.presence[0] != IPADDR_ABSENT);
}

static void
talk(void)
{
	static const struct ifinfomsg ifi = { .ifi_index = 2 };
	struct nl_batch batch;
	int i, result;

	nl_batch_init(&batch);
	for (i = 0; i < 3; i++)
		nl_begin(&ground.nl, &batch, RTM_SETLINK, 0, &ifi, sizeof(ifi));
	result = nl_talk(&ground.nl, &batch, EEXIST);
	must(result == 0 || (result == -1 && errno != 0 && errno != EEXIST));
	must(memchr(ground.nl.error, '\0', sizeof(ground.nl.error)) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	uint8_t choice = input8(&in);

	walk(in.p, in.left);
	configure(choice & 0x80);
	kernel = in;
	switch ((choice & 0x7f) % READERS) {
	case READ_LINK:
		read_link();
		break;
	case READ_ADDRESSES:
		read_addresses(2);
		break;
	case READ_MACVLAN_ADDRESSES:
		read_addresses(3);
		break;
	case READ_TALK:
		talk();
		break;
	case READ_EVENTS:
		host_events(&ground);
		must(ground.stats.lost_events <= HOST_DRAIN_MAX);
		break;
	default:
		break;
	}
	return 0;
}
