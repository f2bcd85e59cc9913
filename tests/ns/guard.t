#!/bin/bash
# What is left when a Master dies or hangs: nothing; and how soon the other one
# takes over.
#
#    a: vrrpd -p 200     b: vrrpd (100)     c: client
#
# Proves C13 (nothing stays on a dead host), C19, and what vrrpd.8 promises
# under "When things go wrong".
# shellcheck disable=SC2016	# eval of single quotes is meant
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

# pair OPTION...: a Master, b Backup
pair() {
	start a -v 51 -p 200 "$@"
	start b -v 51 "$@"
	until_true 6 rules a
	until_true 1 not rules b
	sleep 0.3
}
end_pair() {
	stop a
	stop b
}
clean() { [ "$(snapshot_all a)" = "$before" ]; }
# kill_both HOST: the guard must not come to clean up in between
kill_both() {
	local guard
	guard=$(guard_of "$1")
	kill -STOP "$guard"
	kill -9 "${PID[$1]}" "$guard"
	wait "${PID[$1]}" 2>/dev/null
}
guarded() { [ -n "$(guard_of "$1")" ]; }

# --- killed -------------------------------------------------------------------

# kill_once SKEW OPTION...: SIGKILL of the daemon alone; a line in $T/times: when
# priority 0 came, and when the next advert
kill_once() {
	local what=$1 killed lines
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
	ok "$what: the log says it" logged a 'the daemon was killed; resigned'
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
    'arp.src.proto_ipv4 == 10.0.0.11 && arp.isgratuitous' eth.src | sort -u)" "$own"
dies "-n" 0.609 -n 10.0.0.1
dies "macvlan" 0.609 --macvlan 10.0.0.1
dies "IPv6, 100 ms" 0.060 -3 -d 0.1 fe80::51
dies "no-accept" 0.060 -3 -d 0.1 --macvlan --no-accept fe80::51
dies "password" 0.609 -a pw/secret 10.0.0.1

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
ok "a fault: named in the log" until_true 1 logged a 'died of a fault of its own: Segmentation'
ok "the script runs" until_true 1 grep -q '^initialize eth0 51$' "$T/ran"
ok "and nothing is left" until_true 1 clean
end_pair

pair 10.0.0.1
signal a XCPU
ok "so is the limit of --realtime" until_true 1 \
    logged a 'died of a fault of its own: CPU time'
end_pair

# --- hung ---------------------------------------------------------------------

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
ok "the log says why" logged a 'has not turned for 2000 ms: killed'
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
ok "quiet without carrier: not hung" not logged a 'has not turned'
end_pair

# --- without a guard ----------------------------------------------------------

pair -n 10.0.0.1
capture wire
kill_both a
ok "both killed: another Master" until_true 5 holds b 10.0.0.1
ok "and the lease ends" until_true 5 not holds a 10.0.0.1
gone=$EPOCHREALTIME
end_capture wire
first=$(frames wire 'vrrp && ip.src == 10.0.0.12' frame.time_epoch | head -1)
within "after the new Master's first advert, s" "$(minus "$gone" "$first")" -1 1.5
ok "a record stays" [ -s "$T/a/vrrpd_eth0_51.undo" ]
is "for root alone" "$(stat -c %a "$T/a/vrrpd_eth0_51.undo")" 600
end_pair

pair --no-lease 10.0.0.1
kill_both a
sleep 4.5
ok "without a lease the address stays" holds a 10.0.0.1
capture wire
ok "vrrpd cleanup takes it off" at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a"
same "and all else" "$(snapshot_all a)" "$before"
is "and the files" "$(ls "$T/a")" ""
end_capture wire
is "with priority 0 first" "$(frames wire 'vrrp && ip.src == 10.0.0.11' vrrp.prio)" 0
ok "once more: there is nothing to do" at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a"
end_pair

pair 10.0.0.1
at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a" 2>"$T/refusal"
is "cleanup under a running one: refused" $? 2
ok "with a line" grep -q 'another vrrpd runs eth0 vrid 51' "$T/refusal"
ok "and nothing is changed" holds a 10.0.0.1
rm "$T/a/vrrpd_eth0_51.pid"
at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a" 2>"$T/refusal"
is "nor if its pid file is lost" $? 2
ok "with the same line" grep -q 'another vrrpd runs eth0 vrid 51' "$T/refusal"
ok "and nothing is changed" holds a 10.0.0.1

# --- the guard dies -----------------------------------------------------------

sleep 1
kill -9 "$(guard_of a)"
ok "the guard is killed: another one" until_true 1 logged a 'another guard watches'
signal a KILL
ok "which works too" until_true 1 clean
end_pair

pair --hang-limit 2 10.0.0.1
sleep 1
ok "a Master of another hang limit" guarded a
n=$(count_logged a 'another guard watches')
kill -9 "$(guard_of a)"
until_true 1 log_grows a 'another guard watches' "$n"
signal a STOP
ok "and when it hangs" until_true 4 clean
end_pair

pair 10.0.0.1
sleep 1
n=$(count_logged a 'another guard watches')
kill -TERM "$(guard_of a)"
kill -INT "$(guard_of a)"
kill -9 "$(guard_of a)"
until_true 1 log_grows a 'another guard watches' "$n"
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

# --- cleanup of one family ----------------------------------------------------

