#!/bin/bash
# Nothing is left behind: on the interface, in files, or after a crash.
#
#    a: vrrpd, sent to and fro by USR1 and USR2
#
# Proves C08 (priority 0 first, then the addresses go), C13 and F32 (what a
# killed one left), C16, C19 (files), R3768-6.4.3-5, and the promise of the
# manual that TERM puts everything back, byte for byte.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"
# What nobody cleaned up is for the next start.
VRRPD_OPTIONS="${VRRPD_OPTIONS:-} --no-guard --no-lease"

lan a
at a ip addr add 2001:db8::11/64 dev eth0
settle a
preload_faults || skip_all "no C compiler"
touch "$FAULT/trace"
before=$(snapshot a)
many=$(seq -f 10.7.0.%g 1 254)
own=02:00:00:00:00:11
virtual=00:00:5e:00:01:33

begin() {		# ARGUMENT...: listening when this returns
	rm -f "$T/a.log"
	start a "$@"
	until_true 2 logged a 'initialize -> backup'
}
to_and_fro() {		# TIMES ADDRESS
	local i
	for i in $(seq "$1"); do
		signal a USR1
		until_true 2 is_master a "$2" || return
		signal a USR2
		until_true 2 not is_master a "$2" || return
	done
	signal a USR1
	until_true 2 is_master a "$2"
}

# --- TERM ---------------------------------------------------------------------

# leaves DESCRIPTION TIMES ARGUMENT...: the last is an address
leaves() {
	local what=$1 times=$2
	shift 2
	begin -v 51 "$@"
	ok "$what: $times times Master and back" to_and_fro "$times" "${!#}"
	stop a
	is "$what: ends with 0" $? 0
	is "$what: as before" "$(snapshot a)" "$before"
	is "$what: no file left" "$(ls "$T/a")" ""
}

leaves "virtual MAC" 20 10.0.0.1
leaves "with -n" 20 -n 10.0.0.1
leaves "prefixes" 3 10.0.0.2/24 10.8.0.1/24 10.0.0.1/32
leaves "255 addresses" 2 $many 10.0.0.1
begin -v 51 10.0.0.1
stop a INT
is "INT in Backup: as before" "$(snapshot a)" "$before"

# A script still runs: the addresses do not wait for it.
printf '#!/bin/sh\nsleep 3\n' >"$T/script"
chmod +x "$T/script"
begin -v 51 -U "$T/script" --on-backup "$T/script" 10.0.0.1
to_and_fro 0 10.0.0.1
signal a TERM
ok "scripts running: the address goes at once" until_true 0.7 not is_master a
reads() { awk '/syscr/ { print $2 }' "/proc/${PID[a]}/io"; }
n=$(reads)
sleep 0.3
ok "and vrrpd is still there for them" signal a 0
within "without spinning, reads in 0.3 s" $(($(reads) - n)) 0 20
stop a
is "ends with 0" $? 0
is "as before" "$(snapshot a)" "$before"

# --- the order (C08) ----------------------------------------------------------

begin -v 51 10.0.0.1
for sign in USR2 TERM; do
	to_and_fro 0 10.0.0.1
	: >"$FAULT/trace"
	signal a $sign
	until_true 2 not is_master a
	until_true 2 grep -q 'arp 10.0.0.11' "$FAULT/trace"
	is "C08: $sign: priority 0, addresses off, own MAC, own addresses announced" \
	    "$(uniq "$FAULT/trace" | head -4)" \
	    "advert 0"$'\n'"deladdr"$'\n'"hwaddr $own"$'\n'"arp 10.0.0.11"
done
stop a

# --- after kill -9 (C13) ------------------------------------------------------

# crash ARGUMENT...: a Master killed; its address and MAC stay
crash() {
	begin "$@"
	to_and_fro 0 10.0.0.1
	kill -9 "${PID[a]}"
	wait "${PID[a]}" 2>/dev/null
}
restarts() {		# DESCRIPTION ARGUMENT...
	local what=$1
	shift
	begin "$@"
	ok "$what: the left-over is removed" until_true 1 not is_master a
	is "$what: own MAC" "$(mac_of a)" $own
	signal a USR1
	until_true 2 is_master a
	stop a
	is "$what: as before" "$(snapshot a)" "$before"
}

crash -v 51 10.0.0.1
is "C13: a killed Master leaves its MAC" "$(mac_of a)" $virtual
restarts "C13" -v 51 10.0.0.1
crash -v 51 10.0.0.1
restarts "C13 with -n" -v 51 -n 10.0.0.1
crash -v 51 10.0.0.1
restarts "C13 with another VRID" -v 52 10.0.0.1
crash -v 51 10.0.0.1/24
restarts "F32 with another prefix length" -v 51 10.0.0.1
crash -v 51 -n 10.0.0.1
restarts "C13 -n killed" -v 51 10.0.0.1

