#!/bin/bash
# Version 3 against FRR: IPv4 (VRID 51) and IPv6 (VRID 52) on the same two
# hosts, both roles, all ways of failover, preemption, equal priority, and the
# two forms of the checksum in IPv4.
#
#    v: two vrrpd        p: FRR, zebra       c: client, pings the addresses
#    |  --macvlan        |  vr51, vr52       |
#   -+-------------------+-------------------+-- br0
#
# FRR 8.4 knows the pseudo-header checksum alone: --checksum auto has to find
# that out (P-08), and --checksum rfc9568 is not heard.  Its IPv6 adverts come
# from the link-local address of its macvlan, which decides between equals.
# Each has an interval of its own, so each must learn that of the other.
#
# Proves R9568-6.4.2-5, R9568-6.4.2-g, R9568-6.1-1 to -4, R9568-5.2.8-2, -3, P-08,
# preemption and the tie by address against FRR in both roles.  ORDER="p v c"
# gives FRR the smaller addresses.
#
# measures time
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/peers.sh"

need_peer "$FRR/zebra" "$FRR/vrrpd"

# Ours, priority 100, after FRR, which says 0.3 s: three of these and a skew of
# 156/256 of it; never earlier, and later by what other work costs at most.
DOWN="1.0824 1.40"
SKEW="0.1824 0.45"
# FRR, priority 50, after ours, which says 0.2 s: the skew is 206/256 of it, cut to
# 0.16 s.  Only roughly, for its timers are its own affair: with its own interval
# it would take 1.14 s, without the priority 0 as long as after a death.  In IPv6
# it keeps back its first advert for one of its intervals, as it finds no address
# on the macvlan that it has just set up.
THEIR_DOWN51="0.755 1.13" THEIR_DOWN52="1.055 1.43"
THEIR_SKEW51="0.155 0.70" THEIR_SKEW52="0.455 1.00"

V4=00:00:5e:00:01:33
V6=00:00:5e:00:02:34

# --- who is there -------------------------------------------------------------

ours() {		# PRIORITY [OPTION]... those for IPv4
	local prio=$1
	shift
	rm -f "$T/v4.log" "$T/v6.log"
	also v4 v -3 -d 0.2 -v 51 --macvlan -p "$prio" "$@" 10.0.0.1
	also v6 v -d 0.2 -v 52 --macvlan -p "$prio" fe80::33 2001:db8::1
}
our_end() {		# SIGNAL
	cat "$T/v4.log" "$T/v6.log" >>"$T/v.old"
	kill "-$1" "${PID[v4]}" "${PID[v6]}"
	wait "${PID[v4]}" "${PID[v6]}" 2>/dev/null
}
listening() { grep -c 'Initialize -> Backup' "$T/p.frr/protocol"; }
all_listen() { [ "$(listening)" -ge "$1" ]; }
theirs() {		# PRIORITY
	local n
	n=$(listening)
	frr_run p < <(
		for vrid in 51 52; do
			echo " vrrp $vrid version 3"
			echo " vrrp $vrid priority $1"
			echo " vrrp $vrid advertisement-interval 300"
		done
		echo " vrrp 51 ip 10.0.0.1"
		echo " vrrp 52 ipv6 fe80::33"
		echo " vrrp 52 ipv6 2001:db8::1"
	)
	until_true 5 all_listen $((n + 2))
}
their_end() { stop p "$1" 2>/dev/null; }

# has HOST VRID, lacks HOST VRID: FRR leaves the addresses where they are, and sets
# the device down
has() {
	case $1$2 in
	p*)	not protodown p "vr$2" ;;
	v51)	at v ip -o addr show dev vrrp.51 up | grep -q ' 10.0.0.1/' ;;
	v52)	at v ip -o addr show dev vrrp.52 up | grep -q ' fe80::33/' &&
		    at v ip -o addr show dev vrrp.52 up | grep -q ' 2001:db8::1/' ;;
	esac
}
lacks() {
	if [ "$1" = p ]; then protodown p "vr$2"; else not has v "$2"; fi
}
both() { has "$1" 51 && has "$1" 52; }
neither() { lacks "$1" 51 && lacks "$1" 52; }
one_master() { both "$1" && neither "$2"; }

