#!/bin/bash
# The virtual MAC on a macvlan: silence in Backup, answers in Master, several
# routers on one interface, forwarding, and everything that may go wrong with
# the device.
#
#    a: vrrpd     b: vrrpd     c: client            h: host behind the routers
#     |eth1|eth0   |eth0        |eth0                |eth0 10.9.0.13
#     |    +-------+------------+------ br0          |     2001:db8:9::13
#     +----------------------------------------------+
#
# Proves F16 and R9568-7.4-1 (no frame from the virtual MAC in Backup), F17,
# R3768-8.2-1, -2, R9568-8.1.2-1, -2, R9568-8.2.2-1, -2, F40,
# R9568-6.4.2-a, -b, -d, -e, R9568-6.4.3-f, R9568-3-1, P-38, F05, F07, C16.
#
# measures time
# long form
. "$(dirname "$0")/lib.sh"

compile inject.c || skip_all "no C compiler"

lan a b c
lan6 a b c
before_a=$(snapshot_all a)
before_b=$(snapshot_all b)

V4=00:00:5e:00:01:33
V6=00:00:5e:00:02:33
VIP6="fe80::1 2001:db8::1"
OWN_A=02:00:00:00:00:11

tuned() { at "$1" cat /proc/sys/net/ipv4/conf/eth0/arp_{ignore,announce} | tr '\n' ' '; }
has_device() { at "$1" ip link show dev "$2"; }
mac_on() { at "$1" cat "/sys/class/net/$2/address"; }
device_up() { at "$1" ip link show dev "$2" | grep -q '[<,]UP[,>]'; }

# --- F16: who is not Master does not send from the virtual MAC ----------------

# The switch asks for groups all the time, and the Master c has no virtual MAC:
# what comes from one comes from a.
ip link set br0 type bridge mcast_query_interval 100 \
    mcast_query_response_interval 50 mcast_startup_query_interval 50

# spoke NAME VIRTUAL SOURCE OURS THEIRS: frames from VIRTUAL while not Master.
# a is Master from its first advert till it has heard a better one of c, for which
# it may need 50 ms on a busy machine, or priority 0.
spoke() {
	frames "$1" "eth.src == $2 || vrrp" frame.time_epoch eth.src "$3" \
	    vrrp.prio frame.number |
	    awk -v mac="$2" -v ours="$4" -v theirs="$5" '
		NF == 5 && $3 == ours && $4 > 0 && $2 == mac { master = 1 }
		NF == 5 && $3 == theirs && $4 == 250 { master = 0; since = $1 }
		$2 == mac && !master && $1 > since + 0.05 { print $NF }
		NF == 5 && $3 == ours && $4 == 0 { master = 0; since = 0 }'
}

# silence NAME OPTION...
silence() {
	local name=$1 n
	shift
	capture "$name"
	ip link set br0 type bridge mcast_querier 1 mcast_snooping 1
	also c4 c -3 -n -d 0.1 -p 250 -v 51 10.0.0.1
	also c6 c -3 -n -d 0.1 -p 250 -v 51 $VIP6
	until_true 3 holds c fe80::1
	also a4 a -3 -d 0.1 -p 200 -v 51 "${@//NAME/m4}" 10.0.0.1
	[[ " $* " == *macvlan* ]] &&
	also a6 a -3 -d 0.1 -p 200 -v 51 "${@//NAME/m6}" $VIP6
	sleep 1.5
	at b ping -qc 1 -W 0.1 10.0.0.1 >/dev/null
	at b ping -qc 1 -W 0.1 fe80::1%eth0 >/dev/null
	for n in 1 2 3; do		# Master until c is back
		signal c4 USR2
		signal c6 USR2
		sleep 0.7
	done
	sleep 1.5
	stop c4
	stop c6
	sleep 0.2
	signal a4 USR2			# with a priority 0 of its own
	[ -n "${PID[a6]:-}" ] && signal a6 USR2
	sleep 0.2
	stop a4
	[ -n "${PID[a6]:-}" ] && stop a6
	sleep 1.5
	ip link set br0 type bridge mcast_querier 0 mcast_snooping 0
	end_capture "$name"
	ok "$name: a was Master four times" \
	    eval "[ \$(count_logged a4 '-> master') -ge 4 ]"
	ok "$name: queries were there to answer" \
	    eval '[ "$(frames '"$name"' "icmpv6.type == 130" frame.number | wc -l)" -gt 3 ]'
	# proves: R9568-6.4.2-f1 -
	is "$name: no frame from the virtual MAC outside Master (F16)" \
	    "$(spoke "$name" "$V4" ip.src 10.0.0.11 10.0.0.13)" ""
	# proves: R9568-6.4.2-f3 -
	is "$name: nor IPv6" \
	    "$(spoke "$name" "$V6" ipv6.src fe80::ff:fe00:11 fe80::ff:fe00:13)" ""
	# proves: R9568-7.4-1 -, R5798-7.4-1 -
	is "$name: nothing from an address made of a virtual MAC (R9568-7.4-1)" \
	    "$(frames "$name" 'ipv6.src contains 5e:ff:fe:00' frame.number)" ""
	rm -f "$T"/a4.log "$T"/a6.log "$T"/c4.log "$T"/c6.log
	unset "PID[a6]"
}

