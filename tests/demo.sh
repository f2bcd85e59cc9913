#!/bin/bash
# make demo: two routers and a client on a LAN of network namespaces.
#
#    alice: vrrpd -p 200     bob: vrrpd (100)     client: pings 10.0.0.1
#
# The Master is killed, it returns, its power fails, it returns, it is stopped
# politely; a timeline tells what the client noticed.  Ends with 0 only if every step went as it
# must.  Needs iproute2, ping and, unless it is root, user namespaces.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

fail() { echo "demo: $*" >&2; exit 1; }
for command in ip bridge ping unshare awk; do
	command -v $command >/dev/null || fail "$command is missing: sudo apt-get" \
	    "install -y build-essential iproute2 iputils-ping"
done
[ -x "${VRRPD:-$here/../vrrpd}" ] || fail "no vrrpd here: run make first"
if [ -z "${VRRPD_NS:-}" ]; then
	if unshare -mrun true 2>/dev/null; then
		exec unshare -mrun --kill-child env VRRPD_NS=1 bash "$0"
	elif [ "$(id -u)" = 0 ] && unshare -mn true 2>/dev/null; then
		exec unshare -mn --kill-child env VRRPD_NS=1 bash "$0"
	elif [ "$(id -u)" = 0 ]; then
		fail "root may not make network namespaces here (in a container?)"
	fi
	fail "user namespaces are off for this user; try: sudo make demo"
fi
. "$here/ns/lib.sh"

# --- the timeline -------------------------------------------------------------

say() {
	local time=$EPOCHREALTIME
	printf '%(%H:%M:%S)T.%.3s  %s\n' "${time%.*}" "${time#*.}" "$*"
}
must() {		# DESCRIPTION COMMAND...
	local what=$1
	shift
	if ! "$@"; then
		FAILED=$((FAILED + 1))
		say "FAILED: $what"
	fi
}
# said: the changes of state that they logged since the last time
SAID=0
said() {
	local all
	all=$(for host in alice bob; do
		sed -nE "s/^([0-9:.]+) .* 33: (.* -> .*)/\1      $host: \2/p" "$T/$host.log"
	done | sort)
	tail -n "+$((SAID + 1))" <<<"$all"
	SAID=$(wc -l <<<"$all")
}
# lost SINCE: the longest time that the client was without an answer, ms
lost() {
	awk -F '[][ ]' -v since="$1" '
	    BEGIN { t = since }
	    / bytes from / && $2 > since { if ($2 - t > max) max = $2 - t; t = $2 }
	    END { printf "%.0f\n", (t == since ? 999 : max) * 1000 }' "$T/ping"
}
mac_known() { at client ip neigh show 10.0.0.1 | grep -o '..:..:..:..:..:..'; }
# The port where the switch last saw that MAC is the host that answers.
answers() {
	bridge fdb show br br0 | awk -v mac="$(mac_known)" '$1 == mac { print $3; exit }'
}
in_range() { [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; }
master_is() { is_master "$1" && ! is_master "$2"; }
answered() { at client ping -nqc 1 -W 1 10.0.0.1; }

# result MASTER OTHER SINCE LOW HIGH: how a step ended; OTHER may be "nobody"
result() {
	local ms
	until_true 2 answered
	sleep 0.3
	ms=$(lost "$3")
	said
	must "$1 should be Master" is_master "$1"
	must "$2 should have let go" nobody_or not is_master "$2"
	must "the switch should find the address at $1" [ "$(answers)" = "$1" ]
	must "the client should lose $4 to $5 ms" in_range "$ms" "$4" "$5"
	say "Master is $1.  10.0.0.1 is at $(mac_known), which answers at the" \
	    "port of $(answers)."
	say "The client was without an answer for $ms ms."
	echo
}
nobody_or() { [ "${!#}" = nobody ] || "$@"; }

# --- the play -----------------------------------------------------------------

cat <<'END'
        alice               bob                 client
        10.0.0.11           10.0.0.12           10.0.0.13
        priority 200        priority 100        pings 10.0.0.1
          |                   |                   |
     -----+-------------------+-------------------+-----

END
lan alice bob client
settle alice
settle bob
before=$(snapshot alice; snapshot bob)

say "Both start: vrrpd -i eth0 -v 33 [-p 200] 10.0.0.1"
start alice -v 33 -p 200 10.0.0.1
start bob -v 33 10.0.0.1
must "alice should become Master" until_true 5 is_master alice
until_true 2 answered
since=$EPOCHREALTIME
background ip netns exec client ping -n -D -i 0.01 10.0.0.1 >"$T/ping"
sleep 1
result alice bob "$since" 0 200

say "Alice's daemon is killed: kill -9.  Her guard resigns for it and cleans up."
since=$EPOCHREALTIME
kill -9 "${PID[alice]}"
wait "${PID[alice]}" 2>/dev/null
must "bob should take over" until_true 2 is_master bob
result bob alice "$since" 0 800

say "It is started again."
since=$EPOCHREALTIME
start alice -v 33 -p 200 10.0.0.1
must "alice should take back what is hers" until_true 5 is_master alice
result alice bob "$since" 0 200

say "Power cut at alice: daemon and guard are killed, and her cable is out in the"
say "same moment."
since=$EPOCHREALTIME
ip link set dev alice down
kill -9 "${PID[alice]}" "$(guard_of alice)"
wait "${PID[alice]}" 2>/dev/null
must "bob should take over" until_true 5 is_master bob
result bob nobody "$since" 2500 3900

say "Power is back: vrrpd starts again, then her cable is in."
since=$EPOCHREALTIME
start alice -v 33 -p 200 10.0.0.1
must "nothing of her earlier life should be left" until_true 2 not is_master alice
ip link set dev alice up
must "alice should take back what is hers" until_true 5 is_master alice
result alice bob "$since" 0 200

say "Alice is stopped politely: kill -TERM."
since=$EPOCHREALTIME
stop alice
must "she should end with status 0" [ $? = 0 ]
must "bob should take over" until_true 2 is_master bob
result bob alice "$since" 0 800

stop bob
say "Bob is stopped too."
must "both hosts should look as before the start" \
    [ "$(snapshot alice; snapshot bob)" = "$before" ]
if [ "$FAILED" -gt 0 ]; then
	say "$FAILED things went wrong; the logs:"
	exit 1
fi
say "Every step went as it must; both hosts look as they did before."
