#!/bin/bash
# --pcap, in the program that "make vrrpd-pcap" builds: "make check-pcap".
#
#    a: vrrpd -p 200     b: vrrpd     c: asks, and sends what is wrong
#
# What a daemon and its guard record is compared, octet by octet, with what came
# out of the host's port of the bridge.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/ns/lib.sh"
VRRPD=$TOP/vrrpd-pcap

lan a b c
for host in a b c; do settle $host; done

# port HOST: what comes from it, into $T/wire_HOST.pcap
port() {
	dumpcap -q -i "$1" -f inbound -w "$T/wire_$1.pcap" -P \
	    >"$T/wire_$1.dumpcap" 2>&1 &
	CAPTURE[wire_$1]=$!
	PIDS+=("$!")
	until_true 10 grep -q 'File:' "$T/wire_$1.dumpcap"
}
# octets FILTER NAME...: of all frames in the recordings, in order
octets() {
	local filter=$1 name
	shift
	for name in "$@"; do
		tshark -r "$T/$name.pcap" -Y "$filter" -x 2>/dev/null
	done
}
count() { frames "$2" "$1" frame.number | wc -l; }
has() { [ "$(count "$1" "$2")" -gt 0 ]; }
# whole NAME: tshark reads it to its end without a complaint
whole() {
	tshark -r "$T/$1.pcap" >"$T/read.out" 2>"$T/read.err"
	cat "$T/read.out" "$T/read.err"
	[ -s "$T/read.out" ] && ! grep -qiE 'cut short|damaged|corrupt|error' "$T/read.err"
}

# --- a take-over ----------------------------------------------------------------

port a
port b
start b -v 51 --pcap "$T/b.pcap" 10.0.0.1
start a -v 51 -p 200 --pcap "$T/a1.pcap" 10.0.0.1
until_true 5 is_master a
sleep 2.5			# it has asked who else has the address
ok "a recording that grows is read" whole a1
ok "that of the Backup too" whole b
is "only root reads it" "$(stat -c %a "$T/a1.pcap")" 600
guard=$(guard_of a)
stop a KILL
until_true 3 is_master b
until_true 3 not kill -0 "$guard"
start a -v 51 -p 200 --pcap "$T/a2.pcap" 10.0.0.1
until_true 5 is_master a
sleep 2.5
ok "again while it grows" whole a2
stop a
until_true 3 is_master b
stop b
end_capture wire_a
end_capture wire_b

for name in a1 a2 b; do
	ok "$name: whole" whole $name
	ok "$name: nothing malformed, $(count frame $name) frames" clean_wire $name
done
# The rest of ARP is the kernel's answers.
sent() { octets "vrrp && ip.src == $1 || arp.isgratuitous || arp.opcode == 1" "${@:2}"; }
same "a: what it sent is what came from it" "$(sent 10.0.0.11 a1 a2)" \
    "$(sent 10.0.0.11 wire_a)"
same "b: likewise" "$(sent 10.0.0.12 b)" "$(sent 10.0.0.12 wire_b)"
same "b: and it heard all adverts of a" "$(octets 'vrrp && ip.src == 10.0.0.11' b)" \
    "$(octets 'vrrp && ip.src == 10.0.0.11' wire_a)"
while read -r name what filter; do
	ok "$name: $what" has "$filter" "$name"
done <<'END'
a1 adverts vrrp.prio == 200
a1 announcements arp.isgratuitous && arp.src.proto_ipv4 == 10.0.0.1
a1 probes arp.src.proto_ipv4 == 0.0.0.0
a1 guard:resigns vrrp.prio == 0
a1 guard:announces arp.isgratuitous && arp.src.proto_ipv4 == 10.0.0.11 && eth.src == 02:00:00:00:00:11
b questions arp.src.proto_ipv4 == 10.0.0.12 && arp.dst.proto_ipv4 == 10.0.0.1
END
# times NAME: of the adverts of a
times() { frames "$1" 'vrrp && ip.src == 10.0.0.11' frame.time_epoch; }
within "the clock is the wall clock: seconds beside that of dumpcap" \
    "$(paste <(times b) <(times wire_a) |
	awk '{ d = $1 - $2; if (d < 0) d = -d; if (d > most) most = d }
	END { printf "%.6f\n", most }')" 0 0.2

# --- what is heard --------------------------------------------------------------

