#!/bin/bash
# Signals, stalls, steps of the clock, and a kernel that refuses.
#
#    a: vrrpd -p 200     b: vrrpd -p 50     c: client     VRID 51
#    d, e: vrrpd, VRIDs 60 and 61, with fault.c between them and the kernel
#
# Proves F04 F12 F14 F39, C10 C20, P-17 P-23 P-24 P-25, R3768-6.4.2-6 and P-22
# (Skew_Time, best of five), F34 and P-20 (first announcement after the advert).
#
# takes long
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"
# Who stalls here is to wake again.
VRRPD_OPTIONS="${VRRPD_OPTIONS:-} --hang-limit 0"

lan a b c d e
preload_faults || skip_all "no C compiler"
capture wire

# --- a kernel that refuses; it takes its time, what follows is meanwhile ------

touch "$T/d/hwaddr" "$T/e/newaddr" "$T/e/trace"
FAULT=$T/d start d -v 60 -p 254 10.0.0.2
FAULT=$T/e start e -v 61 -p 254 10.0.0.2
for host in d e; do
	until_true 2 logged $host '-> backup'
	signal $host USR1
	until_true 2 logged $host 'master -> backup'
done
rm "$T/e/newaddr"

# --- USR1, USR2, HUP ----------------------------------------------------------

FAULT=$T/a start a -v 51 -p 200 10.0.0.1
FAULT=$T/b start b -v 51 -p 50 10.0.0.1
until_true 2 logged b '-> backup'
signal a USR1
ok "USR1: a is Master now" until_true 1 is_master a
ok "and says why" until_true 1 logged a 'backup -> master \(asked by signal\)'
signal b USR1
ok "USR1 beside a better Master: that one answers, b yields" \
    until_true 1 logged b 'master -> backup \(better advert: priority 200 from 10.0.0.11\)'
ok "a stayed Master" eval 'is_master a && ! is_master b'
for i in 1 2 3 4 5; do
	signal a USR2
	until_true 2 is_master b
	signal a USR1
	until_true 2 eval 'is_master a && ! is_master b'
done
# Its own announcements are over.
sleep 1.2
rm -f "$T/a/trace"
touch "$T/a/trace"
n=$(count_logged a ': state: ')
signal a HUP
ok "HUP: a report" until_true 1 log_grows a ': state: ' "$n"
sleep 0.3
is "and not a frame for it" "$(grep -c '^arp 10.0.0.1$' "$T/a/trace")" 0
signal a USR1
ok "USR1 at a Master: announces again" until_true 1 grep -q '^arp 10.0.0.1$' "$T/a/trace"
sleep 1.2
is "in five rounds of a request and a reply" "$(grep -c '^arp 10.0.0.1$' "$T/a/trace")" 10
ok "and is Master still" eval 'is_master a && ! is_master b'
signal b USR2
sleep 0.2
ok "USR2 at a Backup: nothing" eval 'is_master a && ! is_master b'

# --- stalls -------------------------------------------------------------------

sleep 1.1
n=$(count_logged b '-> master')
until_true 5 is_master e 10.0.0.2
signal e USR2
until_true 1 not is_master e 10.0.0.2
signal e USR1
until_true 1 is_master e 10.0.0.2
sleep 1.1			# five announcements, two adverts
signal e STOP			# alone, and its third advert nearly 1 s away
signal b STOP
sleep 5
alone=$EPOCHREALTIME
signal e CONT
signal b CONT
sleep 0.3
# proves: P-25 +
is "F04: a Backup stalled for 5 s does not take over" "$(count_logged b '-> master')" "$n"
is "for it has read what waited" "$(report b | grep -oE 'last advert heard 0')" \
    "last advert heard 0"

signal a STOP
ok "a Master stalls: b takes over" until_true 5 is_master b
sleep 1.5
woken=$EPOCHREALTIME
signal a CONT
ok "C10: it wakes: the client reaches it" until_true 1 eval \
    'not is_master b && at c ping -qc 1 -W 1 10.0.0.1'
sleep 0.5

# Three tries of d are enough.
until_true 9 eval '[ "$(count_logged d "master -> backup")" = 3 ]'
rm "$T/d/hwaddr"

# A worse one that wakes has nothing to say: a with 50 now, b does not preempt.
stop a
stop b
FAULT=$T/a start a -v 51 -p 50 10.0.0.1
FAULT=$T/b start b -v 51 -p 200 -s 10.0.0.1
until_true 2 log_grows b '-> backup' 0
signal a USR1
until_true 2 is_master a
sleep 1.1
signal a STOP
until_true 5 is_master b
sleep 1.5
woken2=$EPOCHREALTIME
signal a CONT
ok "F04 P-25: a worse one that wakes yields" until_true 1 not is_master a
sleep 0.3
asleep2=$EPOCHREALTIME

