# Common to guard_*.t: what is left when a Master dies or hangs, and how soon the
# other one takes over.
#
#    a: vrrpd -p 200     b: vrrpd (100)     c: client
#
# They prove C13 (nothing stays on a dead host), C19, and what vrrpd.8 promises
# under "When things go wrong".
. "$(dirname "$0")/lib.sh"

lan a b c
for host in a b c; do settle $host; done
before=$(snapshot_all a)
own=$(mac_of a)
script=$T/script
printf '#!/bin/sh\necho "$@" >>%s/ran\n' "$T" >"$script"
chmod +x "$script"

# rules HOST: Master by its own word, whether it accepts packets or not
rules() { grep -E ' -> ' "$T/$1.log" | tail -1 | grep -q -- '-> master'; }

# pair OPTION...: a Master, at once, b Backup
pair() {
	start a -v 51 -p 200 "$@"
	start b -v 51 "$@"
	until_true 3 logged b 'initialize -> '
	until_true 3 logged a 'initialize -> '
	signal a USR1
	until_true 6 rules a
	until_true 1 not rules b
	sleep 0.3
}
end_pair() {
	stop a
	stop b
}
clean() { [ "$(snapshot_all a)" = "$before" ]; }
# kill_both HOST: the guard first, while the daemon cannot see it.  A guard that
# was stopped would be continued by the kernel when its parent dies.
kill_both() {
	local guard
	guard=$(guard_of "$1")
	kill -STOP "${PID[$1]}"
	until_true 5 grep -q '^State:.T' "/proc/${PID[$1]}/status"
	kill -9 "$guard" "${PID[$1]}"
	wait "${PID[$1]}" 2>/dev/null
}
guarded() { [ -n "$(guard_of "$1")" ]; }
