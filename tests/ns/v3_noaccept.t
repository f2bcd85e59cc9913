#!/bin/bash
# --no-accept: the addresses are answered for and forwarded through, and what is
# sent to them is dropped.
#
#    c 10.0.0.13          a: vrrpd --no-accept          h 10.9.0.13
#    |                    |eth0 10.0.0.1      |eth1     |
#    +------- br0 --------+                   +---------+
#
# Proves R9568-6.1-6, -7, R9568-6.4.3-a to -c, -e, -f, -g, R9568-8.2.2-1, -2,
# R9568-8.3.1-1, -2, P-42, and that the owner accepts in any case.
#
# takes long
. "$(dirname "$0")/lib.sh"
# What nobody cleaned up is for the next start.
VRRPD_OPTIONS="${VRRPD_OPTIONS:-} --no-guard"

compile inject.c || skip_all "no C compiler"

lan a b c
ip netns add h
ip link add name h type veth peer name eth0 netns h
ip link set dev h netns a name eth1
n=11
for host in a h; do
	[ $host = a ] && dev=eth1 || dev=eth0
	at $host ip addr add 10.9.0.$n/24 dev $dev
	at $host ip -6 addr add 2001:db8:9::$n/64 dev $dev nodad
	at $host ip link set $dev up
	n=$((n + 2))
done
lan6 a b c
at a sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
at c ip route add 10.9.0.0/24 via 10.0.0.1
at c ip -6 route add 2001:db8:9::/64 via fe80::1 dev eth0
at h ip route add default via 10.9.0.11
at h ip -6 route add default via 2001:db8:9::11
settle a
before_a=$(snapshot_all a)

C="smac=020000000013 src=10.0.0.13"
C6="smac=020000000013 src=fe80::ff:fe00:13"
blackholes() { at a ip -"$1" route show type blackhole table main | awk '{ print $2 }' | tr '\n' ' '; }
blocks() { [ "$(blackholes 4)" = "10.0.0.1 " ]; }
ask() { "$T/inject" a; sleep 0.2; }

# answers NAME VIP: Ethernet source and destination, the MAC named, flags
arp_answers() {
	frames "$1" "arp.opcode == 2 && arp.src.proto_ipv4 == $2 && arp.dst.proto_ipv4 != $2" \
	    eth.src eth.dst arp.src.hw_mac arp.dst.proto_ipv4
}
na_answers() {
	frames "$1" "icmpv6.type == 136 && icmpv6.nd.na.target_address == $2" \
	    eth.src eth.dst ipv6.dst icmpv6.opt.linkaddr icmpv6.nd.na.flag.r \
	    icmpv6.nd.na.flag.s icmpv6.nd.na.flag.o
}

# dropped NAME VIP...: a ping gets nothing back, goes nowhere else
dropped() {
	local name=$1 vip
	shift
	for vip in "$@"; do
		# proves: R9568-6.4.3-g -, R9568-6.1-6 -
		ok "$name: a ping to $vip is not answered" \
		    not at c ping -qc 2 -i 0.1 -W 0.3 "$vip"
	done
}

round4() {
	local name=$1 mac=00:00:5e:00:01:33
	shift
	also "$name" a -3 -d 0.1 -v 51 --refresh 0 --no-accept "$@" 10.0.0.1
	until_true 3 logged "$name" '-> master'
	# proves: R9568-8.3.1-2 +
	is "$name: a blackhole route" "$(blackholes 4)" "10.0.0.1 "
	ok "$name: and no address" not holds a 10.0.0.1
	sleep 1.2
	at c ip neigh flush dev eth0
	capture "$name"
	dropped "$name" 10.0.0.1
	# proves: R9568-6.4.3-a +, R9568-8.1.2-1 +
	is "$name: the client has the virtual MAC" "$(lladdr 10.0.0.1)" "$mac"
	{
		frame arp $C target=10.0.0.1
		frame arp $C target=10.0.0.1 dmac=${mac//:/}
		frame arp $C src=0.0.0.0 target=10.0.0.1
		# To another host, seen because a switch floods: not for us
		frame arp $C target=10.0.0.1 dmac=020000000099
		frame arp $C target=10.0.0.1 dmac=00005e000134
	} | ask
	ok "$name: forwarding through it" at c ping -qc 2 -i 0.1 -W 1 10.9.0.13
	end_capture "$name"
	# proves: R9568-6.4.3-a +, R9568-8.1.2-1 +, R9568-8.1.2-2 -
	is "$name: each question has one answer" "$(arp_answers "$name" 10.0.0.1 | sort | uniq -c |
	    sed 's/^ *//')" \
	    "1 $mac 02:00:00:00:00:13 $mac 0.0.0.0
3 $mac 02:00:00:00:00:13 $mac 10.0.0.13"
	# proves: R9568-8.3.1-1 -
	is "$name: nothing loops, nobody is redirected or told off" "$(frames "$name" \
	    'ip.dst == 10.0.0.1 && eth.src != 02:00:00:00:00:13 || icmp.type == 5 ||
	    icmp.type == 3 || icmp.type == 11 || icmp.type == 0 && ip.src == 10.0.0.1' frame.number)" ""
	ok "$name: every frame is sound" clean_wire "$name" -o vrrp.v3_checksum_as_in_v2:TRUE
	at a ip route del blackhole 10.0.0.1
	at a ip link set dev eth0 alias "so that it looks"
	ok "$name: the route comes back" until_true 2 blocks
	at a ip link set dev eth0 alias ""
}

