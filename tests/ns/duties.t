#!/bin/bash
# Duties of Master and Backup that only the host shows: what is forwarded, what
# is accepted, what is asked and announced, and in what order.
#
#    a: vrrpd, a router            c: client       h: host behind it
#    |eth0         |eth1           |eth0           |eth1 10.9.0.13
#   -+---- br0 ----|---------------+-              |     2001:db8:9::13
#                 -+---- br1 ----------------------+-
#
# What must not be forwarded has an address of its own as its source, 10.0.0.2N
# or 2001:db8::2N, to be told apart behind the router.
#
# takes long
# long form
. "$(dirname "$0")/lib.sh"

compile inject.c || skip_all "no C compiler"
into() { "$T/inject" a; sleep 0.2; }

lan a c
ip link add br1 type bridge mcast_snooping 0
ip link set br1 up
ip netns add h
n=11
for host in a h; do
	ip link add name "$host-1" type veth peer name eth1 netns "$host"
	ip link set dev "$host-1" master br1 up
	at "$host" ip addr add "10.9.0.$n/24" dev eth1
	at "$host" ip -6 addr add "2001:db8:9::$n/64" dev eth1 nodad
	at "$host" ip link set eth1 up
	n=$((n + 2))
done
at a ip -6 addr add 2001:db8::11/64 dev eth0 nodad
at c ip -6 addr add 2001:db8::12/64 dev eth0 nodad
at a sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
for host in a c h; do settle $host; done
before=$(snapshot_all a)
OWN=020000000011
V4=00:00:5e:00:01:33
V6=00:00:5e:00:02:33

# begin OPTION...: a Backup that stays one until it is told; take: now Master
begin() {
	rm -f "$T/a.log"
	start a -S 60 -v 51 "$@"
	until_true 2 logged a '-> backup'
}
take() {
	signal a USR1
	until_true 2 logged a '-> master'
	sleep 0.1
}

# --- forwarding -----------------------------------------------------------------

capture near
# through NAME: the sources of what came out behind the router
through() {
	frames "$1" 'icmp.type == 8 || icmpv6.type == 128' "$SOURCE" |
	    sort -u | tr '\n' ' '
}
groups() {
	frames "$1" 'vrrp && vrrp.virt_rtr_id == 7' frame.number
}

