#!/bin/bash
# Two routers and a client; the Master dies, returns, stops politely.
#
#    a: vrrpd -p 200     b: vrrpd (100)     c: client, pings 10.0.0.1
#
# Proves R3768-6.4.2-5 (take-over and its timing, P-22), R3768-6.4.3-5 (priority
# 0), R3768-6.4.2-6, F34 (announcement bursts) and that nothing is left behind.
. "$(dirname "$0")/lib.sh"
# The timers are measured: nobody resigns for who is killed.
VRRPD_OPTIONS="${VRRPD_OPTIONS:-} --no-guard"

lan a b c
settle a
before=$(snapshot a)
capture wire
start a -v 51 -p 200 10.0.0.1
start b -v 51 10.0.0.1
ok "a becomes Master" until_true 5 is_master a
is "with the virtual MAC" "$(mac_of a)" 00:00:5e:00:01:33
ok "the client reaches the address" at c ping -qc 1 -W 1 10.0.0.1
ok "b is Backup and does not have the address" not is_master b

kill -9 "${PID[a]}"
ok "b takes over from a killed Master" until_true 5 is_master b
ok "the client reaches b" at c ping -qc 1 -W 1 10.0.0.1
ok "b says why" logged b 'backup -> master \(no advert for 3\.6[0-9] s\)'

# What a killed Master leaves is gone after its next start.
start a -v 51 -p 200 10.0.0.1
ok "a returns and preempts" until_true 5 is_master a
ok "b lets go" until_true 1 not is_master b
is "b has its own MAC again" "$(mac_of b)" 02:00:00:00:00:12

sleep 1.2		# the whole burst of announcements must be seen
stop a
is "a ends with status 0" $? 0
ok "b takes over again" until_true 2 is_master b
is "a looks as before" "$(snapshot a)" "$before"
stop b
end_capture wire

ok "every frame is sound" clean_wire wire
lines=$(adverts wire)
# The last advert of the killed a, and the first of b
killed=$(echo "$lines" | awk '$2 == "10.0.0.11" { t = $1 } $2 == "10.0.0.12" { print t; exit }')
first=$(echo "$lines" | awk '$2 == "10.0.0.12" { print $1; exit }')
within "take-over after kill: Master_Down_Interval" \
    "$(minus "$first" "$killed")" 3.609 3.6144
arp=$(frames wire 'arp.src.proto_ipv4 == 10.0.0.1 && arp.isgratuitous' frame.time_epoch |
    awk -v t="$first" '$1 >= t { print; exit }')
within "first gratuitous ARP after the first advert" \
    "$(minus "$arp" "$first")" 0 0.002
zero=$(echo "$lines" | awk '$2 == "10.0.0.11" && $3 == 0 { print $1; exit }')
next=$(echo "$lines" | awk -v t="$zero" '$1 > t && $2 == "10.0.0.12" { print $1; exit }')
within "take-over after priority 0: Skew_Time" \
    "$(minus "$next" "$zero")" 0.609 0.6144
burst=$(frames wire 'arp.opcode == 1 && arp.src.proto_ipv4 == 10.0.0.1 && eth.dst == ff:ff:ff:ff:ff:ff && eth.src == 00:00:5e:00:01:33 && arp.dst.proto_ipv4 == 10.0.0.1' frame.time_epoch |
    awk -v t="$next" '$1 < t' | tail -5 | tr '\n' ' ')
set -- $burst
is "five rounds of announcements" $# 5
within "spaced over about a second (F34)" "$(minus "${5:-0}" "${1:-0}")" 0.9 1.2
is "never a source other than the primary address (R3768-7.2-4)" \
    "$(echo "$lines" | awk '{ print $2 }' | sort -u | tr '\n' ' ')" \
    "10.0.0.11 10.0.0.12 "
done_testing
