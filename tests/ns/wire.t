#!/bin/bash
# Every field on the wire, and what of the virtual router answers, and where.
#
#    a: vrrpd -p 200, a router     b: vrrpd -p 50, -S 60     c: client
#    |    eth1 10.1.0.11           |                         |
#    |    `-- far 10.1.0.9         |                         |
#   -+-----------------------------+-------------------------+-
#    d: vrrpd -n -a pw/abc, VRID 52
#
# Proves R3768-5.1-1, 5.2.1-1, 5.2.2-1, 5.2.2-2, 5.2.3-1, 5.2.4-1, 5.3.*, 7.2-1 to
# -6, R2338-5.3.6.2-1, 5.3.10-2, R3768-3-1, 5.3.4-5, 6.4.2-1 to -3, 6.4.2-5b,
# 6.4.3-1, -2, -6, 7.3-1, 8.2-1, 8.2-2, R9568-2.5-2, P-24, F15 F16 F40, C14.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"

compile inject.c || skip_all "no C compiler"
lan a b c d
ip link add far type veth peer name eth1 netns a
ip addr add 10.1.0.9/24 dev far
ip link set far up
ip route add 10.0.0.0/24 via 10.1.0.11
at a ip addr add 10.1.0.11/24 dev eth1
at a ip link set eth1 up
at a sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
at c ip route add 10.1.0.0/24 via 10.0.0.1
settle a
settle b
virtual=00:00:5e:00:01:33
silent() { ! at c ping -qc 1 -W 1 "$1"; }

# --- a Backup alone: nobody is there ------------------------------------------

capture backup
start b -v 51 -p 50 -S 60 10.0.0.1
until_true 2 logged b '-> backup'
# proves: R3768-6.4.2-1 -, R3768-6.4.3-1 -
ok "R3768-6.4.2-1: no ARP reply from a Backup" silent 10.0.0.1
at c ip neigh replace 10.0.0.1 lladdr $virtual dev eth0 nud permanent
at c ip neigh replace 10.0.0.12 lladdr $virtual dev eth0 nud permanent
# proves: R3768-6.4.2-2 -
ok "R3768-6.4.2-2, F40: nothing at the virtual MAC" silent 10.0.0.12
at c ip neigh replace 10.0.0.1 lladdr 02:00:00:00:00:12 dev eth0 nud permanent
# proves: R3768-6.4.2-3 -
ok "R3768-6.4.2-3, F40: no virtual address at the own MAC" silent 10.0.0.1
at c ip neigh flush nud permanent dev eth0
stop b
end_capture backup
# proves: R3768-3-1 +, R3768-5.3.4-5 +, R3768-6.4.2-4 -
is "R3768-3-1, R3768-5.3.4-5: nor any advert, nor at the end" "$(adverts backup)" ""
# proves: R3768-3-1 +, R3768-6.4.2-5b -
is "F16: no frame from the virtual MAC" "$(frames backup "eth.src == $virtual" frame.number)" ""
ok "F15: an IGMP report for the group" [ -n "$(frames backup \
    'igmp.maddr == 224.0.0.18 && ip.src == 10.0.0.12' frame.number)" ]

# --- Masters ------------------------------------------------------------------

capture wire
capture far far
own=$(at a ip -6 addr show dev eth0; at a ip route; at a ip -6 route)
start a -v 51 -p 200 10.0.0.1
start d -v 52 -n -a pw/abc -d 2 10.0.0.2 10.9.0.2
for host in a d; do
	until_true 2 logged $host '-> backup'
	signal $host USR1
done
until_true 2 is_master a
since=$EPOCHREALTIME
until_true 2 is_master d 10.0.0.2
is "C14: IPv6 addresses and routes are what they were" \
    "$(at a ip -6 addr show dev eth0; at a ip route; at a ip -6 route)" "$own"
# proves: R3768-6.4.3-2 +, R3768-6.4.2-2 +, R3768-5.2.2-2 +
ok "R3768-6.4.3-2: a forwards what comes to the virtual MAC" \
    at c ping -qc 1 -W 1 10.1.0.9
ok "d answers" at c ping -qc 1 -W 1 10.0.0.2
perl "$TOP/tests/ns/frame.pl" ttl=254 vrid=7 | "$T/inject" a
sleep 1.2
# Stalled between two adverts, and for half a second after the next was due: it
# is late, and those after it are not.
sleep "$(awk -v t="$since" -v now="$EPOCHREALTIME" \
    'BEGIN { x = now - t; x -= int(x); print (x > 0.5) + 0.5 - x }')"
signal a STOP
sleep 0.9
signal a CONT
sleep 3
stop a
stop d
end_capture far
end_capture wire
# proves: R3768-7.2-2 -
ok "every frame is sound" clean_wire wire

