#!/bin/bash
# The interface gets another name under a Master's feet, and the daemon ends
# before it is called as before: what was changed on it is undone all the same.
#
#    a: vrrpd on eth0, which becomes other0
#
# Proves C13, F17, C12.
#
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"

lan a
settle a
own=02:00:00:00:00:11
arp() { at a cat "/proc/sys/net/ipv4/conf/$1/arp_"{ignore,announce} | tr '\n' ' '; }
tune() { sysctls a ipv4/conf/"$1"/arp_{ignore="$2",announce="$3"}; }
arp_is() { [ "$(arp "$1")" = "$2 $3 " ]; }
mac_is() { [ "$(at a cat "/sys/class/net/$1/address")" = "$2" ]; }
files() { ls "$T/a"; }
gone() { until_true 2 not kill -0 "$1"; }

# rename FROM TO: by a kernel that renames only what is down as well
rename() {
	at a ip link set dev "$1" name "$2" 2>/dev/null && return
	at a ip link set dev "$1" down
	at a ip link set dev "$1" name "$2"
	at a ip link set dev "$2" up
}
# behind NAME FROM TO: the daemon sees nothing of it
behind() {
	signal "$1" STOP
	rename "$2" "$3"
}
# again: called eth0, as it was
again() {
	rename other0 eth0
	settle a
	same "$1: as before" "$(snapshot_all a)" "$before"
}
# master NAME ARGUMENT...
master() {
	local name=$1
	shift
	rm -f "$T/$name.log"
	also "$name" a -3 -d 0.05 "$@"
	until_true 3 logged "$name" '-> master'
	guard=$(guard_of "$name")
}
# killed NAME: and its guard has ended
killed() {
	stop "$1" KILL
	gone "$guard"
}
# another: a new interface that is called eth0
another() {
	ip link add name a2 type veth peer name eth0 netns a
	ip link set dev a2 master br0 up
	at a ip link set eth0 address 02:00:00:00:00:22
	at a ip addr add 10.0.0.22/24 dev eth0
	at a ip link set eth0 up
}

# --- the virtual MAC and the addresses ------------------------------------------

before=$(snapshot_all a)
for option in "" --no-accept; do
	master a -v 51 ${option:---no-lease} 10.0.0.1
	behind a eth0 other0
	ok "renamed, killed${option:+, $option}: the guard ends" killed a
	ok "own MAC" mac_is other0 $own
	ok "no address" not holds a 10.0.0.1
	ok "as the log says" logged a 'sent priority 0 and removed all that it had set'
	is "no file" "$(files)" ""
	again "killed"
done

# The resignation must come from where the addresses were.
before=$(snapshot_all a)
capture wire a
master a -v 51 -n --no-lease 10.0.0.1
rename eth0 other0
ok "renamed, -n: it is left" until_true 2 logged a '-> initialize'
stop a
end_capture wire
is "it resigns from the own MAC" "$(adverts wire 'vrrp.prio == 0' |
    awk '{ print $4 }' | sort -u)" $own
again "renamed, -n"

master a -v 51 --no-lease 10.0.0.1
behind a eth0 other0
another
ok "another one has its name, killed: the guard ends" killed a
ok "own MAC" mac_is other0 $own
ok "no address" not holds a 10.0.0.1
ok "the other one keeps its own" mac_is eth0 02:00:00:00:00:22
ip link del dev a2
again "another one"

master a -v 51 --no-lease 10.0.0.1
signal a STOP
ip link del dev a
ok "deleted, killed: the guard ends" killed a
ok "and does not say that it resigned" logged a 'was killed; its interface is gone'
is "no file" "$(files)" ""
ip link add name a type veth peer name eth0 netns a
ip link set dev a master br0 up
at a ip link set eth0 address $own
at a ip addr add 10.0.0.11/24 dev eth0
at a ip link set eth0 up
until_true 5 carrier a
settle a

# --- the ARP sysctls --------------------------------------------------------------

tune eth0 2 1
before=$(snapshot_all a)
for end in TERM KILL; do
	master a -v 51 --macvlan 10.0.0.1
	rename eth0 other0
	ok "macvlan, renamed: it is left" until_true 2 \
	    logged a 'master -> initialize'
	stop a $end
	gone "$guard"
	ok "$end: its sysctls are back" arp_is other0 2 1
	is "no file" "$(files)" ""
	again "macvlan, $end"
done

master a -v 51 --macvlan 10.0.0.1
behind a eth0 other0
ok "unseen, killed: the guard ends" killed a
ok "the sysctls are back" arp_is other0 2 1
is "no file" "$(files)" ""
again "macvlan, unseen"

tune eth0 0 0
before=$(snapshot_all a)
master a -v 51 --macvlan --no-guard 10.0.0.1
rename eth0 other0
until_true 2 logged a 'master -> initialize'
stop a
ok "no guard, TERM: the sysctls are back" arp_is other0 0 0
again "no guard"

master a -v 51 --macvlan 10.0.0.1
master two -v 52 --macvlan 10.0.0.2
rename eth0 other0
until_true 2 logged a 'master -> initialize'
until_true 2 logged two 'master -> initialize'
stop a
ok "one of two ends: the sysctls stay" arp_is other0 1 2
stop two
ok "the other one ends: they are back" arp_is other0 0 0
is "no file" "$(files)" ""
again "two"

# Renamed back: all goes on.
master a -v 51 --macvlan 10.0.0.1
rename eth0 other0
until_true 2 logged a 'master -> initialize'
rename other0 eth0
ok "called as before: Master again" until_true 3 holds a 10.0.0.1
ok "silent about it" arp_is eth0 1 2
stop a
same "as before" "$(snapshot_all a)" "$before"

# Another one instead: what is beside the first is removed at once.
master a -v 51 --macvlan 10.0.0.1
rename eth0 other0
until_true 2 logged a 'master -> initialize'
another
ok "another of that name: Master there" until_true 3 eval \
    'at a ip -o link show | grep -q "vrrp.51@eth0" && holds a 10.0.0.1'
ok "silent about it" arp_is eth0 1 2
ok "the first one as it was" arp_is other0 0 0
tune other0 2 2
ok "killed: the guard ends" killed a
ok "the new one is put back" arp_is eth0 0 0
ok "the first one is left alone" arp_is other0 2 2
is "no file" "$(files)" ""
tune other0 0 0
ip link del dev a2
again "instead"

# --- what cannot be undone ----------------------------------------------------------

if preload_faults; then
	master a -v 51 --no-lease 10.0.0.1
	behind a eth0 other0
	touch "$FAULT/hwaddr"
	ok "a MAC that cannot be set, killed: the guard ends" killed a
	ok "and says it" logged a 'cannot remove all that the daemon set: Device or resource busy'
	ok "and no more than that" not logged a 'took back'
	is "the records stay" "$(files)" "vrrpd_eth0.mac"$'\n'"vrrpd_eth0_51.undo"
	rm "$FAULT/hwaddr"
	rename other0 eth0
	ok "called as before: cleanup" at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a"
	settle a
	same "as before" "$(snapshot_all a)" "$before"
	is "no file" "$(files)" ""
fi
done_testing
