#!/bin/bash
# The host begins and ends to forward while it is Master: what it says of itself
# in neighbour advertisements, and what the macvlan does.
#
#    a: vrrpd      c: asks
#
# Proves R9568-6.4.3-c, R9568-6.4.2-f3 (Router flag): asked or not, kernel or
# daemon, the flag is that of the device.  A flag that changes from one
# advertisement to the next makes clients forget their router (RFC 4861 7.2.5).
#
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"

compile inject.c || skip_all "no C compiler"

lan a c
at a ip -6 addr add 2001:db8::11/64 dev eth0 nodad
settle a
settle c
before=$(snapshot_all a)

sysctl6() { at a sh -c "echo $2 >/proc/sys/net/ipv6/conf/$1/forwarding"; }
sysctl4() { at a sh -c "echo $2 >/proc/sys/net/ipv4/conf/$1/forwarding"; }
forwards() { [ "$(at a cat "/proc/sys/net/ipv$1/conf/$2/forwarding")" = "$3" ]; }
ask() {
	perl "$TOP/tests/ns/v3_frame.pl" ns smac=020000000012 \
	    src=fe80::ff:fe00:12 target="$1" | at c "$T/inject" eth0
}
# flags NAME FILTER: Router flags of what a says of an address of its router
flags() {
	frames "$1" "icmpv6.type == 136 && ($2) &&
	    (icmpv6.nd.na.target_address == fe80::1 || icmpv6.nd.na.target_address == 2001:db8::1)" \
	    icmpv6.nd.na.target_address icmpv6.nd.na.flag.r | sort -u | tr '\n' ' '
}
# said NAME FORWARDING: all that was said since capture NAME has that flag
said() {
	signal a USR1
	sleep 0.6
	ask fe80::1
	ask 2001:db8::1
	end_capture "$1"
	# proves: R9568-6.4.2-f3 +
	is "$1: announced, R=$2" "$(flags "$1" 'icmpv6.nd.na.flag.s == 0')" \
	    "2001:db8::1 $2 fe80::1 $2 "
	# proves: R9568-6.4.3-c +
	is "$1: answered, R=$2" "$(flags "$1" 'icmpv6.nd.na.flag.s == 1')" \
	    "2001:db8::1 $2 fe80::1 $2 "
}

# --- the Router flag, in each mode ----------------------------------------------

round() {
	local name=$1
	shift
	rm -f "$T/a.log"
	start a -v 51 -d 0.1 --refresh 0 "$@" fe80::1 2001:db8::1
	until_true 2 logged a '-> backup'
	capture "$name-off"
	signal a USR1
	# The kernel's own answers, too: c has learned nothing yet.
	until_true 2 logged a '-> master'
	said "$name-off" 0
	sysctl6 eth0 1
	sleep 0.2
	capture "$name-on"
	said "$name-on" 1
	sysctl6 eth0 0
	sleep 0.2
	capture "$name-again"
	said "$name-again" 0
	stop a
}
round swap
round no-vmac -n
round macvlan --macvlan
round no-accept --no-accept
round no-accept-macvlan --no-accept --macvlan

# --- the macvlan follows the interface ---------------------------------------------

for family in 4 6; do
	case $family in 4) vip=10.0.0.1 ;; 6) vip="fe80::1 2001:db8::1" ;; esac
	rm -f "$T/a.log"
	# shellcheck disable=SC2086
	start a -3 -d 0.1 -v 51 --macvlan=m $vip
	until_true 2 logged a '-> backup'
	for state in Backup Master; do
		if [ $state = Master ]; then
			signal a USR1
			until_true 2 logged a '-> master'
			sleep 0.2
		fi
		for value in 1 0; do
			"sysctl$family" eth0 $value
			ok "v$family, $state: forwarding $value on the interface, on the macvlan at once" \
			    until_true 2 forwards $family m $value
			"sysctl$family" m $((1 - value))
			ok "v$family, $state: and put back there" \
			    until_true 2 forwards $family m $value
		done
	done
	n=$(wakes a)
	sleep 1
	within "v$family: no more wake-ups than adverts" $(($(wakes a) - n)) 9 14
	is "v$family: said nothing" "$(count_logged a 'sysctls')" 0
	stop a
done
settle a
same "a is as before" "$(snapshot_all a)" "$before"
done_testing
