/*
 * The virtual MAC: on the interface itself, or on a macvlan device beside it.
 *
 * A swap happens on the live interface, never by taking it down: that would
 * cost routes, IPv6 addresses and neighbours (C14).  A macvlan exists all the
 * time and is up in Master alone, so that nothing is ever sent from the virtual
 * MAC in Backup (F16); mode bridge, since in mode private the packet socket of
 * the interface would not hear another Master.
 */
#include "vmac.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ARP_IGNORE_OTHERS = 1,		/* answer for the device's own alone */
	ARP_ANNOUNCE_BEST = 2,		/* never speak as another's address */
	RP_FILTER_LOOSE = 2		/* answers leave by the interface */
};

/*
 * The ioctls want the name; it may have changed since we learned it.  Any
 * socket will do; this one is there even when no descriptor is to be had.
 */
static int
mac_ioctl(struct nl *nl, unsigned index, unsigned long request,
    unsigned short family, const uint8_t *mac)
{
	struct ifreq ifr = { .ifr_ifindex = (int)index };

	if (ioctl(nl->fd, SIOCGIFNAME, &ifr) == -1)
		return -1;
	memset(&ifr.ifr_hwaddr, 0, sizeof(ifr.ifr_hwaddr));
	ifr.ifr_hwaddr.sa_family = family;
	memcpy(ifr.ifr_hwaddr.sa_data, mac, VRRP_MAC_LEN);
	return ioctl(nl->fd, request, &ifr);
}

/*
 * The interface speaks as mac from now on; the kernel and the NIC are asked to
 * go on receiving for own.  EBUSY: the driver wants it down for that.
 */
int
vmac_swap(struct nl *nl, unsigned index, const uint8_t *mac,
    const uint8_t *own)
{
	if (mac_ioctl(nl, index, SIOCSIFHWADDR, ARPHRD_ETHER, mac) == -1)
		return -1;
	(void)mac_ioctl(nl, index, SIOCADDMULTI, AF_UNSPEC, own);
	return 0;
}

/* The way back.  mac is what the interface has now. */
int
vmac_restore(struct nl *nl, unsigned index, const uint8_t *mac,
    const uint8_t *own)
{
	(void)mac_ioctl(nl, index, SIOCDELMULTI, AF_UNSPEC, own);
	if (memcmp(mac, own, VRRP_MAC_LEN) == 0)
		return 0;
	return mac_ioctl(nl, index, SIOCSIFHWADDR, ARPHRD_ETHER, own);
}

static void
put_u32(struct nl_batch *batch, uint16_t type, uint32_t value)
{
	nl_put(batch, type, &value, sizeof(value));
}

