#!/bin/bash
# A fault of its own, a Master that hangs, one that only seems to.
# See guard.sh.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/guard.sh"

# Where hundreds die at once the kernel's answers are late: first the resignation
# goes out, then the guard asks it.
if type -P strace >/dev/null && strace true 2>/dev/null; then
	pair --macvlan 10.0.0.1
	strace -o "$T/strace" -e trace=network -p "$(guard_of a)" 2>/dev/null &
	tracer=$!
	until_true 5 test -e "$T/strace"
	until_true 5 grep -q '^TracerPid:.[1-9]' "/proc/$(guard_of a)/status"
	signal a KILL
	wait $tracer
	ok "the guard's first word is the resignation" grep -q '"\\1\\0\^' \
	    <(grep '^send' "$T/strace" | head -1)
	end_pair
fi

# A fault of its own is named; the script for leaving Master runs.
pair --on-backup "$script" 10.0.0.1
signal a SEGV
ok "a fault: named in the log" until_true 1 logged a 'daemon crashed: Segmentation'
ok "the script runs" until_true 1 grep -q '^initialize eth0 51$' "$T/ran"
ok "and nothing is left" until_true 1 clean
end_pair

pair 10.0.0.1
signal a XCPU
ok "so is the limit of --realtime" until_true 1 \
    logged a 'daemon crashed: CPU time'
end_pair

pair --hang-limit 0 10.0.0.1
signal a STOP
ok "without a limit: another Master after Master_Down_Interval" \
    until_true 5 holds b 10.0.0.1
signal a CONT
ok "and it lives" until_true 2 holds a 10.0.0.1
end_pair

# Without carrier nothing is sent; that is not hung.
rm -f "$T/a.log"
pair -n --hang-limit 2 --down-timer-adverts 10 10.0.0.1
signal a USR1
until_true 2 holds a 10.0.0.1
ip link set dev a down
sleep 5
ip link set dev a up
ok "quiet without carrier: not hung" not logged a 'has not responded'
end_pair
done_testing
