#!/bin/bash
# Somebody else changes the Master's host: addresses, MAC, cable, interface.
#
#    a: vrrpd -p 200     b: vrrpd -p 50, sees every election
#
# Proves F05 F06 F07 F08 F19 F31 F33, C11 C12, P-16: it is put right at once
# where that can be, given up audibly where not, and taken up again by itself.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"
# Who stalls here is to wake again.
VRRPD_OPTIONS="${VRRPD_OPTIONS:-} --hang-limit 0"

lan a b
own=02:00:00:00:00:11

# take [ARGUMENT]...: a new Master a, at once
take() {
	: >"$T/a.log"
	start a -v 51 -p 200 "$@" 10.0.0.1
	until_true 2 logged a '-> backup'
	signal a USR1
	until_true 2 is_master a
	starts=1
}
elections() { count_logged b '-> master'; }
b_takes_over() { until_true "$1" log_grows b '-> master' "$before"; }
both_right() { is_master a && ! is_master b; }
# Once it listens again, a need not wait for its timer.
returns() {
	until_true 2 log_grows a 'initialize -> backup' "$starts"
	starts=$(count_logged a 'initialize -> backup')
	signal a USR1
	until_true 2 both_right
}
mac_is() { [ "$(mac_of a)" = "$1" ]; }
addr() { at a ip addr "$@" dev eth0; }
link() { at a ip link set dev eth0 "$@"; }
# announcements NAME MAC: gratuitous ARP of the virtual address from there
announcements() {
	frames "$1" "arp.src.proto_ipv4 == 10.0.0.1 && arp.isgratuitous &&
	    eth.src == $2 && arp.src.hw_mac == $2" frame.number | wc -l
}

start b -v 51 -p 50 10.0.0.1
capture all
take

# --- removed addresses --------------------------------------------------------

capture f05
addr del 10.0.0.1/32
ok "F05: a removed address comes back" until_true 1 is_master a
is "and is counted" "$(counter a 'put back')" 1
end_capture f05
ok "and announced" [ "$(announcements f05 00:00:5e:00:01:33)" -ge 2 ]

# One who does it again and again wins: a gives up, and says so.
# In a row means without a pause, however slow the machine is.
fight() {
	local i
	for ((i = 0; i < 100; i++)); do
		addr del 10.0.0.1/32
		logged a 'master -> ' && return
	done
	return 1
}
ok "F05: many removals in a row: a yields" fight
signal a USR1
until_true 5 is_master a

before=$(elections)
signal a STOP
seq 1 3000 | sed 's/.*/link set dev eth0 alias "number &"/' | at a ip -batch -
addr del 10.0.0.1/32
signal a CONT
ok "F06: so does one whose removal was lost in an overrun" \
    until_true 2 is_master a
within "lost events are counted" "$(counter a 'lost events')" 1 9999
link alias ""
is "no election in all this" "$(elections)" "$before"

before=$(elections)
addr flush
# proves: P-13 +, P-16 +
ok "C11: all addresses flushed: b takes over after priority 0" b_takes_over 1
ok "a says why" logged a 'master -> initialize \(it has no IPv4 address'
is "and has its own MAC" "$(mac_of a)" $own
addr add 10.0.0.11/24
ok "an address again: a returns and preempts by itself" until_true 6 both_right
starts=$(count_logged a 'initialize -> backup')

before=$(elections)
addr add 10.0.0.111/32
addr del 10.0.0.11/24
ok "F19: the source is gone: another address is the source" \
    until_true 1 logged a 'source address is now 10\.0\.0\.111'
addr add 10.0.0.11/24
addr del 10.0.0.111/32
ok "and the other way round" until_true 1 logged a 'source address is now 10\.0\.0\.11$'
ok "as the report has it" eval 'report a | grep -q "source 10.0.0.11$"'
is "no election in all this (renumber.t)" "$(elections)" "$before"

# --- MAC ----------------------------------------------------------------------