port_of() { bridge fdb show br br0 | awk -v mac="$1" '$1 == mac { print $3; exit }'; }
reached() {
	at c ping -qc 1 -W 0.3 10.0.0.1 && at c ping -qc 1 -W 0.3 2001:db8::1 &&
	    at c ping -qc 1 -W 0.3 fe80::33%eth0
}
# served HOST: the client reaches all addresses, at the virtual MACs, there
served() {
	until_true 3 reached &&
	    [ "$(lladdr 10.0.0.1) $(lladdr fe80::33) $(lladdr 2001:db8::1)" = "$V4 $V6 $V6" ] &&
	    [ "$(port_of "$V4") $(port_of "$V6")" = "$1 $1" ]
}

# --- the steps ----------------------------------------------------------------

# gap VRID FROM TO: from the last advert of FROM to the first of TO after it
gap() {
	frames "$step" "vrrp.virt_rtr_id == $1" frame.time_epoch ip.src ipv6.src |
	    awk -v from="${SOURCE[$2$1]}" -v to="${SOURCE[$3$1]}" '
		$2 == from { t = $1; n = 0 }
		$2 == to && t && !n { n = 1; d = $1 - t }
		END { if (n) printf "%.6f\n", d }'
}
step() {		# NAME
	[ -z "${step:-}" ] || close_step
	step=$1
	capture "$step"
}
close_step() {
	end_capture "$step"
	ok "$step: every frame is sound" clean_wire "$step"
	step=
}
# took_over WHAT FROM TO BOUNDS51 BOUNDS52: ends the step, too
took_over() {
	local name=$step
	sleep 0.7	# FRR's first advert in IPv6
	close_step
	step=$name
	within "$step: $1, IPv4" "$(gap 51 "$2" "$3")" $4
	within "$step: $1, IPv6" "$(gap 52 "$2" "$3")" $5
	step=
}

play() {
	step peer-is-better
	theirs 150
	until_true 4 both p
	ours 100
	ok "$step: FRR is Master alone" until_true 3 one_master p v
	ok "$step: the client is served" served p
	sleep 1
	ok "$step: and FRR stays it" one_master p v
	step peer-killed
	sleep 0.5
	unplug p
	their_end KILL
	ok "$step: vrrpd takes over" until_true 3 both v
	ok "$step: the client is served" served v
	took_over Master_Down_Interval p v "$DOWN" "$DOWN"

	step peer-returns
	theirs 150
	plug p
	ok "$step: FRR preempts" until_true 4 one_master p v
	ok "$step: the client is served" served p
	step peer-stops
	sleep 0.5
	their_end TERM
	ok "$step: vrrpd takes over" until_true 3 one_master v p
	ok "$step: the client is served" served v
	took_over "Skew_Time" p v "$SKEW" "$SKEW"

	step peer-is-worse
	theirs 50
	sleep 1.5
	ok "$step: vrrpd stays Master" one_master v p
	ok "$step: the client is served" served v
	step we-stop
	sleep 0.5
	our_end TERM
	ok "$step: FRR takes over" until_true 3 both p
	ok "$step: the client is served" served p
	took_over "FRR's Skew_Time" v p "$THEIR_SKEW51" "$THEIR_SKEW52"
	step we-return
	ours 100
	ok "$step: vrrpd preempts" until_true 3 one_master v p
	ok "$step: the client is served" served v
	step we-are-killed
	sleep 0.5
	unplug v
	our_end KILL
	ok "$step: FRR takes over" until_true 3 both p
	ok "$step: the client is served" served p
	took_over "FRR's Master_Down_Interval" v p "$THEIR_DOWN51" "$THEIR_DOWN52"
	step we-come-back
	ours 100 -S 1		# and hears FRR before it says anything
	plug v
	ok "$step: vrrpd comes back clean and preempts" until_true 3 one_master v p
	ok "$step: the client is served" served v

	# Apart; then ours hears FRR, and not the other way round; then both
	step equal
	their_end TERM
	bridge link set dev v isolated on
	bridge link set dev p isolated on
	theirs 100
	ok "$step: two Masters" until_true 3 eval 'both p && both v'
	sleep 1		# FRR knows its source from its first advert on
	bridge link set dev p mcast_flood off
	bridge link set dev p isolated off
	if [ "$greater" = v ]; then
		sleep 1
		ok "$step: vrrpd stays Master beside a smaller address" both v
	else
		ok "$step: vrrpd yields to a greater one" until_true 3 neither v
	fi
	ok "$step: FRR, which is deaf, is Master" both p
	bridge link set dev p mcast_flood on
	ok "$step: the greater address wins, $greater" \
	    until_true 3 one_master "$greater" "$smaller"
	sleep 1
	ok "$step: for good" one_master "$greater" "$smaller"
	ok "$step: the client is served" served "$greater"
	close_step
}

