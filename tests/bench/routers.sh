# shellcheck shell=bash
# The contenders: how each is started, found and ended.  Comes after lib.sh.
#
#	WHO		MODE		what it is
#	vrrpd		plain		vrrpd -n
#			vmac		vrrpd, which changes the interface's MAC
#			macvlan		vrrpd --macvlan
#			realtime	vrrpd -n --realtime
#	small		the same	the program of "make small"
#	keepalived	plain		its default, no virtual MAC
#			vmac		use_vmac
#			realtime	vrrp_rt_priority 50
#	frr		macvlan		zebra and vrrpd on macvlans, as its manual says
#	ucarp		plain		CARP, a relative; one process for each address
#
# VERSION and INTERVAL (seconds) hold for all that are started; NADDR is the
# number of addresses of a router, PREEMPT= lets a better one wait.

FRR=/usr/lib/frr
SMALL=${SMALL:-$TOP/vrrpd-small}
BENCH_C=$TOP/tests/bench/bench
VERSION=2 INTERVAL=1 NADDR=1 PREEMPT=yes

declare -A ABSENT

# can WHO: whether it is here and speaks VERSION at INTERVAL.  Whatever is not
# installed is named once.
can() {
	local program
	case $1 in
	vrrpd)	program=$VRRPD ;;
	small)	program=$SMALL ;;
	keepalived) program=keepalived ;;
	frr)	program=$FRR/vrrpd ;;
	ucarp)	program=ucarp
		[ "$VERSION" = 2 ] || return 1 ;;
	esac
	[[ " $CONTENDERS " == *" $1 "* ]] || return 1
	if ! type -P "$program" >/dev/null; then
		[ -n "${ABSENT[$1]:-}" ] || say "skip" "$1 is not installed ($program)"
		ABSENT[$1]=yes
		return 1
	fi
}

# possible WHO:MODE[:...]...: those of them that can
possible() {
	local combo
	for combo in "$@"; do
		can "${combo%%:*}" && printf '%s ' "$combo"
	done
}

# label WHO MODE: its column
label() {
	case $1:$2 in
	vrrpd:vmac)	echo "vrrpd" ;;
	vrrpd:plain)	echo "vrrpd -n" ;;
	vrrpd:*)	echo "vrrpd --$2" ;;
	small:plain)	echo "small -n" ;;
	small:*)	echo "small" ;;
	*:plain|frr:*)	echo "$1" ;;
	*)		echo "$1 $2" ;;
	esac
}

# --- the LAN ------------------------------------------------------------------

HOSTS=()

# lan_begin HOST...: the Nth has 10.0.0.N/16; each is a port of br0
lan_begin() {
	local host n=1
	HOSTS=("$@")
	ip link add br0 type bridge mcast_snooping 0
	ip link set dev br0 up
	echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables 2>/dev/null
	for host in "$@"; do
		ip netns add "$host"
		ip link add name "$host" type veth peer name eth0 netns "$host"
		ip link set dev "$host" master br0 up
		ip -n "$host" -batch - <<-END
			link set dev lo up
			link set dev eth0 address 02:00:00:00:$(printf '%02x:%02x' $((n / 256)) $((n % 256)))
			addr add 10.0.0.$n/16 dev eth0
			link set dev eth0 up
		END
		mkdir -p "$T/$host"
		n=$((n + 1))
	done
	for host in "$@"; do until_true 10 carrier "$host"; done
}

carrier() { ip -n "$1" link show dev eth0 | grep -q LOWER_UP; }

lan_end() {
	local host pid
	for host in "${HOSTS[@]}"; do
		for pid in $(pids "$host"); do kill -9 "$pid" 2>/dev/null; done
	done
	for host in "${HOSTS[@]}"; do
		until_true 5 empty "$host"
		ip link del dev "$host"
		ip netns del "$host"
		rm -rf "${T:?}/$host" "$T/$host".*
	done
	ip link del dev br0
	HOSTS=()
}

empty() { [ -z "$(pids "$1")" ]; }
pids() { "$BENCH_C" pids "$1" | cut -d' ' -f1; }

# address HOST: its own; vip VRID: that of a router with one address
address() { ip -n "$1" -4 -o addr show dev eth0 | grep -o '10\.0\.0\.[0-9]*' | head -1; }
vip() { echo "10.0.1.$1"; }
vips() {
	if [ "$NADDR" = 1 ]; then vip "$1"; else seq -f '10.0.2.%g' "$NADDR"; fi
}

# --- start --------------------------------------------------------------------

