# Common to all tests in this folder: a LAN in network namespaces, daemons and
# peers on it, waiting for conditions, and TAP for prove(1).
#
#        a          b          c      hosts, eth0 = 10.0.0.1N/24, MAC 02:..:1N
#        |          |          |
#   -----+----------+----------+----- br0, in a namespace of its own
#
# Everything runs in namespaces made by unshare(1), as any user; nothing of it
# reaches the machine's own network.  Every wait has a deadline.

set -u
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VRRPD=${VRRPD:-$TOP/vrrpd}
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

# Options for every daemon of a run: VRRPD_OPTIONS=--no-sandbox where a sanitizer
# or valgrind needs calls that the sandbox refuses.
export VRRPD_OPTIONS=${VRRPD_OPTIONS:-}

# Into fresh namespaces: a user namespace where we are allowed one.  There is no
# user there but root; NS_USERS=all, as real root, keeps those of the machine.
if [ -z "${VRRPD_NS:-}" ]; then
	if [ -z "${NS_USERS:-}" ] && unshare -mrun true 2>/dev/null; then
		exec unshare -mrun --kill-child env VRRPD_NS=1 bash "$0" "$@"
	elif [ "$(id -u)" = 0 ] && unshare -mn true 2>/dev/null; then
		exec unshare -mn --kill-child env VRRPD_NS=1 bash "$0" "$@"
	fi
	echo "1..0 # SKIP no network namespaces for this user: try sudo"
	exit 0
fi

T=$(mktemp -d "${TMPDIR:-/tmp}/vrrpd-test.XXXXXX")	# all files of this run
mount -t tmpfs none /run || exit 99
mkfifo "$T/never"	# nothing comes here
mkdir -p /run/netns
PIDS=()			# what we started, and only that is ended
TESTS=0
FAILED=0

cleanup() {
	local pid
	for pid in "${PIDS[@]}"; do kill -9 "$pid" 2>/dev/null; done
	wait 2>/dev/null
	if [ "$FAILED" -gt 0 ]; then
		for log in "$T"/*.log "$T"/commands.out; do
			tail -n 200 "$log" 2>/dev/null | sed "s|^|# ${log##*/}: |" >&2
		done
	fi
	rm -rf "$T"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# --- TAP ----------------------------------------------------------------------

# failed DESCRIPTION: what is said of it goes to stderr, which prove(1) shows
failed() {
	echo "not ok $TESTS - $1"
	echo "# ${0##*/}: not ok $TESTS - $1" >&2
	FAILED=$((FAILED + 1))
}

# ok DESCRIPTION COMMAND...: one test, passed if the command succeeds
ok() {
	local what=$1
	shift
	TESTS=$((TESTS + 1))
	if "$@" >>"$T/commands.out" 2>&1; then
		echo "ok $TESTS - $what"
	else
		failed "$what"
	fi
}

