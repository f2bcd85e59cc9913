#!/bin/bash
# One cell of the fault campaign: a fault, in a state, a mode, a protocol.
#
#    a: vrrpd, the injured one   b: vrrpd -p 100   c: asks for the addresses
#       Master: -p 200, Backup: -p 50
#
#	cell.sh FAULT STATE MODE PROTO DIRECTORY
#
# run.sh starts it in namespaces of its own, of processes too: with the cell
# ends whatever it left.  The line with the result goes to DIRECTORY/NAME.row,
# and if it is not ok all events and logs to DIRECTORY/NAME.log.  Times are in
# microseconds.
# shellcheck disable=SC2015,SC2153,SC2317	# much is called by its name
export LC_ALL=C			# the decimal point of $EPOCHREALTIME
FAULT=$1 STATE=$2 MODE=$3 PROTO=$4 DIRECTORY=$5
export -n FAULT STATE MODE PROTO
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../ns/lib.sh"
. "$HERE/faults.sh"

NAME=$FAULT-$STATE-$MODE-$PROTO
SLACK_US=$(awk -v s="${SLACK:-0}" 'BEGIN { printf "%d", s * 1000000 }')
BEGAN=${EPOCHREALTIME/./}
ulimit -c 0
trap 'end' EXIT
trap 'bad "no result in time"; exit' TERM

# --- what is configured -------------------------------------------------------

SKEW_B=609375 INTERVAL=1000000	# priority 100, version 2
OPTIONS=(-v 51) VIPS=(10.0.0.1) FAMILY=4
OWN_MAC=02:00:00:00:00:11 DEVICE=eth0
case $PROTO in
v3*)	SKEW_B=60937 INTERVAL=100000
	OPTIONS=(-3 -d 0.1 -v 51) ;;
esac
[ "$PROTO" = v3-6 ] && VIPS=(fe80::1 2001:db8::1) FAMILY=6
case $MODE in
nomac)		OPTIONS+=(-n) ;;
noaccept)	OPTIONS+=(--no-accept) ;;
macvlan)	OPTIONS+=(--macvlan) DEVICE=vrrp.51 ;;
esac
DOWN_B=$((3 * INTERVAL + SKEW_B))		# Master_Down_Interval
HANG=$((3 * INTERVAL > 1000000 ? 3 * INTERVAL : 1000000))
LEASE=$((3 * INTERVAL > 3000000 ? 4000000 : 3000000))
[ "$PROTO" = v2 ] && LEASE=4000000		# 3.2 s, in whole seconds
WINNER=a PRIORITY=200
[ "$STATE" = backup ] && WINNER=b PRIORITY=50
HELP=$("$VRRPD" --help 2>&1)
EXTRA=()			# options of a alone

knows() { [[ $HELP == *"$1"* ]]; }

# --- the result ---------------------------------------------------------------

FINISHED='' CHANGES=''
RESULT=ok REASONS='' ANSWERS=- LEFT=- OTHER=-

reason() { REASONS+=${REASONS:+; }$1; }
bad() { RESULT=FAIL; reason "$1"; }
late() { [ $RESULT = ok ] && RESULT=late; reason "$1"; }

# skip REASON: there is nothing to be seen here
skip() {
	RESULT=skip REASONS=$1
	exit 0
}

# ms US: as milliseconds with one decimal, into REPLY
ms() { printf -v REPLY '%d.%d' $(($1 / 1000)) $(($1 / 100 % 10)); }

# within WHAT TIME LIMIT: since the mark, TIME as found or nothing
within() {
	local took=$(($2 - T0))
	[ -n "$2" ] || { bad "$1: never"; return; }
	[ $took -le $(($3 + SLACK_US)) ] && return
	ms $took
	took=$REPLY
	ms "$3"
	late "$1: after $took ms, not $REPLY"
}