link address 02:00:00:00:00:99
ok "F33: a foreign MAC on a Master is replaced at once" \
    until_true 1 mac_is 00:00:5e:00:01:33
signal a USR2
ok "but is the own one from now on" until_true 1 mac_is 02:00:00:00:00:99
link address $own
ok "in Backup it just is" not until_true 0.5 mac_is 02:00:00:00:00:99
signal a USR1
until_true 1 mac_is 00:00:5e:00:01:33
stop a
is "and is there at the end" "$(mac_of a)" $own

# --- cable --------------------------------------------------------------------

take
sleep 1.1		# b shall know this Master
before=$(elections)
ip link set dev a down
sleep 0.5
ip link set dev a up
sleep 3.5		# longer than b would wait
is "F08: half a second without carrier costs no election" "$(elections)" "$before"
ok "and a stayed Master" not logged a 'master ->'
ip link set dev a down
ok "four seconds do" b_takes_over 4.5
ok "a says why" logged a 'master -> initialize \(no carrier\)'
ok "and holds nothing (P-16)" eval 'not is_master a && mac_is $own'
ip link set dev a up
ok "it returns by itself" returns

before=$(elections)
link down
ok "interface down: b takes over" b_takes_over 4.5
ok "a says why" logged a 'master -> initialize \(the interface is down\)'
ok "and holds nothing" eval 'not is_master a && mac_is $own'
link up
ok "it returns by itself" returns

# --- MTU ----------------------------------------------------------------------

# An advert that does not fit would be none, and this router a second Master.
stop a
many=$(seq -f 10.9.1.%.0f 1 200)
take $many
before=$(elections)
link mtu 600
ok "P-14: an MTU that is too small now: Initialize" until_true 2 \
    logged a 'master -> initialize \(201 addresses need an MTU of 840, it has 600\)'
ok "and it holds nothing" not holds a 10.9.1.1
link mtu 1500
ok "it returns by itself" until_true 5 eval 'signal a USR1; sleep 0.2; holds a 10.9.1.200'
stop a
take

# --- interface ----------------------------------------------------------------

other() { at a ip -4 addr show dev other0; at a ip link show dev other0; }
link name other0 2>/dev/null || {	# a kernel that renames only what is down
	link down
	link name other0
}
ok "F07: renamed: a leaves it" until_true 1 logged a 'the interface is gone'
ok "clean" eval 'other | grep -q $own && ! other | grep -q "10.0.0.1/32"'
at a ip link set dev other0 down
at a ip link set dev other0 name eth0
link up
ok "it returns by itself" returns
sleep 1.1
before=$(elections)
at a ip link del eth0
ok "F07: deleted: b takes over" b_takes_over 4
ip link add name a type veth peer name eth0 netns a
ip link set dev a master br0 up
link address $own up
# proves: P-13 +
ok "created again: a waits for an address" until_true 2 logged a 'waiting: it has no IPv4'
addr add 10.0.0.11/24
ok "and returns by itself" returns

# --- addresses of others ------------------------------------------------------

stop a
take 10.9.0.1
addr add 10.9.0.2/24
stop a
ok "C12 F31: nobody else's address goes with ours" \
    eval 'has_address a 10.0.0.11/24 && has_address a 10.9.0.2/24'

# --- without the virtual MAC --------------------------------------------------

take -n
sleep 1.2		# its own announcements are over
capture nomac
link address 02:00:00:00:00:98
sleep 0.4		# two rounds
end_capture nomac
ok "F33: with -n a changed MAC is announced" \
    [ "$(announcements nomac 02:00:00:00:00:98)" -ge 4 ]
stop a
is "and stays" "$(mac_of a)" 02:00:00:00:00:98
end_capture all
# proves: R3768-7.2-4 -
is "never a virtual address as source (F19)" \
    "$(adverts all 'ip.src == 10.0.0.1')" ""
ok "every frame is sound" clean_wire all
done_testing
