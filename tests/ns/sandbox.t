#!/bin/bash
# The sandbox: what the process is, and that everything works inside.
#
#    a: vrrpd -p 200, seven of them     b: the same (100)     c: client
#
# The seven are in ROUTERS: version 2 and 3, IPv4 and IPv6, each way of having a
# MAC, and --no-accept.  NS_USERS=all runs it with users that exist.
#
# Proves C19 (descriptors), and that a capability, a file or a call that is
# missing inside is not missed by any of them.
#
# takes long
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"

case " $VRRPD_OPTIONS " in
*" --no-sandbox "*) skip_all "VRRPD_OPTIONS has --no-sandbox" ;;
esac

lan a b c
settle a
settle b
before_a=$(snapshot_all a)
before_b=$(snapshot_all b)

# has_user UID: whether there is such a one here
has_user() { awk -v u="$1" '$1 <= u && u < $1 + $3 { found = 1 } END { exit !found }' /proc/self/uid_map; }
nobody=$(id -u nobody 2>/dev/null || echo 65534)
group=$(id -g nobody 2>/dev/null || echo 65534)
if ! has_user "$nobody"; then
	nobody=0 group=0
	line="sandbox: not user nobody, setgroups: Operation not permitted; uid is 0"
else
	line="sandbox: user nobody"
fi

# field HOST NAME: of /proc/PID/status
field() { sed -n "s/^$2:[[:space:]]*//p" "/proc/${PID[$1]}/status" | tr '\t' ' '; }

# --- the process --------------------------------------------------------------

start a -v 51 10.0.0.1
until_true 2 logged a 'sandbox: '
while read -r name want; do
	is "$name" "$(field a "$name")" "$want"
done <<END
Uid $nobody $nobody $nobody $nobody
Gid $group $group $group $group
CapInh 0000000000000000
CapPrm 0000000000003000
CapEff 0000000000003000
CapBnd 0000000000000000
CapAmb 0000000000000000
NoNewPrivs 1
Seccomp 2
Seccomp_filters 1
END
[ "$nobody" = 0 ] || is "no other groups" "$(field a Groups)" ""
is "the log says it" "$(sed -n 's/.*51: \(sandbox: .*\)/\1/p' "$T/a.log")" "$line"
is "no core file" "$(awk '/^Max core/ { print $5, $6 }' "/proc/${PID[a]}/limits")" "0 0"
is "nor anything for others of that user" "$(stat -c %u "/proc/${PID[a]}/mem")" 0
is "C19: every descriptor is closed on exec" \
    "$(grep -L 'flags:.*[2367]......$' "/proc/${PID[a]}/fdinfo"/* | sed 's|.*/||' | tr '\n' ' ')" "0 1 2 "
