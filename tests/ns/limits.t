#!/bin/bash
# What others do has its limits: adverts that lose draw few announcements, a
# stray ARP frame changes no form of checksum; and the start delay, which counts
# from the port.
#
#        a                                 b      hosts, 10.0.0.11 and .12
#        |  Master                         |  forger
#   -----+---------------------------------+----- br0
#
# long form
. "$(dirname "$0")/lib.sh"

compile inject.c || skip_all "no C compiler"
lan a b
frame="$TOP/tests/ns/v3_frame.pl"
advert() { perl "$frame" advert src=10.0.0.12 smac=020000000012 "$@"; }
into() { at b "$T/inject" eth0 "$@"; }

# --- rounds of announcements --------------------------------------------------

# rounds_of NAME: of the last address alone, which each round has twice
rounds_of() { frames "$1" "arp.src.proto_ipv4 == $2" frame.time_epoch; }

start a -3 -d 0.01 -v 51 -p 100 --refresh 0 $(seq -f '10.1.0.%.0f' 255)
until_true 3 logged a '-> master'
sleep 1.5			# the announcements of the take-over are over
capture storm
begun=$(now)
advert prio=50 interval=1 list=10.1.0.1 | into 4000 1000
ended=$(now)
sleep 1.5
end_capture storm
n=$(frames storm arp frame.number | wc -l)
took=$(minus "$ended" "$begun")
rate=$(awk -v n="$n" -v t="$took" 'BEGIN { print int(n / (t + 1)) }')
echo "# $n announcements in $took s and one more of 4000 adverts that lose"
# At most twelve rounds of two frames for each address
within "announcements a second, of 255 addresses" "$rate" 1 6200
rounds_of storm 10.1.0.255 >"$T/rounds"
forged=$(adverts storm 'ip.src == 10.0.0.12' | cut -d ' ' -f 1)
within "the first is answered at once" \
    "$(minus "$(head -1 "$T/rounds")" "$(head -1 <<<"$forged")")" 0 0.1
ok "none is lost: a round follows the last advert" \
    awk -v e="$(tail -1 <<<"$forged")" \
    'END { exit !($1 > e && $1 < e + 1.1) }' "$T/rounds"
is "still Master" "$(count_logged a '-> backup')" 1
stop a

# --- the form of the checksum -------------------------------------------------

rm -f "$T/a.log"
start a -3 -d 0.2 -v 51 -p 100 10.0.0.1
advert prio=200 interval=20 form=pseudo | into
until_true 3 logged a '-> master'
sleep 2.2			# it hears claims from now on
perl "$frame" arp op=2 src=10.0.0.1 target=10.0.0.1 smac=020000000099 \
    mac=020000000099 dmac=ffffffffffff | into
until_true 2 logged a 'duplicate address'
capture form
sleep 0.5
end_capture form
is "a stray ARP frame changes no form that an advert has taught" \
    "$(frames form 'vrrp && ip.src == 10.0.0.11' vrrp.checksum.status |
    sort -u)" 1
stop a

# --- the start delay ----------------------------------------------------------

# change_after COMMAND...: seconds from it to the next take-over
change_after() {
	local n from
	n=$(count_logged a '-> master')
	from=$(now)
	"$@"
	until_true 8 log_grows a '-> master' "$n" && minus "$(now)" "$from"
}
rm -f "$T/a.log"
ip link set dev a down
start a -3 -d 0.1 -v 51 -S 2 10.0.0.1
sleep 2.5
within "-S counts from the port that comes up late" \
    "$(change_after ip link set dev a up)" 1.9 2.5
ip link set dev a down
until_true 3 logged a '-> initialize'
within "and again when it comes back" \
    "$(change_after ip link set dev a up)" 1.9 2.5
stop a
at a ip addr add 10.0.0.1/24 dev eth0
at a timeout 5 "$VRRPD" -i eth0 -f "$T/a" -v 51 -S 2 10.0.0.1 2>"$T/told"
is "the owner has no start delay: status 1 and a line" \
    "$? $(wc -l <"$T/told")" "1 1"
ok "that says why" grep -q -- '-S 2: eth0 owns' "$T/told"
done_testing
