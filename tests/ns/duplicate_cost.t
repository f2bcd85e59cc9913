#!/bin/bash
# What claims and other neighbour discovery cost, and how soon one is answered.
# See duplicate.sh.
#
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/duplicate.sh"

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
is "two lines are enough" "$(count_logged cost4 'duplicate address|staying Master')" 2
stop cost4
also cost6 a -v 51 --refresh 0 --no-guard fe80::1
settled cost6
within "neighbour discovery of a busy LAN: wake-ups in 3 s" "$(flood6 | busy cost6)" 2 12
stop cost6

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
# A round of five for each claim and one at the start would be all that it says.
within "announcements in 6 s" "$(announcements answers | wc -l)" 8 45
stop answers
done_testing
