#!/bin/bash
# Every golden vector, and floods of bad frames, into running daemons.
#
#    inject > a: vrrpd     b: vrrpd     inject writes into the cable of a host,
#             |            |            past the bridge; a second cable eth1
#   ----------+------------+-- br0      leads to a alone
#
# Proves R3768-7.1-1 to -10, R3768-5.3.2-1, R3768-5.3.6-1, R2338-7.1-1 to -8, all
# vectors of ../proof/vectors.txt on the wire, in Backup and in Master; C02 C03 C04
# C07 (a packet never ends the daemon), C05, C06, P-01 to P-10, F09, F10, F24
# to F27, R9568-7.1-l.
#
# long form
. "$(dirname "$0")/lib.sh"

compile inject.c || skip_all "no C compiler"
lan a b

# advert [FIELD=VALUE]...: a frame in hex; into HOST: what stdin holds
advert() { perl "$TOP/tests/ns/frame.pl" "$@"; }
into() { local host=$1; shift; "$T/inject" "$host" "$@"; }
alive() { signal "$1" 0; }

# --- the vectors --------------------------------------------------------------

own_address() { at a ip addr flush dev eth0; at a ip addr add "$1/24" dev eth0; }

# vectors CONTEXT: the lines; what must be dropped first, so that it is dropped
# in Master too
vectors() { awk -v c="$1" '!/^#/ && $2 == c' "$TOP/tests/proof/vectors.txt" | sort -r -k 3; }

# expected CONTEXT TIMES: the counters after that
expected() {
	vectors "$1" | awk -v times="$2" '
	    $5 == "-" { next }
	    { k = split($5, name, ","); while (k > 0) n[name[k--]] += times }
	    END { for (i in n) print i, n[i] }' | sort
}

counters() {
	report a | sed -nE 's/.*[ :]((received|wrong: [a-z-]+) [0-9]+).*/\1/p' |
	    sed 's/^wrong: //' | sed '/^received 0$/d' | sort
}
counted() { [ "$(counters)" = "$(expected "$1" "$2")" ]; }

# try CONTEXT ARGUMENT...
try() {
	local context=$1 times=0 state
	shift
	start a "$@"
	for state in Backup Master; do
		[ "$state" = Backup ] && [ "$context" = C2own ] && continue
		[ "$state" = Master ] && signal a USR1 &&
		    until_true 5 logged a '-> master'
		times=$((times + 1))
		vectors "$context" | awk '{ print $7 }' | into a
		until_true 3 counted "$context" "$times"
		# proves: R3768-7.1-8 +, R9568-7.1-l +-
		is "$context, in $state: $(vectors "$context" | wc -l) frames, each counted for what it is" \
		    "$(counters)" "$(expected "$context" "$times")"
	done
	ok "$context: alive, and ends well (C02 C03 C04 C07)" stop a
	mv "$T/a.log" "$T/a-$context.log"
}

own_address 192.0.2.20
try C2 -v 51 192.0.2.1
# proves: R3768-7.1-8 +
ok "the interval is an alarm with its sender (F09)" grep -q \
    'dropped advert from 192.0.2.30: interval is [02].00 s, not 1.00 s' "$T/a-C2.log"
ok "so is the list of addresses, but it is let through (F10)" grep -q \
    ' advert from 192.0.2.30: its address list differs from ours' "$T/a-C2.log"
try C2pw -v 51 -a pw/vrrppass 192.0.2.1
ok "so is the password, and it is not in the log (C03 C04)" \
    eval "grep -q 'from 192.0.2.30: wrong password' '$T/a-C2pw.log' &&
    ! grep -qi vrrppas '$T/a-C2pw.log'"
try C2pw3 -v 51 -a pw/abc 192.0.2.1
try C2i255 -v 51 -d 255 192.0.2.1
try C3 -3 -v 51 192.0.2.1
at a ip -6 addr add fe80::20/64 dev eth0 nodad
try C6 -v 51 fe80::1 2001:db8::1
try C2v1 -v 1 192.0.2.1
try C2v255 -v 255 192.0.2.1
try C2vip -v 51 10.0.112.202
try C2strict -v 51 --strict-addresses 192.0.2.1
own_address 192.0.2.1
try C2own -v 51 192.0.2.1
own_address 10.0.0.11

# --- frames that are not for us -----------------------------------------------

