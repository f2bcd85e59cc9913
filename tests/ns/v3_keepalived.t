#!/bin/bash
# Version 3 against keepalived: IPv4 (VRID 51) and IPv6 (VRID 52) on the same
# two hosts, both roles, both ways of failover, preemption, equal priority.
#
#    v: two vrrpd        p: keepalived        c: client, pings the addresses
#
# keepalived 2.2.7 knows the pseudo-header checksum alone: --checksum auto has
# to find that out (P-08).
#
# measures time
. "$(dirname "$0")/lib.sh"
# Nobody resigns for who is killed.
VRRPD_OPTIONS="${VRRPD_OPTIONS:-} --no-guard"

command -v keepalived >/dev/null || {
	[ "${INTEROP:-}" = must ] && { echo "Bail out! no keepalived"; exit 1; }
	skip_all "keepalived is not installed"
}

# 3 x 0.2 s and a skew of 156/256 of 0.2 s: not earlier, and later only by what
# other work on the machine costs
DOWN="0.7215 1.00"
SKEW="0.1215 0.40"

ours() {		# PRIORITY
	also v4 v -3 -d 0.2 -v 51 -n -p "$1" 10.0.0.1 10.0.0.2
	also v6 v -d 0.2 -v 52 -n -p "$1" fe80::33 2001:db8::1
}
our_end() {		# SIGNAL
	kill "-$1" "${PID[v4]}" "${PID[v6]}"
	wait "${PID[v4]}" "${PID[v6]}" 2>/dev/null
}
instance() {		# NAME VRID PRIORITY ADDRESS...
	printf 'vrrp_instance %s {\ninterface eth0\nvirtual_router_id %s\n' "$1" "$2"
	printf 'priority %s\nadvert_int %s\nvirtual_ipaddress {\n' "$3" \
	    "${THEIR_INTERVAL:-0.2}"
	shift 3
	printf '%s\n' "$@" '}' '}'
}
theirs() {		# PRIORITY
	{
		printf 'global_defs {\nrouter_id p\nvrrp_version 3\n}\n'
		instance four 51 "$1" 10.0.0.1/32 10.0.0.2/32
		instance six 52 "$1" fe80::33/64 2001:db8::1/128
	} >"$T/p.conf"
	: >"$T/p.log"
	# It believes the file of a killed one as long as that is a zombie.
	rm -f "$T/p.pid" "$T/p.vrrp.pid"
	setsid ip netns exec p keepalived -n -l -D -P -f "$T/p.conf" \
	    -p "$T/p.pid" -r "$T/p.vrrp.pid" >>"$T/p.log" 2>&1 &
	PID[p]=$!
	PIDS+=("$!")
	until_true 5 grep -q 'Startup complete' "$T/p.log" ||
	    sed 's/^/# /' "$T/p.log"
	PIDS+=("$(cat "$T/p.vrrp.pid")")
}
their_end() {		# SIGNAL
	case $1 in
	KILL) kill -9 -- "-${PID[p]}" ;;
	*) kill -TERM "${PID[p]}" ;;
	esac
	wait "${PID[p]}" 2>/dev/null
}
both() { holds "$1" 10.0.0.1 && holds "$1" fe80::33 && holds "$1" 2001:db8::1; }
neither() { ! holds "$1" 10.0.0.1 && ! holds "$1" fe80::33; }
one_master() { both "$1" && neither "$2"; }
served() {
	until_true 2 at c ping -qc 1 -W 1 10.0.0.1 &&
	    until_true 2 at c ping -qc 1 -W 1 2001:db8::1
}
unplug() { ip link set dev "$1" nomaster; }
plug() { ip link set dev "$1" master br0; }
# gap VRID FROM TO: from the last advert of FROM to the first of TO after it
gap() {
	frames "$step" "vrrp.virt_rtr_id == $1" frame.time_epoch eth.src |
	    awk -v from="$2" -v to="$3" '$2 == from { t = $1; n = 0 }
		$2 == to && t && !n { n = 1; d = $1 - t }
		END { if (n) printf "%.6f\n", d }'
}
step() {		# NAME
	[ -z "${step:-}" ] || close_step
	step=$1
	capture "$step"
}
close_step() { end_capture "$step"; ok "$step: every frame is sound" clean_wire "$step"; }

