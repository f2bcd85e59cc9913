#!/bin/bash
# The owner of the address: Master at once, and its address is not touched.
#
#    a: 10.0.0.11 and 10.0.0.1 by itself     b: vrrpd -p 254
#    c: 10.0.0.13 and, later, 10.0.0.1 too
#
# Proves R3768-1.3-1, R3768-5.3.4-1, R3768-6.4.1-1, R3768-6.1-5, R3768-7.1-6,
# C12 (the address is neither added nor removed), F01 and C01 between two owners.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"

compile inject.c || skip_all "no C compiler"
lan a b c
at a ip addr add 10.0.0.1/24 dev eth0
settle a
before=$(snapshot a)
addresses() { at a ip -d -4 addr show eth0 | grep -A 1 inet; at a ip route; }
owned=$(addresses)

start b -v 51 -p 254 10.0.0.1
until_true 2 logged b '-> backup'
signal b USR1
until_true 2 is_master b
capture wire
start a -v 51 10.0.0.1/24	# as it is: nothing shall find it by that
# proves: R3768-6.4.1-1 +, R3768-1.3-1 +
ok "the owner is Master at once" until_true 1 \
    logged a 'initialize -> master \(we own the addresses\)'
# proves: R3768-6.1-5 +, R3768-5.3.4-1 +
ok "a better Master than 254, which lets go" until_true 1 not is_master b
is "with the virtual MAC" "$(mac_of a)" 00:00:5e:00:01:33
is "its addresses are what they were" "$(addresses)" "$owned"
ok "report: priority 255 (owner)" eval 'report a | grep -q "priority 255 (owner)"'

# --- nobody may win -----------------------------------------------------------

for prio in 254 255 0; do
	perl "$TOP/tests/ns/frame.pl" prio=$prio src=10.0.0.99
done | "$T/inject" a
# proves: R3768-7.1-6 -
ok "adverts of others are dropped" until_true 1 eval \
    '[ "$(counter a "wrong: owner")" -ge 3 ]'
# proves: R9568-8.3.2-2 +
ok "and logged with the sender" logged a 'from 10.0.0.99: we own the addresses'
signal a USR2
# proves: R3768-1.3-1 +
ok "nor may the operator: USR2 gets a line" until_true 1 \
    logged a 'USR2: the owner of the addresses stays Master'
# proves: R3768-7.1-6 -
ok "a stays Master" not logged a 'master ->'

at a ip addr del 10.0.0.1/24 dev eth0
ok "an address that it owns is gone: it says so and waits" until_true 1 \
    logged a 'master -> initialize \(it has lost an address that we own\)'
ok "and does not put it back" not until_true 0.3 is_master a
at a ip addr add 10.0.0.1/24 dev eth0
ok "it is there again: Master again" until_true 1 \
    log_grows a 'initialize -> master' 1

# --- two owners ---------------------------------------------------------------

at c ip addr add 10.0.0.1/24 dev eth0
start c -v 51 10.0.0.1
twins=$EPOCHREALTIME
ok "two owners: each names the other" eval \
    'until_true 2 logged a "from 10.0.0.13: we own the addresses" &&
     until_true 2 logged c "from 10.0.0.11: we own the addresses"'
sleep 2.2
asunder=$EPOCHREALTIME
stop c
ok "c still has its address" has_address c 10.0.0.1/24

stop a
is "the owner ends with 0" $? 0
is "and everything is as before (C12)" "$(snapshot a)" "$before"
ok "b takes over" until_true 1 is_master b
end_capture wire

start a -v 51 -n 10.0.0.1
ok "with -n: Master" until_true 1 log_grows a 'initialize -> master' 2
is "the addresses are what they were" "$(addresses)" "$owned"
is "and the MAC" "$(mac_of a)" 02:00:00:00:00:11
kill -9 "${PID[a]}"
wait "${PID[a]}" 2>/dev/null
start a -v 51 10.0.0.1
ok "after kill -9 it is the owner still" until_true 1 log_grows a 'initialize -> master' 3
stop a
is "and everything is as before" "$(snapshot a)" "$before"

# --- what the wire says -------------------------------------------------------

lines=$(adverts wire)
# proves: R3768-6.4.1-1 +
# By its own word: until then a busy machine has not begun to run it.
started=$(date -d "$(sed -n 's/ .* starts$//p' "$T/a.log" | head -n 1)" +%s.%N)
within "from start to the first advert, s" "$(awk -v s="$started" \
    '$2 == "10.0.0.11" { print $1 - s; exit }' <<<"$lines")" 0 0.1
# proves: R3768-5.3.4-1 +-
is "priorities of the owner" "$(awk '$2 == "10.0.0.11" { print $3 }' <<<"$lines" |
    sort -nu | tr '\n' ' ')" "0 255 "
# In two seconds and a bit three each
within "two owners do not storm, adverts" "$(awk -v b="$twins" -v e="$asunder" \
    '$1 > b && $1 < e && $3 == 255' <<<"$lines" | wc -l)" 4 7
ok "every frame is sound" clean_wire wire
done_testing
