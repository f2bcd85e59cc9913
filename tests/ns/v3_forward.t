#!/bin/bash
# Forwarding through the virtual addresses of both sides, with the virtual MACs
# on macvlans, and rp_filter as distributions set it.
#
#    c 10.0.0.13            a: vrrpd x 4       b: vrrpd x 4       h 10.9.0.13
#    |                      |eth0   |eth1      |eth0   |eth1      |
#    +--- br0 --------------+-------|----------+       |          |
#      10.0.0.1, fe80::1            +--- br1 ----------+----------+
#                                     10.9.0.1, fe80::9
#
# Proves R9568-6.4.3-f (R3768-6.4.3 likewise), R9568-6.4.3-c (Router flag), P-38,
# and that each side's answer leaves the way it should.
#
# long form
. "$(dirname "$0")/lib.sh"

lan a b c
ip link add br1 type bridge mcast_snooping 0
ip link set br1 up
ip netns add h
n=11
for host in a b h; do
	ip link add name "$host-1" type veth peer name eth1 netns "$host"
	ip link set dev "$host-1" master br1 up
	at "$host" ip link set eth1 address "02:00:00:00:01:$n"
	at "$host" ip addr add "10.9.0.$n/24" dev eth1
	at "$host" ip -6 addr add "2001:db8:9::$n/64" dev eth1 nodad
	at "$host" ip link set eth1 up
	n=$((n + 1))
done
lan6 a b c
at h ip link set lo up
at c ip route add default via 10.0.0.1
at c ip -6 route add default via fe80::1 dev eth0
at h ip route add default via 10.9.0.1
at h ip -6 route add default via fe80::9 dev eth1

# routers HOST PRIORITY OPTION...: both sides, both families
routers() {
	local host=$1 priority=$2
	shift 2
	also "$host-in4" "$host" -3 -d 0.1 -v 51 -p "$priority" --macvlan=in4 "$@" 10.0.0.1
	also "$host-in6" "$host" -3 -d 0.1 -v 51 -p "$priority" --macvlan=in6 "$@" fe80::1
	DEV=eth1 also "$host-out4" "$host" -3 -d 0.1 -v 51 -p "$priority" --macvlan=out4 "$@" 10.9.0.1
	DEV=eth1 also "$host-out6" "$host" -3 -d 0.1 -v 51 -p "$priority" --macvlan=out6 "$@" fe80::9
}
end_routers() {
	local i
	for i in in4 in6 out4 out6; do
		stop "$1-$i"
		rm -f "$T/$1-$i.log"
	done
}
has_all() {
	holds "$1" 10.0.0.1 && holds "$1" fe80::1 && holds "$1" 10.9.0.1 &&
	    holds "$1" fe80::9
}
forwards() {
	at c ip neigh flush dev eth0
	at h ip neigh flush dev eth1
	at c ping -qc 2 -i 0.1 -W 1 10.9.0.13 && at h ping -qc 2 -i 0.1 -W 1 10.0.0.13
}
forwards6() {
	at c ip -6 neigh flush dev eth0
	at h ip -6 neigh flush dev eth1
	at c ping -qc 2 -i 0.1 -W 1 2001:db8:9::13 &&
	    at h ping -qc 2 -i 0.1 -W 1 2001:db8::13
}

for host in a b; do
	sysctls $host ipv4/ip_forward=1 ipv6/conf/all/forwarding=1
done
for filter in 1 2; do
	for host in a b; do
		sysctls $host ipv4/conf/{all,default,eth0,eth1}/rp_filter=$filter
	done
	routers a 200
	routers b 100
	ok "rp_filter $filter: a is Master of both sides" until_true 4 has_all a
	capture "in-$filter"
	# proves: R9568-6.4.3-f +
	ok "rp_filter $filter: IPv4 goes through, both ways" forwards
	ok "rp_filter $filter: IPv6 too" forwards6
	end_routers a
	ok "rp_filter $filter: b takes over both sides" until_true 2 has_all b
	ok "rp_filter $filter: IPv4 goes through b" forwards
	ok "rp_filter $filter: IPv6 too" forwards6
	end_routers b
	end_capture "in-$filter"
	# proves: R9568-6.4.3-c +
	is "rp_filter $filter: the answers to solicitations have the Router flag" "$(
	    frames "in-$filter" 'icmpv6.type == 136 && icmpv6.nd.na.target_address == fe80::1' \
	    icmpv6.nd.na.flag.r | sort -u)" 1
	is "rp_filter $filter: what the client sends goes to the virtual MACs" "$(
	    frames "in-$filter" 'eth.src == 02:00:00:00:00:13 && (ip.dst == 10.9.0.13 || ipv6.dst == 2001:db8:9::13)' \
	    eth.dst | sort -u | tr '\n' ' ')" "00:00:5e:00:01:33 00:00:5e:00:02:33 "
	is "rp_filter $filter: nobody is redirected" "$(
	    frames "in-$filter" 'icmp.type == 5 || icmpv6.type == 137' frame.number)" ""
	ok "rp_filter $filter: every frame is sound" clean_wire "in-$filter" \
	    -o vrrp.v3_checksum_as_in_v2:TRUE
done

# The virtual address with the prefix of the net, beside the interface's own
for i in in4 out4; do rm -f "$T/a-$i.log"; done
also a-in4 a -3 -d 0.1 -v 51 --macvlan=in4 10.0.0.1/24
DEV=eth1 also a-out4 a -3 -d 0.1 -v 51 --macvlan=out4 10.9.0.1/24
until_true 3 eval 'holds a 10.0.0.1 && holds a 10.9.0.1'
ok "with /24 addresses IPv4 goes through" forwards
for i in in4 out4; do stop a-$i; rm -f "$T/a-$i.log"; done

# Forwarding switched on for the two interfaces, not for all
sysctls a ipv4/ip_forward=0 ipv4/conf/{all,default}/rp_filter=0 \
    ipv4/conf/{eth0,eth1}/forwarding=1
also a-in4 a -3 -d 0.1 -v 51 --macvlan=in4 10.0.0.1
DEV=eth1 also a-out4 a -3 -d 0.1 -v 51 --macvlan=out4 10.9.0.1
until_true 3 eval 'holds a 10.0.0.1 && holds a 10.9.0.1'
ok "with conf.eth0.forwarding and conf.eth1.forwarding alone too" forwards
for i in in4 out4; do stop a-$i; done
done_testing
