#!/bin/bash
# What a version 3 router takes from others, and what it learns from them.
#
#    inject > a: vrrpd     b: vrrpd      inject writes into the cable of a, past
#             |            |             the bridge, as 10.0.0.99 or fe80::63
#   ----------+------------+-- br0
#
# Proves P-08, R9568-5.2.8-2, -3, R9568-5.2.6, R9568-7.1-h, -i, -k, P-04, P-28,
# R9568-6.1-1 to -4, R9568-6.4.2-f4, -g, -h, F21, F25, --checksum,
# --min-interval, --down-timer-adverts.
#
# long form
. "$(dirname "$0")/lib.sh"
# Nobody resigns for who is killed.
VRRPD_OPTIONS="${VRRPD_OPTIONS:-} --no-guard"

compile inject.c || skip_all "no C compiler"
advert() { perl "$TOP/tests/ns/v3_frame.pl" advert "$@"; }
into() { "$T/inject" a "$@"; }

lan a b
settle a
settle b
VIP6="fe80::1 2001:db8::1"

# until_counted NAME COUNTER N, then the counter
counted() { [ "$(counter "$1" "$2")" = "$3" ]; }
received() {
	until_true 1 counted "$1" "$2" "$3"
	counter "$1" "$2"
}

# --- checksum forms, interval ---------------------------------------------------

start a -3 -d 0.2 -p 100 -v 51 10.0.0.1
P="prio=200 interval=20"
for i in 1 2 3 4 5; do advert $P; done | into
for i in 1 2 3; do advert $P form=pseudo; done | into
# proves: P-08 +
is "both forms of the checksum are taken" "$(received a received 8)" 8
ok "and counted apart in the report" eval \
    "report a | grep -iE 'checksum|pseudo' | grep -qE '\\b5\\b.*\\b3\\b'"
advert $P sum=4711 | into
is "a wrong one is not" "$(received a checksum 1)" 1
advert $P reserved=15 | into
# proves: R9568-5.2.6-1 +
is "the reserved bits are ignored (R9568-5.2.6)" "$(received a received 9)" 9
ok "and no part of the interval" not logged a 'interval is'
advert $P interval=0 | into
advert $P interval=0 reserved=15 | into
advert prio=0 interval=0 | into
# proves: R9568-7.1-i -, P-28 -
is "interval 0 is refused (R9568-7.1-i, P-28)" "$(received a 'wrong: interval' 3)" 3
is "and not received" "$(counter a received)" 9
ok "with a word about it" logged a 'dropped advert from 10.0.0.99: interval is 0.00 s, not 0.20 s'
advert prio=200 interval=30 src=10.0.0.98 | into
# proves: R9568-7.1-k +
is "another one is taken, and said (R9568-7.1-k)" "$(received a received 10)" 10
ok "in the log" logged a ' advert from 10.0.0.98: interval is 0.30 s, not 0.20 s'
advert prio=200 interval=4095 | into
# proves: R9568-6.4.2-h +
is "40.95 s is learned" "$(received a received 11; report a |
    sed -nE 's/.*Master_Down_Timer ends in ([0-9]+).*/\1/p')" "11
147"
stop a

# form_of NAME: good or bad, of the last advert of a when read with pseudo-header
form_of() {
	frames "$1" 'vrrp && ip.src == 10.0.0.11' vrrp.checksum.status |
	    tail -1 | sed 's/0/rfc9568/; s/1/pseudo-header/'
}
# follows OPTION...: into $forms, the forms sent alone, after an advert with
# pseudo-header, and after one without
follows() {
	local i
	rm -f "$T/a.log"
	start a -3 -d 0.2 -p 100 -v 51 "$@" 10.0.0.1
	signal a USR1
	until_true 2 logged a '-> master'
	forms=
	for i in alone pseudo message; do
		[ $i = alone ] || advert prio=50 interval=20 form=$i | into
		sleep 0.1
		capture "$i"
		sleep 0.3
		end_capture "$i"
		forms="$forms$(form_of "$i") "
	done
	stop a
}
follows
is "auto starts with RFC 9568 and follows the peer (P-08)" "$forms" \
    "rfc9568 pseudo-header rfc9568 "
follows --checksum rfc9568
is "rfc9568 does not follow" "$forms" "rfc9568 rfc9568 rfc9568 "
follows --checksum pseudo-header
is "pseudo-header neither" "$forms" "pseudo-header pseudo-header pseudo-header "

