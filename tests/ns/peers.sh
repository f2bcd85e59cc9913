# shellcheck shell=bash
# The other VRRP routers: how to start and stop them, and what is shown
# against each of them.  Comes after lib.sh.
#
# A test makes one or more pairs of routers, all on one LAN and watched in one
# capture.  They go through the same steps together, which saves time and not
# sense: the times are read from the wire.  The pair X has three hosts, in the
# order of their addresses, so that between equal priorities ours loses on aX
# and wins on bX:
#
#	aX: vrrpd < pX: the peer < bX: vrrpd
#
# unplug and plug take a host off the bridge and put it back.  Its carrier stays,
# so it does not notice.  A router killed with -9 leaves its addresses behind
# and goes on to answer for them (F02); it is cut off at once for that reason,
# as a machine without power would be, and plugged in after its next start.

FRR=/usr/lib/frr
PEER_VRRPD=${PEER_VRRPD:-$VRRPD}
# Seconds, for one sample each on a machine that may have other work between two
# sends: failover.t and signals.t have the strict bounds.  A second round of
# announcements would come after 0.25 s.
LATE=${LATE:-0.05}
ANNOUNCED=${ANNOUNCED:-0.2}

# need_peer PROGRAM...: without them the test is skipped, or failed on demand
need_peer() {
	local program
	for program in "$@"; do
		type -P "$program" >/dev/null && continue
		[ "${INTEROP:-}" = must ] || skip_all "$program is not installed"
		echo "1..1"
		echo "not ok 1 - $program is installed (INTEROP=must)"
		FAILED=1
		exit 1
	done
}

# --- the pairs ----------------------------------------------------------------

PAIRS=()
declare -A KIND VRID OURS THEIRS VIPS	# of a pair
declare -A ADDR PRIO STATE		# of a host; STATE is up, or nothing

# pair X KIND VRID OURS THEIRS ADDRESS[/LEN]...: OURS are options of vrrpd,
# THEIRS is whatever KIND_start understands
pair() {
	PAIRS+=("$1")
	KIND[$1]=$2 VRID[$1]=$3 OURS[$1]=$4 THEIRS[$1]=$5
	local x=$1
	shift 5
	VIPS[$x]=$*
}

# lan_of_pairs: all of them and the client c
lan_of_pairs() {
	local x role n=11 hosts=()
	for x in "${PAIRS[@]}"; do
		for role in a p b; do
			hosts+=("$role$x")
			ADDR[$role$x]=10.0.0.$n
			n=$((n + 1))
		done
	done
	lan "${hosts[@]}" c
}

unplug() { ip link set dev "$1" nomaster; }
plug() { ip link set dev "$1" master br0; }

# fresh_log HOST: what it logs from now on, the rest to HOST.old.log
fresh_log() {
	[ -e "$T/$1.log" ] && cat "$T/$1.log" >>"$T/$1.old.log"
	: >"$T/$1.log"
}