silence macvlan --macvlan=NAME
silence swap
same "a is as before" "$(snapshot_all a)" "$before_a"

# --- F17, F40: who answers ------------------------------------------------------

also a4 a -3 -d 0.1 -p 200 -v 51 --macvlan=m4 10.0.0.1
also a6 a -3 -d 0.1 -p 200 -v 51 --macvlan=m6 $VIP6
also b4 b -3 -d 0.1 -v 51 --macvlan=m4 10.0.0.1
also b6 b -3 -d 0.1 -v 51 --macvlan=m6 $VIP6
until_true 3 holds a 10.0.0.1
until_true 3 holds a fe80::1
# proves: R9568-6.4.2-d -
ok "in Backup there is a device, and it is down" \
    eval 'has_device b m4 && not device_up b m4 && not device_up b m6'
sleep 1.2				# the announcements are over
capture who
at c ip neigh flush dev eth0
# proves: R9568-6.4.2-e +, R9568-6.4.3-a +
ok "the client reaches virtual and own addresses of a" \
    reaches 10.0.0.1 10.0.0.11 2001:db8::1 2001:db8::11 fe80::1%eth0 \
    fe80::ff:fe00:11%eth0
# proves: R9568-8.1.2-1 +, R9568-8.2.2-1 +
is "virtual ones at the virtual MAC, own ones at the own (F17)" \
    "$(for i in 10.0.0.1 10.0.0.11 2001:db8::1 2001:db8::11 fe80::1 fe80::ff:fe00:11; do
	lladdr $i; done | tr '\n' ' ')" \
    "$V4 $OWN_A $V6 $OWN_A $V6 $OWN_A "