# --- the clock ----------------------------------------------------------------

before=$(count_logged a '-> master')
for step in 3600 -7200; do
	echo $step >"$T/b/clock"
	echo $step >"$T/a/clock"
	sleep 2.2
done
report b >/dev/null
ok "the log shows the wrong time" [ \
    "$(tail -1 "$T/b.log" | cut -c 1-5)" != "$(date +%H:%M)" ]
rm "$T/a/clock" "$T/b/clock"
# proves: P-23 +
is "F12 C20: no election from steps of the clock" \
    "$(count_logged a '-> master')" "$before"

# --- the kernel refuses frames (F14) ------------------------------------------

for errno in 105 1; do		# ENOBUFS, EPERM
	echo $errno >"$T/b/send"
	sleep 1.1
done
ok "F14: send errors are logged" logged b 'cannot send: .*not permitted'
within "and counted" "$(counter b 'errors:')" 2 99
rm "$T/b/send"
ok "and b is still Master" is_master b
sent=$(counter b sent)
ok "and sends again" until_true 2 eval '[ "$(counter b sent)" -gt "$sent" ]'

# --- back to those that were refused ------------------------------------------

# proves: P-17 +
ok "P-17: EBUSY: resigned" logged d 'master -> backup \(the addresses could not be taken\)'
ok "the log advises -n" logged d 'cannot set the virtual MAC: .*busy.*-n'
ok "a refused address: resigned" logged e 'master -> backup \(the addresses could not be taken\)'
ok "the log tells the kernel's reason" logged e 'cannot set the virtual addresses: .+'
is "with priority 0, own MAC and no address" \
    "$(grep -A 9 newaddr "$T/e/trace" | head -4 | tr '\n' ';')" \
    "newaddr;advert 0;deladdr;hwaddr 02:00:00:00:00:15;"
ok "tries again, and holds it" until_true 10 is_master e 10.0.0.2
ok "so does the other" until_true 10 is_master d 10.0.0.2
end_capture wire
ok "every frame is sound" clean_wire wire

# --- what the wire says -------------------------------------------------------

lines=$(adverts wire 'vrrp.virt_rtr_id == 51')
arps=$(frames wire 'arp.src.proto_ipv4 == 10.0.0.1 && arp.isgratuitous' frame.time_epoch)
# From each priority 0 of a to the next advert of b, from that to its first ARP
skews=$(awk '$2 == "10.0.0.11" && $3 == 0 { t = $1 }
    $2 == "10.0.0.12" && t { print $1 - t, $1; t = 0 }' <<<"$lines" | head -5)
is "five take-overs after priority 0" "$(wc -l <<<"$skews")" 5
within "Skew_Time of priority 50, none early, the best" \
    "$(smallest <<<"$skews")" 0.8046 0.8097
within "from b's first advert to its first gratuitous ARP, the best" "$(
    while read -r _ t; do
	awk -v t="$t" '$1 >= t { print $1 - t; exit }' <<<"$arps"
    done <<<"$skews" | smallest)" 0 0.002
is "F39 P-24: a lone Master that wakes sends one advert at once, not five" "$(
    adverts wire 'vrrp.virt_rtr_id == 61' | awk -v t="$alone" '$1 > t && $1 < t + 0.4' |
    wc -l)" 1
# One for what it missed, one in answer to b's last word (F01)
within "F39: adverts of a Master that wakes, not a burst" "$(awk -v t="$woken" \
    '$2 == "10.0.0.11" && $1 > t && $1 < t + 0.4' <<<"$lines" | wc -l)" 1 2
within "the worse one at most its last word" "$(awk -v t="$woken2" -v e="$asleep2" \
    '$2 == "10.0.0.11" && $1 > t && $1 < e' <<<"$lines" | wc -l)" 0 1
within "b's longest silence while its clock stepped, s" "$(awk -v t="$asleep2" \
    '$2 == "10.0.0.12" && $1 > t && $1 < t + 4 { if (l && $1 - l > m) m = $1 - l; l = $1 }
    END { print m }' <<<"$lines")" 0.99 1.1
tries=$(adverts wire 'vrrp.virt_rtr_id == 60 && vrrp.prio == 254' |
    awk '{ if (t) printf "%.1f ", $1 - t; t = $1 }')
is "P-17: tries again after 3 s, 6 s" "$(cut -d ' ' -f 1,2 <<<"$tries")" "3.0 6.0"
done_testing