# holds HOST ADDRESS[/LEN]...: all of them, on any interface; a /32 by default
holds() {
	local host=$1 vip have
	shift
	have=$(at "$host" ip -4 -o addr show)
	for vip in "$@"; do
		[[ "$vip" == */* ]] || vip=$vip/32
		[[ "$have" == *" inet $vip "* ]] || return 1
	done
}

# --- a router: ours, keepalived, FRR ------------------------------------------

# KIND_start HOST VRID PRIORITY OPTIONS ADDRESS[/LEN]...
# KIND_stop HOST SIGNAL		TERM or KILL, all of its processes
# KIND_master HOST VRID ADDRESS[/LEN]...

vrrpd_start() {
	local host=$1 vrid=$2 prio=$3 options=$4
	shift 4
	# shellcheck disable=SC2086 # several options
	start "$host" -v "$vrid" -p "$prio" $options "$@"
}

vrrpd_stop() { stop "$1" "$2"; }
vrrpd_master() { holds "$1" "${@:3}"; }

# A peer that is vrrpd too, perhaps another build
other_start() { VRRPD=$PEER_VRRPD vrrpd_start "$@"; }
other_stop() { vrrpd_stop "$@"; }
other_master() { vrrpd_master "$@"; }

# OPTIONS are lines of the instance's configuration.
keepalived_start() {
	local host=$1 vrid=$2 prio=$3 options=$4
	shift 4
	{
		echo "global_defs {"
		echo "router_id $host"
		echo "vrrp_version 2"
		echo "}"
		echo "vrrp_instance r$vrid {"
		echo "interface eth0"
		echo "virtual_router_id $vrid"
		echo "priority $prio"
		echo "advert_int 1"
		echo "$options"
		echo "virtual_ipaddress {"
		printf '%s\n' "$@"
		echo "}"
		echo "}"
	} >"$T/$host.conf"
	# It believes the file of a killed one as long as that is a zombie.
	rm -f "$T/$host.pid" "$T/$host.vrrp.pid"
	# A process group of its own: a parent, and a child that does the work
	setsid ip netns exec "$host" keepalived -n -l -D -P -f "$T/$host.conf" \
	    -p "$T/$host.pid" -r "$T/$host.vrrp.pid" >>"$T/$host.log" 2>&1 &
	PID[$host]=$!
	PIDS+=("$!")
	until_true 5 grep -q 'Startup complete' "$T/$host.log" ||
	    sed 's/^/# /' "$T/$host.log"
	PIDS+=("$(cat "$T/$host.vrrp.pid")")
}

keepalived_stop() {
	if [ "$2" = KILL ]; then
		kill -9 -- "-${PID[$1]}"
		wait "${PID[$1]}" 2>/dev/null
	else
		stop "$1"
	fi
}

keepalived_master() { holds "$1" "${@:3}"; }

# As its manual says: the operator makes a macvlan with the virtual MAC and the
# addresses, FRR sets it protodown unless Master.  It keeps files in /var/tmp,
# and wants its user to be in the group frrvty, also if that is root, the only
# one there is in a user namespace.
frr_prepare() {
	local host=$1 dev=vr$2 vip
	frr_device "$host" "$dev" "00:00:5e:00:01:$(printf %02x "$2")"
	for vip in "${@:3}"; do
		[[ "$vip" == */* ]] || vip=$vip/32
		at "$host" ip addr add "$vip" dev "$dev"
	done
	at "$host" ip link set dev "$dev" up
	frr_zebra "$host"
}

# frr_device HOST NAME MAC
frr_device() {
	at "$1" ip link add "$2" link eth0 type macvlan mode bridge
	at "$1" ip link set dev "$2" addrgenmode none
	at "$1" ip link set dev "$2" address "$3"
	# Else all devices answer for the addresses of each other, with their
	# own MACs, and ask with them (F17).
	sysctls "$1" ipv4/conf/all/arp_{ignore=1,announce=2}
}

# frr_zebra HOST: what FRR's vrrpd needs to live
frr_zebra() {
	local host=$1 dir=$T/$1.frr
	mkdir "$dir"
	if ! mountpoint -q /etc/group; then
		mount -t tmpfs none /var/tmp
		sed '/^frrvty:/d' /etc/group >"$T/group"
		echo frrvty:x:0:root >>"$T/group"
		mount --bind "$T/group" /etc/group
	fi
	: >"$dir/zebra.conf"
	# Not *.log: it tells so much that nobody would read the others.
	: >"$dir/protocol"
	ip netns exec "$host" "$FRR/zebra" -u root -g root -A 127.0.0.1 \
	    --vty_socket "$dir" -z "$dir/zserv.api" -i "$dir/zebra.pid" \
	    -f "$dir/zebra.conf" --log stdout >>"$T/$host.zebra.log" 2>&1 &
	PIDS+=("$!")
	until_true 10 test -S "$dir/zserv.api"
}