# --- the checksum -------------------------------------------------------------

# form_of HOST: that of its last IPv4 advert
form_of() {
	frames "$step" "vrrp && ip.src == ${SOURCE[${1}51]}" vrrp.checksum.status |
	    tail -1 | sed 's/0/rfc9568/; s/1/pseudo-header/'
}
refused() { grep -c 'VRID 51.*Bad VRRP checksum' "$T/p.frr/protocol"; }
# beside NAME OPTION...: FRR, which is worse, comes to our Master
beside() {
	step=$1
	shift
	ours 100 "$@"
	ok "$step: Master without FRR" until_true 3 both v
	before=$(refused)
	capture "$step"
	theirs 50
	sleep 2.5
	end_capture "$step"
	is "$step: no question in IPv6" "$(has v 52 && lacks p 52 && echo v)" v
}
apart() { our_end TERM; their_end TERM; }

checksums() {
	beside auto
	ok "$step: FRR refused the form of RFC 9568" [ "$(refused)" -gt "$before" ]
	ok "$step: vrrpd heard it say so, and is Master alone" one_master v p
	is "$step: for it changed its own" "$(form_of v)" pseudo-header
	apart
	beside pseudo-header --checksum pseudo-header
	is "$step: FRR refused nothing" "$(refused)" "$before"
	is "$step: nor said anything" "$(form_of v) $(form_of p)" "pseudo-header "
	ok "$step: vrrpd is Master alone" one_master v p
	apart
	beside rfc9568 --checksum rfc9568
	ok "$step: FRR refused it" [ "$(refused)" -gt "$before" ]
	is "$step: both stay with theirs" "$(form_of v) $(form_of p)" \
	    "rfc9568 pseudo-header"
	ok "$step: and are Masters" eval 'has v 51 && has p 51'
	within "$step: vrrpd takes that of FRR" \
	    "$(counter v4 'with pseudo-header:')" 2 99
	apart
}

# --- the play -----------------------------------------------------------------

lan ${ORDER:-v p c}
n=11
for host in ${ORDER:-v p c}; do
	at "$host" ip -6 addr add "2001:db8::$n/64" dev eth0 nodad
	settle "$host"
	eval "octet_$host=$n"
	n=$((n + 1))
done
declare -A SOURCE	# of the adverts of each, per VRID
SOURCE[v51]=10.0.0.$octet_v
SOURCE[v52]=fe80::ff:fe00:$octet_v
SOURCE[p51]=10.0.0.$octet_p
if [ "$octet_p" -gt "$octet_v" ]; then
	greater=p smaller=v
	SOURCE[p52]=fe80::1:0:0:$octet_p
else
	greater=v smaller=p
	SOURCE[p52]=fe80::1:$octet_p
fi
frr_device p vr51 $V4
frr_device p vr52 $V6
at p ip addr add 10.0.0.1/32 dev vr51
at p ip addr add 2001:db8::1/128 dev vr52 nodad
at p ip addr add fe80::33/64 dev vr52 nodad
# The last one added comes first, and is the source.
at p ip addr add "${SOURCE[p52]}/64" dev vr52 nodad
at p ip link set dev vr51 up
at p ip link set dev vr52 up
frr_zebra p

play
is "FRR has no complaint" "$(grep -iE \
    ' bad |mismatch|unequal|undersized|incorrect' "$T/p.frr/protocol")" ""
our_end TERM
their_end TERM
checksums
is "vrrpd dropped nothing of FRR's" \
    "$(grep -h 'dropped advert' "$T/v.old")" ""
done_testing