to_a() { at c "$TOP/tests/ns/inject" eth0; }
arp() { perl "$TOP/tests/ns/v3_frame.pl" arp smac=020000000013 "$@" | to_a; }
# heard NAME OPTION...: 10.0.0.1 with --no-accept
heard() {
	local name=$1
	start a -v 51 -p 200 --no-accept --pcap "$T/$name.pcap" "${@:2}" 10.0.0.1
	until_true 5 logged a '-> master'
	sleep 2.5
	arp src=10.0.0.13 target=10.0.0.1
	arp src=10.0.0.13 target=10.0.0.77
	arp src=10.0.0.1 target=10.0.0.1
	perl "$TOP/tests/ns/frame.pl" ttl=254 smac=020000000013 | to_a
	perl "$TOP/tests/ns/frame.pl" prio=50 smac=020000000013 | to_a
	until_true 3 logged a 'ttl is 254'
	sleep 0.3
	stop a
	ok "$name: whole" whole "$name"
	while read -r n what filter; do
		is "$name: $what" "$(count "$filter" "$name")" "$n"
	done <<-'END'
	1 question arp.opcode == 1 && arp.src.proto_ipv4 == 10.0.0.13
	1 answer arp.opcode == 2 && arp.dst.proto_ipv4 == 10.0.0.13
	0 question-for-others arp.dst.proto_ipv4 == 10.0.0.77
	1 claim arp.src.proto_ipv4 == 10.0.0.1 && arp.src.hw_mac == 02:00:00:00:00:13
	1 dropped-advert vrrp && ip.ttl == 254
	1 advert vrrp.prio == 50
	END
	rm -f "$T/a.log"
}
rm -f "$T/a.log"
heard sandbox
heard plain --no-sandbox

start a -v 51 -p 200 --no-accept --pcap "$T/six.pcap" fe80::33 2001:db8::1
until_true 6 logged a '-> master'
sleep 2.2
perl "$TOP/tests/ns/v3_frame.pl" ns smac=020000000013 src=fe80::13 target=2001:db8::1 | to_a
sleep 0.3
stop a
ok "IPv6: nothing malformed" clean_wire six
while read -r what filter; do
	ok "IPv6: $what" has "$filter" six
done <<'END'
adverts vrrp && vrrp.prio == 200
announcements icmpv6.type == 136 && icmpv6.nd.na.flag.s == 0
question icmpv6.type == 135 && ipv6.src == fe80::13
answer icmpv6.type == 136 && icmpv6.nd.na.flag.s == 1
probes icmpv6.type == 135 && ipv6.src == ::
END
rm -f "$T/a.log"

# --- no room --------------------------------------------------------------------