end() {
	local pid
	# A child that is killed before it does anything else comes by here.
	[ "$BASHPID" = $$ ] || return
	set +u
	[ -n "$FINISHED" ] || [ $RESULT = skip ] ||
	    bad "the cell broke off: $(tail -n 1 "$DIRECTORY/$NAME.err")"
	[ -n "$CHANGES" ] || history
	[ $RESULT != skip ] || MAXIMUM=- TWO=- NONE=- CHANGES=-
	{
		printf '%s|' "$FAULT" "$STATE" "$MODE" "$PROTO" "$RESULT" \
		    "$ANSWERS" "$LEFT" "$OTHER" "$MAXIMUM" "$TWO" "$NONE" \
		    "$CHANGES" "$(((${EPOCHREALTIME/./} - BEGAN) / 1000000))"
		echo "${REASONS//|/ }"
	} >"$DIRECTORY/$NAME.tmp"
	if [ "$RESULT" != ok ] && [ "$RESULT" != skip ]; then
		{
			echo "mark $T0"
			printf '%s\n' "${EVENTS[@]}"
			tail -n +1 "$T"/*.log "$T/commands.out"
			diff "$T/a.before" "$T/a.now"
			diff "$T/b.before" "$T/b.now"
		} >"$DIRECTORY/$NAME.log" 2>/dev/null
	fi
	mv "$DIRECTORY/$NAME.tmp" "$DIRECTORY/$NAME.row"
	for pid in "${PIDS[@]}"; do kill -9 "$pid"; done 2>/dev/null
	[ ${#RESOURCES[@]} = 0 ] || sleep 0.2
	release_resources
	rm -rf "$T"
	exit 0
}

# What a fault has outside the namespaces, each a command
RESOURCES=()
release_resources() {
	local command
	for command in "${RESOURCES[@]}"; do $command; done 2>/dev/null
	RESOURCES=()
}

# --- events -------------------------------------------------------------------

EVENTS=() TICK=0
T0=${EPOCHREALTIME/./} E0=0
declare -A HOLDS=([a]=0 [b]=0) HELD=([a]=0 [b]=0)
ASKED=0

# next_event US: one, waited for so long.  The witness has the clock: read -t
# loses characters.
next_event() {
	local line t host what rest
	TICK=$((TICK + 1))
	echo "tick $TICK $1" >&"$TO_WITNESS"
	while IFS= read -r -u "$WITNESS" line; do
		read -r t host what rest <<<"$line"
		case $what in
		tick)	[ "$rest" != $TICK ] || return 1
			continue ;;
		holds)	HOLDS[$host]=$rest ;;
		asked)	ASKED=$t ;;
		esac
		EVENTS+=("$line")
		return 0
	done
	bad "the witness is gone: ${EVENTS[*]: -1}"
	exit
}

# await US COMMAND...: looks after each event, and ten times a second
await() {
	local end=$((${EPOCHREALTIME/./} + $1)) left
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((end - ${EPOCHREALTIME/./}))
		[ $left -gt 0 ] || return 1
		next_event $((left < 100000 ? left : 100000))
	done
	return 0
}

idle() { await "$1" false || :; }

# mark: what follows is judged from now on
mark() {
	local host
	while next_event 1000; do :; done
	for host in a b; do HELD[$host]=${HOLDS[$host]}; done
	CHANGES0=$(changes)
	E0=${#EVENTS[@]}
	T0=${EPOCHREALTIME/./}
}

# since HOST WHAT [PATTERN]: time of the first such event since the mark
since() {
	local i t host what rest
	for ((i = E0; i < ${#EVENTS[@]}; i++)); do
		read -r t host what rest <<<"${EVENTS[i]}"
		[ "$t" -ge "$T0" ] || continue
		# shellcheck disable=SC2053 # a pattern
		if [ "$host $what" = "$1 $2" ] && [[ $rest == ${3:-*} ]]; then
			REPLY=$t
			return
		fi
	done
	REPLY=
	return 1
}

# history: who held the addresses since the mark, and for how long
history() {
	local i t host what rest now=${EPOCHREALTIME/./} last=$T0 n
	local -A holds=([a]=${HELD[a]} [b]=${HELD[b]})
	MAXIMUM=0 TWO=0 NONE=0
	account() {
		n=$(((holds[a] > 0) + (holds[b] > 0)))
		[ $n -gt $MAXIMUM ] && MAXIMUM=$n
		case $n in
		0) NONE=$((NONE + $1 - last)) ;;
		2) TWO=$((TWO + $1 - last)) ;;
		esac
		last=$1
	}
	for ((i = E0; i < ${#EVENTS[@]}; i++)); do
		read -r t host what rest <<<"${EVENTS[i]}"
		[ "$what" = holds ] && [ "$t" -ge "$last" ] || continue
		account "$t"
		holds[$host]=$rest
	done
	account "$now"
	CHANGES=$(($(changes) - ${CHANGES0:-0}))
	TWO=$((TWO / 1000)) NONE=$((NONE / 1000))
}

# changes: of state, in the logs of both
changes() {
	cat "$T"/[ab]*.log 2>/dev/null |
	    grep -cE ': (initialize|backup|master) -> '
}

# --- conditions ---------------------------------------------------------------

alone() {
	local other=a
	[ "$1" = a ] && other=b
	[ "${HOLDS[$1]}" -gt 0 ] && [ "${HOLDS[$other]}" = 0 ]
}
let_go() { [ "${HOLDS[$1]}" = 0 ]; }
dead() {		# or a zombie
	local state
	read -r _ _ state _ 2>/dev/null <"/proc/$1/stat" || return 0
	[ $state = Z ]
}
sent() { since "$@"; }

# processes HOST [NAME]: pids of those in its network that are called so
processes() {
	local dir comm
	for dir in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$dir/comm" || continue
		# shellcheck disable=SC2053 # a pattern
		[[ $comm == ${2:-vrrpd*} ]] || continue
		[ "$dir/ns/net" -ef "/run/netns/$1" ] && echo "${dir#/proc/}"
	done
}
guard_of() { processes "$1" vrrpd-guard; }

# --- the hosts ----------------------------------------------------------------

# What must be the same afterwards, a kind in front of each line.  Numbers of
# interfaces are not: one may be deleted and made again.
PORTRAIT='
lines() { sed -E "s/^[0-9]+: //; s/@if[0-9]+//;
    s/link-netnsid [0-9]+//; s/^/$1: /"; }
ip -o -d link | lines link
ip -o addr | lines address
ip maddr show eth0 | sed 1d | sort | lines group
ip route show table all | lines route
ip -6 route show table all | lines route
ip rule | lines rule
ip -6 rule | lines rule
grep -r . /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf/eth0 \
    /proc/sys/net/ipv6/conf/all 2>/dev/null | grep -v stable_secret |
    lines sysctl'

# look HOST: the differences, a word for each kind, into REPLY
look() {
	local all
	at "$1" bash -c "$PORTRAIT" >"$T/$1.now"
	all=$(diff "$T/$1.before" "$T/$1.now" |
	    sed -nE 's/^[<>] ([a-z]+):.*/\1/p'
	    [ "$1" = b ] || mac_is $OWN_MAC || echo mac
	    [ -z "$(ls "$T/$1")" ] || echo file
	    [ -z "$(processes "$1")" ] || echo process)
	REPLY=$(sort -u <<<"$all" | paste -sd,)
}
nothing_left() { look "$1" && [ -z "$REPLY" ]; }

