#!/bin/bash
# The guard dies, or is stopped.
# See guard.sh.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/guard.sh"

pair 10.0.0.1
sleep 1
kill -9 "$(guard_of a)"
ok "the guard is killed: another one" until_true 1 logged a 'started another guard'
signal a KILL
ok "which works too" until_true 1 clean
end_pair

pair --hang-limit 2 10.0.0.1
sleep 1
ok "a Master of another hang limit" guarded a
n=$(count_logged a 'started another guard')
kill -9 "$(guard_of a)"
until_true 1 log_grows a 'started another guard' "$n"
signal a STOP
ok "and when it hangs" until_true 4 clean
end_pair

pair 10.0.0.1
sleep 1
n=$(count_logged a 'started another guard')
kill -TERM "$(guard_of a)"
kill -INT "$(guard_of a)"
kill -9 "$(guard_of a)"
until_true 1 log_grows a 'started another guard' "$n"
until_true 1 guarded a
kill -9 "$(guard_of a)"
wait "${PID[a]}"
is "its successor at once: steps down, status" $? 2
ok "in order" clean
stop b

# --- the guard is stopped -----------------------------------------------------

# ends_within SECONDS: the daemon, which was told to; its status
ends_within() {
	until_true "$1" not kill -0 "${PID[a]}" || return
	wait "${PID[a]}"
}
start a -v 51 -3 -d 0.1 --macvlan 10.0.0.1
until_true 2 rules a
kill -STOP "$(guard_of a)"
signal a TERM
ok "a stopped guard: TERM ends both in order" ends_within 2
ok "and nothing is left" until_true 2 clean
is "nor a file" "$(ls "$T/a")" ""

# In a session of its own, as every daemon of a system is
WRAP=setsid start a -v 51 -3 -d 0.1 --macvlan 10.0.0.1
until_true 2 rules a
kill -STOP "$(guard_of a)"
signal a KILL
ok "a stopped guard: goes on when the daemon dies" until_true 2 clean
until_true 2 eval '[ -z "$(ls "$T/a")" ]'
done_testing
