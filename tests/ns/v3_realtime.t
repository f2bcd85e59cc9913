#!/bin/bash
# --realtime where the system refuses it, as in a user namespace, the lateness of
# the timers in the report, and the short turns of who has no --realtime.  Under
# load: root/load.t.
#
#    a: vrrpd --realtime
#    |
#    +------- br0
#
# Proves that it runs on and says so, once; R9568-2.5-1.
#
# measures time
# long form
. "$(dirname "$0")/lib.sh"

lan a
settle a

# late HOST: how many timers the report counts, and how many adverts were sent
late() {
	report "$1" | awk '
	    /timers late/ { sub(/.*late: /, ""); n = 0
		while (match($0, /: [0-9]+/)) {
			n += substr($0, RSTART + 2, RLENGTH - 2)
			$0 = substr($0, RSTART + RLENGTH)
		}
		print n, sent
		exit
	    }
	    match($0, / sent [0-9]+/) { sent = substr($0, RSTART + 6, RLENGTH - 6) }'
}

if chrt -r 1 true 2>/dev/null; then
	possible=yes
fi

start a -3 -d 0.1 -v 51 --realtime 10.0.0.1
if [ -z "${possible:-}" ]; then
	is "refused: one line says so" "$(count_logged a 'realtime: the system refuses: Operation not permitted; going on without')" 1
	is "and none says otherwise" "$(count_logged a 'realtime: SCHED_RR')" 0
else
	ok "taken: one line says so" logged a 'realtime: SCHED_RR, memory locked'
	ok "and it is so" eval 'chrt -p "${PID[a]}" | grep -q SCHED_RR'
	within "kB locked" "$(awk '/VmLck/ { print $2 }' "/proc/${PID[a]}/status")" 1 100000
fi
ok "it runs on" until_true 3 is_master a
read -r n sent <<<"$(late a)"
sleep 0.5
read -r m more <<<"$(late a)"
ok "adverts were sent" [ "$((more - sent))" -ge 2 ]
# One for each of them, and four rounds of announcements at most
within "each timer is counted in the histogram" "$((m - n))" \
    "$((more - sent))" "$((more - sent + 4))"
stop a
is "and ends well" $? 0

# slice PID: ns, of the turns that the kernel gives it
slice() { awk '/^se.slice/ { print $3 }' "/proc/$1/sched" 2>/dev/null; }

usual=$(slice $$)
script=$T/script
printf '#!/bin/sh\nexec grep se.slice /proc/self/sched\n' >"$script"
chmod +x "$script"
start a -3 -d 0.09 -v 51 -U "$script" 10.0.0.1
until_true 3 is_master a
if printf '6.12\n%s\n' "$(uname -r)" | sort -CV && [ -n "$usual" ]; then
	is "the daemon asks for short turns" "$(slice "${PID[a]}")" 100000
	is "so does its guard" "$(slice "$(guard_of a)")" 100000
	ok "a script has those of others" until_true 2 logged a \
	    "script: se.slice .* $usual\$"
	stop a
	start a -3 -d 0.1 -v 51 10.0.0.1
	until_true 3 is_master a
	is "not where that is no help" "$(slice "${PID[a]}")" "$usual"
else
	echo "# short turns: needs Linux 6.12 and /proc/PID/sched"
fi
stop a
rm -f "$T/a.log"
start a -3 -d 0.09 -v 51 --no-guard --no-sandbox -U "$script" 10.0.0.1
if [ -n "$usual" ]; then
	ok "a script of the daemon itself" until_true 4 logged a \
	    "script: se.slice .* $usual\$"
fi
stop a
is "and ends well" $? 0

done_testing