crash -v 51 10.0.0.1
rm "$T/a/vrrpd_eth0.mac"
at a "$VRRPD" -i eth0 -v 51 -f "$T/a" 10.0.0.1 2>"$T/refusal"
is "C13: an own MAC that nobody knows: refused" $? 2
ok "and the line says what to do" grep -q 'ip link set dev eth0 address' "$T/refusal"
at a ip link set dev eth0 address $own
restarts "then" -v 51 10.0.0.1

# Cleanup does what it can before it says so.
# unknown NAME ARGUMENT...: killed Master without any record, then cleanup
unknown() {
	local what=$1
	shift
	begin -3 -d 0.1 -v 51 "$@"
	until_true 2 logged a '-> master'
	stop a KILL
	rm -f "$T/a"/*
	at a "$VRRPD" cleanup -3 -i eth0 -v 51 -f "$T/a" "$@" 2>"$T/told"
	is "$what, cleanup, own MAC unknown: status" $? 2
	is "one line says what to do" \
	    "$(grep -c 'ip link set dev eth0 address' "$T/told")" 1
	ok "the last one" \
	    eval 'tail -n 1 "$T/told" | grep -q "ip link set dev eth0 address"'
	is "the MAC is as it was" "$(mac_of a)" $virtual
	is "and no file" "$(ls "$T/a")" ""
	at a ip link set dev eth0 address $own
	at a ip maddr del $own dev eth0
	is "all else is gone" "$(snapshot a)" "$before"
	at a ip route del blackhole 10.0.0.1 proto 112 2>/dev/null
	at a ip addr del 10.0.0.1/32 dev eth0 2>/dev/null
}
unknown "an address" 10.0.0.1
VRRPD_OPTIONS=${VRRPD_OPTIONS/ --no-lease/} \
    unknown "a blackhole route" --no-accept 10.0.0.1

# --- a record of the ARP sysctls that is none ---------------------------------

arp() { cat /proc/sys/net/ipv4/conf/eth0/arp_{ignore,announce} | tr '\n' ' '; }
export -f arp
arp_file=$T/a/vrrpd_eth0.arp
tune() { sysctls a ipv4/conf/eth0/arp_{ignore="$1",announce="$2"}; }
tune 3 1
for text in 'foo bar' 0 '99 99' '-1 0' '0 0 0'; do
	echo "$text" >"$arp_file"
	at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a" 2>"$T/told"
	is "cleanup and '$text': status" $? 0
	is "one line" "$(cat "$T/told")" "vrrpd: $arp_file: unknown content; the present arp_ignore 3 \
and arp_announce 1 of eth0 are used as the original values"
	is "they stay" "$(at a bash -c arp)" "3 1 "
	is "and no file does" "$(ls "$T/a")" ""
	echo "$text" >"$arp_file"
	begin -v 51 --macvlan 10.0.0.1
	ok "a start and '$text': says it" logged a 'arp: unknown content; the present arp_ignore 3'
	is "and has its own" "$(at a bash -c arp)" "1 2 "
	stop a
	is "and puts back what it found" "$(at a bash -c arp)" "3 1 "
done
tune 0 0
is "as before" "$(snapshot a)" "$before"

# A refused start leaves no record: the next one finds what is set by then.
arp_refused() {
	mkdir "$T/a/vrrpd_eth0_51.undo"
	at a "$VRRPD" -3 -i eth0 -v 51 -f "$T/a" --macvlan 10.0.0.1 2>"$T/told"
	is "a refused start: status" $? 2
	is "one line" "$(wc -l <"$T/told")" 1
	rmdir "$T/a/vrrpd_eth0_51.undo"
}
arp_refused
is "no record of the ARP sysctls stays" "$(ls "$T/a")" ""
tune 2 1
begin -3 -v 51 --macvlan 10.0.0.1
stop a
is "what was set since is kept" "$(at a bash -c arp)" "2 1 "
echo "3 2" >"$arp_file"
arp_refused
is "the record of an earlier life stays" "$(cat "$arp_file")" "3 2"
is "and nothing is set" "$(at a bash -c arp)" "2 1 "
rm "$arp_file"
tune 0 0
start a -3 -v 52 --macvlan 10.0.0.2
until_true 2 logged a 'initialize -> backup'
arp_refused
is "nor does one go that another vrrpd needs" "$(cat "$arp_file")" "0 0"
stop a
is "the last one has put it back" "$(at a bash -c arp)$(ls "$T/a")" "0 0 "
is "as before" "$(snapshot a)" "$before"

# --- two on one interface (C16) -----------------------------------------------

start a -v 51 -n 10.0.0.1
first=${PID[a]}
start a -v 52 -n 10.0.0.2
is "C16: a pid file for each" "$(cat "$T"/a/*.pid)" "$first"$'\n'"${PID[a]}"
stop a
kill "$first"
wait "$first"
is "as before" "$(snapshot a)" "$before"
done_testing