frr_start() {
	local host=$1 vrid=$2 prio=$3 vip
	shift 4
	[ -d "$T/$host.frr" ] || frr_prepare "$host" "$vrid" "$@"
	frr_run "$host" < <(
		echo " vrrp $vrid version 2"
		echo " vrrp $vrid priority $prio"
		echo " vrrp $vrid advertisement-interval 1000"
		for vip in "$@"; do echo " vrrp $vrid ip ${vip%/*}"; done
	)
	until_true 5 protodown "$host" "vr$vrid"
}

# frr_run HOST: the configuration of eth0 on stdin
frr_run() {
	local host=$1 dir=$T/$1.frr
	{
		echo "debug vrrp protocol"
		echo "debug vrrp packets"
		echo "interface eth0"
		cat
	} >"$dir/vrrpd.conf"
	ip netns exec "$host" "$FRR/vrrpd" -u root -g root -A 127.0.0.1 \
	    --vty_socket "$dir" -z "$dir/zserv.api" -i "$dir/vrrpd.pid" \
	    -f "$dir/vrrpd.conf" --log "file:$dir/protocol" \
	    >>"$T/$host.log" 2>&1 &
	PID[$host]=$!
	PIDS+=("$!")
}

frr_stop() { stop "$1" "$2"; }
frr_master() { not protodown "$1" "vr$2"; }
protodown() { at "$1" ip -d link show "$2" | grep -q 'protodown on'; }

# --- one role in all pairs ----------------------------------------------------

kind() { [ "$1" = p ] && echo "${KIND[$2]}" || echo vrrpd; }

# up ROLE PRIORITY
up() {
	local x host options
	for x in "${PAIRS[@]}"; do
		host=$1$x PRIO[$1$x]=$2 STATE[$1$x]=up
		fresh_log "$host"
		options=${OURS[$x]}
		[ "$1" = p ] && options=${THEIRS[$x]}
		# shellcheck disable=SC2086 # several addresses
		"$(kind "$1" "$x")_start" "$host" "${VRID[$x]}" "$2" "$options" \
		    ${VIPS[$x]}
	done
}

# down ROLE SIGNAL: with KILL, the cable too
down() {
	local x
	ACTION=$(now)
	for x in "${PAIRS[@]}"; do
		# The shell would say "Killed".
		"$(kind "$1" "$x")_stop" "$1$x" "$2" 2>/dev/null
		[ "$2" = KILL ] && unplug "$1$x"
		STATE[$1$x]=
	done
}

# each unplug|plug ROLE
each() {
	local x
	ACTION=$(now)
	for x in "${PAIRS[@]}"; do "$1" "$2$x"; done
}

# master ROLE X
master() {
	# shellcheck disable=SC2086 # several addresses
	"$(kind "$1" "$2")_master" "$1$2" "${VRID[$2]}" ${VIPS[$2]}
}

# alone ROLE X: no other router that runs has an address
alone() {
	local role vip
	for role in a p b; do
		[ "$role" = "$1" ] || [ -z "${STATE[$role$2]:-}" ] && continue
		if [ "$(kind "$role" "$2")" = frr ]; then
			master "$role" "$2" && return 1
			continue
		fi
		for vip in ${VIPS[$2]}; do
			holds "$role$2" "$vip" && return 1
		done
	done
	return 0
}

# serves SECONDS X: the client reaches all addresses, each within that time
serves() {
	local vip
	for vip in ${VIPS[$2]}; do
		until_true "$1" at c ping -qc 1 -W 0.3 "${vip%/*}" || return 1
	done
}

# entry X: the MAC that the client has for the first address
entry() {
	set -- ${VIPS[$1]}
	at c ip neigh show "${1%/*}" | grep -oE 'lladdr [^ ]*'
}

# its_mac ROLE X: the one of vrrpd's that it should have
its_mac() {
	case " ${OURS[$2]} " in
	*" -n "*) echo "lladdr 02:00:00:00:00:${ADDR[$1$2]##*.}" ;;
	*)	printf 'lladdr 00:00:5e:00:01:%02x\n' "${VRID[$2]}" ;;
	esac
}

