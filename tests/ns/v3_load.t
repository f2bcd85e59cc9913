#!/bin/bash
# --realtime at 10 ms with eight busy loops; as real root only, a user namespace
# has no SCHED_RR.
#
#    a: vrrpd --realtime     b: vrrpd --realtime      8 x while :; do :; done
#    |                       |
#    +--------- br0 ---------+
#
# Proves R9568-2.5-1: late timers make no second Master.  SECONDS_BUSY sets
# another time than 20.
if [ -z "${VRRPD_NS:-}" ] && [ "$(id -u)" = 0 ] && unshare -mn true 2>/dev/null &&
    chrt -r 1 true 2>/dev/null; then
	exec unshare -mn --kill-child env VRRPD_NS=1 bash "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"

chrt -r 1 true 2>/dev/null || skip_all "no SCHED_RR for this user: try sudo"
lan a b
settle a
settle b
start a -3 -d 0.01 -v 51 -p 200 --realtime 10.0.0.1
start b -3 -d 0.01 -v 51 --realtime 10.0.0.1
ok "one line says that it is taken" until_true 1 logged a 'realtime: SCHED_RR, memory locked'
ok "and it is so" eval 'chrt -p "${PID[a]}" | grep -q SCHED_RR'
within "kB locked" "$(awk '/VmLck/ { print $2 }' "/proc/${PID[a]}/status")" 1 100000
until_true 3 is_master a
until_true 3 not is_master b
n=$(count_logged b '-> master')
for i in 1 2 3 4 5 6 7 8; do
	background bash -c 'while :; do :; done'
	busy+=("$!")
done
sleep "${SECONDS_BUSY:-20}"
kill "${busy[@]}"
is "no spurious take-over under load" "$(count_logged b '-> master')" "$n"
is "a is Master all the time" "$(count_logged a '-> master')" 1
for host in a b; do
	report $host | sed -n 's/.*timers late/# timers late/p'
	within "worst lateness of $host, us" \
	    "$(report $host | sed -nE 's/.*worst ([0-9]+) us/\1/p' | head -1)" 0 10000
done
done_testing