ip link add name eth1 type veth peer name eth1 netns a
at a ip link set eth1 up
ip link set eth1 up
start a -v 51 10.0.0.1
start b -v 51 -p 50 10.0.0.1
ok "a becomes Master" until_true 6 is_master a
heard=$(counter a received)
advert prio=200 vlan=7 | into a
advert prio=200 dmac=020000000011 | into a
advert prio=200 dmac=ffffffffffff | into a
advert prio=200 | at a "$T/inject" eth0		# its own way out
advert prio=200 | into eth1
# proves: R3768-7.1-5 -
is "VLAN tag, unicast, broadcast, outgoing, another LAN (C06): not heard" \
    "$(counter a received)" "$heard"
is "nor counted" "$(counter a 'wrong: [a-z-]+')" ""
ok "a is still Master" is_master a

# Unicast is not spoken, but who speaks it is named.  The second frame is to the
# group but for its Ethernet address, the last for another VRID.
unicast() {	# HOST MAC ADDRESS
	advert prio=200 dmac="$2" dst="$3" | into "$1"
	advert prio=200 dmac="$2" | into "$1"
	advert prio=200 dmac="$2" dst="$3" vrid=52 | into "$1"
}
unicast a 00005e000133 10.0.0.11
unicast b 020000000012 10.0.0.12
# proves: P-03 -
is "unicast adverts are counted, by the Master and by the Backup" \
    "$(counter a 'wrong: destination') $(counter b 'wrong: destination')" "2 2"
named='dropped advert from 10.0.0.99: not sent to the VRRP group'
ok "and named" eval 'logged a "$named" && logged b "$named"'
is "but not heard" "$(counter a received)" "$heard"
ok "a is Master, b Backup" eval 'is_master a && not is_master b &&
    not logged a "master ->" && not logged b "backup ->"'

awk '$1 == "I61" { print $7 }' "$TOP/tests/proof/vectors.txt" | into a
# proves: P-10 -
ok "CARP is named (F24)" until_true 2 logged a \
    'dropped advert from 192.0.2.30: length is 36, .*looks like CARP'

# --- floods -------------------------------------------------------------------

# 500 frames, 50 senders, every reason; 200 rounds of them in 4 s and more
for i in $(seq 100 149); do
	from="src=10.0.0.$i prio=250"
	advert $from ttl=64; advert $from version=3; advert $from type=2
	advert $from sum=1; advert $from auth=1 password=wrong
	advert $from auth=7; advert $from interval=9; advert $from list=
	advert $from dst=10.0.0.1; advert $from auth=254
done >"$T/flood"
capture wire
into a 200 20000 <"$T/flood" & PIDS+=($!)
into b 200 20000 <"$T/flood" & PIDS+=($!)
wait "${PIDS[@]: -2}"
ok "both survive 100,000 bad frames" eval 'alive a && alive b'
# proves: R9568-7.1-l -
ok "and nothing changed: a is Master, b Backup (F25)" \
    eval 'is_master a && not is_master b'
# proves: R9568-7.1-l -
is "b never became Master" "$(counter b 'became master')" 0
within "of 100,000 frames were counted" \
    "$(report b | awk '/wrong:/ { n += $7 } END { print n }')" 50000 100000
# proves: R9568-7.1-n +, R9568-7.1-l +, P-49 +
within "lines in the log of b (F27, R3768-7.1-8, R9568-7.1-l)" \
    "$(count_logged b 'dropped advert')" 10 64

# Bad frames are no sign of life: b takes over when it must, in their midst.
"$T/inject" b 300 20000 <"$T/flood" & PIDS+=($!)
sleep 1
kill -9 "${PID[a]}" "$(guard_of a)"	# nobody resigns for it
ok "b takes over during a flood" until_true 6 is_master b
kill "${PIDS[-1]}" 2>/dev/null
end_capture wire
lines=$(adverts wire)
within "longest silence of a under flood, s" "$(echo "$lines" | awk '
    $2 == "10.0.0.11" { if (t && $1 - t > max) max = $1 - t; t = $1 }
    END { print max }')" 0.9 1.1
# proves: R9568-7.1-l -
within "a's last advert to b's first, s (F25)" "$(echo "$lines" | awk '
    $2 == "10.0.0.11" { t = $1 } $2 == "10.0.0.12" { print $1 - t; exit }')" \
    3.796 3.9
done_testing