# Asked directly: each device about what the other one has; and b about all
C="smac=020000000013 src=10.0.0.13"
C6="smac=020000000013 src=fe80::ff:fe00:13"
{
	frame arp $C target=10.0.0.1
	frame arp $C target=10.0.0.11
	frame arp $C target=10.0.0.1 dmac=${OWN_A//:/}
	frame arp $C target=10.0.0.11 dmac=${V4//:/}
	frame ns $C6 target=fe80::1 dmac=${OWN_A//:/}
	frame ns $C6 target=2001:db8::1 dmac=${OWN_A//:/}
	frame ns $C6 target=fe80::ff:fe00:11 dmac=${V6//:/}
	frame ns $C6 target=2001:db8::11 dmac=${V6//:/}
} >"$T/ask-a"
"$T/inject" a <"$T/ask-a"
{
	frame arp $C target=10.0.0.1
	frame arp $C target=10.0.0.1 dmac=020000000012
	frame arp $C target=10.0.0.12 dmac=${V4//:/}
	frame ns $C6 target=fe80::1
	frame ns $C6 target=2001:db8::1 dmac=020000000012
	frame ns $C6 target=2001:db8::12 dmac=${V6//:/}
	frame echo $C dst=10.0.0.12 dmac=${V4//:/}
	frame echo $C dst=10.0.0.1 dmac=${V4//:/}
	frame echo $C dst=10.0.0.1 dmac=020000000012
	frame echo $C6 dst=fe80::ff:fe00:12 dmac=${V6//:/}
	frame echo $C6 dst=fe80::1 dmac=${V6//:/}
	frame echo $C6 dst=fe80::1 dmac=020000000012
} >"$T/ask-b"
capture from-b b
at b ping -qc 1 10.0.0.13 >/dev/null	# something must be seen
asked=$EPOCHREALTIME
"$T/inject" b <"$T/ask-b"
sleep 0.5
end_capture from-b
end_capture who
# proves: R9568-6.4.3-a +, R9568-6.4.2-a +, R9568-8.1.2-1 +, R9568-8.1.2-2 +-
is "answers for the virtual address" "$(frames who \
    'arp.opcode == 2 && arp.src.proto_ipv4 == 10.0.0.1' eth.src \
    arp.src.hw_mac | sort -u)" "$V4 $V4"
# proves: P-38 +
is "answers for the own address" "$(frames who \
    'arp.opcode == 2 && arp.src.proto_ipv4 == 10.0.0.11' eth.src \
    arp.src.hw_mac | sort -u)" "$OWN_A $OWN_A"
# proves: R9568-6.4.2-b +, R9568-8.2.2-1 +, R9568-8.2.2-2 +-
is "the same in IPv6: the virtual ones" "$(frames who \
    'icmpv6.type == 136 && (icmpv6.nd.na.target_address == fe80::1 || icmpv6.nd.na.target_address == 2001:db8::1)' \
    eth.src icmpv6.opt.linkaddr | sort -u)" "$V6 $V6"
is "and the own ones" "$(frames who \
    'icmpv6.type == 136 && (icmpv6.nd.na.target_address == fe80::ff:fe00:11 || icmpv6.nd.na.target_address == 2001:db8::11)' \
    eth.src | sort -u)" "$OWN_A"
# proves: R9568-8.2.2-4 -
is "questions from the virtual MAC name no other (R9568-8.2.2-3, -4)" \
    "$(frames who "icmpv6.type == 135 && eth.src == $V6 && icmpv6.opt.linkaddr" \
    icmpv6.opt.linkaddr | sort -u | grep -v "$V6")" ""
# proves: P-38 -
is "the own address never asks from the virtual MAC, nor the other way round" \
    "$(frames who "arp.opcode == 1 && ((arp.src.proto_ipv4 == 10.0.0.1) != (arp.src.hw_mac == $V4))" frame.number)" ""
# proves: R9568-6.4.2-d -, R9568-6.4.2-e -
is "b answers nothing to or about the virtual router (F40)" "$(frames from-b \
    "eth.src == 02:00:00:00:00:12 && frame.time_epoch >= $asked &&
     (arp.opcode == 2 || icmp || icmpv6.type == 129 || icmpv6.type == 136)" \
    frame.number frame.protocols)" ""

# --- several routers on one interface (C16, R9568-3-1) --------------------------

also a2 a -v 53 -p 200 --macvlan 10.0.0.3	# version 2
also b2 b -v 53 --macvlan 10.0.0.3
also a5 a -3 -d 0.1 -v 52 --macvlan 10.0.0.2	# Backup of b
also b5 b -3 -d 0.1 -v 52 -p 200 --macvlan 10.0.0.2
until_true 6 holds a 10.0.0.3
until_true 6 holds b 10.0.0.2
# proves: R3768-6.4-1 +, R9568-3-1 +
ok "versions 2 and 3, IPv4 and IPv6, Masters and Backups side by side" \
    reaches 10.0.0.1 10.0.0.2 10.0.0.3 2001:db8::1 fe80::1%eth0
# proves: R3768-7.3-1 +, R9568-7.3-1 +
is "each at its own MAC" "$(for i in 10.0.0.1 10.0.0.2 10.0.0.3 fe80::1; do
    lladdr $i; done | tr '\n' ' ')" "$V4 00:00:5e:00:01:34 00:00:5e:00:01:35 $V6 "
ok "and on its own host" eval 'holds a 10.0.0.1 && holds a 10.0.0.3 &&
    holds a fe80::1 && not holds a 10.0.0.2 && not holds b 10.0.0.1'
is "the interface keeps silent" "$(tuned a)" "1 2 "
stop a2
stop a4
stop a5
is "and does so while one router is left" "$(tuned a)" "1 2 "
ok "b has the others now" until_true 5 holds b 10.0.0.3
ok "and the client reaches them" reaches 10.0.0.1 10.0.0.2 10.0.0.3 2001:db8::1
stop a6
same "the last one puts everything back (F17)" "$(snapshot_all a)" "$before_a"
for i in b2 b4 b5 b6; do stop $i; done
same "on b too" "$(snapshot_all b)" "$before_b"

# --- the device ------------------------------------------------------------------

at a ip link add link eth0 name vrrp.60 type macvlan mode bridge
at a ip link set vrrp.60 alias "vrrpd eth0 61"
at a "$VRRPD" -i eth0 -f "$T/a" -3 -v 60 --macvlan 10.0.0.1 2>"$T/refused"
is "a device of that name that is not ours: refused" "$?" 1
is "with one line that names it" "$(cat "$T/refused")" \
    "vrrpd: --macvlan=vrrp.60: a device of that name exists and is not ours"
ok "and left alone" has_device a vrrp.60
at a ip link del vrrp.60
is "nothing is tuned by that" "$(tuned a)" "0 0 "

# back NAME COUNT: and it was counted
back() {
	until_true 2 eval "holds a 10.0.0.1 && holds a fe80::1 && device_up a m4 &&
	    device_up a m6"
}
also a4 a -3 -d 0.1 -p 200 -v 51 --macvlan=m4 10.0.0.1
# The IPv6 sysctls of a device made anew are for root alone to write.
also a6 a -3 -d 0.1 -p 200 -v 51 --no-sandbox --macvlan=m6 $VIP6
until_true 3 back
at a ip addr del 10.0.0.1/32 dev m4
at a ip addr del 2001:db8::1/128 dev m6
ok "addresses that somebody removes come back (F05)" \
    until_true 2 eval 'holds a 10.0.0.1 && holds a 2001:db8::1'
within "and are counted" "$(counter a4 'put back')" 1 1
within "in IPv6 too" "$(counter a6 'put back')" 1 1
at a ip link set dev m4 down
at a ip link set dev m6 down
ok "a device that somebody takes down comes back" back
ok "with the addresses on it" until_true 2 reaches 10.0.0.1 2001:db8::1 fe80::1%eth0
within "counted" "$(counter a4 'put back')" 2 3
at a ip link del dev m4
at a ip link del dev m6
ok "one that somebody deletes comes back" back
ok "tuned as before" until_true 2 reaches 10.0.0.1 2001:db8::1 fe80::1%eth0
# proves: R9568-7.4-1 +, R5798-7.4-1 +
is "with its sysctls" "$(at a cat /proc/sys/net/ipv4/conf/m4/{arp_ignore,rp_filter} \
    /proc/sys/net/ipv6/conf/m6/{addr_gen_mode,accept_ra} | tr '\n' ' ')" "1 2 1 0 "
within "counted" "$(counter a4 'put back')" 3 5
is "Master all the time" "$(counter a4 'became master')" 1
at a ip link set dev m4 address 02:00:00:00:00:aa
ok "a foreign MAC on it is replaced" until_true 2 eval '[ "$(mac_on a m4)" = 00:00:5e:00:01:33 ]'
ok "said" until_true 1 logged a4 'another program changed or removed the MAC address of the macvlan: put back'
ok "and the client is served" until_true 2 reaches 10.0.0.1
at a ip link set dev eth0 mtu 1400
at a ip link set dev eth0 mtu 1500
ok "its MTU follows that of the interface" until_true 2 eval 'at a ip link show dev m4 | grep -q "mtu 1500 "'
sysctls a ipv4/conf/eth0/arp_ignore=0
at a ip link set dev eth0 alias "so that it looks"
ok "the interface keeps silent about the addresses on it" until_true 2 eval '[ "$(tuned a)" = "1 2 " ]'
at a ip link set dev eth0 alias ""
at a ip link set dev m4 down
at a ip link set dev m4 name other0
ok "one that is renamed is made anew" back
ok "and there is no second one" not has_device a other0
ok "Master still" reaches 10.0.0.1

ip link del dev a
ok "without the interface: Initialize (F07)" until_true 2 logged a4 'master -> initialize'
ip link add name a type veth peer name eth0 netns a
at a ip link set eth0 address $OWN_A
at a ip addr add 10.0.0.11/24 dev eth0
at a ip addr add 2001:db8::11/64 dev eth0 nodad
at a ip link set eth0 up
ip link set dev a master br0 up
ok "made anew: Master again" until_true 8 back
ok "and reached" reaches 10.0.0.1 2001:db8::1 fe80::1%eth0
is "silent again about the virtual ones" "$(tuned a)" "1 2 "

# --- after SIGKILL -----------------------------------------------------------------

# What nobody cleaned up is for the next start.
stop a4
stop a6
options=$VRRPD_OPTIONS
VRRPD_OPTIONS="$options --no-guard --no-lease"
also a4 a -3 -d 0.1 -p 200 -v 51 --macvlan=m4 10.0.0.1
also a6 a -3 -d 0.1 -p 200 -v 51 --macvlan=m6 $VIP6
until_true 5 back
stop a4 KILL
stop a6 KILL
also a6 a -3 -d 0.1 -p 200 -v 51 -S 2 --macvlan=m6 $VIP6
ok "the device of an earlier life is removed at the start" \
    until_true 1.5 eval 'logged a6 "resigning for an earlier vrrpd that died as Master" && not holds a fe80::1'
also a4 a -3 -d 0.1 -p 200 -v 51 --macvlan=m4 10.0.0.1
ok "Master again" until_true 5 back
stop a4
stop a6
settle a
is "and the sysctls of before the first life are back" "$(tuned a)" "0 0 "
ok "no device is left" eval 'not has_device a m4 && not has_device a m6'

# Another life in another mode
also a4 a -3 -d 0.1 -v 51 10.0.0.1
until_true 3 holds a 10.0.0.1
stop a4 KILL
also a4 a -3 -d 0.1 -v 51 --macvlan -S 2 10.0.0.1
ok "killed with the MAC swapped, back with a macvlan: nothing of the old life" \
    until_true 1.5 not has_address a 10.0.0.1
until_true 4 eval 'at a ip addr show dev vrrp.51 | grep -q 10.0.0.1'
sleep 0.1
at c ip neigh flush dev eth0
ok "the client reaches it" reaches 10.0.0.1
is "at the virtual MAC" "$(lladdr 10.0.0.1)" "$V4"
stop a4 KILL
also a4 a -3 -d 0.1 -v 51 10.0.0.1
ok "and the other way round" until_true 2 has_address a 10.0.0.1
sleep 0.1
ok "the client reaches it" reaches 10.0.0.1
stop a4
ok "no device is left" eval 'not has_device a vrrp.51'
at a ip link del vrrp.51 2>/dev/null

VRRPD_OPTIONS=$options

# --- sixteen ----------------------------------------------------------------------

before_a=$(snapshot_all a)
before_b=$(snapshot_all b)
capture sixteen
many=()
for v in {101..116}; do
	ip netns exec a "$VRRPD" $VRRPD_OPTIONS -i eth0 -f "$T/a" -3 -d 0.1 -v $v -p 200 \
	    --macvlan 10.0.0.$v 2>>"$T/many.log" &
	many+=("$!")
done
PIDS+=("${many[@]}")
masters() { [ "$(grep -c -- '-> master' "$T/many.log")" -ge "$1" ]; }
ok "sixteen Masters on one interface" until_true 5 masters 16
ok "the client reaches every one" reaches 10.0.0.{101..116}
is "each at its own MAC" "$(for v in {101..116}; do lladdr 10.0.0.$v; done | sort -u | wc -l)" 16
kill "${many[@]}"
wait "${many[@]}"
end_capture sixteen
same "and a is as before" "$(snapshot_all a)" "$before_a"
ok "every frame is sound" clean_wire sixteen -o vrrp.v3_checksum_as_in_v2:TRUE
done_testing