round6() {
	local name=$1 mac=00:00:5e:00:02:33 vip
	shift
	also "$name" a -3 -d 0.1 -v 51 --refresh 0 --no-accept "$@" fe80::1 2001:db8::1
	until_true 3 logged "$name" '-> master'
	# proves: R9568-8.3.1-2 +
	is "$name: blackhole routes" "$(blackholes 6)" "2001:db8::1 "
	ok "$name: a blackhole rule for the link-local one" eval "at a ip -6 rule | grep -q 'to fe80::1 blackhole'"
	ok "$name: and no address" eval 'not holds a fe80::1 && not holds a 2001:db8::1'
	sleep 1.2
	at c ip -6 neigh flush dev eth0
	capture "$name"
	dropped "$name" 2001:db8::1 fe80::1%eth0
	# proves: R9568-6.4.3-e +-, R9568-6.1-7 +-
	is "$name: the client has the virtual MAC" "$(lladdr fe80::1) $(lladdr 2001:db8::1)" "$mac $mac"
	end_capture "$name"
	is "$name: nothing loops, nobody is redirected or told off" "$(frames "$name" \
	    '(ipv6.dst == fe80::1 || ipv6.dst == 2001:db8::1) && eth.src != 02:00:00:00:00:13 ||
	    icmpv6.type == 137 || icmpv6.type == 1 || icmpv6.type == 3 || icmpv6.type == 129' frame.number)" ""
	capture "$name-ask"
	for vip in fe80::1 2001:db8::1; do
		frame ns $C6 target=$vip
		frame ns $C6 target=$vip dst=$vip dmac=${mac//:/}
		frame ns $C6 src=:: target=$vip
		frame ns $C6 target=$vip dst=$vip dmac=020000000099
	done | ask
	end_capture "$name-ask"
	for vip in fe80::1 2001:db8::1; do
		# proves: R9568-6.4.3-c +, R9568-6.4.3-e +, R9568-6.1-7 +, R9568-8.2.2-1 +
		# proves: R9568-8.2.2-2 -
		is "$name: answers for $vip: R and O, S but for duplicate detection" "$(
		    na_answers "$name-ask" $vip | sort | uniq -c | sed 's/^ *//')" \
		    "2 $mac 02:00:00:00:00:13 fe80::ff:fe00:13 $mac 1 1 1
1 $mac 33:33:00:00:00:01 ff02::1 $mac 1 0 1"
	done
	# proves: R9568-6.4.3-b +
	is "$name: in the groups of the addresses (R9568-6.4.3-b)" \
	    "$(at a grep -c "ff0200000000000000000001ff000001" /proc/net/igmp6)" 1
	ok "$name: forwarding through it" at c ping -qc 2 -i 0.1 -W 1 2001:db8:9::13
	ok "$name: every frame is sound" clean_wire "$name-ask"
	at a ip link set dev eth0 alias "so that it looks"
	at a ip -6 rule del blackhole to fe80::1
	at a ip link set dev eth0 alias ""
	ok "$name: the rule comes back" until_true 2 eval 'at a ip -6 rule | grep -q "to fe80::1 blackhole"'
	is "$name: once" "$(at a ip -6 rule | grep -c blackhole)" 1
}

