#!/bin/bash
# Version 3 at 10 ms: twenty take-overs from a killed Master, and three at 1 s.
#
#    a: vrrpd -p 200     b: vrrpd -p 100
#    |                   |
#    +------ br0 --------+
#
# Proves R9568-6.1-3, -4 and SM3-05 at the shortest interval, P-21, P-22: after
# the last advert of the Master come in Master_Down_Interval (36.09 ms at
# priority 100) the Backup's first advert, and within a millisecond of that its
# first announcement.
. "$(dirname "$0")/lib.sh"
# Nobody resigns for who is killed.
VRRPD_OPTIONS="${VRRPD_OPTIONS:-} --no-guard"

lan a b
settle a
settle b

# kills N INTERVAL: a dies N times; the cable is cut, so that nothing of it is
# heard any more
kills() {
	local i
	rm -f "$T/a.log" "$T/b.log"
	start b -3 -d "$2" -v 51 10.0.0.1
	for ((i = 0; i < $1; i++)); do
		ip link set dev a up
		start a -3 -d "$2" -v 51 -p 200 10.0.0.1
		until_true 5 is_master a
		until_true 5 not is_master b
		sleep 0.1
		ip link set dev a down
		stop a KILL
		until_true 5 is_master b
	done
	stop b
	ip link set dev a up
}

# last_to_first NAME: for each of them the time to the first advert of b, and
# from that to its first announcement
last_to_first() {
	frames "$1" "vrrp || arp.isgratuitous && arp.src.proto_ipv4 == 10.0.0.1" \
	    frame.time_epoch ip.src arp.opcode eth.src vrrp.prio |
	    awk '
		$2 == "10.0.0.11" { t = $1; a = 1; next }
		# not the last word of a router that yields, from its own MAC
		$2 == "10.0.0.12" && $3 == "00:00:5e:00:01:33" { if (a && $1 - t > 0.005) { first = $1; took = $1 - t }; a = 0; next }
		NF == 3 && first { print took, $1 - first; first = 0 }'
}

capture fast
kills 20 0.01
end_capture fast
last_to_first fast | awk '$1 < 0.5' >"$T/fast.txt"
within "take-overs seen on the wire" "$(wc -l <"$T/fast.txt")" 20 20
within "median: Master_Down_Interval and 2 ms" \
    "$(awk '{ print $1 }' "$T/fast.txt" | median)" 0.0360 0.0381
ok "none is early" awk '$1 < 0.0359 { exit 1 }' "$T/fast.txt"
within "median: the first announcement 1 ms after that" \
    "$(awk '{ print $2 }' "$T/fast.txt" | median)" 0 0.001
ok "every frame is sound" clean_wire fast -o vrrp.v3_checksum_as_in_v2:TRUE

capture slow
kills 3 1
end_capture slow
last_to_first slow >"$T/slow.txt"
within "at 1 s: take-overs seen" "$(wc -l <"$T/slow.txt")" 3 3
within "median: Master_Down_Interval and 2 ms" \
    "$(awk '{ print $1 }' "$T/slow.txt" | median)" 3.6090 3.6114
within "median: the first announcement 1 ms after that" \
    "$(awk '{ print $2 }' "$T/slow.txt" | median)" 0 0.001
sed 's/^/# at 1 s: /' "$T/slow.txt"
done_testing