# clean HOST SECONDS: nothing is left there by then
clean() {
	local end=$((${EPOCHREALTIME/./} + $2 * 1000000))
	until nothing_left "$1"; do
		if [ "${EPOCHREALTIME/./}" -gt $end ]; then
			LEFT=$1:$REPLY
			bad "left on $1: $REPLY"
			return 1
		fi
		idle 200000
	done
}

# a_starts: in the background; the log tells more
a_starts() {
	WRAP="${WRAP_A:-} setsid" start a "${OPTIONS[@]}" -p $PRIORITY \
	    "${EXTRA[@]}" "${VIPS[@]}"
}

make_hosts() {
	local host n=11
	lan a b c
	for host in a b c; do
		[ $FAMILY = 4 ] || at "$host" ip -6 addr add \
		    "2001:db8::$n/64" dev eth0 nodad
		n=$((n + 1))
	done
	# What the kernel does by itself is over then.
	for host in a b; do
		until_true 5 not tentative $host
		at $host bash -c "$PORTRAIT" >"$T/$host.before"
	done
	coproc WATCH { exec "$HERE/watch" $FAMILY 51 "${VIPS[@]}" 2>&1; }
	PIDS+=("$WATCH_PID")
	# If it ended, bash would forget its own.
	exec {WITNESS}<&"${WATCH[0]}" {TO_WITNESS}>&"${WATCH[1]}"
	await 5000000 ready || bad "the witness does not start"
}
ready() { [[ ${EVENTS[*]: -1} == *ready ]]; }

