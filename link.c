/*
 * One interface, as the kernel describes it, and which of the kernel's events
 * are about it.
 */
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#ifndef IFLA_PERM_ADDRESS
#define IFLA_PERM_ADDRESS 54
#endif

enum {
	INET6_CONF_FORWARDING = 0,	/* DEVCONF_FORWARDING of linux/ipv6.h */
	DUMP_RETRIES = 5		/* of one that changed under way */
};

/* Looked for by name, by index, or by alias among all. */
struct lookup {
	unsigned index;
	const char *name;
	const char *alias;
	struct link_state *state;
};

static void
get_mac(const struct nl_attr *attr, uint8_t *mac)
{
	if (attr->len == VRRP_MAC_LEN)
		memcpy(mac, attr->data, VRRP_MAC_LEN);
}

/*
 * IFLA_AF_SPEC { family { type: s32 per devconf value } }: the nth value, 0 if
 * there is none.
 */
static int
devconf(const struct nl_attr *spec, uint16_t af, uint16_t type, size_t nth)
{
	const uint8_t *p = spec->data, *q;
	size_t left = spec->len, inner;
	struct nl_attr family, conf;
	int32_t value = 0;

	while (nl_next_attr(&p, &left, &family)) {
		if (family.type != af)
			continue;
		q = family.data;
		inner = family.len;
		while (nl_next_attr(&q, &inner, &conf)) {
			size_t at = nth * sizeof(value);

			if (conf.type == type && conf.len >= at + sizeof(value))
				memcpy(&value, conf.data + at, sizeof(value));
		}
	}
	return value;
}

static void
take_attribute(struct link_state *st, const struct nl_attr *attr)
{
	switch (attr->type) {
	case IFLA_IFNAME:
		if (attr->len <= sizeof(st->name))
			memcpy(st->name, attr->data, attr->len);
		break;
	case IFLA_ADDRESS:
		get_mac(attr, st->mac);
		break;
	case IFLA_PERM_ADDRESS:
		get_mac(attr, st->permanent);
		st->has_permanent = attr->len == VRRP_MAC_LEN;
		break;
	case IFLA_MTU:
		st->mtu = nl_attr_u32(attr);
		break;
	case IFLA_CARRIER_CHANGES:
		st->flaps = nl_attr_u32(attr);
		break;
	case IFLA_IFALIAS:
		if (attr->len <= sizeof(st->alias))
			memcpy(st->alias, attr->data, attr->len);
		break;
	case IFLA_AF_SPEC:
		st->router6 = devconf(attr, AF_INET6, IFLA_INET6_CONF,
		    INET6_CONF_FORWARDING) != 0;
		st->router4 = devconf(attr, AF_INET, IFLA_INET_CONF,
		    IPV4_DEVCONF_FORWARDING - 1) != 0;
		st->arp_ignore = devconf(attr, AF_INET, IFLA_INET_CONF,
		    IPV4_DEVCONF_ARP_IGNORE - 1);
		st->arp_announce = devconf(attr, AF_INET, IFLA_INET_CONF,
		    IPV4_DEVCONF_ARP_ANNOUNCE - 1);
		break;
	default:
		break;
	}
}

static void
on_link_message(const struct nl_msg *msg, void *arg)
{
	const struct lookup *lookup = arg;
	struct link_state st = { 0 };
	const uint8_t *p = msg->payload;
	size_t left = msg->len;
	struct ifinfomsg ifi;
	struct nl_attr attr;

	if (msg->type != RTM_NEWLINK || left < sizeof(ifi))
		return;
	memcpy(&ifi, p, sizeof(ifi));
	p += NLMSG_ALIGN(sizeof(ifi));
	left -= NLMSG_ALIGN(sizeof(ifi));
	st.index = (unsigned)ifi.ifi_index;
	st.ethernet = ifi.ifi_type == ARPHRD_ETHER;
	st.up = ifi.ifi_flags & IFF_UP;
	st.carrier = ifi.ifi_flags & IFF_LOWER_UP;
	while (nl_next_attr(&p, &left, &attr))
		take_attribute(&st, &attr);
	st.name[sizeof(st.name) - 1] = '\0';
	st.alias[sizeof(st.alias) - 1] = '\0';
	/* Not by an alternative name: ioctls know none. */
	if (lookup->name != NULL)
		st.present = strcmp(st.name, lookup->name) == 0;
	else if (lookup->alias != NULL)
		st.present = strcmp(st.alias, lookup->alias) == 0;
	else
		st.present = st.index == lookup->index;
	if (st.present)
		*lookup->state = st;
}

