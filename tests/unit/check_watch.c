/*
 * Which of the kernel's events wake us: the filter of link_watch() on a pair of
 * datagram sockets, with messages as the kernel makes them.
 */
#include "check_util.h"
#include "link.h"

#include <linux/if_addr.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	OURS = 0x10203,
	MACVLAN = 7,
	OTHER = 0x10204,
	ORIGIN = 11			/* IFA_PROTO */
};

static struct nl builder;
static struct nl_batch batch;
static struct vrrp_conf conf;
static struct nl events;
static int far;

static void
watch(const char *name)
{
	memcpy(conf.ifname, name, strlen(name) + 1);
	ck_assert_int_eq(link_watch(&events, &conf, OURS, MACVLAN), 0);
}

static void
setup(void)
{
	int pair[2];

	memset(&conf, 0, sizeof(conf));
	conf.family = &vrrp_ipv4;
	conf.naddr = 2;
	conf.vip[0].addr = addr("10.0.0.1");
	conf.vip[1].addr = addr("10.0.0.2");
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0,
	    pair), 0);
	events.fd = pair[0];
	far = pair[1];
	watch("eth0");
}

static void
teardown(void)
{
	close(events.fd);
	close(far);
}

/* Whether what is in the batch arrives. */
static bool
arrives(void)
{
	uint8_t buf[4096];

	ck_assert_int_eq(send(far, batch.data, batch.len, 0),
	    (ssize_t)batch.len);
	return recv(events.fd, buf, sizeof(buf), 0) == (ssize_t)batch.len;
}

/* name NULL: a message without one */
static bool
link_arrives(uint16_t type, int index, const char *name)
{
	const struct ifinfomsg ifi = { .ifi_index = index };
	const uint32_t mtu = 1500;

	nl_batch_init(&batch);
	nl_begin(&builder, &batch, type, 0, &ifi, sizeof(ifi));
	nl_put(&batch, IFLA_MTU, &mtu, sizeof(mtu));
	if (name != NULL)
		nl_put(&batch, IFLA_IFNAME, name, strlen(name) + 1);
	nl_put(&batch, IFLA_TXQLEN, &mtu, sizeof(mtu));
	return arrives();
}

/* origin -1: without a mark, as kernels before 5.18 */
static bool
address_arrives(uint16_t type, unsigned index, const char *text, int origin)
{
	const bool ipv4 = conf.family == &vrrp_ipv4;
	const struct ifaddrmsg ifa = {
		.ifa_family = (uint8_t)conf.family->af,
		.ifa_index = index
	};
	const struct vrrp_addr a = addr(text);
	const uint8_t mark = (uint8_t)origin;
	const uint32_t flags = 0;

	nl_batch_init(&batch);
	nl_begin(&builder, &batch, type, 0, &ifa, sizeof(ifa));
	nl_put(&batch, IFA_ADDRESS, a.octet, conf.family->addr_len);
	if (ipv4)
		nl_put(&batch, IFA_LOCAL, a.octet, conf.family->addr_len);
	nl_put(&batch, IFA_FLAGS, &flags, sizeof(flags));
	if (origin != -1)
		nl_put(&batch, ORIGIN, &mark, sizeof(mark));
	return arrives();
}

/* One with our mark */
static bool
marked_arrives(uint16_t type, unsigned index, const char *text)
{
	return address_arrives(type, index, text, VRRP_PROTOCOL);
}

TEST(links_by_index)
{
	ck_assert(link_arrives(RTM_NEWLINK, OURS, "eth0"));
	ck_assert(link_arrives(RTM_DELLINK, OURS, "eth0"));
	ck_assert(link_arrives(RTM_NEWLINK, MACVLAN, "vrrp.51"));
	ck_assert(link_arrives(RTM_DELLINK, MACVLAN, "vrrp.51"));
	ck_assert(!link_arrives(RTM_NEWLINK, OTHER, "eth1"));
	ck_assert(!link_arrives(RTM_DELLINK, OTHER, "eth1"));
	/* renamed away */
	ck_assert(link_arrives(RTM_NEWLINK, OURS, "other0"));
}