play() {		# V P: the last octets of the MACs
	local v=02:00:00:00:00:$1 p=02:00:00:00:00:$2 vrid
	step peer-is-better
	theirs 150
	until_true 4 both p
	ours 100
	ok "$step: keepalived is Master alone" until_true 3 one_master p v
	step peer-killed
	sleep 0.5
	unplug p
	their_end KILL
	ok "$step: vrrpd takes over" until_true 3 both v
	ok "$step: the client is served" served
	at p ip addr flush dev eth0 scope global
	at p ip addr del fe80::33/64 dev eth0
	at p ip addr add "10.0.0.$2/24" dev eth0
	at p ip -6 addr add "2001:db8::$2/64" dev eth0 nodad
	end_capture "$step"
	for vrid in 51 52; do
		within "$step: Master_Down_Interval of $vrid" "$(gap $vrid "$p" "$v")" $DOWN
	done
	capture "$step"
	step peer-returns
	theirs 150
	plug p
	ok "$step: keepalived preempts" until_true 4 one_master p v
	ok "$step: the client is served" served
	step peer-stops
	sleep 0.3
	their_end TERM
	ok "$step: vrrpd takes over" until_true 3 one_master v p
	end_capture "$step"
	for vrid in 51 52; do
		within "$step: Skew_Time of $vrid" "$(gap $vrid "$p" "$v")" $SKEW
	done
	capture "$step"
	step peer-is-worse
	theirs 50
	sleep 1.5
	ok "$step: vrrpd stays Master" one_master v p
	ok "$step: the client is served" served
	ok "$step: keepalived takes our checksum" \
	    not grep -qi 'checksum' "$T/p.log"
	step we-stop
	our_end TERM
	ok "$step: keepalived takes over" until_true 3 one_master p v
	step we-return
	ours 100
	ok "$step: vrrpd preempts" until_true 3 one_master v p
	ok "$step: the client is served" served
	step we-are-killed
	our_end KILL
	unplug v
	ok "$step: keepalived takes over" until_true 3 both p
	plug v
	ours 100
	ok "$step: vrrpd comes back clean and preempts" until_true 3 one_master v p
	step equal
	their_end TERM
	unplug p
	theirs 100
	until_true 3 both p
	plug p
	if [ "$2" -gt "$1" ]; then
		ok "$step: the greater address, keepalived, wins" until_true 3 one_master p v
	else
		ok "$step: the greater address, vrrpd, wins" until_true 3 one_master v p
	fi
	ok "$step: the client is served" served
	close_step
	step=
	our_end TERM
	their_end TERM
}

# Both start while the port of p does not forward yet, and are Masters.  Then
# keepalived drops our adverts for their checksum, and yet sends none itself as
# long as they come.  meet PRIORITY BETTER WORSE
meet() {
	unplug p
	THEIR_INTERVAL=1 theirs "$1"
	ours 100
	ok "unheard: vrrpd is Master" until_true 3 both v
	ok "unheard: and keepalived" until_true 6 both p
	sleep 2
	plug p
	ok "unheard: $2 is Master alone" until_true 20 one_master "$2" "$3"
	our_end TERM
	their_end TERM
}

lan ${ORDER:-v p c}
n=11
for host in ${ORDER:-v p c}; do
	at "$host" ip -6 addr add "2001:db8::$n/64" dev eth0 nodad
	settle "$host"
	eval "octet_$host=$n"
	n=$((n + 1))
done
play "$octet_v" "$octet_p"
meet 50 v p
meet 150 p v
ok "no advert was dropped for what it says" \
    not grep -qE 'dropped advert.*(checksum|length|version|interval)' "$T"/v*.log
done_testing