/* Asked again when devices came or went during a dump. */
static int
get(struct nl *nl, uint16_t flags, struct lookup *lookup)
{
	const struct ifinfomsg ifi = { .ifi_index = (int)lookup->index };
	struct nl_batch batch;
	int i, result = -1;

	for (i = 0; i < DUMP_RETRIES; i++) {
		memset(lookup->state, 0, sizeof(*lookup->state));
		nl_batch_init(&batch);
		nl_begin(nl, &batch, RTM_GETLINK, flags, &ifi, sizeof(ifi));
		if (lookup->name != NULL)
			nl_put(&batch, IFLA_IFNAME, lookup->name,
			    strlen(lookup->name) + 1);
		result = nl_query(nl, &batch, on_link_message, lookup);
		if (result == 0 || errno != EINTR)
			break;
	}
	/* An interface that is not there is an answer, not an error. */
	return result == -1 && errno == ENODEV ? 0 : result;
}

int
link_get(struct nl *nl, const char *name, struct link_state *state)
{
	return get(nl, 0, &(struct lookup){ .name = name, .state = state });
}

/* The same under whatever name it has now. */
int
link_get_index(struct nl *nl, unsigned index, struct link_state *state)
{
	return get(nl, 0, &(struct lookup){ .index = index, .state = state });
}

/* The same by alias; *state is not present where none has it. */
int
link_find(struct nl *nl, const char *alias, struct link_state *state)
{
	return get(nl, NLM_F_DUMP,
	    &(struct lookup){ .alias = alias, .state = state });
}

#define LOAD_HALF(at)	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (at))
#define LOAD_X(at)	BPF_STMT(BPF_LD | BPF_B | BPF_IND, (at))
#define EQUAL(k, jt, jf) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), (jt), (jf))

enum {
	IFA_ORIGIN = 11,		/* IFA_PROTO, not in older headers */
	PROGRAM_MAX = 80 + 2 * VRRP_ADDR_MAX
};

struct program {
	unsigned short len;
	struct sock_filter code[PROGRAM_MAX];
};

#define PASS	BPF_STMT(BPF_RET | BPF_K, 0xffffffff)
#define REFUSE	BPF_STMT(BPF_RET | BPF_K, 0)

static void
add(struct program *p, struct sock_filter instruction)
{
	p->code[p->len++] = instruction;
}

static void
pass_if(struct program *p, uint32_t value)
{
	add(p, (struct sock_filter)EQUAL(value, 0, 1));
	add(p, (struct sock_filter)PASS);
}

static void
refuse_unless(struct program *p, uint32_t value)
{
	add(p, (struct sock_filter)EQUAL(value, 1, 0));
	add(p, (struct sock_filter)REFUSE);
}

/* X: where the attribute begins; a message without it passes. */
static void
find_attribute(struct program *p, size_t header, uint16_t type)
{
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM,
	    (uint32_t)(NLMSG_HDRLEN + NLMSG_ALIGN(header))));
	add(p, (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM, type));
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR)));
	pass_if(p, 0);
	add(p, (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TAX, 0));
}

static uint32_t
word(const uint8_t *octet)
{
	return (uint32_t)octet[0] << 24 | (uint32_t)octet[1] << 16 |
	    (uint32_t)octet[2] << 8 | octet[3];
}

