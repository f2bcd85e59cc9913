#!/bin/bash
# A guard that hears of nothing for a while, and one that could not resign.
# See guard.sh.
#
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/guard.sh"

# What nobody heard is not said to be said.
rm -f "$T/a.log"
start a -v 51 10.0.0.1
until_true 6 is_master a
guard=$(guard_of a)
signal a STOP
at a ip link set dev eth0 down
signal a KILL
ok "who could not resign says so" until_true 2 logged a \
    'the daemon was killed; removed all that it had set, but could not send priority 0'
until_true 2 not kill -0 "$guard"
at a ip link set dev eth0 up
settle a
before=$(snapshot_all a)	# groups come back in another order

# A guard that is stopped takes some 280 messages.  What it misses comes as one
# change when it goes on.  In two rounds, from Master and from Backup, so that the
# last one that it took is Master in one of them: then we are not what it
# believes, and try again each 0.1 s; in the other one nothing is owed, and the
# adverts of b, each second, are all that wakes us.
rm -f "$T/ran" "$T/a.log"
start a -3 -v 51 -d 0.1 -p 200 -s -n -U "$script" --on-backup "$script" \
    --down-timer-adverts 10 10.0.0.1
until_true 6 is_master a
start b -3 -v 51 -n 10.0.0.1
guard=$(guard_of a)
last_run() { [ "$(tail -n 1 "$T/ran")" = "$1 eth0 51" ]; }
wakes=()
for first in USR2 USR1; do
	kill -STOP "$guard"
	signal a $first
	told=$(count_logged a 'it is told the state later')
	# On a busy machine two signals may be one change, or none.
	for ((i = 0; i < 1000; i++)); do
		for signal in USR1 USR2; do
			sleep 0.003
			signal a $signal
		done
		[ $((i % 20)) = 19 ] &&
		    log_grows a 'it is told the state later' "$told" && break
	done
	ok "a guard that is stopped hears no more" log_grows a \
	    'the guard does not read .Resource temporarily unavailable.: it is told' "$told"
	ok "the router is Backup" until_true 1 not is_master a
	ok "the other one is Master" until_true 5 is_master b
	sleep 1.2			# by then a has learned its interval
	woken=$(wakes a)
	sleep 2
	wakes+=($(($(wakes a) - woken)))
	kill -CONT "$guard"
	ok "and what it runs last is the script for that" \
	    eval 'until_true 3 last_run backup && sleep 0.3 && last_run backup'
done
stop a
stop b
is "said once each time" "$(count_logged a 'it is told the state later')" 2
mapfile -t wakes < <(printf '%s\n' "${wakes[@]}" | sort -n)
within "nothing owed: wake-ups in 2 s" "${wakes[0]}" 1 6
within "a change owed: wake-ups in 2 s" "${wakes[1]}" 15 40
done_testing