# --- IPv6 -------------------------------------------------------------------------

rm -f "$T/a.log"
start a -d 0.2 -v 51 $VIP6
P="prio=200 interval=20 src=fe80::63"
advert $P | into
is "a sound advert of IPv6" "$(received a received 1)" 1
advert $P list=2001:db8::1,fe80::1 | into
# proves: R9568-7.1-h -
is "the first address not link-local: refused (R9568-7.1-h, F21)" \
    "$(received a first-address 1)" 1
ok "with a word about it" logged a 'dropped advert from fe80::63: its first address is not link-local'
advert $P src=2001:db8::63 | into
# proves: P-04 -
is "the source not link-local: refused (P-04)" "$(received a scope 1)" 1
advert $P ttl=64 | into
# proves: R9568-5.1.2.3-2 -
is "hop limit 64: refused" "$(received a ttl 1)" 1
advert $P interval=0 | into
is "interval 0: refused" "$(received a 'wrong: interval' 1)" 1
advert $P list= | into
is "no address: refused" "$(received a count 1)" 1
advert $P sum=4711 | into
is "wrong checksum: refused" "$(received a checksum 1)" 1
advert $P version=2 | into
is "version 2: refused" "$(received a 'wrong: version' 1)" 1
until_true 3 logged a '-> master'
advert $P dmac=00005e000233 dst=fe80::11 | into
is "unicast: refused" "$(received a destination 1)" 1
advert $P dmac=00005e000233 dst=fe80::11 vrid=52 | into
advert $P dmac=020000000012 dst=fe80::12 | into
advert $P dmac=ffffffffffff | into
is "of another VRID, to another host, broadcast: not even counted" \
    "$(counter a destination)" 1
is "none of these is received" "$(counter a received)" 1
stop a

# --- the learned interval -----------------------------------------------------------

# takeover NAME LOW HIGH A-OPTIONS B-OPTIONS: from the last advert of a, which
# is cut off and killed, to the first of b
takeover() {
	local name=$1 lines
	rm -f "$T/a.log" "$T/b.log"
	start a -3 -v 51 -p 200 $4 10.0.0.1
	start b -3 -v 51 -p 100 $5 10.0.0.1
	signal a USR1
	until_true 3 is_master a
	sleep 0.5
	capture take
	sleep 0.5
	ip link set dev a down
	stop a KILL
	until_true 3 is_master b
	sleep 0.5
	stop b
	end_capture take
	at a ip addr del 10.0.0.1/32 dev eth0
	at a ip link set eth0 address 02:00:00:00:00:11
	ip link set dev a up
	until_true 5 carrier a
	lines=$(adverts take)
	within "$name" "$(echo "$lines" | awk '$2 == "10.0.0.11" { t = $1 }
	    $2 == "10.0.0.12" { print $1 - t; exit }')" "$2" "$3"
	gap=$(echo "$lines" | awk '$2 == "10.0.0.12" && $3 > 0 {
	    if (t) print $1 - t; t = $1 }' | median)
}
# proves: R9568-6.4.2-h +, R9568-6.1-4 +
takeover "the learned interval counts, not the own (R9568-6.1-4)" 0.7215 0.7719 \
    "-d 0.2" "-d 0.1"
# proves: R9568-6.4.2-f4 +
within "and the own is sent after that (R9568-6.4.2-f4)" "$gap" 0.095 0.15
takeover "also when it is shorter" 0.3606 0.4110 "-d 0.1" "-d 0.3"
within "and the own is sent after that" "$gap" 0.29 0.35
takeover "not below --min-interval" 1.0824 1.1329 "-d 0.1" "-d 0.1 --min-interval 0.3"
takeover "--down-timer-adverts 2" 0.2606 0.3110 "-d 0.1" "-d 0.1 --down-timer-adverts 2"

rm -f "$T/a.log"
capture long
start a -3 -d 40.95 -v 51 10.0.0.1
signal a USR1
until_true 2 is_master a
stop a
end_capture long
is "-d 40.95 on the wire" "$(frames long 'vrrp.prio != 0' vrrp.short_adver_int | sort -u)" 4095
ok "every frame is sound" clean_wire long -o vrrp.v3_checksum_as_in_v2:TRUE
done_testing
