#!/bin/bash
# What an advert costs: wake-ups and system calls, and nothing for what is not
# our business; and what a router costs: memory.
#
#    a: vrrpd -p 200, and others     b: vrrpd     x: sends frames of others
#
# Proves that frames which the filter refuses, events about other interfaces, and
# those about the addresses of other routers on ours wake nobody.
#
# takes long
# long form
. "$(dirname "$0")/lib.sh"

compile inject.c || skip_all "no C compiler"

lan a b x
for host in a b; do settle $host; done
start a -n -3 -d 0.1 -v 51 -p 200 --no-lease --no-guard 10.0.0.1
start b -n -3 -d 0.1 -v 51 --no-guard 10.0.0.1
until_true 5 is_master a
until_true 5 not is_master b
sleep 2			# the announcements at the start are over

# awake SECONDS: how often a and b woke, and what was due
awake() {
	local a b t
	t=$(now) a=$(wakes a) b=$(wakes b)
	"${@:2}" >/dev/null
	sleep "$1"
	wakes_a=$(($(wakes a) - a)) wakes_b=$(($(wakes b) - b))
	due=$(awk -v t="$t" -v now="$(now)" 'BEGIN { print (now - t) / 0.1 }')
}
# once WHAT: one wake-up for each advert, and a few for whatever else there is
once() {
	local most
	most=$(awk -v n="$due" 'BEGIN { print n + 4 }')
	within "$1: wake-ups of the Master, $due adverts" "$wakes_a" 1 "$most"
	within "$1: of the Backup" "$wakes_b" 1 "$most"
}

awake 3
once "at rest"

# calls HOST CALL: all of a process for each that succeeded
calls() {
	timeout -s INT 4 strace -o "$T/strace" -p "${PID[$1]}" 2>/dev/null
	awk -v call="$2" '/^[a-z0-9_]+\(/ { n++ }
	    $0 ~ "^" call "\\(.* = [1-9][0-9]*$" { m++ }
	    END { if (m > 10) printf "%.2f\n", n / m }' "$T/strace"
}
if type -P strace >/dev/null && strace true 2>/dev/null; then
	within "system calls for an advert sent" "$(calls a sendto)" 1.9 2.2
	within "for one received" "$(calls b recvfrom)" 1.9 2.2
fi

links() {
	local host i
	for host in a b; do
		for ((i = 0; i < 30; i++)); do
			echo "link add name d$i type bridge"
			echo "addr add 10.7.0.$i/24 dev d$i"
			echo "link set dev d$i up"
			echo "link del dev d$i"
		done | at $host ip -batch -
	done
}
awake 1 links
once "other interfaces come and go"

# Leases are renewed once a second.
for v in 61 62 63 64 65 66 67 68; do
	also "o$v" a -n -3 -d 0.1 -v $v -p 200 10.0.0.$v
	signal "o$v" USR1
done
for v in 61 62 63 64 65 66 67 68; do until_true 5 holds a 10.0.0.$v; done
sleep 2
awake 3
once "eight Masters beside it"
stopping() {
	local v
	for v in 61 62 63 64 65 66 67 68; do stop o$v; done
}
awake 1 stopping
once "they stop"
ok "and nothing was lost" is_master a

frames_of_others() {
	local v
	for v in 1 7 52 200 255; do
		perl "$TOP/tests/ns/v3_frame.pl" advert vrid=$v
	done
	perl "$TOP/tests/ns/v3_frame.pl" advert dmac=020000000001
	perl "$TOP/tests/ns/v3_frame.pl" advert version=2 src=10.0.0.99 vrid=50
	perl "$TOP/tests/ns/v3_frame.pl" arp target=10.0.0.77
	perl "$TOP/tests/ns/frame.pl" vlan=7
	perl "$TOP/tests/ns/frame.pl" proto=17
}
frames_of_others >"$T/frames"
flood() { at x "$T/inject" eth0 3000 <"$T/frames" && sent=yes; }
sent=no
awake 0.5 flood
ok "30000 frames of others are sent" test $sent = yes
once "30000 frames of others"

# memory NAME: PSS and private kB of a daemon and its guard, and kB of their
# stacks.  Libraries, which others have too, are left out of PSS.
memory() {
	cat "/proc/${PID[$1]}/smaps" "/proc/$(guard_of "$1")/smaps" | awk '
	    /^[0-9a-f]+-[0-9a-f]+ / { name = $6 }
	    /^Pss:/ && name !~ /\/lib.*\.so/ { pss += $2 }
	    /^Private_/ { private += $2 }
	    /^Private_/ && name == "[stack]" { stacks += $2 }
	    END { print pss, private, stacks }'
}
# Not the memory of valgrind or a sanitizer, which have these set.
if [ -z "${WRAP:-}$VRRPD_OPTIONS" ]; then
	also m1 x -n -3 -d 0.1 -v 71 -p 200 10.0.0.71
	until_true 5 holds x 10.0.0.71
	sleep 1
	before=$(wakes_of "$(guard_of m1)")
	sleep 3
	within "wake-ups of a guard in 3 s" \
	    $(($(wakes_of "$(guard_of m1)") - before)) 0 1
	read -r pss private stacks < <(memory m1)
	within "kB of a Master and its guard" "$pss" 20 250
	within "of these, of no use to another" "$private" 20 120
	within "and of their stacks" "$stacks" 8 44
	stop m1
fi

# A Master that asks who else has its addresses, 2, 4 and 8 s after its take-over,
# does so when it turns anyway.
if type -P strace >/dev/null && strace true 2>/dev/null; then
	also m2 x -n -d 1 -v 72 -p 200 10.0.0.72
	signal m2 USR1
	until_true 5 holds x 10.0.0.72
	sleep 1.3		# the announcements are over
	timeout -s INT 7.3 strace -o "$T/strace" -p "${PID[m2]}" 2>/dev/null
	adverts=$(grep -c '^sendto(.*"\\1\\0^\\0\\0\\22.* = 60$' "$T/strace")
	asks=$(grep -c '^sendto(.*"\\377\\377.* = 60$' "$T/strace")
	waits=$(grep -c '^pselect6(.* = [01] ' "$T/strace")
	within "adverts in 7.3 s" "$adverts" 6 8
	within "it asked so often" "$asks" 2 3
	within "and woke for the adverts alone" $((waits - adverts)) 0 1
	stop m2
fi

at a ip addr del 10.0.0.1/32 dev eth0
ok "but a removed address is noticed" until_true 1 is_master a

done_testing
