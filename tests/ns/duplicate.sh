# Common to duplicate_*.t: another host has the address too, and answers for it
# or says so.
#
#    a: vrrpd, Master     b: a client, later vrrpd     c: the stranger
#
# They prove RFC 5227 2.4 (c): a stranger is found, counted, logged and answered,
# in each mode and family, without a yield and without a storm; no router is
# taken for a stranger in an ordinary change; a Backup hears nothing of it; and
# nobody else's ARP wakes a Master.
. "$(dirname "$0")/lib.sh"

compile inject.c || skip_all "no C compiler"

lan a b c
lan6 a b c
own=02:00:00:00:00:11
stranger=02:00:00:00:00:13
virtual4=00:00:5e:00:01:33
virtual6=00:00:5e:00:02:33

lladdr() { at b ip neigh show "$1" dev eth0 | sed -n 's/.*lladdr \([^ ]*\).*/\1/p'; }
client_knows() { [ "$(lladdr "$1")" = "$2" ]; }
duplicates() { counter "$1" duplicates; }
counted() { [ "$(duplicates "$1")" -ge "$2" ]; }
said() { logged "$1" "vrid 51: duplicate address: another host uses $2 at $stranger "; }
descriptors() { find "/proc/${PID[$1]}/fd" -type l | wc -l; }
# take NAME: makes it Master
take() {
	until_true 3 logged "$1" 'initialize -> '
	signal "$1" USR1
	until_true 1 logged "$1" '-> master'
}
# listening NAME: it has one descriptor more, two seconds after the take-over
listening() { [ "$(descriptors "$1")" -gt "$2" ]; }
settled() {
	local before
	until_true 3 logged "$1" 'initialize -> '
	sleep 0.1
	before=$(descriptors "$1")
	case $1 in *no-accept4*) before=$((before + 1)) ;; *no-accept6*) before=$((before + 2)) ;; esac
	take "$1"
	until_true 3 listening "$1" "$before"
	sleep 0.1
}
# claim ADDRESS [FIELD=VALUE]...: the stranger says it has it, as a frame
claim() {
	local address=$1
	shift
	case $address in
	*:*) frame na smac=${stranger//:/} src=fe80::13 target="$address" "$@" ;;
	*) frame arp smac=${stranger//:/} target="$address" src="$address" "$@" ;;
	esac
}
# announcements CAPTURE: the times of those of 10.0.0.1
announcements() {
	frames "$1" "arp.isgratuitous && arp.opcode == 1 && arp.src.hw_mac == $virtual4 &&
	    arp.src.proto_ipv4 == 10.0.0.1" frame.time_epoch
}
# say [ROUNDS [PAUSE]]: what stdin holds, from the stranger's host
say() { at c "$T/inject" eth0 "$@"; }

# --- a stranger that only answers ------------------------------------------------

# duel NAME MAC ADDRESS ARGUMENT...: MAC is where clients should find ADDRESS
duel() {
	local name=$1 mac=$2 address=$3 len=32 nodad='' before
	shift 3
	case $address in *:*) len=128 nodad=nodad ;; esac
	also "$name" a -v 51 --refresh 0 "$@"
	until_true 3 logged "$name" 'initialize -> '
	sleep 0.1
	before=$(descriptors "$name")
	at c ip addr add "$address/$len" dev eth0 $nodad
	take "$name"
	ok "$name: found" until_true 3 said "$name" "$address"
	at b ip neigh replace "$address" lladdr $stranger nud reachable dev eth0
	# At the latest after the next question who else has it, 4 or 8 s after the
	# take-over.
	ok "$name: the client comes back" until_true 10 client_knows "$address" "$mac"
	at c ip addr del "$address/$len" dev eth0
	ok "$name: counted" counted "$name" 1
	ok "$name: a is Master all the time" not logged "$name" 'master ->'
	at b ip neigh flush dev eth0
	[ "$name" != owner ] || { stop "$name"; return; }
	# shellcheck disable=SC2016
	ok "$name: a Backup has no descriptor more" eval 'signal "$name" USR2
	    until_true 1 logged "$name" "master -> backup" && sleep 0.2 &&
	    [ "$(descriptors "$name")" = "$before" ]'
	stop "$name"
}

# --- kinds of claims --------------------------------------------------------------

# kind DESCRIPTION NUMBER: of claims on stdin, that many more are counted
kind() {
	local before
	before=$(duplicates "$daemon")
	say
	[ "$2" = 0 ] && sleep 0.2
	until_true 1 counted "$daemon" $((before + $2))
	is "$1: $2 counted" $(($(duplicates "$daemon") - before)) "$2"
}