# --- what must happen ---------------------------------------------------------

# What the capture must show at the end, a line each:
#	X TIME1 TIME2 CHECK OLD_HOST NEW_HOST NEW_PRIORITY NEW_KIND STEP
EXPECTED=()
ACTION=		# when the last thing was done to the routers

# settled STEP CHECK OLD NEW: the role NEW becomes Master in each pair, alone,
# and the client reaches it.  CHECK is how the capture must show it:
#	first		nobody was Master before
#	kept		NEW was Master before
#	silent		Master_Down_Interval after the last advert of OLD
#	resigned	Skew_Time after the priority 0 of OLD
#	better		OLD falls silent after the first advert of NEW
#	heard		likewise, both were Master before
settled() {
	local step=$1 check=$2 old=$3 new=$4 x from patience=0.8
	# FRR announces once, in request form, and the loser's kernel may still
	# answer from the same virtual MAC: the switch then learns the wrong
	# port, until the next advert (F37).
	[ "$new" = p ] && patience=1.5
	for x in "${PAIRS[@]}"; do
		ok "$x: $step: $new$x is Master" until_true 8 master "$new" "$x"
		ok "$x: $step: and nobody else" until_true 3 alone "$new" "$x"
		ok "$x: $step: the client reaches it" serves "$patience" "$x"
		[ "$new" = p ] || is "$x: $step: the client has its MAC" \
		    "$(entry "$x")" "$(its_mac "$new" "$x")"
	done
	from=$(now)
	sleep 1.1	# at least one advert
	for x in "${PAIRS[@]}"; do
		EXPECTED+=("$x $from $(now) steady $old$x $new$x 0 - $step")
		EXPECTED+=("$x $ACTION $from $check $old$x $new$x ${PRIO[$new$x]} $(kind "$new" "$x") $step")
	done
}

# skew PRIORITY: in seconds
skew() { awk -v p="$1" 'BEGIN { printf "%.6f", (256 - p) / 256 }'; }
plus() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.6f", a + b }'; }

# Ours to the letter; the others round, so only roughly
bounded() {
	local what=$1 value=$2 exact=$3 kind=$4
	case $kind in
	vrrpd|other)
		within "$what" "$value" "$(minus "$exact" 0.0004)" \
		    "$(plus "$exact" "$LATE")" ;;
	*)	within "$what" "$value" "$(minus "$exact" 0.05)" \
		    "$(plus "$exact" 0.25)" ;;
	esac
}

# The adverts of X as "TIME SOURCE PRIORITY MAC COUNT", in $T/wire.X
read_wire() {
	local x
	frames wire vrrp frame.time_epoch ip.src vrrp.prio eth.src \
	    vrrp.addr_count vrrp.virt_rtr_id >"$T/wire.all"
	for x in "${PAIRS[@]}"; do
		awk -v v="${VRID[$x]}" '$6 == v' "$T/wire.all" >"$T/wire.$x"
	done
	frames wire 'arp.isgratuitous == 1' frame.time_epoch \
	    arp.src.proto_ipv4 eth.src >"$T/wire.arp"
}