forward4() {
	local name=$1 to=${V4//:/} echo="echo dst=10.9.0.13 smac=020000000012"
	shift
	SOURCE=ip.src
	begin "$@" 10.0.0.1
	capture "$name" br1
	frame $echo src=10.0.0.21 dmac=$to | into
	frame $echo src=10.0.0.22 dmac=$OWN | into
	take
	frame $echo src=10.0.0.23 dmac=$to | into
	frame advert vrid=7 src=10.0.0.24 ttl=255 | into
	frame advert vrid=7 src=10.0.0.24 ttl=64 dmac=$to | into
	stop a
	end_capture "$name"
	# proves: R3768-6.4.2-2 +-, R3768-6.4.3-2 +-, R9568-6.4.2-d +-
	# proves: R9568-6.4.3-f +-, R3768-5.2.2-2 +
	is "$name: IPv4 is forwarded from the virtual MAC in Master, not in Backup" \
	    "$(through "$name")" "10.0.0.22 10.0.0.23 "
	# proves: R3768-5.2.2-2 -
	is "$name: 224.0.0.18 is not forwarded" "$(groups "$name")" ""
}

forward6() {
	local name=$1 to=${V6//:/} echo="echo dst=2001:db8:9::13 smac=020000000012"
	shift
	SOURCE=ipv6.src
	begin "$@" fe80::1 2001:db8::1
	capture "$name" br1
	frame $echo src=2001:db8::21 dmac=$to | into
	frame $echo src=2001:db8::22 dmac=$OWN | into
	take
	frame $echo src=2001:db8::23 dmac=$to | into
	frame advert vrid=7 src=2001:db8::24 ttl=255 | into
	frame advert vrid=7 src=2001:db8::24 ttl=64 dmac=$to | into
	stop a
	end_capture "$name"
	# proves: R9568-6.4.2-d +-, R9568-6.4.3-f +-, R9568-5.1.2.2-2 +
	is "$name: IPv6 is forwarded from the virtual MAC in Master, not in Backup" \
	    "$(through "$name")" "2001:db8::22 2001:db8::23 "
	# proves: R9568-5.1.2.2-2 -
	is "$name: ff02::12 is not forwarded" "$(groups "$name")" ""
}

forward4 v2-swap
forward4 v2-macvlan --macvlan
forward4 v3-macvlan -3 --macvlan
forward6 v6-swap
forward6 v6-macvlan --macvlan
same "a is as before" "$(snapshot_all a)" "$before"

# --- answering ------------------------------------------------------------------

# answers NAME: what came back to the client about the virtual router, once each
answers() {
	frames "$1" '(arp.opcode == 2 && arp.src.proto_ipv4 == 10.0.0.1 ||
	    icmp.type == 0 && ip.src == 10.0.0.1 ||
	    icmpv6.type == 136 && icmpv6.nd.na.target_address == 2001:db8::1 ||
	    icmpv6.type == 129 && ipv6.src == 2001:db8::1) &&
	    eth.dst == 02:00:00:00:00:12' arp.opcode icmp.type icmpv6.type |
	    tr -d ' ' | sort -u | tr '\n' ' '
}
questions4() {
	local mac
	C="smac=020000000012 src=10.0.0.12"
	frame arp $C target=10.0.0.1
	for mac in $OWN ${V4//:/}; do
		frame arp $C target=10.0.0.1 dmac=$mac
		frame echo $C dst=10.0.0.1 dmac=$mac
	done
}
questions6() {
	local mac
	C="smac=020000000012 src=2001:db8::12"
	frame ns $C target=2001:db8::1
	for mac in $OWN ${V6//:/}; do
		frame ns $C target=2001:db8::1 dmac=$mac
		frame echo $C dst=2001:db8::1 dmac=$mac
	done
}
# ask NAME FAMILY OPTION...: the same questions in Backup and in Master
ask() {
	local name=$1 family=$2
	shift 2
	begin "$@"
	capture "$name-backup"
	"questions$family" | into
	end_capture "$name-backup"
	take
	capture "$name-master"
	"questions$family" | into
	end_capture "$name-master"
	stop a
}
for mode in swap macvlan; do
	option=
	[ $mode = swap ] || option=--macvlan
	ask "v2-$mode" 4 $option 10.0.0.1
	# proves: R3768-6.4.2-1 -, R3768-6.4.2-3 -, R3768-6.4.3-1 -
	is "v2-$mode: a Backup answers neither ARP nor a ping" \
	    "$(answers "v2-$mode-backup")" ""
	# proves: R3768-6.4.2-1 +, R3768-6.4.2-3 +, R3768-6.4.3-1 +
	is "v2-$mode: a Master does" "$(answers "v2-$mode-master")" "0 2 "
	ask "v3-$mode" 4 -3 $option 10.0.0.1
	# proves: R9568-6.4.2-a -, R9568-6.4.2-e -, R9568-6.4.3-a -
	is "v3-$mode: a Backup answers neither ARP nor a ping" \
	    "$(answers "v3-$mode-backup")" ""
	# proves: R9568-6.4.2-a +, R9568-6.4.2-e +, R9568-6.4.3-a +
	is "v3-$mode: a Master does" "$(answers "v3-$mode-master")" "0 2 "
	ask "v6-$mode" 6 $option fe80::1 2001:db8::1
	# proves: R9568-6.4.2-b -, R9568-6.4.2-e -, R9568-6.4.3-c -
	is "v6-$mode: a Backup answers neither solicitations nor a ping" \
	    "$(answers "v6-$mode-backup")" ""
	# proves: R9568-6.4.2-b +, R9568-6.4.2-e +
	is "v6-$mode: a Master does" "$(answers "v6-$mode-master")" "129 136 "
done

# --- accepting, version 2 -------------------------------------------------------

begin --no-accept 10.0.0.1
take
at c ip neigh flush dev eth0
# proves: R3768-6.4.3-3 -, R3768-6.4.3-4 -
ok "version 2, --no-accept: a ping is not answered" \
    not at c ping -qc 2 -i 0.1 -W 0.3 10.0.0.1
# proves: R3768-6.4.3-1 +, R3768-6.4.3-3 +, R3768-8.2-1 +
is "but the question for the address is" "$(lladdr 10.0.0.1)" $V4
stop a
at a ip addr add 10.0.0.1/24 dev eth0
rm -f "$T/a.log"
start a -v 51 --no-accept 10.0.0.1
until_true 2 logged a '-> master'
at c ip neigh flush dev eth0
# proves: R3768-6.4.3-4 +
ok "the owner answers, whatever the option says" at c ping -qc 1 -W 1 10.0.0.1
stop a
at a ip addr del 10.0.0.1/24 dev eth0

# --- the order of a take-over ---------------------------------------------------

preload_faults || skip_all "no C compiler"
touch "$FAULT/trace"

# orders OPTION...: what is asked of the kernel on becoming Master, once each
orders() {
	begin "$@"
	: >"$FAULT/trace"
	take
	sleep 0.4
	awk '!seen[$0]++' "$FAULT/trace" | tr '\n' ';'
	stop a
}
# proves: R9568-8.1.2-5 +
is "the address is announced when MAC and address are set" \
    "$(orders 10.0.0.1)" \
    "advert 100;hwaddr $V4;newaddr;arp 10.0.0.1;arp 10.0.0.11;na fe80::ff:fe00:11;na 2001:db8::11;"
# proves: R9568-8.2.2-7 +
is "so it is in IPv6" "$(orders fe80::1 2001:db8::1)" \
    "advert 100;hwaddr $V6;newaddr;na fe80::1;na 2001:db8::1;arp 10.0.0.11;na fe80::ff:fe00:11;na 2001:db8::11;"
touch "$FAULT/hwaddr"
# proves: R9568-8.1.2-5 -
is "the MAC refused: not one announcement" "$(orders -p 200 10.0.0.1)" \
    "advert 200;hwaddr $V4;advert 0;deladdr;"
# proves: R9568-8.2.2-7 -
is "nor one in IPv6" "$(orders -p 200 fe80::1)" "advert 200;hwaddr $V6;advert 0;deladdr;"
rm "$FAULT/hwaddr"
WRAP=
unset FAULT
same "a is as before" "$(snapshot_all a)" "$before"

# --- solicitations of the Master --------------------------------------------------

# asked NAME: Ethernet source and link-layer address of its questions, once each
asked() {
	frames "$1" 'icmpv6.type == 135 && ipv6.src != :: && eth.src != 02:00:00:00:00:12' \
	    eth.src icmpv6.opt.linkaddr | sort -u
}
begin fe80::1 2001:db8::1
take
capture asked
at a ip -6 neigh flush dev eth0
at a ping -qc 1 -W 1 2001:db8::12 >/dev/null
end_capture asked
# proves: R9568-8.2.2-3 +-, R9568-8.2.2-4 +-
is "what the Master asks comes from the virtual MAC and names it" \
    "$(asked asked)" "$V6 $V6"
stop a
begin --macvlan fe80::1 2001:db8::1
take
capture asked-macvlan
at a ip -6 neigh flush dev vrrp.51
at a ping -qc 1 -W 1 -I vrrp.51 fe80::ff:fe00:12 >/dev/null
end_capture asked-macvlan
# proves: R9568-8.2.2-3 +, R9568-8.2.2-4 -
is "so it does from a virtual address on a macvlan" \
    "$(asked asked-macvlan)" "$V6 $V6"
stop a

# --- groups -------------------------------------------------------------------------

# joined DEVICE: its groups of solicited nodes
joined() {
	at a awk -v d="$1" '$2 == d && $3 ~ /^ff0200000000000000000001ff/ { print $3 }' \
	    /proc/net/igmp6 | sort | sed 's/^ff0200000000000000000001//' | tr '\n' ' '
}
# groups_of NAME DEVICE BEFORE MORE OPTION...: MORE are joined for other reasons
groups_of() {
	local name=$1 device=$2 own=$3 more=$4
	shift 4
	begin "$@" fe80::1 2001:db8::2:3
	# proves: R9568-6.4.2-f2 -
	is "$name: the groups of the addresses are not joined in Backup" \
	    "$(joined "$device")" "$own"
	take
	# proves: R9568-6.4.3-b +, R9568-6.4.2-f2 +, R4291-2.7.1-1 +-
	is "$name: they and no others are in Master" "$(joined "$device")" \
	    "$(printf '%s\n' ff000001 ff020003 $own $more | sort | tr '\n' ' ')"
	signal a USR2
	until_true 2 logged a 'master -> backup'
	sleep 0.1
	# proves: R9568-6.4.3-b -
	is "$name: and left afterwards" "$(joined "$device")" "$own"
	stop a
}
own=$(joined eth0)
groups_of "accept" eth0 "$own" ""
groups_of "no accept" eth0 "$own" "" --no-accept
# There a router has the anycast address of routers too: fe80::
groups_of "macvlan" vrrp.51 "" ff000000 --macvlan
groups_of "macvlan, no accept" vrrp.51 "" "" --macvlan --no-accept

same "a is as before" "$(snapshot_all a)" "$before"
end_capture near
# proves: R9568-6.4.2-c -
is "no router advertisement from anybody in all this" \
    "$(frames near 'icmpv6.type == 134' frame.number)" ""
ok "every frame is sound" clean_wire near -o vrrp.v3_checksum_as_in_v2:TRUE
done_testing