# fields FILTER: of each advert, once
fields() {
	frames wire "vrrp && $1" eth.dst eth.src frame.len ip.version ip.hdr_len \
	    ip.dsfield ip.len ip.ttl ip.proto ip.src ip.dst vrrp.version \
	    vrrp.type vrrp.virt_rtr_id vrrp.prio vrrp.addr_count vrrp.auth_type \
	    vrrp.adver_int vrrp.ip_addr | sort -u
}
group="01:00:5e:00:00:12"
# proves: R3768-5.2.3-1 +-, R3768-7.2-1 +, R3768-7.2-3 +-, R3768-7.2-4 +-
# proves: R3768-7.2-5 +-, R3768-7.2-6 +-, R3768-5.2.1-1 +, R3768-5.2.2-1 +
# proves: R3768-5.2.4-1 +, R9568-7.2-8 +, R9568-2.5-2 +
is "all fields of a's adverts" "$(fields 'vrrp.prio == 200')" \
    "$group $virtual 60 4 20 0xc0 40 255 112 10.0.0.11 224.0.0.18 2 1 51 200 1 0 1 10.0.0.1"
# proves: R3768-6.4.3-5 +, R3768-7.2-3 +
is "of its resignation" "$(fields 'ip.src == 10.0.0.11 && vrrp.prio == 0')" \
    "$group $virtual 60 4 20 0xc0 40 255 112 10.0.0.11 224.0.0.18 2 1 51 0 1 0 1 10.0.0.1"
# proves: R3768-5.3.6-2 +, R3768-7.2-1 +
is "of d's, with -n and a password" "$(fields 'vrrp.virt_rtr_id == 52 && vrrp.prio == 100')" \
    "$group 02:00:00:00:00:14 60 4 20 0xc0 44 255 112 10.0.0.14 224.0.0.18 2 1 52 100 2 1 2 10.0.0.2"
# The last 8 octets of the message, before the padding
# proves: R3768-5.3.10-1 +, R2338-5.3.6.2-1 +, R2338-5.3.10-2 +
is "authentication data of both, zero-filled" "$(for host in 11 14; do
	tshark -r "$T/wire.pcap" -Y "vrrp && ip.src == 10.0.0.$host" -x 2>/dev/null |
	    sed -nE 's/^00[0-9a-f]0  (([0-9a-f]{2} ?)*)  .*/\1/p' | tr -d ' \n' |
	    cut -c $([ $host = 11 ] && echo 93-108 || echo 101-116)
    done)" $'0000000000000000\n6162630000000000'

gaps() { adverts wire "$1" | awk '{ if (t) print $1 - t; t = $1 }'; }
# proves: R3768-6.4.3-6 +-
within "R3768-6.4.3-6: a second from one to the next, s" \
    "$(gaps 'vrrp.prio == 200' | median)" 0.95 1.05
within "one was late, s" "$(gaps 'vrrp.prio == 200' | sort -g | tail -1)" 1.2 1.8
# Else the last one would be so much late too.
# proves: P-24 +
within "P-24: and no one after it, s" "$(gaps 'vrrp.prio == 200' |
    awk '{ s += $1 } END { print s - NR + 0 }')" -0.05 0.05
within "two seconds with -d 2, s" \
    "$(gaps 'vrrp.virt_rtr_id == 52 && vrrp.prio == 100' | median)" 1.8 2.2

# ARP: all senders of each virtual address
senders() {
	frames wire "arp.src.proto_ipv4 == $1" eth.src arp.src.hw_mac | sort -u
}
# proves: R3768-8.2-1 +, R3768-8.2-2 -
is "R3768-8.2-1, -2: ARP names the virtual MAC alone" "$(senders 10.0.0.1)" "$virtual $virtual"
is "with -n the own one" "$(senders 10.0.0.2)" "02:00:00:00:00:14 02:00:00:00:00:14"
# Ours must be found at that MAC too, and at the own one afterwards.
for mac in $virtual 02:00:00:00:00:11; do
	ok "own IPv4 address announced at $mac" [ -n "$(frames wire \
	    "arp.src.proto_ipv4 == 10.0.0.11 && arp.isgratuitous && eth.src == $mac" frame.number)" ]
	ok "own IPv6 address announced at $mac" [ -n "$(frames wire "icmpv6.type == 136 &&
	    ipv6.src == fe80::ff:fe00:11 && icmpv6.opt.linkaddr == $mac" frame.number)" ]
done
# proves: R3768-6.4.3-1 +, R3768-6.4.2-1 +, R3768-8.2-1 +
ok "A04: among it a reply to the client" [ -n "$(frames wire \
    'arp.opcode == 2 && eth.dst == 02:00:00:00:00:13 && arp.src.proto_ipv4 == 10.0.0.1' frame.number)" ]
# proves: R3768-6.4.2-5 +, R3768-6.4.2-5b +, P-20 +
is "A01: first after the advert a gratuitous request" "$(frames wire \
    'vrrp.prio == 200 || arp.src.proto_ipv4 == 10.0.0.1' _ws.col.Protocol eth.dst \
    arp.opcode arp.dst.proto_ipv4 | sed -n 2p)" "ARP ff:ff:ff:ff:ff:ff 1 10.0.0.1"
# proves: R3768-5.2.2-2 -
is "R3768-5.2.2-2: nothing for the group is forwarded" \
    "$(frames far 'ip.dst == 224.0.0.18' frame.number)" ""
done_testing
