#!/bin/bash
# Two routers and a client; the Master dies, returns, stops politely.
#
#    a: vrrpd -p 200     b: vrrpd (100)     c: client, pings 10.0.0.1
#
# Proves R3768-6.4.2-5 (take-over and its timing, P-22), R3768-6.4.3-5 (priority
# 0), R3768-6.4.2-6, F34 (announcement bursts) and that nothing is left behind.
#
# measures time
. "$(dirname "$0")/lib.sh"
# The timers are measured: nobody resigns for who is killed.
VRRPD_OPTIONS="${VRRPD_OPTIONS:-} --no-guard"

lan a b c
settle a
before=$(snapshot a)
virtual=00:00:5e:00:01:33

# round NAME: all of it, in a capture of that name
round() {
	capture "$1"
	start a -v 51 -p 200 10.0.0.1
	start b -v 51 10.0.0.1
	ok "a becomes Master" until_true 5 is_master a
	is "with the virtual MAC" "$(mac_of a)" $virtual
	# proves: R3768-6.4.2-3 +, R3768-6.4.3-1 +
	ok "the client reaches the address" at c ping -qc 1 -W 1 10.0.0.1
	# proves: R3768-6.4.2-3 -
	ok "b is Backup and does not have the address" not is_master b

	kill -9 "${PID[a]}"
	ok "b takes over from a killed Master" until_true 5 is_master b
	ok "the client reaches b" at c ping -qc 1 -W 1 10.0.0.1
	ok "b says why" until_true 1 logged b 'backup -> master \(no advert for 3\.6[0-9] s\)'

	# What a killed Master leaves is gone after its next start.
	start a -v 51 -p 200 10.0.0.1
	ok "a returns and preempts" until_true 5 is_master a
	ok "b lets go" until_true 1 not is_master b
	is "b has its own MAC again" "$(mac_of b)" 02:00:00:00:00:12

	sleep 1.2	# the whole burst of announcements must be seen
	stop a
	is "a ends with status 0" $? 0
	ok "b takes over again" until_true 2 is_master b
	is "a looks as before" "$(snapshot a)" "$before"
	stop b
	end_capture "$1"
	ok "every frame is sound" clean_wire "$1"
}

# again NAME: only what is measured
again() {
	capture "$1"
	rm -f "$T/a.log" "$T/b.log"
	start b -v 51 10.0.0.1
	begin_master a
	kill -9 "${PID[a]}"
	until_true 5 is_master b
	begin_master a
	until_true 2 not is_master b
	stop a
	until_true 2 is_master b
	stop b
	end_capture "$1"
}
begin_master() {
	local n
	n=$(count_logged "$1" '-> backup' 2>/dev/null)
	start "$1" -v 51 -p 200 10.0.0.1
	until_true 2 log_grows "$1" '-> backup' "${n:-0}"
	signal "$1" USR1
	until_true 2 is_master "$1"
}

# announced NAME TIME: how long after the advert of that time, in seconds
announced() {
	frames "$1" 'arp.src.proto_ipv4 == 10.0.0.1 && arp.isgratuitous' \
	    frame.time_epoch | awk -v t="$2" '$1 >= t { printf "%.6f", $1 - t; exit }'
}

# read_times NAME: from the capture; a line of $T/times
read_times() {
	local killed first
	lines=$(adverts "$1")
	# The last advert of the killed a, and the first of b
	killed=$(echo "$lines" | awk '$2 == "10.0.0.11" { t = $1 } $2 == "10.0.0.12" { print t; exit }')
	first=$(echo "$lines" | awk '$2 == "10.0.0.12" { print $1; exit }')
	# Not that of the new life for the killed one
	zero=$(echo "$lines" | awk '$2 == "10.0.0.11" && $3 == 0 { t = $1 } END { print t }')
	next=$(echo "$lines" | awk -v t="$zero" '$1 > t && $2 == "10.0.0.12" { print $1; exit }')
	echo "$(minus "$first" "$killed") $(announced "$1" "$first")" \
	    "$(minus "$next" "$zero")" >>"$T/times"
}

round wire
read_times wire
burst=$(frames wire "arp.opcode == 1 && arp.src.proto_ipv4 == 10.0.0.1 && eth.dst == ff:ff:ff:ff:ff:ff && eth.src == $virtual && arp.dst.proto_ipv4 == 10.0.0.1" frame.time_epoch |
    awk -v t="$next" '$1 < t' | tail -5 | tr '\n' ' ')
set -- $burst
is "five rounds of announcements" $# 5
within "spaced over about a second (F34)" "$(minus "${5:-0}" "${1:-0}")" 0.9 1.2
# proves: R3768-7.2-4 -, R3768-5.2.1-1 -
is "never a source other than the primary address (R3768-7.2-4)" \
    "$(echo "$lines" | awk '{ print $2 }' | sort -u | tr '\n' ' ')" \
    "10.0.0.11 10.0.0.12 "

# Other work on the machine makes these times longer, never shorter: none may be
# early, and of up to eight one must be in time.  Mostly the first is.
best() { awk -v f="$1" '{ print $f }' "$T/times" | smallest; }
for try in 2 3 4 5 6 7 8; do
	best 1 | in_time 3.6144 && best 2 | in_time 0.002 &&
	    best 3 | in_time 0.6144 && break
	again "try$try"
	read_times "try$try"
done
sed 's/^/# after kill, announced, after priority 0: /' "$T/times"
# proves: R3768-6.4.2-5 +, R3768-6.1-3 +, P-22 +
within "take-over after kill: Master_Down_Interval" "$(best 1)" 3.609 3.6144
# proves: R3768-6.4.2-5b +, P-20 +
within "first gratuitous ARP after the first advert" "$(best 2)" 0 0.002
# proves: R3768-6.4.3-5 +, R3768-6.4.2-6 +, R3768-6.1-2 +
within "take-over after priority 0: Skew_Time" "$(best 3)" 0.609 0.6144
done_testing