# gone NAME FAMILY: as Backup, and after the end
gone() {
	signal "$1" USR2
	until_true 1 logged "$1" 'master -> backup'
	ok "$1: the routes are gone in Backup" until_true 1 \
	    eval "[ -z \"\$(blackholes $2)\" ]"
	until_true 2 eval "[ \$(count_logged '$1' -- '-> master') -ge 2 ]"
	stop "$1"
	same "$1: and a is as before at the end" "$(snapshot_all a)" "$before_a"
}

round4 ipv4-swap
gone ipv4-swap 4
round4 ipv4-macvlan --macvlan
at a ip link del vrrp.51
until_true 2 at a ip link show vrrp.51
sleep 0.3
at c ip neigh flush dev eth0
at c ping -qc 1 -W 0.3 10.0.0.1 >/dev/null
is "ipv4-macvlan: still answered for when the device was deleted (F05)" \
    "$(lladdr 10.0.0.1)" 00:00:5e:00:01:33
gone ipv4-macvlan 4
round6 ipv6-swap
gone ipv6-swap 6
round6 ipv6-macvlan --macvlan
at a ip link set vrrp.51 down
until_true 2 eval "at a ip link show vrrp.51 | grep -q '[<,]UP[,>]'"
sleep 0.3
at c ip -6 neigh flush dev eth0
at c ping -qc 1 -W 0.3 2001:db8::1 >/dev/null
is "ipv6-macvlan: still answered for when the device was taken down" \
    "$(lladdr 2001:db8::1)" 00:00:5e:00:02:33
gone ipv6-macvlan 6

# --- an earlier life ----------------------------------------------------------------

also killed a -3 -d 0.1 -v 51 --no-accept 10.0.0.1
until_true 3 logged killed '-> master'
stop killed KILL
also next a -3 -v 51 --no-accept 10.0.0.1
sleep 0.3
is "routes of a killed Master are gone after its next start" "$(blackholes 4)" ""
stop next
at a ip route del blackhole 10.0.0.1 2>/dev/null
also killed2 a -3 -d 0.1 -v 51 --no-lease 10.0.0.1
until_true 3 holds a 10.0.0.1
stop killed2 KILL
also next2 a -3 -v 51 --no-accept 10.0.0.1
ok "so are addresses of a life without --no-accept" until_true 1 not holds a 10.0.0.1
stop next2
at a ip addr del 10.0.0.1/32 dev eth0 2>/dev/null

# --- who accepts ----------------------------------------------------------------------

also accept a -3 -d 0.1 -v 51 10.0.0.1
until_true 3 holds a 10.0.0.1
# proves: R9568-6.4.3-g +, R9568-6.1-6 +
ok "without --no-accept a ping is answered" at c ping -qc 1 -W 1 10.0.0.1
is "and there is no route" "$(blackholes 4)" ""
stop accept
at a ip addr add 10.0.0.1/24 dev eth0
at a ip addr add 2001:db8::1/64 dev eth0 nodad
at a ip addr add fe80::1/64 dev eth0 nodad
also owner4 a -3 -d 0.1 -v 51 --no-accept 10.0.0.1
also owner6 a -n -3 -d 0.1 -v 51 --no-accept fe80::1 2001:db8::1
until_true 3 eval "logged owner4 '-> master' && logged owner6 '-> master'"
# proves: R9568-6.4.3-g +
ok "the owner accepts, whatever the option says (R9568-6.4.3-g)" eval \
    'at c ping -qc 1 -W 1 10.0.0.1 && at c ping -qc 1 -W 1 2001:db8::1'
is "without any route" "$(blackholes 4)$(blackholes 6)" ""
stop owner4
stop owner6

# --- the interface goes, and its macvlan with it ------------------------------------

at a ip addr del 10.0.0.1/24 dev eth0
at a ip addr del 2001:db8::1/64 dev eth0
at a ip addr del fe80::1/64 dev eth0
also gone4 a -3 -d 0.1 -v 51 --macvlan --no-accept 10.0.0.1
also gone6 a -d 0.1 -v 52 --macvlan=vrrp6.52 --no-accept fe80::1 2001:db8::1
until_true 3 eval "logged gone4 '-> master' && logged gone6 '-> master'"
ok "macvlan: the blackhole routes are there" eval \
    '[ -n "$(blackholes 4)" ] && [ -n "$(blackholes 6)" ]'
at a ip link del dev eth0
ok "interface gone: and they are not" until_true 3 eval \
    '[ -z "$(blackholes 4)$(blackholes 6)" ]'
stop gone4
stop gone6
done_testing