# goes_on NAME REASON: a Master of 0.1 s that cannot record any more
goes_on() {
	local name=$1 reason=$2 gap
	until_true 20 logged a 'no more frames are recorded'
	capture "$name"
	sleep 3
	end_capture "$name"
	is "$name: one line" "$(grep -o 'no more frames.*' "$T/a.log")" \
	    "no more frames are recorded: $reason"
	ok "$name: still Master" is_master a
	gap=$(adverts "$name" | awk 'NR > 1 && $1 - t > most { most = $1 - t }
	    { t = $1 } END { if (NR > 25) print most }')
	within "$name: adverts are punctual, most between two" "$gap" 0.09 0.15
	cp "$file" "$T/$name-rec.pcap"
	ok "$name: what was recorded is whole" whole "$name-rec"
	guard=$(guard_of a)
	stop a KILL
	until_true 3 not kill -0 "$guard"
	is "$name: nor does its guard" "$(count_logged a 'no more frames')" 1
	ok "$name: which works too" logged a 'sent priority 0 and removed all'
	cp "$file" "$T/$name-end.pcap"
	same "$name: and adds nothing" "$(octets frame "$name-end")" \
	    "$(octets frame "$name-rec")"
	rm -f "$T/a.log"
}
mkdir "$T/full"
mount -t tmpfs -o size=64k none "$T/full"
file=$T/full/it.pcap
head -c 60000 /dev/zero >"$T/full/ballast"
start a -3 -d 0.1 -v 51 --pcap "$file" 10.0.0.1
goes_on full "No space left on device"
head -c 65536 /dev/zero >>"$T/full/ballast" 2>/dev/null
file=$T/limit.pcap
WRAP="prlimit --fsize=3000" start a -3 -d 0.1 -v 51 --pcap "$file" 10.0.0.1 \
    2> >(cat >>"$T/a.log")
goes_on limit "File too large"

# --- files ----------------------------------------------------------------------

# refused STATUS MESSAGE FILE [OPTION]...: with one line, which is that
refused() {
	local want=$1 message=$2 file=$3 status
	shift 3
	at c timeout 10 "$VRRPD" $VRRPD_OPTIONS -i eth0 -v 51 -f "$T/c" \
	    --pcap "$file" "$@" 10.0.0.1 >"$T/out" 2>"$T/err"
	status=$?
	cat "$T/out" "$T/err"
	[ $status = "$want" ] && [ "$(cat "$T/err")" = "vrrpd: --pcap $message" ] &&
	    [ ! -s "$T/out" ] && [ -z "$(ls "$T/c")" ]
}
r() { ok "$1: status $2" refused "$2" "$4: $3" "$4" "${@:5}"; }
mkfifo "$T/fifo"
ln -s "$T/nowhere" "$T/link"
echo "dear diary" >"$T/diary"
cp "$T/a1.pcap" "$T/two.pcap"
ln "$T/two.pcap" "$T/names.pcap"
mkdir "$T/ro"
mount -t tmpfs -o ro none "$T/ro"
r "a fifo" 1 "not a regular file" "$T/fifo"
r "the same with -D" 1 "not a regular file" "$T/fifo" -D
r "a device" 1 "not a regular file" /dev/null
r "a symbolic link" 1 "a symbolic link" "$T/link"
ok "and what it points to is not made" [ ! -e "$T/nowhere" ]
r "a directory" 1 "not a regular file" "$T"
r "a file with something else in it" 1 "it is no pcap recording: not overwritten" "$T/diary"
is "which stays" "$(cat "$T/diary")" "dear diary"
r "one with two names" 1 "it has other names too (hard links)" "$T/two.pcap"
ok "which stays too" cmp "$T/two.pcap" "$T/a1.pcap"
r "a directory where nothing can be written" 2 "Read-only file system" "$T/ro/it"
r "a full disk" 2 "No space left on device" "$T/full/new"
r "no directory" 1 "No such file or directory" "$T/none/it"
cd "$T" || exit 99
ok "no directory, relative: status 1" refused 1 "none/: No such file or directory" none/it

start a -v 51 --pcap "$T/two" 10.0.0.1
r "one that another vrrpd records into" 2 "another process holds it" "$T/two" -n
stop a

at c "$VRRPD" --dry-run -i eth0 -v 51 -f "$T/c" --pcap dry 10.0.0.1 >"$T/out" 2>&1
is "--dry-run: status" $? 0
ok "prints where it would be" grep -q "^frames recorded in $T/dry$" "$T/out"
ok "and makes nothing" [ ! -e "$T/dry" ]
r "--dry-run and a fifo" 1 "not a regular file" "$T/fifo" --dry-run
r "--dry-run and a diary" 1 "it is no pcap recording: not overwritten" "$T/diary" --dry-run
r "--dry-run and no directory" 1 "No such file or directory" "$T/none/it" --dry-run
is "nothing is changed" "$(cat "$T/diary")" "dear diary"
at c "$VRRPD" cleanup -i eth0 -v 51 -f "$T/c" --pcap "$T/diary" 2>"$T/err"
is "cleanup takes the options of a start: status" "$?$(cat "$T/err")" 0

# Relative, in the background, over an older one that was to be read by all
cp "$T/b.pcap" rel.pcap
chmod 644 rel.pcap
at c "$VRRPD" $VRRPD_OPTIONS -D -i eth0 -v 52 -p 200 -f "$T/c" --pcap rel.pcap 10.0.0.2
is "-D, a relative path: status" $? 0
pid=$(cat "$T/c/vrrpd_eth0_52.pid")
PIDS+=("$pid")
until_true 6 has 'vrrp.virt_rtr_id == 52' rel
ok "-D: it is recorded there" has 'vrrp.virt_rtr_id == 52' rel
is "-D: the older one is gone" "$(count 'vrrp.virt_rtr_id == 51' rel)" 0
is "-D: and only root reads it" "$(stat -c %a rel.pcap)" 600
kill "$pid"
until_true 3 not kill -0 "$pid"
cd / || exit 99
umount "$T/full" "$T/ro"
done_testing