# routers: both run, in the states that the cell asks for
routers() {
	b_starts() { WRAP=setsid start b "${OPTIONS[@]}" -p 100 "${VIPS[@]}"; }
	if [ $STATE = master ]; then
		a_starts && await 3000000 logged a '-> backup' || return
		signal a USR1
		await 3000000 alone a || return
		mark
		b_starts && await 3000000 logged b '-> backup' || return
		mark
		await 3000000 sent a advert
	else
		b_starts && await 3000000 logged b '-> backup' || return
		signal b USR1
		await 3000000 alone b || return
		mark
		a_starts && await 3000000 logged a '-> backup' || return
		mark
		await 3000000 sent b advert
	fi
}

# ask: which hosts answer now, into REPLY
ask() {
	local from=${#EVENTS[@]} i t host what rest hosts=
	ASKED=0
	echo ask >&"$TO_WITNESS"
	await 10000000 asked || bad "the witness is gone"
	for ((i = from; i < ${#EVENTS[@]}; i++)); do
		read -r t host what rest <<<"${EVENTS[i]}"
		[ "$what" = answer ] && [[ " $hosts " != *" $host "* ]] &&
		    hosts+=${hosts:+ }$host
	done
	REPLY=${hosts:-nobody}
}
asked() { [ "$ASKED" != 0 ]; }

# last_state HOST STATE: as its log has it
last_state() {
	grep -oE -- '-> [a-z]+ \(' "$T/$1.log" | tail -1 | grep -q "> $2 "
}

# answers HOST: it and nobody else, after convergence
answers() {
	local n
	await $((3 * DOWN_B + 5000000)) alone "$1" ||
	    bad "no convergence: a holds ${HOLDS[a]}, b ${HOLDS[b]} addresses"
	[ "$1" = a ] || dead "${PID[a]}" || await 5000000 last_state a backup ||
	    bad "a is not Backup again"
	# It stays so; on a busy host not at once.
	for n in 1 2 3; do
		idle $INTERVAL
		alone "$1" && break
		await $((2 * DOWN_B)) alone "$1"
	done
	alone "$1" || bad "$1 is not alone any more"
	ask
	[ "$ANSWERS" = - ] && ANSWERS=$REPLY
	[ "$REPLY" = "$1" ] || bad "$REPLY answers, not $1"
}

# other_master: when b's first advert came, into OTHER
other_master() {
	await "$1" sent b advert "[1-9]*" ||
	    { bad "b never became Master"; return 1; }
	ms $((REPLY - T0))
	OTHER=$REPLY
}

# no_change: nobody's state did
no_change() {
	local n=$(($(changes) - CHANGES0))
	[ $n = 0 ] || bad "$n changes of state"
}

# --- the end of all cells -----------------------------------------------------

# finish: what still runs ends in order, and leaves nothing
finish() {
	local host status
	history
	for host in $([ $WINNER = a ] && echo b a || echo a b); do
		dead "${PID[$host]}" && continue
		kill "${PID[$host]}"
		if ! await 5000000 dead "${PID[$host]}"; then
			bad "$host does not end"
			kill -9 "${PID[$host]}"
		fi
		wait "${PID[$host]}"
		status=$?
		[ $status = 0 ] || bad "$host ended with status $status"
	done
	clean a 3
	clean b 3
}

[ -z "$(why_not)" ] || skip "$(why_not)"
type -t "prepare_$FAULT" >/dev/null && "prepare_$FAULT"
make_hosts
if routers; then
	"fault_$FAULT"
	[ "$OTHER" = - ] && since b advert '[1-9]*' && [ $STATE = master ] &&
	    ms $((REPLY - T0)) && OTHER=$REPLY
	finish
else
	bad "the routers do not start"
fi
FINISHED=yes
exit 0
