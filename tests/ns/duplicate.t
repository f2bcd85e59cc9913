#!/bin/bash
# Another host has the address too, and answers for it or says so.
#
#    a: vrrpd, Master     b: a client, later vrrpd     c: the stranger
#
# Proves RFC 5227 2.4 (c): a stranger is found, counted, logged and answered, in
# each mode and family, without a yield and without a storm; no router is taken
# for a stranger in an ordinary change; a Backup hears nothing of it; and nobody
# else's ARP wakes a Master.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"

compile inject.c || skip_all "no C compiler"
frame() { perl "$TOP/tests/ns/v3_frame.pl" "$@"; }

lan a b c
n=11
for host in a b c; do
	at $host ip -6 addr add 2001:db8::$n/64 dev eth0 nodad
	n=$((n + 1))
	settle $host
done
own=02:00:00:00:00:11
stranger=02:00:00:00:00:13
virtual4=00:00:5e:00:01:33
virtual6=00:00:5e:00:02:33

lladdr() { at b ip neigh show "$1" dev eth0 | sed -n 's/.*lladdr \([^ ]*\).*/\1/p'; }
client_knows() { [ "$(lladdr "$1")" = "$2" ]; }
duplicates() { counter "$1" duplicates; }
counted() { [ "$(duplicates "$1")" -ge "$2" ]; }
said() { logged "$1" "vrid 51: duplicate address: somebody else has $2 at $stranger "; }
descriptors() { find "/proc/${PID[$1]}/fd" -type l | wc -l; }
# take NAME: makes it Master
take() {
	until_true 3 logged "$1" 'initialize -> '
	signal "$1" USR1
	until_true 1 logged "$1" '-> master'
}
# listening NAME: it has one descriptor more, two seconds after the take-over
listening() { [ "$(descriptors "$1")" -gt "$2" ]; }
settled() {
	local before
	until_true 3 logged "$1" 'initialize -> '
	sleep 0.1
	before=$(descriptors "$1")
	case $1 in *no-accept4*) before=$((before + 1)) ;; *no-accept6*) before=$((before + 2)) ;; esac
	take "$1"
	until_true 3 listening "$1" "$before"
	sleep 0.1
}
# claim ADDRESS [FIELD=VALUE]...: the stranger says it has it, as a frame
claim() {
	local address=$1
	shift
	case $address in
	*:*) frame na smac=${stranger//:/} src=fe80::13 target="$address" "$@" ;;
	*) frame arp smac=${stranger//:/} target="$address" src="$address" "$@" ;;
	esac
}
# say [ROUNDS [PAUSE]]: what stdin holds, from the stranger's host
say() { at c "$T/inject" eth0 "$@"; }

# --- a stranger that only answers, in each mode -----------------------------------

# duel NAME MAC ADDRESS ARGUMENT...: MAC is where clients should find ADDRESS
duel() {
	local name=$1 mac=$2 address=$3 len=32 nodad='' before
	shift 3
	case $address in *:*) len=128 nodad=nodad ;; esac
	also "$name" a -v 51 --refresh 0 "$@"
	until_true 3 logged "$name" 'initialize -> '
	sleep 0.1
	before=$(descriptors "$name")
	at c ip addr add "$address/$len" dev eth0 $nodad
	take "$name"
	ok "$name: found" until_true 3 said "$name" "$address"
	at b ip neigh replace "$address" lladdr $stranger nud reachable dev eth0
	at c ip addr del "$address/$len" dev eth0
	ok "$name: the client comes back" until_true 2 client_knows "$address" "$mac"
	ok "$name: counted" counted "$name" 1
	ok "$name: a is Master all the time" not logged "$name" 'master ->'
	at b ip neigh flush dev eth0
	[ "$name" != owner ] || { stop "$name"; return; }
	# shellcheck disable=SC2016
	ok "$name: a Backup has no descriptor more" eval 'signal "$name" USR2
	    until_true 1 logged "$name" "master -> backup" && sleep 0.2 &&
	    [ "$(descriptors "$name")" = "$before" ]'
	stop "$name"
}