# What the kernel says of the page with the configuration, to which the first
# member of "d" of vrrpd.c points.
rights() {
	local range mode rest
	while read -r range mode rest; do
		[ $((0x${range%-*})) -gt "$1" ] || [ $((0x${range#*-})) -le "$1" ] ||
		    echo "$mode"
	done <"/proc/${PID[a]}/maps"
}
at_d=$(nm "$VRRPD" 2>/dev/null | awk '$2 == "b" && $3 == "d" { print $1 }')
base=$(sed -n '1s/-.*//p' "/proc/${PID[a]}/maps")
[ $((0x${at_d:-0})) -lt $((0x$base)) ] || base=0	# not a PIE
conf=$(tail -c +$((0x${at_d:-0} + 0x$base + 1)) "/proc/${PID[a]}/mem" 2>/dev/null |
    head -c 8 | od -An -td8)
[ -z "$at_d" ] || is "the configuration is read-only" "$(rights "$((conf))")" r--p
stop a
is "ends with 0" $? 0
ok "its files are gone or empty" eval '[ -z "$(cat "$T"/a/*)" ]'

start a -v 51 --no-sandbox 10.0.0.1
until_true 2 logged a '-> backup'
is "--no-sandbox: no filter" "$(field a Seccomp)" 0
is "and root" "$(field a Uid)" "0 0 0 0"
stop a
ok "and its files are gone" eval '[ -z "$(ls "$T/a" | grep -v "^vrrpd_eth0.mac$")" ]'

# --- another user -------------------------------------------------------------

# refused STATUS PATTERN ARGUMENT...: the only line on stderr says why
refused() {
	local want=$1 pattern=$2 status
	shift 2
	at a timeout 5 "$VRRPD" -i eth0 -v 51 -f "$T/a" "$@" 10.0.0.1 2>"$T/err"
	status=$?
	cat "$T/err"
	[ $status = "$want" ] && [ "$(wc -l <"$T/err")" = 1 ] &&
	    grep -qE -- "$pattern" "$T/err"
}
ok "--user that nobody has is refused" refused 1 '--user no-such-user: ' --user no-such-user
ok "with -D as well" refused 1 '--user no-such-user: ' -D --user no-such-user
ok "and with --no-sandbox" refused 1 '--user and --no-sandbox' --user nobody --no-sandbox
if has_user 12345; then
	start a -v 51 --user 12345 10.0.0.1
	until_true 2 logged a 'sandbox: user 12345'
	is "--user: a number" "$(field a Uid)" "12345 12345 12345 12345"
	stop a
else
	ok "--user that cannot be is refused (-D)" \
	    refused 2 'sandbox: setgroups: .*--no-sandbox' -D --user 12345
	same "and nothing is left of the start" "$(snapshot_all a)" "$before_a"
fi

# --- seven routers ------------------------------------------------------------

# name, VRID and options; name, address of the client's ping
ROUTERS="
swap 51 -v 51 10.0.0.1
none 52 -v 52 -n 10.0.0.2
v3 53 -v 53 -3 -n -d 0.5 10.0.0.3
mac 54 -v 54 -3 -d 0.5 --macvlan=m4 10.0.0.4
six 54 -v 54 -d 0.5 --macvlan=m6 fe80::54 2001:db8::54
deaf 55 -v 55 -3 -d 0.5 --macvlan=md --no-accept 10.0.0.5
deaf6 56 -v 56 -d 0.5 --macvlan=md6 --no-accept fe80::56"
each() {		# COMMAND...: with the name of each router
	local name
	for name in swap none v3 mac six deaf deaf6; do "$@" "$name" || return; done
}

# all HOST OPTION...: starts them
all() {
	local host=$1 name options
	shift
	while read -r name _ options; do
		# shellcheck disable=SC2086
		[ -z "$name" ] || also "$host.$name" "$host" "$@" $options
	done <<<"$ROUTERS"
}
# HOST of the seven: their state, as the log has it last
state_is() { [ "$(sed -n 's/.*-> \([a-z]*\) (.*/\1/p' "$T/$1.$3.log" | tail -1)" = "$2" ]; }
all_are() { each state_is "$1" "$2"; }
signal_all() {
	local name
	for name in swap none v3 mac six deaf deaf6; do signal "$1.$name" "$2"; done
}
inside() { [ "$(field "$1.$2" Seccomp)" = 2 ]; }
tentative() { at "$1" ip -6 addr show dev eth0 | grep -q tentative; }
reaches() {
	local to
	at c ip neigh flush dev eth0
	for to in 10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 fe80::54%eth0; do
		at c ping -qc 1 -W 1 "$to" || return
	done
	# What does not accept answers ARP and ND all the same.
	at c ping -qc 1 -W 0.2 10.0.0.5
	at c ping -qc 1 -W 0.2 fe80::56%eth0
	at c ip neigh show 10.0.0.5 | grep -q 00:00:5e:00:01:37 &&
	    at c ip neigh show fe80::56 | grep -q 00:00:5e:00:02:38
}

capture wire
all b -p 100
all a -p 200
ok "a is Master of all seven" until_true 9 all_are a master
ok "and b of none" until_true 2 all_are b backup
ok "all of them inside" eval 'each inside a && each inside b'
ok "the client reaches them" until_true 8 reaches

signal_all a USR2
ok "USR2: b is Master" until_true 4 all_are b master
signal_all a USR1
ok "USR1: a again" until_true 4 all_are a master
told() { report "a.$1" | grep -q 'state: master'; }
ok "HUP: all report" each told
ok "the client reaches them" until_true 8 reaches

ip link del dev a
ok "the interface is deleted: b takes over" until_true 6 all_are b master
gone() { logged "a.$1" '\(the interface is gone\)'; }
ok "a says why" each gone
ok "the client reaches b" until_true 8 reaches
ip link add name a type veth peer name eth0 netns a
at a ip link set eth0 address 02:00:00:00:00:11
at a ip addr add 10.0.0.11/24 dev eth0
at a ip link set eth0 up
ip link set dev a master br0 up
until_true 5 carrier a
settle a
ok "made anew: a is Master of all seven" until_true 12 all_are a master
ok "the client reaches it" until_true 8 reaches

at a ip link set dev eth0 down
ok "down: b takes over" until_true 6 all_are b master
at a ip link set dev eth0 up
ok "up: a again" until_true 12 all_are a master

ip link set dev a down
for name in swap none v3 mac six deaf deaf6; do stop "a.$name" KILL; done
ok "killed: b takes over" until_true 6 all_are b master
ok "the client reaches it" until_true 8 reaches
all a -p 200
ip link set dev a up
ok "a returns after that" until_true 12 all_are a master
ok "the client reaches it" until_true 8 reaches

for host in a b; do
	for name in swap none v3 mac six deaf deaf6; do stop "$host.$name"; done
done
end_capture wire
ok "no call was refused that matters" not grep -hE \
    'not permitted|Permission|not implemented' <(grep -vhE 'sandbox: not user|the sysctls of' "$T"/[ab].*.log)
ok "every frame is sound" clean_wire wire -o vrrp.v3_checksum_as_in_v2:TRUE
settle b
same "b is as before" "$(snapshot_all b)" "$before_b"
ok "files are gone or empty" eval '[ -z "$(cat "$T"/a/* "$T"/b/*)" ]'

# --- syslog and the service manager -------------------------------------------

own_dev
listen /run/manager "$T/told"
listen /dev/log "$T/syslog1"
export NOTIFY_SOCKET=/run/manager
at b "$VRRPD" $VRRPD_OPTIONS -D -i eth0 -v 51 -f "$T/b" 10.0.0.1 2>"$T/err"
is "-D: status 0" $? 0
unset NOTIFY_SOCKET
is "not a word" "$(cat "$T/err")" ""
PID[b]=$(cat "$T/b/vrrpd_eth0_51.pid")
PIDS+=("${PID[b]}")
is "inside" "$(field b Seccomp)" 2
ok "it logs to syslog" until_true 2 grep -q 'sandbox: ' "$T/syslog1"
signal b USR1
ok "later too" until_true 2 grep -q 'backup -> master' "$T/syslog1"
ok "and tells the service manager" until_true 2 grep -q STATUS=master "$T/told"
kill "$LISTENER"
wait "$LISTENER" 2>/dev/null
listen /dev/log "$T/syslog2"
signal b HUP
signal b USR2
ok "a syslog that was started again hears it" until_true 2 \
    grep -q 'vrrpd\[[0-9]*\]: eth0 vrid 51: .*state: master\|master -> backup' "$T/syslog2"
kill "${PID[b]}"
ok "stopped" until_true 2 grep -q ' stopped' "$T/syslog2"
done_testing