# the_wire_shows: all of EXPECTED
the_wire_shows() {
	local line x t1 t2 check old new prio kind step lines first last vip arp
	for line in "${EXPECTED[@]}"; do
		read -r x t1 t2 check old new prio kind step <<<"$line"
		old=${ADDR[$old]:-} new=${ADDR[$new]}
		lines=$T/wire.$x
		first=$(awk -v t="$t1" -v s="$new" '$1 > t && $2 == s { print $1; exit }' "$lines")
		case $check in
		steady)
			is "$x: $step: adverts of one Master only" \
			    "$(awk -v a="$t1" -v b="$t2" '$1 > a && $1 < b { print $2 }' "$lines" | sort -u)" \
			    "$new"
			continue ;;
		kept)
			continue ;;
		silent)
			last=$(awk -v t="${first:-0}" -v s="$old" '$1 < t && $2 == s { l = $1 } END { print l }' "$lines")
			bounded "$x: $step: after the last advert" \
			    "$(minus "$first" "$last")" \
			    "$(plus 3 "$(skew "$prio")")" "$kind" ;;
		resigned)
			last=$(awk -v t="$t1" -v s="$old" '$1 > t && $2 == s && $3 == 0 { print $1; exit }' "$lines")
			bounded "$x: $step: after the priority 0" \
			    "$(minus "$first" "$last")" \
			    "$(skew "$prio")" "$kind" ;;
		better|heard)
			# A last one is allowed: ours says good-bye (F01),
			# or two frames cross.
			within "$x: $step: adverts of the loser after it" \
			    "$(awk -v t="${first:-0}" -v b="$t2" -v s="$old" '$1 > t && $1 < b && $2 == s { n++ } END { print n + 0 }' "$lines")" \
			    0 "$([ "$check" = better ] && echo 1 || echo 2)" ;;
		esac
		[ "$kind" = vrrpd ] || continue
		if [ "$check" = heard ]; then
			# The one that answers the loser (F01), if that said
			# anything before it yielded
			last=$(awk -v t="$t1" -v b="$t2" -v s="$old" '$1 > t && $1 < b && $2 == s { print $1; exit }' "$lines")
			[ -n "$last" ] || continue
			first=$(awk -v t="$last" -v s="$new" '$1 > t && $2 == s { print $1; exit }' "$lines")
		fi
		for vip in ${VIPS[$x]}; do
			arp=$(awk -v t="${first:-0}" -v a="${vip%/*}" '$1 >= t && $2 == a { print $1; exit }' "$T/wire.arp")
			within "$x: $step: ${vip%/*} announced after the advert" \
			    "$(minus "$arp" "$first")" 0 "$ANNOUNCED"
		done
	done
}

# every_step: the whole of it, for all pairs together
every_step() {
	local x
	capture wire
	up p 150
	ACTION=$(now)
	up a 100
	settled "the peer is better" first a p
	down p KILL
	settled "the peer is killed" silent p a
	up p 150
	ACTION=$(now)
	each plug p
	settled "the peer returns and preempts" better a p
	down p TERM
	settled "the peer stops" resigned p a

	up p 50
	ACTION=$(now)
	settled "the peer is worse" kept p a
	down a KILL
	settled "vrrpd is killed" silent a p
	up a 100
	ACTION=$(now)
	each plug a
	settled "vrrpd returns and preempts" better p a
	down a TERM
	settled "vrrpd stops" resigned a p

	# Equal priorities are decided by address, between two Masters.
	down p TERM
	each unplug p
	up p 100
	up a 100
	for x in "${PAIRS[@]}"; do
		ok "$x: two Masters: p$x" until_true 8 master p "$x"
		ok "$x: two Masters: a$x" until_true 8 master a "$x"
	done
	each plug p
	settled "equal, the peer has the greater address" heard a p
	down a TERM
	each unplug p
	up b 100
	for x in "${PAIRS[@]}"; do
		ok "$x: two Masters: p$x still" master p "$x"
		ok "$x: two Masters: b$x" until_true 8 master b "$x"
	done
	each plug p
	settled "equal, vrrpd has the greater address" heard p b
	down b TERM
	down p TERM
	end_capture wire

	ok "every frame of all is sound" clean_wire wire
	read_wire
	the_wire_shows
	for x in "${PAIRS[@]}"; do
		is "$x: as many addresses in every advert of all routers" \
		    "$(awk '{ print $5 }' "$T/wire.$x" | sort -u)" \
		    "$(set -- ${VIPS[$x]}; echo $#)"
		is "$x: vrrpd dropped nothing of the peer's" \
		    "$(cat "$T"/[ab]"$x".{old.,}log 2>/dev/null |
		        grep -E 'advert from|cannot')" ""
	done
}
