#!/bin/bash
# A Master is killed, or hangs: when its guard resigns, and when the next one is
# Master.
# See guard.sh.
#
# measures time
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/guard.sh"

# kill_once SKEW OPTION...: SIGKILL of the daemon alone; a line in $T/times: when
# priority 0 came, and when the next advert
kill_once() {
	local what=$1 lines
	shift 2
	rm -f "$T/a.log"
	pair "$@"
	capture wire
	killed=$EPOCHREALTIME
	signal a KILL
	until_true 3 rules b
	until_true 2 clean
	lines=$(ls "$T/a")
	end_capture wire
	frames wire vrrp frame.time_epoch vrrp.prio | awk -v killed="$killed" '
	    $2 == 0 && !zero { zero = $1 - killed }
	    $2 == 100 && !next_one { next_one = $1 - killed }
	    # A frame that the capture lost is no time.
	    END { if (zero && next_one) printf "%.6f %.6f\n", zero, next_one }' >>"$T/times"
	is "$what: no file" "$lines" ""
	same "$what: nothing is left" "$(snapshot_all a)" "$before"
	ok "$what: every frame is sound" clean_wire wire
	ok "$what: the log says it" logged a 'the daemon was killed; sent priority 0'
	end_pair
}
column() { awk -v n="$1" '{ print $n }' "$T/times" | smallest; }

# dies WHAT SKEW OPTION...: never early, and of up to four the best is in time
dies() {
	local next try
	rm -f "$T/times"
	next=$(awk -v s="$2" 'BEGIN { print s + 0.025 }')
	for try in 1 2 3 4; do
		kill_once "$@"
		column 1 | in_time 0.020 && column 2 | in_time "$next" && break
	done
	within "$1: priority 0 after SIGKILL, s" "$(column 1)" 0.00001 0.020
	within "$1: the next advert after SIGKILL: Skew_Time" "$(column 2)" \
	    "$2" "$next"
}
dies "swap" 0.609 10.0.0.1
is "swap: the own address is announced" "$(frames wire \
    'arp.src.proto_ipv4 == 10.0.0.11 && arp.isgratuitous' frame.time_epoch eth.src |
    awk -v killed="$killed" '$1 > killed { print $2 }' | sort -u)" "$own"
dies "-n" 0.609 -n 10.0.0.1
dies "macvlan" 0.609 --macvlan 10.0.0.1
dies "IPv6, 100 ms" 0.060 -3 -d 0.1 fe80::51
dies "no-accept" 0.060 -3 -d 0.1 --macvlan --no-accept fe80::51
dies "password" 0.609 -a pw/secret 10.0.0.1


pair --hang-limit 2 10.0.0.1
capture wire
sleep 1.1
stopped=$EPOCHREALTIME
signal a STOP
ok "stopped: another Master" until_true 4 holds b 10.0.0.1
ok "it is killed" until_true 1 not kill -0 "${PID[a]}"
ok "stopped: nothing is left" until_true 1 clean
end_capture wire
within "priority 0 within the hang limit" "$(minus "$(frames wire \
    'vrrp.prio == 0' frame.time_epoch | head -1)" "$stopped")" 0.9 2.025
ok "the log says why" logged a 'has not responded for 2000 ms: killed'
end_pair
done_testing