/* Of other interfaces: one that has our name, or gets it. */
static void
pass_our_name(struct program *p, const char *name)
{
	char padded[VRRP_IFNAME_LEN] = "";
	size_t i;

	memcpy(padded, name, strnlen(name, sizeof(padded) - 1));
	add(p, (struct sock_filter)LOAD_HALF(
	    offsetof(struct nlmsghdr, nlmsg_type)));
	add(p, (struct sock_filter)EQUAL(htons(RTM_NEWLINK), 2, 0));
	refuse_unless(p, htons(RTM_DELLINK));
	find_attribute(p, sizeof(struct ifinfomsg), IFLA_IFNAME);
	for (i = 0; i <= strlen(name); i += 4) {
		add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_IND,
		    (uint32_t)(RTA_LENGTH(0) + i)));
		refuse_unless(p, word((const uint8_t *)padded + i));
	}
	add(p, (struct sock_filter)PASS);
}

/*
 * Of our interface: all, but for addresses with the mark of VRRP.  Those come
 * and are renewed by our own hand or another vrrpd's; that one of ours went is
 * news.  Its last four octets are enough to tell.
 */
static void
refuse_others_virtual(struct program *p, const struct vrrp_conf *conf)
{
	const size_t len = conf->family->addr_len;
	unsigned i;

	add(p, (struct sock_filter)LOAD_HALF(
	    offsetof(struct nlmsghdr, nlmsg_type)));
	pass_if(p, htons(RTM_NEWLINK));
	pass_if(p, htons(RTM_DELLINK));
	find_attribute(p, sizeof(struct ifaddrmsg), IFA_ORIGIN);
	add(p, (struct sock_filter)LOAD_X(RTA_LENGTH(0)));
	add(p, (struct sock_filter)EQUAL(VRRP_PROTOCOL, 1, 0));
	add(p, (struct sock_filter)PASS);
	add(p, (struct sock_filter)LOAD_HALF(
	    offsetof(struct nlmsghdr, nlmsg_type)));
	refuse_unless(p, htons(RTM_DELADDR));
	find_attribute(p, sizeof(struct ifaddrmsg), IFA_ADDRESS);
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_IND,
	    (uint32_t)(RTA_LENGTH(0) + len - 4)));
	for (i = 0; i < conf->naddr; i++)
		pass_if(p, word(conf->vip[i].addr.octet + len - 4));
	add(p, (struct sock_filter)REFUSE);
}

/* Forwarding and the like; the index is the first attribute. */
static void
choose_sysctls(struct program *p, unsigned index, unsigned macvlan)
{
	add(p, (struct sock_filter)LOAD_HALF(
	    offsetof(struct nlmsghdr, nlmsg_type)));
	add(p, (struct sock_filter)EQUAL(htons(RTM_NEWNETCONF), 0, 6));
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    (uint32_t)(NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct netconfmsg)) +
	    RTA_LENGTH(0))));
	pass_if(p, htonl(index));
	pass_if(p, htonl(macvlan));
	add(p, (struct sock_filter)REFUSE);
}

/*
 * Events about the two devices and about the name alone, so that many vrrpd on
 * a host do not wake each other.  Loads are in network byte order, the fields
 * of netlink are not.  Replaces what was watched before.
 */
int
link_watch(const struct nl *events, const struct vrrp_conf *conf,
    unsigned index, unsigned macvlan)
{
	struct program p;
	struct sock_fprog program;
	unsigned short ours;

	/* struct ifinfomsg has the index at the same place. */
	_Static_assert(offsetof(struct ifinfomsg, ifi_index) ==
	    offsetof(struct ifaddrmsg, ifa_index), "index of an event");
	p.len = 0;
	choose_sysctls(&p, index, macvlan);
	add(&p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_index)));
	ours = p.len;
	add(&p, (struct sock_filter)EQUAL(htonl(index), 0, 0));
	add(&p, (struct sock_filter)EQUAL(htonl(macvlan), 0, 0));
	pass_our_name(&p, conf->ifname);
	p.code[ours].jt = (uint8_t)(p.len - ours - 1);
	p.code[ours + 1].jt = (uint8_t)(p.len - ours - 2);
	refuse_others_virtual(&p, conf);
	program = (struct sock_fprog){ p.len, p.code };
	return setsockopt(events->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program));
}