# launch HOST COMMAND...: all alike in a session of its own
launch() {
	local host=$1
	shift
	setsid ip netns exec "$host" ${STAMP:-} "$@" >>"$T/$host.log" 2>&1 &
	disown		# nobody wants to read that it was killed
}

# up WHO MODE HOST FIRST COUNT PRIORITY: COUNT routers from VRID FIRST on
up() {
	case $1 in
	vrrpd)	vrrpd_up "$VRRPD" "${@:2}" ;;
	small)	vrrpd_up "$SMALL" "${@:2}" ;;
	*)	"$1_up" "${@:2}" ;;
	esac
}

vrrpd_up() {
	local program=$1 mode=$2 host=$3 first=$4 count=$5 prio=$6 v
	local options=(-i eth0 -f "$T/$host" -L notice -d "$INTERVAL")
	[ "$VERSION" = 3 ] && options+=(-3)
	[ "$prio" = 255 ] || options+=(-p "$prio")
	[ -n "$PREEMPT" ] || options+=(-s)
	case $mode in
	plain)	options+=(-n) ;;
	macvlan) options+=(--macvlan) ;;
	realtime) options+=(-n --realtime) ;;
	esac
	for ((v = first; v < first + count; v++)); do
		# shellcheck disable=SC2046
		launch "$host" "$program" "${options[@]}" -v "$v" \
		    ${VRRPD_OPTIONS:-} $(vips "$v")
	done
}

keepalived_up() {
	local mode=$1 host=$2 first=$3 count=$4 prio=$5 v
	{
		echo "global_defs {"
		echo "router_id $host"
		echo "vrrp_version $VERSION"
		[ "$mode" = realtime ] && echo "vrrp_rt_priority 50"
		echo "}"
		for ((v = first; v < first + count; v++)); do
			echo "vrrp_instance r$v {"
			[ "$prio" = 255 ] && echo "state MASTER"
			echo "interface eth0"
			[ "$mode" = vmac ] && echo "use_vmac vrrp.$v"
			[ -n "$PREEMPT" ] || echo "nopreempt"
			echo "virtual_router_id $v"
			echo "priority $prio"
			echo "advert_int $INTERVAL"
			echo "virtual_ipaddress {"
			vips "$v" | sed 's|$|/32|'
			echo "}"
			echo "}"
		done
	} >"$T/$host.conf"
	launch "$host" keepalived -n -l -P -f "$T/$host.conf" \
	    -p "$T/$host.pid" -r "$T/$host.vrrp.pid"
}

# It keeps files in /var/tmp, and wants its user to be in the group frrvty.
frr_up() {
	local host=$2 first=$3 count=$4 prio=$5 dir=$T/$2/frr v a
	if ! mountpoint -q /etc/group; then
		mount -t tmpfs none /var/tmp
		sed '/^frrvty:/d' /etc/group >"$T/group"
		echo frrvty:x:0:root >>"$T/group"
		mount --bind "$T/group" /etc/group
	fi
	mkdir -p "$dir"
	ip netns exec "$host" sh -c 'cd /proc/sys/net/ipv4/conf/eth0 &&
	    echo 1 >arp_ignore && echo 2 >arp_announce'
	for ((v = first; v < first + count; v++)); do
		ip -n "$host" link show "vr$v" >/dev/null 2>&1 && continue
		echo "link add vr$v link eth0 address 00:00:5e:00:01:$(printf %02x "$v") type macvlan mode bridge"
		echo "link set dev vr$v addrgenmode none"
		for a in $(vips "$v"); do echo "addr add $a/32 dev vr$v"; done
		echo "link set dev vr$v up"
	done | ip -n "$host" -batch -
	: >"$dir/zebra.conf"
	{
		echo "interface eth0"
		for ((v = first; v < first + count; v++)); do
			echo " vrrp $v version $VERSION"
			echo " vrrp $v priority $prio"
			[ -n "$PREEMPT" ] || echo " no vrrp $v preempt"
			echo " vrrp $v advertisement-interval" \
			    "$(awk -v i="$INTERVAL" 'BEGIN { printf "%d", i * 1000 }')"
			for a in $(vips "$v"); do echo " vrrp $v ip $a"; done
		done
	} >"$dir/vrrpd.conf"
	local common=(-u root -g root -A 127.0.0.1 --vty_socket "$dir"
	    -z "$dir/zserv.api")
	STAMP='' launch "$host" "$FRR/zebra" "${common[@]}" \
	    -i "$dir/zebra.pid" -f "$dir/zebra.conf"
	until_true 10 test -S "$dir/zserv.api"
	launch "$host" "$FRR/vrrpd" "${common[@]}" -i "$dir/vrrpd.pid" \
	    -f "$dir/vrrpd.conf"
}