duel swap $virtual4 10.0.0.1 10.0.0.1
duel macvlan $virtual4 10.0.0.1 --macvlan 10.0.0.1
duel no-vmac $own 10.0.0.1 -n -3 -d 0.3 10.0.0.1
duel no-accept $virtual4 10.0.0.1 --no-accept 10.0.0.9 10.0.0.1
duel no-accept-macvlan $virtual4 10.0.0.1 --no-accept --macvlan 10.0.0.1
at a ip addr add 10.0.0.1/24 dev eth0
duel owner $virtual4 10.0.0.1 10.0.0.1
at a ip addr del 10.0.0.1/24 dev eth0
duel swap6 $virtual6 2001:db8::1 fe80::1 2001:db8::1
duel macvlan6 $virtual6 2001:db8::1 --macvlan fe80::1 2001:db8::1
duel no-accept6 $virtual6 2001:db8::1 --no-accept fe80::1 2001:db8::1
duel no-accept-macvlan6 $virtual6 fe80::1 --no-accept --macvlan fe80::1
duel no-vmac6 $own 2001:db8::1 -n -d 0.3 fe80::1 2001:db8::1

# --- kinds of claims --------------------------------------------------------------

# kind DESCRIPTION NUMBER: of claims on stdin, that many more are counted
kind() {
	local before
	before=$(duplicates "$daemon")
	say
	[ "$2" = 0 ] && sleep 0.2
	until_true 1 counted "$daemon" $((before + $2))
	is "$1: $2 counted" $(($(duplicates "$daemon") - before)) "$2"
}
daemon=kinds4
also kinds4 a -v 51 --refresh 0 10.0.0.1 10.0.0.2
settled kinds4
kind "gratuitous ARP, both forms" 2 < <(claim 10.0.0.1; claim 10.0.0.2 op=2)
kind "an answer to us" 1 < <(claim 10.0.0.1 op=2 dmac=${own//:/} target=10.0.0.2)
kind "the sender's MAC in ARP" 1 < <(claim 10.0.0.1 smac=020000000077 mac=${stranger//:/})
kind "our own MACs, other addresses, questions, a probe" 0 < <(
	claim 10.0.0.1 mac=${virtual4//:/}
	claim 10.0.0.1 mac=${own//:/}
	claim 10.0.0.3
	frame arp smac=${stranger//:/} src=10.0.0.13 target=10.0.0.1
	frame arp smac=${stranger//:/} src=0.0.0.0 target=10.0.0.1
)
kind "an answer to another host, which a switch floods" 0 \
    < <(claim 10.0.0.1 op=2 dmac=020000000099 target=10.0.0.2)
is "one line for them all" "$(count_logged kinds4 'duplicate address')" 1
ok "the report has the last one" eval \
    'report kinds4 | grep -q "duplicates 4, last 10.0.0.1 at $stranger$"'
ok "a Backup hears none" eval 'signal kinds4 USR2 &&
    until_true 1 logged kinds4 "master -> backup" && claim 10.0.0.1 | say && sleep 0.2 &&
    [ "$(duplicates kinds4)" = 4 ]'
stop kinds4

daemon=kinds6
also kinds6 a -v 51 --refresh 0 fe80::1 2001:db8::1
settled kinds6
kind "unsolicited advertisements" 2 < <(claim fe80::1; claim 2001:db8::1)
kind "one to us" 1 < <(claim fe80::1 dst=fe80::ff:fe00:11 dmac=${own//:/})
kind "our own MAC, other addresses, hop limit 254, a bad checksum, a question" 0 < <(
	claim fe80::1 mac=${virtual6//:/}
	claim 2001:db8::9
	claim fe80:1::1
	claim fe80::1 ttl=254
	claim fe80::1 sum=4711
	frame ns smac=${stranger//:/} src=fe80::13 target=fe80::1
)
kind "one to another host, which a switch floods" 0 \
    < <(claim fe80::1 dst=fe80::99 dmac=020000000099)
stop kinds6

daemon=again
also again a -v 51 --refresh 0 --macvlan 10.0.0.1
settled again
kind "with a macvlan" 1 < <(claim 10.0.0.1)
kind "from the virtual MAC" 0 < <(claim 10.0.0.1 mac=${virtual4//:/})
at a ip link del dev vrrp.51
until_true 2 holds a 10.0.0.1
kind "that is made again" 1 < <(claim 10.0.0.1)
stop again

# --- as many addresses as there can be --------------------------------------------

for host in a c; do
	at $host ip link set dev eth0 mtu 9000
	ip link set dev $host mtu 9000
done
ip link set dev br0 mtu 9000
list4=$(seq -f 10.1.0.%g 1 255)
list6="fe80::1 $(seq 1 254 | while read -r i; do printf '2001:db8:7::1:%x ' "$i"; done)"
daemon=many4
# shellcheck disable=SC2086
also many4 a -v 51 --refresh 0 $list4
settled many4
kind "255 addresses: first, middle and last" 3 \
    < <(claim 10.1.0.1; claim 10.1.0.128; claim 10.1.0.255)
kind "255 addresses: others" 0 < <(claim 10.1.0.0; claim 10.1.1.0; claim 10.2.0.1)
stop many4
daemon=many6
# shellcheck disable=SC2086
also many6 a -v 51 --refresh 0 $list6
settled many6
kind "255 IPv6 addresses: first, middle and last" 3 \
    < <(claim fe80::1; claim 2001:db8:7::1:7f; claim 2001:db8:7::1:fe)
kind "255 IPv6 addresses: others" 0 \
    < <(claim fe80::2; claim 2001:db8:7::1:ff; claim 2001:db8:8::1:1)
stop many6
for host in a c; do
	ip link set dev $host mtu 1500
	at $host ip link set dev eth0 mtu 1500
done
ip link set dev br0 mtu 1500

# --- what it costs ----------------------------------------------------------------

wakes() { awk '/^voluntary/ { print $2 }' "/proc/${PID[$1]}/status"; }
# busy NAME: wake-ups in 3 s and more of a flood, which stdin holds; one each
# second is for an advert
busy() {
	local before
	cat >"$T/flood"
	before=$(wakes "$1")
	say 600 5000 <"$T/flood" &
	PIDS+=("$!")
	sleep 3
	echo $(($(wakes "$1") - before))
	wait "${PIDS[-1]}"
}
flood4() {
	for i in $(seq 20 49); do
		claim 10.0.0.$i
		claim 10.0.0.$i op=2
		frame arp smac=${stranger//:/} src=10.0.0.13 target=10.0.0.1
		frame arp smac=${stranger//:/} src=0.0.0.0 target=10.0.0.$i
	done
}
flood6() {
	for i in $(seq 20 49); do
		claim 2001:db8::$i
		claim fe80::$i
		frame ns smac=${stranger//:/} src=fe80::13 target=2001:db8::$i
		frame echo smac=${stranger//:/} dmac=333300000001 src=fe80::13 dst=ff02::1
	done
}
also cost4 a -v 51 --refresh 0 --no-guard 10.0.0.1
settled cost4
within "ARP of a busy LAN: wake-ups in 3 s" "$(flood4 | busy cost4)" 2 12
claim 10.0.0.1 | say 3000 1000 &
PIDS+=($!)
capture flood
sleep 2
end_capture flood
within "a flood of claims: the longest time between adverts" "$(adverts flood |
    awk 'NR > 1 && $1 - t > max { max = $1 - t } { t = $1 } END { print max }')" 0.9 1.1
wait "${PIDS[-2]}"
ok "and it is well" eval 'counted cost4 1000 && not logged cost4 "master ->"'
is "two lines are enough" "$(count_logged cost4 'duplicate address|we stay Master')" 2
stop cost4
also cost6 a -v 51 --refresh 0 --no-guard fe80::1
settled cost6
within "neighbour discovery of a busy LAN: wake-ups in 3 s" "$(flood6 | busy cost6)" 2 12
stop cost6

# --- answers, and a fight ---------------------------------------------------------

announcements() {
	frames "$1" "arp.isgratuitous && arp.opcode == 1 && arp.src.hw_mac == $virtual4 &&
	    arp.src.proto_ipv4 == 10.0.0.1" frame.time_epoch
}
also answers a -v 51 --refresh 0 10.0.0.1
settled answers
capture answers
for _ in 1 2 3 4 5 6 7 8; do
	claim 10.0.0.1 | say
	sleep 0.5
done
sleep 1.3
end_capture answers
within "the longest time from a claim to the next announcement, s" "$({
    frames answers "arp && eth.src == $stranger" frame.time_epoch | sed 's/$/ claim/'
    announcements answers
    } | sort -n | awk '$2 { if (!t) t = $1; next } t { if ($1 - t > max) max = $1 - t; t = 0 }
    END { print t ? "none" : max }')" 0 0.3
within "announcements in 6 s" "$(announcements answers | wc -l)" 8 25
stop answers

also fight a -v 51 --refresh 0 10.0.0.1
settled fight
capture fight
claim 10.0.0.1 | say 25 1000
ok "more than 20 claims: a says that it stays Master" until_true 1 \
    logged fight 'somebody else keeps saying that he has our addresses: we stay Master'
claim 10.0.0.1 | say 24 500000
sleep 0.5
end_capture fight
is "once" "$(count_logged fight 'we stay Master')" 1
is "all are counted" "$(duplicates fight)" 49
begin=$(frames fight "arp && eth.src == $stranger" frame.time_epoch | head -1)
between() { announcements fight | awk -v b="$begin" -v from="$1" -v to="$2" '
    $1 >= b + from && $1 < b + to { n++ } END { print n + 0 }'; }
within "answers at first" "$(between 0 2)" 5 6
is "then none" "$(between 2 10)" 0
within "but again after 10 s" "$(between 10 12.9)" 5 5
ok "and a is Master all the time" not logged fight 'master ->'
stop fight

# --- who may speak ----------------------------------------------------------------

both() { holds a 10.0.0.1 && holds b 10.0.0.1; }
one() { ! both && { holds a 10.0.0.1 || holds b 10.0.0.1; }; }
# peaceful NAME ARGUMENT...: every ordinary change, with much to announce
peaceful() {
	local name=$1 i
	shift
	also "$name-a" a -v 51 -p 200 --refresh 1 "$@" 10.0.0.1
	also "$name-b" b -v 51 --refresh 1 "$@" 10.0.0.1
	until_true 6 holds a 10.0.0.1
	sleep 2.3
	signal "$name-a" USR2
	until_true 3 eval 'holds b 10.0.0.1 && one'
	# a preempts, while b's kernel speaks from the address
	at b ping -qc 60 -i 0.1 -W 0.1 -I 10.0.0.1 10.0.0.99 >/dev/null 2>&1 &
	PIDS+=($!)
	ok "$name: preemption" until_true 6 eval 'holds a 10.0.0.1 && one'
	for i in 1 2; do
		ip link set dev b nomaster
		ok "$name: partition $i" until_true 6 both
		sleep 2.$((3 * i))
		ip link set dev b master br0
		ok "$name: healed" until_true 3 one
	done
	sleep 2.5
	is "$name: no false alarm of a" "$(duplicates "$name-a")" 0
	is "$name: nor of b" "$(duplicates "$name-b")" 0
	stop "$name-a"
	ok "$name: polite stop" until_true 3 holds b 10.0.0.1
	sleep 2.3
	is "$name: no false alarm of the new Master" "$(duplicates "$name-b")" 0
	stop "$name-b"
}
peaceful peace
peaceful peace-macvlan --macvlan
peaceful peace-n -n
done_testing