static int
change_link(struct nl *nl, unsigned index, unsigned flags, unsigned mask)
{
	const struct ifinfomsg ifi = {
		.ifi_index = (int)index,
		.ifi_flags = flags,
		.ifi_change = mask
	};
	struct nl_batch batch;

	nl_batch_init(&batch);
	nl_begin(nl, &batch, RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	return nl_talk(nl, &batch, 0);
}

/* A macvlan on parent, down; alias tells us later that it is ours. */
int
vmac_create(struct nl *nl, unsigned parent, const char *name,
    const uint8_t *mac, const char *alias)
{
	const struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct nl_batch batch;
	size_t info, data;

	nl_batch_init(&batch);
	nl_begin(nl, &batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi,
	    sizeof(ifi));
	put_u32(&batch, IFLA_LINK, parent);
	nl_put(&batch, IFLA_IFNAME, name, strlen(name) + 1);
	nl_put(&batch, IFLA_ADDRESS, mac, VRRP_MAC_LEN);
	info = nl_nest(&batch, IFLA_LINKINFO);
	nl_put(&batch, IFLA_INFO_KIND, "macvlan", strlen("macvlan"));
	data = nl_nest(&batch, IFLA_INFO_DATA);
	put_u32(&batch, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
	nl_unnest(&batch, data);
	nl_unnest(&batch, info);
	/* The kernel takes no alias while it creates; the same call will do. */
	nl_begin(nl, &batch, RTM_SETLINK, 0, &ifi, sizeof(ifi));
	nl_put(&batch, IFLA_IFNAME, name, strlen(name) + 1);
	nl_put(&batch, IFLA_IFALIAS, alias, strlen(alias));
	return nl_talk(nl, &batch, 0);
}

/* Somebody changed one of these; mtu is that of the parent. */
int
vmac_repair(struct nl *nl, unsigned index, const uint8_t *mac, unsigned mtu)
{
	const struct ifinfomsg ifi = { .ifi_index = (int)index };
	struct nl_batch batch;

	nl_batch_init(&batch);
	nl_begin(nl, &batch, RTM_SETLINK, 0, &ifi, sizeof(ifi));
	nl_put(&batch, IFLA_ADDRESS, mac, VRRP_MAC_LEN);
	put_u32(&batch, IFLA_MTU, mtu);
	return nl_talk(nl, &batch, 0);
}

/*
 * Without any IPv4 address the kernel drops what comes in by a device as soon
 * as a reverse path filter is on (--no-accept): it gets the dummy address of
 * RFC 7600, which nobody ever asks for or sees.
 */
int
vmac_dummy(struct nl *nl, unsigned index)
{
	static const uint8_t dummy[4] = { 192, 0, 0, 8 };
	const struct ifaddrmsg ifa = {
		.ifa_family = AF_INET,
		.ifa_prefixlen = 32,
		.ifa_scope = RT_SCOPE_LINK,
		.ifa_index = index
	};
	struct nl_batch batch;

	nl_batch_init(&batch);
	nl_begin(nl, &batch, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &ifa,
	    sizeof(ifa));
	nl_put(&batch, IFA_LOCAL, dummy, sizeof(dummy));
	nl_put(&batch, IFA_ADDRESS, dummy, sizeof(dummy));
	return nl_talk(nl, &batch, EEXIST);
}

int
vmac_delete(struct nl *nl, unsigned index)
{
	const struct ifinfomsg ifi = { .ifi_index = (int)index };
	struct nl_batch batch;

	nl_batch_init(&batch);
	nl_begin(nl, &batch, RTM_DELLINK, 0, &ifi, sizeof(ifi));
	return nl_talk(nl, &batch, ENODEV);
}

int
vmac_up(struct nl *nl, unsigned index)
{
	return change_link(nl, index, IFF_UP, IFF_UP);
}

int
vmac_down(struct nl *nl, unsigned index)
{
	return change_link(nl, index, 0, IFF_UP);
}

static int
write_ipv6(const char *name, const char *key, const char *value)
{
	char path[96];
	int fd, result;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", name,
	    key);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT ? 0 : -1;	/* no IPv6 there */
	result = write(fd, value, 1) == 1 ? 0 : -1;
	close(fd);
	return result;
}

/*
 * The advertisements of other routers must not make addresses there.  Only by
 * the file system, where a sandboxed process cannot: EACCES, EPERM.
 */
int
vmac_tune_ipv6(const char *name, bool router)
{
	if (write_ipv6(name, "accept_ra", "0") == -1 ||
	    write_ipv6(name, "autoconf", "0") == -1)
		return -1;
	return write_ipv6(name, "forwarding", router ? "1" : "0");
}

/*
 * The macvlan speaks for the virtual addresses and for nothing else (F17), and
 * makes no IPv6 address of its own (F16, R9568-7.4-1).  It forwards where the
 * interface does.
 */
int
vmac_tune(struct nl *nl, unsigned index, bool router4)
{
	const struct ifinfomsg ifi = { .ifi_index = (int)index };
	const uint8_t none = IN6_ADDR_GEN_MODE_NONE;
	struct nl_batch batch;
	size_t spec, family, conf;

	nl_batch_init(&batch);
	nl_begin(nl, &batch, RTM_SETLINK, 0, &ifi, sizeof(ifi));
	spec = nl_nest(&batch, IFLA_AF_SPEC);
	family = nl_nest(&batch, AF_INET);
	conf = nl_nest(&batch, IFLA_INET_CONF);
	put_u32(&batch, IPV4_DEVCONF_ARP_IGNORE, ARP_IGNORE_OTHERS);
	put_u32(&batch, IPV4_DEVCONF_RP_FILTER, RP_FILTER_LOOSE);
	put_u32(&batch, IPV4_DEVCONF_FORWARDING, router4);
	nl_unnest(&batch, conf);
	nl_unnest(&batch, family);
	family = nl_nest(&batch, AF_INET6);
	nl_put(&batch, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof(none));
	nl_unnest(&batch, family);
	nl_unnest(&batch, spec);
	/* EAFNOSUPPORT: no IPv6 in this kernel. */
	return nl_talk(nl, &batch, EAFNOSUPPORT);
}

/* Of an interface that is gone already there is nothing to set. */
int
vmac_set_arp(struct nl *nl, unsigned index, int ignore, int announce)
{
	const struct ifinfomsg ifi = { .ifi_index = (int)index };
	struct nl_batch batch;
	size_t spec, family, conf;

	nl_batch_init(&batch);
	nl_begin(nl, &batch, RTM_SETLINK, 0, &ifi, sizeof(ifi));
	spec = nl_nest(&batch, IFLA_AF_SPEC);
	family = nl_nest(&batch, AF_INET);
	conf = nl_nest(&batch, IFLA_INET_CONF);
	put_u32(&batch, IPV4_DEVCONF_ARP_IGNORE, (uint32_t)ignore);
	put_u32(&batch, IPV4_DEVCONF_ARP_ANNOUNCE, (uint32_t)announce);
	nl_unnest(&batch, conf);
	nl_unnest(&batch, family);
	nl_unnest(&batch, spec);
	return nl_talk(nl, &batch, ENODEV);
}

/* The interface keeps silent about the addresses on the macvlan (F17). */
int
vmac_hush(struct nl *nl, unsigned index)
{
	return vmac_set_arp(nl, index, ARP_IGNORE_OTHERS, ARP_ANNOUNCE_BEST);
}