# It sets its addresses by scripts; priority 200 is its advskew 1, 100 is 101.
ucarp_up() {
	local host=$2 first=$3 count=$4 prio=$5 own v
	own=$(address "$host")
	for v in add del; do
		printf '#!/bin/sh\nexec ip addr %s "$2/32" dev "$1"\n' "$v" \
		    >"$T/$host/$v"
		chmod 755 "$T/$host/$v"
	done
	for ((v = first; v < first + count; v++)); do
		launch "$host" ucarp -i eth0 -s "$own" -v "$v" -p bench \
		    -a "$(vip "$v")" -b "$INTERVAL" -k $((201 - prio)) \
		    -u "$T/$host/add" -d "$T/$host/del" -z -n ${PREEMPT:+-P}
	done
}

# --- end ----------------------------------------------------------------------

# workers WHO HOST: the processes that do the work; only these are ended to see
# what the others do about it
workers() {
	case $1 in
	keepalived) cat "$T/$2.vrrp.pid" ;;
	frr)	"$BENCH_C" pids "$2" | awk '$2 == "vrrpd" { print $1 }' ;;
	*)	"$BENCH_C" pids "$2" | awk '$2 !~ /guard/ { print $1 }' ;;
	esac
}

# leaders WHO HOST: whom a service manager would signal
leaders() {
	case $1 in
	keepalived) cat "$T/$2.pid" ;;
	*)	workers "$1" "$2" ;;
	esac
}

# strike SIGNAL WHICH WHO HOST: WHICH is worker, or all
strike() {
	local victims
	case $1:$2 in
	KILL:all) victims=$(pids "$4" | tac) ;; # a child may note its parent's end
	KILL:*)	victims=$(workers "$3" "$4") ;;
	*)	victims=$(leaders "$3" "$4") ;;
	esac
	# Hundreds take a while: the first are replaced before the last die.
	STRIKE_BEGIN=$EPOCHREALTIME
	# shellcheck disable=SC2086
	kill "-$1" $victims
	STRIKE=$EPOCHREALTIME
}

# hand_back WHO WORSE BETTER VRID: the better one, which waits without
# preemption, takes the office of the worse one, as the manual of each has it
hand_back() {
	case $1 in
	vrrpd|small) kill -USR1 $(workers "$1" "$3") ;;
	keepalived)
		sed -i '/^nopreempt/d' "$T/$3.conf"
		kill -HUP "$(cat "$T/$3.pid")" ;;
	frr)	ip netns exec "$3" vtysh --vty_socket "$T/$3/frr" -d vrrpd \
		    -c 'configure terminal' -c 'interface eth0' \
		    -c "vrrp $4 preempt" >/dev/null ;;
	ucarp)	kill -USR2 $(workers ucarp "$2") ;;
	esac
}

# --- the wire -----------------------------------------------------------------

WIRE=$T/wire

# wire_begin HOST...: what they send goes to $WIRE from now on
wire_begin() {
	"$BENCH_C" wire 600 "$@" >"$WIRE" 2>"$T/wire.err" &
	SNIFFER=$!
	until_true 10 grep -q listening "$WIRE"
}

wire_end() {
	sleep 0.2
	kill "$SNIFFER"
	wait "$SNIFFER" || cat "$T/wire.err" >&2
	SNIFFER=
}

# leads HOST [COUNT]: of so many virtual routers it alone sends adverts
leads() {
	tail -c 4000000 "$WIRE" | awk -v h="$1" -v n="${2:-1}" -v i="$INTERVAL" \
	    -v now="$EPOCHREALTIME" '
	    BEGIN { from = now - (i > 0.1 ? 2.6 * i : 0.3) }
	    $3 == "A" && $5 != 0 && $1 > from {
		if ($2 == h) ours[$4] = 1
		else theirs[$4] = 1
	    }
	    END { for (v in ours) if (!theirs[v]) c++; exit !(c >= n) }'
}

# spoke HOST SINCE [COUNT]: it, a pattern, sent adverts of so many routers since
spoke() {
	tail -c 4000000 "$WIRE" | awk -v h="^$1\$" -v t="$2" -v n="${3:-1}" '
	    $3 == "A" && $2 ~ h && $1 > t && $5 != 0 && !seen[$4]++ { c++ }
	    END { exit !(c >= n) }'
}