# tidy STATUS ARGUMENT...: cleanup ends with it, and one line at most
tidy() {
	local want=$1 status
	shift
	at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a" "$@" 2>"$T/refusal"
	status=$?
	cat "$T/refusal"
	[ $status = "$want" ]
}
refused_tidy() {
	tidy 2 "$@" && [ "$(wc -l <"$T/refusal")" = 1 ] &&
	    grep -q 'another vrrpd runs eth0 vrid 51' "$T/refusal"
}
start a -v 51 -n --no-lease 10.0.0.1
also six a -v 51 -n fe80::51
signal a USR1
signal six USR1
until_true 2 holds a 10.0.0.1
until_true 2 holds a fe80::51
ok "the IPv4 router runs: its addresses are refused" refused_tidy 10.0.0.1
kill_both a
ok "the IPv6 router runs: so are its own" refused_tidy fe80::51
ok "and nothing is changed" eval 'holds a 10.0.0.1 && holds a fe80::51'
ok "an IPv4 address: IPv4 alone, and no script is looked for" \
    tidy 0 -n -U /nowhere/up --on-backup /nowhere/down 10.0.0.1
ok "it is clean" not holds a 10.0.0.1
is "and its files are gone" "$(cd "$T/a" && ls vrrpd_*)" ""
ok "no address: both, and one runs" refused_tidy
ok "the IPv6 router knows nothing of all this" eval 'holds a fe80::51 &&
    not logged six "put back"'
stop six
same "and all is as before" "$(snapshot_all a)" "$before"

# --- what cleanup knows -------------------------------------------------------

# Routes have no lease, and without the record only an address leads to them.
start a -v 51 -n --no-accept 10.0.0.1
signal a USR1
black() { at a ip route show type blackhole | grep -q '10.0.0.1 '; }
until_true 2 black
kill_both a
rm "$T/a/vrrpd_eth0_51.undo"
ok "no record, no address: status 0" tidy 0
ok "the blackhole route stays" black
ok "no record, but the address: status 0" tidy 0 10.0.0.1
same "nothing is left" "$(snapshot_all a)" "$before"
start a -v 51 --no-accept 10.0.0.1
signal a USR1
until_true 2 black
kill_both a
ok "a record, and no address: status 0" tidy 0
same "and nothing is left" "$(snapshot_all a)" "$before"

# A record that cannot be written: the Master goes on, and says what is lost.
mount -t tmpfs -o size=16k none "$T/a"
start a -v 51 -n 10.0.0.1
head -c 16384 /dev/zero >"$T/a/full" 2>/dev/null
signal a USR1
ok "a full disk: Master all the same" until_true 2 holds a 10.0.0.1
ok "it says what is lost" logged a \
    'undo: No space left on device; .*nobody resigns, and cleanup needs the addresses'
rm "$T/a/full"
stop a
umount "$T/a"

# --- leases -------------------------------------------------------------------

start a -v 51 10.0.0.1/24
until_true 5 is_master a
lease() { at a ip -o addr show | grep -oE '10.0.0.1/.*valid_lft [0-9]+' | grep -oE '[0-9]+$'; }
least=9
for i in 1 2 3 4 5 6 7 8; do
	sleep 0.4
	least=$(printf '%s\n' "$least" "$(lease)" | sort -n | head -1)
done
within "the lease is renewed, s" "$least" 3 4
ip netns exec a ip monitor address >"$T/monitor" &
PIDS+=($!)
sleep 3.1
within "others hear of it once a second" "$(grep -c 10.0.0.1/24 "$T/monitor")" 2 4
within "we do not look at the interface for it" "$(report a | grep -c .)" 1 99
stop a

# What nobody heard is not said to be said.
rm -f "$T/a.log"
start a -v 51 10.0.0.1
until_true 6 is_master a
guard=$(guard_of a)
signal a STOP
at a ip link set dev eth0 down
signal a KILL
ok "who could not resign says so" until_true 2 logged a \
    'the daemon was killed; took back what it had, but could not resign for it'
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
	told=$(count_logged a 'it hears of the state later')
	# On a busy machine two signals may be one change, or none.
	for ((i = 0; i < 1000; i++)); do
		for signal in USR1 USR2; do
			sleep 0.003
			signal a $signal
		done
		[ $((i % 20)) = 19 ] &&
		    log_grows a 'it hears of the state later' "$told" && break
	done
	ok "a guard that is stopped hears no more" log_grows a \
	    'guard: Resource temporarily unavailable; it hears' "$told"
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
is "said once each time" "$(count_logged a 'it hears of the state later')" 2
mapfile -t wakes < <(printf '%s\n' "${wakes[@]}" | sort -n)
within "nothing owed: wake-ups in 2 s" "${wakes[0]}" 1 6
within "a change owed: wake-ups in 2 s" "${wakes[1]}" 15 40

# Among many they are longer, where a guard makes up for it.
also many a -n -v 52 $(seq -f 10.0.1.%g 33)
until_true 5 holds a 10.0.1.33
for how in "3 4 --no-guard" "3 4 --hang-limit 0" "3 4 --hang-limit 31" "20 30 "; do
	read -r low high option <<<"$how"
	# shellcheck disable=SC2086	# words
	start a -n -v 51 $option 10.0.0.1/24
	until_true 5 is_master a
	sleep 1.5
	within "beside 33 of others${option:+, $option}: s" "$(lease)" $low $high
	stop a
done
stop many
same "and all is as before" "$(snapshot_all a)" "$before"

# The route to the prefix is the own address's too: it must not end.
at a ip addr add 2001:db8::11/64 dev eth0 nodad
start a -v 51 -3 -d 0.1 fe80::51 2001:db8::51/64
until_true 2 holds a 2001:db8::51
sleep 1.2
is "no route has a lease" "$(at a ip -6 route show dev eth0 | grep -c expires)" 0
kill_both a
ok "the address ends" until_true 6 not holds a 2001:db8::51
ok "the route stays" eval 'at a ip -6 route show | grep -q "^2001:db8::/64 dev eth0"'
done_testing
