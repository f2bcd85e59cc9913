# shellcheck shell=bash
# The rows: what is done to the contenders, and what is measured.  Each row_NAME
# can be run alone; its head says how the routers are configured.  Unless it
# says otherwise, pairs of routers are on one bridge: aN with priority 200, bN
# with 100, each pair with a VRID and an address of its own.
#
# sample TABLE LINE COLUMN VALUE notes a figure.

# pick FULL SHORT [MEDIUM]: the medium form is like the full one where it has
# nothing of its own
pick() {
	case $BENCH in
	short)	echo "$2" ;;
	medium)	echo "${3:-$1}" ;;
	*)	echo "$1" ;;
	esac
}

# calc EXPRESSION: of awk
calc() { awk "BEGIN { printf \"%.6f\", $1 }"; }
mdi() { calc "3 * $INTERVAL + $(skew)"; }
skew() { if [ "$VERSION" = 2 ]; then calc "156 / 256"; else calc "156 / 256 * $INTERVAL"; fi; }

# --- take-over ----------------------------------------------------------------

# takeover TABLE LINE SIGNAL COMBO...: COMBO is WHO:MODE:WHICH, a pair each; all
# of them at once, the Masters are struck one after the other
takeover() {
	local table=$1 line=$2 signal=$3 i who mode which hosts=() struck=()
	local failed=()
	shift 3
	local combos=("$@")
	[ $# -gt 0 ] || return
	for i in "${!combos[@]}"; do hosts+=("a$i" "b$i"); done
	lan_begin "${hosts[@]}"
	wire_begin "${hosts[@]}"
	for i in "${!combos[@]}"; do
		IFS=: read -r who mode which <<<"${combos[i]}"
		up "$who" "$mode" "b$i" $((i + 1)) 1 100
		up "$who" "$mode" "a$i" $((i + 1)) 1 200
	done
	for i in "${!combos[@]}"; do
		until_true 20 leads "a$i" && continue
		say info "$line: ${combos[i]} does not become the only Master"
		failed[i]=yes
	done
	for i in "${!combos[@]}"; do
		IFS=: read -r who mode which <<<"${combos[i]}"
		sleep "0.0$((RANDOM % 90 + 10))"
		strike "$signal" "$which" "$who" "a$i"
		struck[i]=$STRIKE
	done
	for i in "${!combos[@]}"; do
		until_true "$(calc "$INTERVAL < 1 ? 2 : 8")" \
		    spoke "$(returning "${combos[i]}")$i" "${struck[i]}"
	done
	wire_end
	for i in "${!combos[@]}"; do
		IFS=: read -r who mode which <<<"${combos[i]}"
		takeover_took "$table" "$line" "$signal" "$who" "$mode" "$which" "$i" "${failed[i]:-${struck[i]}}"
	done
	lan_end
}

# Whoever may speak next: what is killed may be started again by its parent.
returning() { [[ "$signal:$1" == KILL:*:worker ]] && echo "[ab]" || echo b; }

# From the stroke to the next advert of b, or of a if it came back; for b how
# much later that was than what a said last allows: Skew_Time after priority 0,
# else Master_Down_Interval
takeover_took() {
	local table=$1 line=$2 signal=$3 who=$4 mode=$5 which=$6 i=$7 t=$8
	local since late announced column
	column=$(label "$who" "$mode")
	[ "$signal" = KILL ] && line="$line, $which"
	[ "$t" = yes ] || read -r since late announced < <(awk -v a="a$i" \
	    -v b="b$i" -v t="$t" -v m="$(mdi)" -v s="$(skew)" -v i="$INTERVAL" \
	    -v vip="$(vip $((i + 1)))" -v returns="$(returning "::$which")" '
	    $3 == "A" && $2 == a && !first {
		if (returns != "b" && $1 > t && $1 - last > 1.5 * i && $5 != 0) back = first = $1
		else { last = $1; zero = $5 == 0 }
	    }
	    $3 == "A" && $2 == b && $1 > t && $5 != 0 && !first { first = $1 }
	    $3 == "G" && $2 == b && $1 > t && $4 == vip && !arp { arp = $1 }
	    END { if (first) printf "%.3f %s %s\n", (first - t) * 1000,
		back ? "-" : sprintf("%.3f", (first - last - (zero ? s : m)) * 1000),
		arp && !back ? sprintf("%.3f", (arp - first) * 1000) : "-" }' "$WIRE")
	sample "$table" "$line" "$column" "${since:--}"
	[ "$who" = ucarp ] && return	# its timers are others
	sample "$table-late" "$line" "$column" "${late:--}"
	[ "$which" = all ] && [ "$signal" = KILL ] &&
	    sample announce "one address, others too" "$column" \
		"${announced:--}"
}

# times N COMBO...: each of them so often, in turns
times() {
	local n=$1 i
	shift
	for ((i = 0; i < n; i++)); do printf '%s ' "$@"; done
}

# all_takeovers TABLE SIGNAL WHICH...: v2 1 s, v3 100 ms, v3 10 ms
all_takeovers() {
	local table=$1 signal=$2 which round combos=() c
	shift 2
	for which in "$@"; do
		combos+=("vrrpd:vmac:$which" "keepalived:plain:$which"
		    "frr:macvlan:$which" "ucarp:plain:$which")
	done
	for ((round = 0; round < $(pick 3 1 1); round++)); do
		VERSION=2 INTERVAL=1
		takeover "$table" "v2, 1 s" "$signal" \
		    $(times "$(pick 4 1)" $(possible "${combos[@]}"))
	done
	for ((round = 0; round < $(pick 4 1 2); round++)); do
		VERSION=3 INTERVAL=0.1
		takeover "$table" "v3, 100 ms" "$signal" \
		    $(times "$(pick 3 1)" $(possible "${combos[@]}"))
	done
	for ((round = 0; round < $(pick 12 1 2); round++)); do
		VERSION=3 INTERVAL=0.01
		for c in $(possible "${combos[@]}"); do
			takeover "$table" "v3, 10 ms" "$signal" "$c"
		done
	done
}

announce_table() {
	table announce "First announcement after the first advert of a new Master" ms \
	    "Gratuitous ARP for a virtual address. To reach: 0.3 ms with one address, all of 255 within 10 ms. A negative time: announced before the advert. \"others too\": those of the table of SIGKILL, where dozens of pairs on one kernel take over at once."
}

row_kill() {
	table kill "Take-over after SIGKILL of the Master" ms \
	    "From the signal to the first advert of the Backup. To reach: with a guard Skew_Time + 25 ms (634, 86, 31 ms), without Master_Down_Interval x 1.001 after the last advert. \"worker\": the process that sends adverts is killed, and what it was is perhaps started again; \"all\": each process of the router."
	table kill-late "Take-over after SIGKILL, beyond the protocol's timer" ms \
	    "From the last advert to the Backup's first, less what the RFC says: Master_Down_Interval, or Skew_Time after priority 0. CARP has other timers."
	announce_table
	all_takeovers kill KILL worker all
}

row_stop() {
	table stop "Take-over after SIGTERM of the Master" ms \
	    "From the signal to the first advert of the Backup. To reach: Skew_Time + 2 ms (611, 63, 8 ms)."
	table stop-late "Take-over after SIGTERM, beyond Skew_Time" ms \
	    "From the advert with priority 0 to the first of the Backup, less Skew_Time."
	all_takeovers stop TERM all
}

# 255 addresses on one virtual router, v3 100 ms; all processes are killed.
row_announce() {
	local round combo who mode i
	announce_table
	VERSION=3 INTERVAL=0.1
	for ((round = 0; round < $(pick 5 1 1); round++)); do
		for combo in $(possible vrrpd:vmac vrrpd:plain vrrpd:macvlan \
		    keepalived:plain keepalived:vmac frr:macvlan); do
			IFS=: read -r who mode <<<"$combo"
			for ((i = 0; i < $(pick 2 1 5); i++)); do
				NADDR=1 announce_one "$who" "$mode"
			done
			NADDR=$(pick 255 16) announce_one "$who" "$mode"
		done
	done
}

announce_one() {
	local who=$1 mode=$2 first all column
	lan_begin a b
	wire_begin a b
	up "$who" "$mode" b 1 1 100
	up "$who" "$mode" a 1 1 200
	until_true 15 leads a
	strike KILL all "$who" a
	until_true 5 spoke b "$STRIKE"
	sleep 0.5
	wire_end
	read -r first all < <(awk -v t="$STRIKE" -v n="$NADDR" '
	    $3 == "A" && $2 == "b" && $1 > t && !first { first = $1 }
	    $3 == "G" && $2 == "b" && $1 > t && $4 !~ /^10\.0\.0\./ {
		if (!arp) arp = $1
		if (!seen[$4]++ && ++c == n) all = $1
	    }
	    END { if (first) printf "%s %s\n",
		arp ? sprintf("%.3f", (arp - first) * 1000) : "-",
		all ? sprintf("%.3f", (all - first) * 1000) : "-" }' "$WIRE")
	column=$(label "$who" "$mode")
	if [ "$NADDR" = 1 ]; then
		sample announce "one address" "$column" "${first:--}"
	else
		sample announce "$NADDR addresses, the first" "$column" "${first:--}"
		sample announce "$NADDR addresses, all" "$column" "${all:--}"
	fi
	lan_end
}

# --- what a client loses ------------------------------------------------------

# Three hosts each: aN, bN and the client cN, which sends an echo request to the
# address each millisecond.  v2 1 s.
row_service() {
	local round
	VERSION=2 INTERVAL=1
	table service "Service that a client loses" ms \
	    "Echo requests without an answer, one is sent each millisecond. Handed back: the better router waits without preemption and takes over when asked (vrrpd: SIGUSR1; keepalived and FRR: preemption configured; ucarp: SIGUSR2 to the other). Healed: two Masters meet again, the client was with the one that must yield. Preempted: a better router starts. Stopped: SIGTERM to the Master, which leaves a gap of Skew_Time, 609 ms. To reach: 0 in the first three. All hosts are on one kernel here: a Master of --macvlan that yields takes its device down, and for some 15 ms holds the lock that the other one needs to bring its own up, which it would not on another machine."
	for ((round = 0; round < $(pick 5 1 3); round++)); do
		service $(possible vrrpd:vmac vrrpd:plain vrrpd:macvlan \
		    keepalived:plain keepalived:vmac frr:macvlan ucarp:plain)
	done
}

probe_all() {
	local i
	PROBES=()
	for i in "${!combos[@]}"; do
		ip netns exec "c$i" ping -nqc 3 -i 0.2 -W 1 "$(vip $((i + 1)))" \
		    >/dev/null 2>&1
		ip netns exec "c$i" "$BENCH_C" probe "$(vip $((i + 1)))" 100 \
		    >"$T/probe.$i" 2>&1 &
		PROBES[i]=$!
	done
	sleep 0.5
}

probed() {		# LINE
	local i who mode lost
	for i in "${!combos[@]}"; do kill "${PROBES[i]}"; done
	for i in "${!combos[@]}"; do
		wait "${PROBES[i]}"
		IFS=: read -r who mode <<<"${combos[i]}"
		lost=$(sed -nE 's/.* lost ([0-9]+) .*/\1/p' "$T/probe.$i")
		sample service "$1" "$(label "$who" "$mode")" "${lost:--}"
	done
}

each_leads() {		# ROLE
	local i
	for i in "${!combos[@]}"; do
		until_true 15 leads "$1$i" ||
		    say info "service: $1 of ${combos[i]} is not the only Master"
	done
}

service() {
	local combos=("$@") hosts=() i who mode t
	[ $# -gt 0 ] || return
	for i in "${!combos[@]}"; do hosts+=("a$i" "b$i"); done
	lan_begin "${hosts[@]}" $(seq -f 'c%g' 0 $((${#combos[@]} - 1)))
	wire_begin "${hosts[@]}"
	for i in "${!combos[@]}"; do
		IFS=: read -r who mode <<<"${combos[i]}"
		up "$who" "$mode" "b$i" $((i + 1)) 1 100
	done
	each_leads b
	for i in "${!combos[@]}"; do
		IFS=: read -r who mode <<<"${combos[i]}"
		PREEMPT='' up "$who" "$mode" "a$i" $((i + 1)) 1 200
	done
	sleep 5

	probe_all
	for i in "${!combos[@]}"; do
		IFS=: read -r who mode <<<"${combos[i]}"
		hand_back "$who" "b$i" "a$i" $((i + 1))
		sleep 0.02
	done
	each_leads a
	sleep "$(pick 3 1)"
	probed "handed back"

	t=$EPOCHREALTIME
	for i in "${!combos[@]}"; do ip link set dev "a$i" nomaster; done
	for i in "${!combos[@]}"; do until_true 8 spoke "b$i" "$t"; done
	sleep 1
	probe_all
	for i in "${!combos[@]}"; do
		ip link set dev "a$i" master br0
		sleep 0.02
	done
	sleep "$(pick 9 3)"
	probed "healed"

	each_leads a
	probe_all
	for i in "${!combos[@]}"; do
		strike TERM all "${combos[i]%%:*}" "a$i"
		sleep 0.02
	done
	each_leads b
	sleep 0.5
	probed "stopped"

	probe_all
	for i in "${!combos[@]}"; do
		IFS=: read -r who mode <<<"${combos[i]}"
		for t in $(pids "a$i"); do kill -9 "$t"; done
		up "$who" "$mode" "a$i" $((i + 1)) 1 200
		sleep 0.02
	done
	each_leads a
	sleep "$(pick 3 1)"
	probed "preempted"
	wire_end
	lan_end
}

# --- invalid adverts ----------------------------------------------------------

# v3 100 ms, ucarp v2 1 s; xN sends what is wrong with our VRID: TTL, checksum,
# version, type, length, priority 255 and 0 with a wrong checksum.
row_invalid() {
	local combo
	table invalid "Invalid adverts for its VRID at a Master" "" \
	    "Adverts sent / adverts due, and take-overs by the Backup, while a third host sends 35 invalid adverts a second, or as many as it can. To reach: 1.00 and 0."
	for combo in $(possible vrrpd:vmac keepalived:plain frr:macvlan ucarp:plain); do
		VERSION=3 INTERVAL=0.1
		if [ "${combo%%:*}" = ucarp ]; then VERSION=2 INTERVAL=1; fi
		invalid "$combo"
	done
}

invalid() {
	local who mode t1 t2 column kind seconds
	IFS=: read -r who mode <<<"$1"
	column=$(label "$who" "$mode")
	lan_begin a b x
	wire_begin a b
	up "$who" "$mode" b 51 1 100
	up "$who" "$mode" a 51 1 200
	until_true 15 leads a ||
	    say info "invalid: a of $column is not the only Master"
	{
		local f=(perl "$TOP/tests/ns/v3_frame.pl" advert
		    "version=$VERSION" "list=$(vip 51)")
		"${f[@]}" ttl=254
		"${f[@]}" sum=1
		"${f[@]}" version=4
		"${f[@]}" type=2
		"${f[@]}" count=5
		"${f[@]}" prio=255 sum=1
		"${f[@]}" prio=0 ttl=1
	} >"$T/bad.frames"
	if [ "$(grep -c . "$T/bad.frames")" != 7 ]; then
		say info "invalid: the frames could not be made"
		return 1
	fi
	for kind in trickle flood; do
		seconds=$(pick 10 2 5)
		t1=$EPOCHREALTIME
		if [ "$kind" = trickle ]; then
			ip netns exec x "$INJECT" eth0 $((5 * seconds)) 200000 <"$T/bad.frames"
		else
			timeout "$seconds" ip netns exec x "$INJECT" eth0 999999999 0 <"$T/bad.frames"
		fi
		t2=$EPOCHREALTIME
		sleep 0.2
		read -r sent spurious < <(awk -v t1="$t1" -v t2="$t2" -v i="$INTERVAL" '
		    $3 != "A" || $1 < t1 || $1 > t2 { next }
		    $2 == "a" { n++ }
		    $2 == "b" && !seen { seen = 1 }
		    $2 == "b" { if (last == "a") over++ }
		    { last = $2 }
		    END { printf "%.2f %d\n", n / ((t2 - t1) / i), over }' "$WIRE")
		sample invalid "$kind: sent / due" "$column" "$sent"
		sample invalid "$kind: take-overs" "$column" "$spurious"
	done
	wire_end
	lan_end
}

# --- many routers -------------------------------------------------------------

# 255 virtual routers on two hosts, v3 100 ms; all Masters are killed at once.
row_many() {
	local round combo n
	n=$(pick 255 4)
	table many "$n virtual routers, all Masters killed at once" "" \
	    "v3 100 ms. From the last advert of each Master, or of its guard with priority 0, to the Backup's first / Master_Down_Interval (360.9 ms), the last of them. To reach: at most 1.10. Two Masters: routers that both hosts are Master of before that, 10 s after the start; those have no ratio."
	VERSION=3 INTERVAL=0.1
	for ((round = 0; round < $(pick 3 1 1); round++)); do
		for combo in $(possible vrrpd:plain:worker vrrpd:plain:all \
		    vrrpd:macvlan:worker keepalived:plain:all \
		    keepalived:vmac:all frr:macvlan:all); do
			IFS=: read -r who mode which <<<"$combo"
			many "$who" "$mode" "$which" "$n"
		done
	done
}

many() {
	local who=$1 mode=$2 which=$3 n=$4 column line double ratio
	column=$(label "$who" "$mode")
	[ "$which" = worker ] && column="$column, guards left"
	lan_begin a b
	wire_begin a b
	up "$who" "$mode" a 1 "$n" 200
	up "$who" "$mode" b 1 "$n" 100
	until_true "$(pick 30 10)" leads a "$n"
	sleep 2
	strike KILL "$which" "$who" a
	until_true 5 spoke b "$STRIKE" "$n"
	sleep 0.3
	wire_end
	read -r double ratio taken < <(awk -v s="$STRIKE_BEGIN" -v t="$STRIKE" \
	    -v m="$(mdi)" '
	    $3 != "A" { next }
	    $1 < s && $1 > s - 0.5 && $2 == "b" { two[$4] = 1 }
	    $2 == "a" && $1 < t + 0.05 { last[$4] = $1 }
	    $2 == "b" && $1 > s && $5 != 0 && !first[$4] { first[$4] = $1 }
	    END {
		for (v in two) double++
		for (v in last) if (!two[v] && first[v]) {
			c++
			r = (first[v] - last[v]) / m
			if (r > max) max = r
		}
		printf "%d %s %d\n", double, c ? sprintf("%.3f", max) : "-", c
	    }' "$WIRE")
	sample many "last take-over / Master_Down_Interval" "$column" "$ratio"
	sample many "taken over" "$column" "$taken"
	sample many "two Masters before" "$column" "$double"
	lan_end
}

# --- memory and processor -----------------------------------------------------

# N virtual routers as Master on a and as Backup on b, v2 1 s, without virtual
# MAC where there is a choice.
row_routers() { row_memory both; }
row_cpu() { row_memory cpu; }
row_memory() {
	local memory=${COUNTS:-$(pick "1 16 64 255" 2 "1 64")}
	local cpu=${COUNTS:-$(pick "1 64 255" 2 64)}
	case ${1:-memory} in
	memory)	cpu= ;;
	cpu)	memory= ;;
	esac
	routers "$memory" "$cpu" "$(pick 10 2 6)"
}

# routers MEMORY_COUNTS CPU_COUNTS SECONDS
routers() {
	local n combo last
	if [ -n "$1" ]; then
		table memory "Memory of N virtual routers" kB \
		    "All processes of a Master without a Backup; v2 1 s. PSS shares what is shared with the others on the host: libc with the rest of the system, of which there is nearly nothing here; 40 others: sleep(1). Private is what nobody else has now, code of libraries as well; written to: of that what belongs to these processes whoever else runs. To reach: one router 250 kB PSS with its guard (small: 60), 255 small ones 10.4 MB, 160 kB private for each further one."
		table kernel "Memory that the kernel needs for them" kB \
		    "Page tables, and 16 kB of stack for each thread. Sockets, processes and mappings need more, which no process is charged with."
	fi
	if [ -n "$2" ]; then
		table cpu "Processor time of N virtual routers" "s/min" \
		    "Exact run time of all processes (schedstat), for a minute. To reach: not more than keepalived."
		table wakes "Wake-ups per advert" "" \
		    "Voluntary context switches of all processes / adverts sent, or received. To reach: 1."
	fi
	VERSION=2 INTERVAL=1
	for n in $(printf '%s\n' $1 $2 | sort -nu); do
		for combo in $(possible vrrpd:plain small:plain keepalived:plain \
		    frr:macvlan ucarp:plain); do
			routers_one "$combo" "$n" "$1" "$2" "$3"
		done
	done
	[ -n "$2" ] || return 0
	VERSION=3 INTERVAL=0.1
	n=${2##* }
	for combo in $(possible vrrpd:plain keepalived:plain frr:macvlan); do
		routers_one "$combo" "$n" "" "$n" "$3"
	done
}

# pss_beside COUNT: of a, while so many others have libc, as on any host
pss_beside() {
	local others=() i
	for ((i = 0; i < $1; i++)); do
		sleep 30 >/dev/null &
		others+=("$!")
	done
	sleep 0.5
	"$BENCH_C" sample a | cut -d' ' -f3
	kill "${others[@]}"
	wait "${others[@]}" 2>/dev/null
}

routers_one() {
	local who mode n=$2 column line host role before after
	IFS=: read -r who mode <<<"$1"
	column=$(label "$who" "$mode")
	lan_begin a b
	wire_begin a b
	up "$who" "$mode" a 1 "$n" 200
	until_true "$(pick 30 10)" leads a "$n" ||
	    say info "$n of $column: not all become Master"
	line="N = $n, v$VERSION $INTERVAL s"
	if [[ " $3 " == *" $n "* ]]; then
		sleep "$(pick 5 2 5)"	# of a take-over nothing is left
		read -r -a after < <("$BENCH_C" sample a)
		sample memory "N = $n: PSS" "$column" "${after[2]}"
		[ "$n" != 1 ] || sample memory "N = 1: PSS, beside 40 others" \
		    "$column" "$(pss_beside 40)"
		sample memory "N = $n: private" "$column" "${after[3]}"
		sample memory "N = $n: written to" "$column" "${after[8]}"
		[ "$n" = 1 ] || sample memory "N = $n: PSS of each" "$column" "$(calc "${after[2]} / $n")"
		sample kernel "N = $n: page tables" "$column" "${after[4]}"
		sample kernel "N = $n: stacks" "$column" "$((after[1] * 16))"
	fi
	[ -n "$4" ] && up "$who" "$mode" b 1 "$n" 100
	if [[ " $4 " == *" $n "* ]]; then
		# Announcements of the first seconds, and the start of many
		sleep "$(calc "3 + $n / 15")"
		read -r -a a1 < <("$BENCH_C" sample a)
		read -r -a b1 < <("$BENCH_C" sample b)
		t1=$EPOCHREALTIME
		sleep "$5"
		read -r -a a2 < <("$BENCH_C" sample a)
		t2=$EPOCHREALTIME
		read -r -a b2 < <("$BENCH_C" sample b)
		sleep 0.1
		adverts=$(awk -v t1="$t1" -v t2="$t2" '$3 == "A" && $2 == "a" && $1 >= t1 && $1 < t2 { n++ } END { print n + 0 }' "$WIRE")
		sample cpu "Master, $line" "$column" "$(calc "(${a2[5]} - ${a1[5]}) / 1e9 / ($t2 - $t1) * 60")"
		sample cpu "Backup, $line" "$column" "$(calc "(${b2[5]} - ${b1[5]}) / 1e9 / ($t2 - $t1) * 60")"
		if [ "$adverts" -gt 0 ]; then
			sample wakes "Master, $line" "$column" "$(calc "(${a2[6]} - ${a1[6]}) / $adverts")"
			sample wakes "Backup, $line" "$column" "$(calc "(${b2[6]} - ${b1[6]}) / $adverts")"
		fi
	fi
	wire_end
	lan_end
}

# --- frames of others ---------------------------------------------------------

# A Master and a Backup, v2 1 s, and a flood of frames that are not for their
# VRID: adverts of all others, VLAN-tagged and unicast copies of ours, other
# protocols to the group, ARP requests.
row_flood() {
	local combo
	table flood "A flood of foreign and malformed frames" "" \
	    "Wake-ups beyond one for each advert, in a second; processor time of the router in a second (softirq in its name included); frames that reached the Master's host in a second. To reach: 0 wake-ups; -1: it never slept."
	VERSION=2 INTERVAL=1
	for combo in $(possible vrrpd:vmac keepalived:plain frr:macvlan \
	    ucarp:plain); do
		flood "$combo"
	done
}

foreign_frames() {
	local v f=(perl "$TOP/tests/ns/frame.pl" "list=10.0.1.51")
	for v in 1 7 52 200 255; do "${f[@]}" "vrid=$v"; done
	"${f[@]}" vlan=7
	"${f[@]}" proto=17
	"${f[@]}" proto=2
	"${f[@]}" dmac=020000000001
	perl "$TOP/tests/ns/v3_frame.pl" advert vrid=9
	perl "$TOP/tests/ns/v3_frame.pl" arp target=10.0.9.9
}

flood() {
	local who mode column seconds rx1 rx2 flooder
	IFS=: read -r who mode <<<"$1"
	column=$(label "$who" "$mode")
	seconds=$(pick 5 1)
	lan_begin a b x
	wire_begin a b
	up "$who" "$mode" b 51 1 100
	up "$who" "$mode" a 51 1 200
	until_true 15 leads a
	foreign_frames >"$T/foreign.frames"
	[ "$(grep -c . "$T/foreign.frames")" = 11 ] ||
	    say info "flood: the frames could not be made"
	sleep 3
	received() { ip netns exec a cat /sys/class/net/eth0/statistics/rx_packets; }
	rx1=$(received)
	timeout $((seconds + 2)) ip netns exec x "$INJECT" eth0 999999999 0 \
	    <"$T/foreign.frames" &
	flooder=$!
	sleep 0.5
	rx1=$(received)
	read -r -a a1 < <("$BENCH_C" sample a)
	read -r -a b1 < <("$BENCH_C" sample b)
	sleep "$seconds"
	read -r -a a2 < <("$BENCH_C" sample a)
	read -r -a b2 < <("$BENCH_C" sample b)
	rx2=$(received)
	wait "$flooder"
	sample flood "Master: wake-ups" "$column" "$(calc "(${a2[6]} - ${a1[6]}) / $seconds - 1 / $INTERVAL")"
	sample flood "Backup: wake-ups" "$column" "$(calc "(${b2[6]} - ${b1[6]}) / $seconds - 1 / $INTERVAL")"
	sample flood "Master: ms of processor" "$column" "$(calc "(${a2[5]} - ${a1[5]}) / 1e6 / $seconds")"
	sample flood "Backup: ms of processor" "$column" "$(calc "(${b2[5]} - ${b1[5]}) / 1e6 / $seconds")"
	sample flood "thousand frames" "$column" "$(calc "($rx2 - $rx1) / $seconds / 1000")"
	wire_end
	lan_end
}

# --- system calls -------------------------------------------------------------

# v3 100 ms, ucarp v2 1 s; counted from one advert on the wire to another.
row_syscalls() {
	local combo
	if ! type -P strace >/dev/null; then
		say skip "strace is not installed"
		return
	fi
	table syscalls "System calls per advert" "" \
	    "All processes, strace -f. To reach: 3 as Master, 2 as Backup."
	if ! strace true 2>/dev/null; then
		say info "syscalls: strace does not work here"
		return
	fi
	for combo in $(possible vrrpd:vmac vrrpd:macvlan keepalived:plain \
	    keepalived:vmac frr:macvlan) $(VERSION=2 possible ucarp:plain); do
		VERSION=3 INTERVAL=0.1
		if [ "${combo%%:*}" = ucarp ]; then VERSION=2 INTERVAL=1; fi
		syscalls "$combo"
	done
}

syscalls() {
	local who mode column host args seconds tracers
	IFS=: read -r who mode <<<"$1"
	column=$(label "$who" "$mode")
	seconds=$(calc "$(pick 40 8 20) * $INTERVAL + 0.5")
	lan_begin a b
	wire_begin a b
	up "$who" "$mode" b 51 1 100
	up "$who" "$mode" a 51 1 200
	until_true 15 leads a || say info "syscalls: a of $column is not the only Master"
	sleep "$(pick 6 2)"	# announcements are over
	tracers=()
	for host in a b; do
		args=()
		for pid in $(pids "$host"); do args+=(-p "$pid"); done
		strace -f -ttt -o "$T/strace.$host" "${args[@]}" 2>/dev/null &
		tracers+=("$!")
	done
	until_true 5 test -s "$T/strace.a"
	until_true 5 test -s "$T/strace.b"
	sleep 0.3		# some have many threads
	t1=$EPOCHREALTIME
	sleep "$seconds"
	t2=$EPOCHREALTIME
	sleep 0.2
	kill -INT "${tracers[@]}"
	for pid in "${tracers[@]}"; do wait "$pid" 2>/dev/null; done
	wire_end
	count_calls a Master
	count_calls b Backup
	lan_end
}

count_calls() {		# HOST ROLE; between the first and the last advert
	local n t1_ t2_
	read -r n from to < <(awk -v t1="$t1" -v t2="$t2" '
	    $3 == "A" && $2 == "a" && $1 > t1 && $1 < t2 {
		if (!n++) from = $1
		to = $1
	    }
	    END { print n - 1, from, to }' "$WIRE")
	[ "${n:-0}" -gt 0 ] || return
	awk -v from="$from" -v to="$to" '
	    /resumed>|^[0-9]+ +[0-9.]+ (---|\+\+\+)/ { next }
	    $2 > from && $2 < to { sub(/\(.*/, "", $3); print $3 }' \
	    "$T/strace.$1" | sort | uniq -c | sort -rn >"$T/calls"
	[ -s "$T/calls" ] || return
	sample syscalls "$2" "$column" "$(awk -v n="$n" '{ c += $1 } END { printf "%.2f", c / n }' "$T/calls")"
	say text "syscalls" "$2, $column: $(awk -v n="$n" '{ printf "%s%s %.2f", s, $2, $1 / n; s = ", " }' "$T/calls")"
}

# --- lateness -----------------------------------------------------------------

# A Master alone, v3 10 ms, and eight busy loops.
row_lateness() {
	local combo round
	table lateness "Lateness of 10 ms adverts beside 8 busy loops" ms \
	    "Of each advert after the one before, less 10 ms. To reach: not worse than keepalived in any line, max below 10 ms with --realtime."
	VERSION=3 INTERVAL=0.01
	for ((round = 0; round < $(pick 3 1 1); round++)); do
		for combo in $(possible vrrpd:plain keepalived:plain frr:macvlan \
		    vrrpd:realtime keepalived:realtime); do
			lateness "$combo"
		done
	done
	if ! chrt -r 1 true 2>/dev/null; then
		say text lateness "This user may not have SCHED_RR: realtime was refused."
	fi
}

lateness() {
	local who mode column seconds loops
	IFS=: read -r who mode <<<"$1"
	column=$(label "$who" "$mode")
	seconds=$(pick 8 1)
	lan_begin a
	wire_begin a
	up "$who" "$mode" a 51 1 200
	until_true 15 leads a
	sleep 1
	"$BENCH_C" busy 8 $((seconds + 5)) &
	loops=$!
	sleep 0.5
	t1=$EPOCHREALTIME
	sleep "$seconds"
	t2=$EPOCHREALTIME
	kill "$loops"
	wait "$loops" 2>/dev/null
	wire_end
	awk -v t1="$t1" -v t2="$t2" '
	    $3 == "A" && $2 == "a" && $1 > t1 && $1 < t2 {
		if (last) printf "%.3f\n", ($1 - last - 0.01) * 1000
		last = $1
	    }' "$WIRE" | sort -n >"$T/late"
	at_rank() { awk -v p="$1" '{ x[NR] = $1 } END { if (NR) print x[int((NR - 1) * p) + 1] }' "$T/late"; }
	sample lateness p50 "$column" "$(at_rank 0.5)"
	sample lateness p99 "$column" "$(at_rank 0.99)"
	sample lateness max "$column" "$(at_rank 1)"
	lan_end
}

# --- the program --------------------------------------------------------------

# The owner of the address: its real address is the virtual one, priority 255.
row_binary() {
	local round combo who mode
	table binary "Size of the program" kB \
	    "Stripped; and with the shared libraries that it needs, without those of the C library. To reach: 120 kB."
	table start "From the start to the first advert of an owner" ms \
	    "From execve() to the frame. To reach: 5 ms. FRR and ucarp have no owner."
	for who in vrrpd small keepalived frr ucarp; do
		can "$who" || continue
		case $who in
		vrrpd)	size vrrpd "$VRRPD" ;;
		small)	size small "$SMALL" ;;
		frr)	size frr "$FRR/vrrpd" "$FRR/zebra" ;;
		*)	size "$who" "$(type -P "$who")" ;;
		esac
	done
	VERSION=2 INTERVAL=1
	for ((round = 0; round < $(pick 11 2 3); round++)); do
		for combo in $(possible vrrpd:vmac vrrpd:plain small:plain keepalived:plain); do
			IFS=: read -r who mode <<<"$combo"
			first_advert "$who" "$mode"
		done
	done
}

size() {		# COLUMN PROGRAM...
	local column=$1 total=0 libraries=0 file
	shift
	for file in "$@"; do
		if ! strip -o "$T/stripped" "$file"; then
			say info "binary: $file cannot be stripped"
			return
		fi
		total=$((total + $(stat -c %s "$T/stripped")))
	done
	for file in $(ldd "$@" 2>/dev/null | awk '$2 == "=>" { print $3 }' | sort -u |
	    grep -vE '/lib(c|m|rt|dl|pthread|resolv)\.so'); do
		libraries=$((libraries + $(stat -L -c %s "$file")))
	done
	sample binary "program" "$column" "$(calc "$total / 1000")"
	sample binary "with libraries" "$column" "$(calc "($total + $libraries) / 1000")"
}

first_advert() {
	local who=$1 mode=$2 t
	lan_begin a
	wire_begin a
	ip -n a addr add "$(vip 51)/16" dev eth0
	STAMP="$BENCH_C stamp $T/stamp" up "$who" "$mode" a 51 1 255
	until_true 5 spoke a 0
	wire_end
	sample start "first advert" "$(label "$who" "$mode")" \
	    "$(awk -v t="$(cat "$T/stamp")" '$3 == "A" && $2 == "a" { printf "%.3f\n", ($1 - t) * 1000; exit }' "$WIRE")"
	lan_end
}