/* F07: renamed back, or created again with another index. */
TEST(links_by_name)
{
	static const char *const names[] = {
		"a", "eth", "eth0", "eth00", "bond0.1", "enp0s31f6.4094x"
	};
	size_t j;

	EACH(i, names) {
		watch(names[i]);
		for (j = 0; j < NROWS(names); j++) {
			ck_assert_int_eq(link_arrives(RTM_NEWLINK, OTHER,
			    names[j]), i == j);
			ck_assert_int_eq(link_arrives(RTM_DELLINK, OTHER,
			    names[j]), i == j);
		}
		ck_assert(!link_arrives(RTM_NEWLINK, OTHER, ""));
		ck_assert(link_arrives(RTM_NEWLINK, OTHER, NULL));
	}
}

static bool
sysctl_arrives(int index)
{
	const struct netconfmsg ncm = { .ncm_family = AF_INET6 };
	const int32_t on = 1;

	nl_batch_init(&batch);
	nl_begin(&builder, &batch, RTM_NEWNETCONF, 0, &ncm, sizeof(ncm));
	nl_put(&batch, NETCONFA_IFINDEX, &index, sizeof(index));
	nl_put(&batch, NETCONFA_FORWARDING, &on, sizeof(on));
	return arrives();
}

TEST(sysctls)
{
	ck_assert(sysctl_arrives(OURS));
	ck_assert(sysctl_arrives(MACVLAN));
	ck_assert(!sysctl_arrives(OTHER));
	ck_assert(!sysctl_arrives(NETCONFA_IFINDEX_ALL));
	ck_assert(!sysctl_arrives(NETCONFA_IFINDEX_DEFAULT));
}

TEST(real_addresses)
{
	static const uint16_t types[] = { RTM_NEWADDR, RTM_DELADDR };
	int i;

	for (i = 0; i < 2; i++) {
		ck_assert(address_arrives(types[i], OURS, "10.0.0.9", -1));
		ck_assert(address_arrives(types[i], OURS, "10.0.0.9", 0));
		ck_assert(address_arrives(types[i], OURS, "10.0.0.9", 3));
		ck_assert(address_arrives(types[i], OURS, "10.0.0.1", -1));
		ck_assert(address_arrives(types[i], MACVLAN, "10.0.0.9", 0));
		ck_assert(!address_arrives(types[i], OTHER, "10.0.0.9", 0));
		ck_assert(!address_arrives(types[i], OTHER, "10.0.0.1", -1));
		ck_assert(!marked_arrives(types[i], OTHER, "10.0.0.1"));
	}
}

/* Leases that are renewed each second by 255 of us. */
TEST(virtual_addresses)
{
	ck_assert(!marked_arrives(RTM_NEWADDR, OURS, "10.0.0.1"));
	ck_assert(!marked_arrives(RTM_NEWADDR, OURS, "10.0.0.3"));
	ck_assert(marked_arrives(RTM_DELADDR, OURS, "10.0.0.1"));
	ck_assert(marked_arrives(RTM_DELADDR, MACVLAN, "10.0.0.2"));
	ck_assert(!marked_arrives(RTM_DELADDR, OURS, "10.0.0.3"));
	conf.family = &vrrp_ipv6;
	conf.vip[0].addr = addr("fe80::33");
	conf.vip[1].addr = addr("2001:db8::1:2");
	watch("eth0");
	ck_assert(marked_arrives(RTM_DELADDR, OURS, "fe80::33"));
	ck_assert(marked_arrives(RTM_DELADDR, OURS, "2001:db8::1:2"));
	ck_assert(!marked_arrives(RTM_DELADDR, OURS, "2001:db8::1:3"));
	ck_assert(!marked_arrives(RTM_NEWADDR, OURS, "fe80::33"));
}

/* As many as a router can have; the last one counts as the first. */
TEST(many_addresses)
{
	char text[32];
	unsigned i;

	conf.naddr = VRRP_ADDR_MAX;
	for (i = 0; i < VRRP_ADDR_MAX; i++) {
		snprintf(text, sizeof(text), "10.1.0.%u", i);
		conf.vip[i].addr = addr(text);
	}
	watch("enp0s31f6.4094x");
	ck_assert(marked_arrives(RTM_DELADDR, OURS, "10.1.0.0"));
	ck_assert(marked_arrives(RTM_DELADDR, OURS, "10.1.0.254"));
	ck_assert(!marked_arrives(RTM_DELADDR, OURS, "10.1.1.0"));
}

RUN_TESTS("watch", 10, setup, teardown)