# is DESCRIPTION GOT WANTED
is() {
	TESTS=$((TESTS + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $TESTS - $1"
	else
		failed "$1"
		printf '#   got: %s\n#  want: %s\n' "${2//$'\n'/$'\n#       '}" \
		    "${3//$'\n'/$'\n#       '}" >&2
	fi
}

# same DESCRIPTION GOT WANTED: long texts, of which the difference is shown
same() {
	TESTS=$((TESTS + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $TESTS - $1"
	else
		failed "$1"
		diff <(echo "$3") <(echo "$2") | sed -n 's/^[<>]/# &/p' >&2
	fi
}

# within DESCRIPTION VALUE LOW HIGH: a number in a range, all decimals.  SLACK
# widens it for slow builds (sanitizers, valgrind).
within() {
	if [ -n "$2" ] && awk -v x="$2" -v l="$3" -v h="$4" -v s="${SLACK:-0}" \
	    'BEGIN { exit !(x >= l && x <= h + s) }'; then
		ok "$1: $2 in [$3, $4]" true
	else
		is "$1" "${2:-nothing}" "$3 to $4"
	fi
}

done_testing() {
	echo "1..$TESTS"
	[ "$FAILED" -eq 0 ]
	exit
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# --- waiting ------------------------------------------------------------------

now() { echo "$EPOCHREALTIME"; }

# until_true SECONDS COMMAND...: polls; fails when the time is over.  PATIENCE
# multiplies it, where many tests run side by side.  Looking costs more than all
# the daemons do: it is less often after half a second, and read waits without
# another process.
until_true() {
	local end pause=0.05 looked=0
	printf -v end '%.6f' "$1"
	end=$((${EPOCHREALTIME/[.,]/} + 10#${end/[.,]/} * ${PATIENCE:-1}))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME/[.,]/}" -le "$end" ] || return 1
		[ $((looked += 1)) -le 8 ] || pause=0.1
		read -rt $pause <>"$T/never"
	done
	return 0
}

# --- the LAN ------------------------------------------------------------------

# lan HOST...: hosts on one bridge; the Nth has 10.0.0.(10+N)/24 on eth0
lan() {
	local host n=11
	ip link set lo up
	ip link add br0 type bridge mcast_snooping 0
	ip link set br0 up
	echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables 2>/dev/null
	for host in "$@"; do
		ip netns add "$host"
		ip link add name "$host" type veth peer name eth0 netns "$host"
		ip link set dev "$host" master br0 up
		at "$host" ip link set lo up
		at "$host" ip link set eth0 address "02:00:00:00:00:$n"
		at "$host" ip addr add "10.0.0.$n/24" dev eth0
		at "$host" ip link set eth0 up
		mkdir -p "$T/$host"
		n=$((n + 1))
	done
	for host in "$@"; do
		until_true 5 carrier "$host"
	done
}

# lan6 HOST...: the Nth has 2001:db8::(10+N)/64 as well
lan6() {
	local host n=11
	for host in "$@"; do
		at "$host" ip -6 addr add "2001:db8::$n/64" dev eth0 nodad
		n=$((n + 1))
		settle "$host"
	done
}

# of the client c: the MAC that it has for an address; whether it reaches each
lladdr() { at c ip neigh show "$1" dev eth0 | sed -n 's/.*lladdr \([^ ]*\).*/\1/p'; }
reaches() {
	local to
	for to in "$@"; do at c ping -qc 1 -W 1 "$to" || return; done
}
# frame KIND FIELD=VALUE...: of version 3, ARP and neighbours, for inject
frame() { perl "$TOP/tests/ns/v3_frame.pl" "$@"; }

# at HOST COMMAND...: in its namespace; ip(8) goes there by itself, which costs
# much less
at() {
	local host=$1
	shift
	case $1 in
	ip) ip -n "$host" "${@:2}" ;;
	*) ip netns exec "$host" "$@" ;;
	esac
}

# sysctls HOST KEY=VALUE...: below net/; sysctl(8) is not on every machine
sysctls() {
	local host=$1 pair
	shift
	for pair in "$@"; do
		at "$host" sh -c "echo ${pair#*=} >/proc/sys/net/${pair%=*}"
	done
}

carrier() { [[ $(ip -n "$1" link show eth0) = *LOWER_UP* ]]; }

# --- daemons ------------------------------------------------------------------

declare -A PID		# of the daemon on each host

# start HOST ARGUMENT...: vrrpd on eth0, its log in $T/HOST.log
start() {
	local host=$1 starts
	shift
	starts=$(count_logged "$host" ' starts$' 2>/dev/null)
	# exec: the pid is the daemon's own
	ip netns exec "$host" ${WRAP:-} "$VRRPD" $VRRPD_OPTIONS -i eth0 \
	    -f "$T/$host" "$@" 2>>"$T/$host.log" &
	PID[$host]=$!
	PIDS+=("$!")
	until_true 5 log_grows "$host" ' starts$' "${starts:-0}"
}

# also NAME HOST ARGUMENT...: one more on that host, on eth0 or $DEV; NAME stands
# for it wherever a function wants the host of a daemon, and names its log
also() {
	local name=$1 host=$2
	shift 2
	ip netns exec "$host" ${WRAP:-} "$VRRPD" $VRRPD_OPTIONS \
	    -i "${DEV:-eth0}" -f "$T/$host" "$@" 2>>"$T/$name.log" &
	PID[$name]=$!
	PIDS+=("$!")
	until_true 5 logged "$name" ' starts$'
}

# stop HOST [SIGNAL]: politely, unless told otherwise; waits for the end
stop() {
	local pid=${PID[$1]}
	kill "-${2:-TERM}" "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}

# wakes_of PID, wakes HOST: how often a process, the daemon, waited so far
wakes_of() { awk '/^voluntary/ { print $2 }' "/proc/$1/status"; }
wakes() { wakes_of "${PID[$1]}"; }

# guard_of HOST: the pid of the second process of its daemon
guard_of() {
	grep -ls "^[0-9]* (vrrpd-guard) . ${PID[$1]} " /proc/[0-9]*/stat |
	    cut -d/ -f3
}

signal() { kill "-$2" "${PID[$1]}"; }

# background COMMAND...: anything else that must be ended with the test
background() {
	"$@" &
	PIDS+=("$!")
}

logged() { grep -qE -- "$2" "$T/$1.log"; }
count_logged() { grep -cE -- "$2" "$T/$1.log"; }
log_grows() { [ "$(count_logged "$1" "$2")" -gt "$3" ]; }

# report HOST: the whole answer to SIGHUP; that to a second one shows its end
report() {
	local n
	n=$(count_logged "$1" ': state: ')
	signal "$1" HUP
	until_true 5 log_grows "$1" ': state: ' "$n"
	signal "$1" HUP
	until_true 5 log_grows "$1" ': state: ' $((n + 1))
	awk -v n=$((n + 1)) '/: state: / { i++ } i == n' "$T/$1.log"
}

# counter HOST NAME: a number of the report: "wrong: ttl 3", "put back 1 times"
counter() { report "$1" | sed -nE "s/.*\\b$2 ([0-9]+).*/\\1/p" | head -1; }

# has_address HOST ADDRESS[/LEN]
has_address() { [[ $(ip -n "$1" -4 -o addr show dev eth0) = *" inet $2"[/\ ]* ]]; }
# holds HOST ADDRESS: on whatever device, IPv4 or IPv6
holds() { [[ $(ip -n "$1" -o addr show) = *" inet"?(6)" $2"[/\ ]* ]]; }
mac_of() { at "$1" cat /sys/class/net/eth0/address; }
is_master() { has_address "$1" "${2:-10.0.0.1}"; }
not() { ! "$@"; }

# snapshot HOST: what must be the same before and after
snapshot() {
	at "$1" ip -d addr show eth0
	at "$1" ip maddr show eth0
	at "$1" ip route show table all
	at "$1" ip -6 route show table all
}

# snapshot_all HOST: and that there is no device more, and nothing tuned
snapshot_all() {
	snapshot "$1"
	at "$1" ip -o link show | awk '{ print $2, $3 }'
	at "$1" grep -r . /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf/eth0 \
	    /proc/sys/net/ipv6/conf/all 2>/dev/null | grep -v stable_secret
}

# settle HOST: until the address machinery (DAD, MLD) is at rest
settle() { until_true 5 not tentative "$1"; }
tentative() { [[ $(ip -n "$1" -6 addr show) = *tentative* ]]; }

# --- syslog -------------------------------------------------------------------

# own_dev: a /dev of our own, for the socket of syslog
own_dev() {
	local file
	mkdir /run/dev
	for file in null zero full random urandom tty; do
		touch "/run/dev/$file"
		mount --bind "/dev/$file" "/run/dev/$file"
	done
	ln -s /proc/self/fd /run/dev/fd
	mount --rbind /run/dev /dev
}

# listen SOCKET FILE: what is sent there; its process is $LISTENER
listen() {
	rm -f "$1"
	background perl -MSocket -e '
	    $| = 1; my ($name) = @ARGV; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die;
	    bind($s, pack_sockaddr_un($name)) or die; chmod 0666, $name; print "up\n";
	    print "$_\n" while defined recv($s, $_, 9999, 0)' "$1" >"$2"
	LISTENER=$!
	until_true 3 grep -q up "$2"
}

# --- the wire -----------------------------------------------------------------

# capture NAME [INTERFACE]: into $T/NAME.pcap until end_capture NAME
declare -A CAPTURE
capture() {
	rm -f "$T/$1.dumpcap"		# an earlier one would say that it runs
	dumpcap -q -i "${2:-br0}" -w "$T/$1.pcap" -P >"$T/$1.dumpcap" 2>&1 &
	CAPTURE[$1]=$!
	PIDS+=("$!")
	until_true 10 grep -q 'File:' "$T/$1.dumpcap"
}

# Everything sent before is in the file by then.
end_capture() {
	sleep 0.3
	kill -INT "${CAPTURE[$1]}" 2>/dev/null
	wait "${CAPTURE[$1]}" 2>/dev/null
}

# frames NAME FILTER FIELD...: a line per frame, fields separated by blanks
frames() {
	local name=$1 filter=$2 field args=()
	shift 2
	for field in "$@"; do args+=(-e "$field"); done
	tshark -r "$T/$name.pcap" -Y "$filter" -T fields -E separator=' ' \
	    -E occurrence=f "${args[@]}" 2>/dev/null
}

# adverts NAME [FILTER]: time, IP source, priority, Ethernet source
adverts() {
	frames "$1" "vrrp${2:+ && ($2)}" frame.time_epoch ip.src vrrp.prio eth.src
}

# clean_wire NAME [OPTION]...: nothing malformed, no bad checksum, in the whole
# capture; options are for tshark
clean_wire() {
	local name=$1 bad
	shift
	bad=$(tshark -r "$T/$name.pcap" -o ip.check_checksum:TRUE "$@" -Y \
	    '_ws.malformed || ip.checksum.status == "Bad" ||
	     vrrp.checksum.status == "Bad" || icmpv6.checksum.status == "Bad" ||
	     _ws.expert.severity == error' 2>/dev/null)
	[ -z "$bad" ] && return 0
	echo "$bad" | head -5 | sed 's/^/# /'
	return 1
}

# median, smallest: of the numbers on stdin.  Other work on the machine makes a
# time longer, never shorter: the smallest tells what the daemon can do, and that
# it is never early.
median() { sort -g | awk '{ x[NR] = $1 } END { if (NR) print x[int((NR + 1) / 2)] }'; }
smallest() { sort -g | awk 'NR == 1 { print $1 }'; }
# in_time HIGH: is the number on stdin below that, as within() sees it?
in_time() { awk -v h="$1" -v s="${SLACK:-0}" '{ ok = $1 <= h + s } END { exit !ok }'; }
minus() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.6f", a - b }'; }

# --- helpers in C -------------------------------------------------------------

# compile SOURCE [OPTION]...: a helper of this folder, to $T/SOURCE without .c
compile() {
	local source=$1
	shift
	cc -O1 -Wall -Wextra -o "$T/${source%.c}" "$@" "$TOP/tests/ns/$source"
}

# preload_faults: daemons started from now on have fault.c in them, with its
# switches in $FAULT.  It writes there, which the sandbox refuses.
preload_faults() {
	compile fault.c -fPIC -shared || return
	export FAULT=$T/faults
	mkdir -p "$FAULT"
	VRRPD_OPTIONS="$VRRPD_OPTIONS --no-sandbox"
	WRAP="env LD_PRELOAD=$T/fault ${WRAP:-}"
}
