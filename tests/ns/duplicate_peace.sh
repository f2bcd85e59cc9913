# Common to duplicate_peace_*.t: who may speak.
. "$(dirname "$0")/duplicate.sh"

both() { holds a 10.0.0.1 && holds b 10.0.0.1; }
one() { ! both && { holds a 10.0.0.1 || holds b 10.0.0.1; }; }
# peaceful NAME REFRESH QUIET ALARMS ARGUMENT...: every ordinary change, with much to announce;
# partitions last at least QUIET seconds, and no more than ALARMS are false
peaceful() {
	local name=$1 refresh=$2 quiet=$3 alarms=$4 i
	shift 4
	also "$name-a" a -v 51 -p 200 --refresh "$refresh" "$@" 10.0.0.1
	also "$name-b" b -v 51 --refresh "$refresh" "$@" 10.0.0.1
	until_true 6 holds a 10.0.0.1
	sleep 2.3
	signal "$name-a" USR2
	until_true 3 eval 'holds b 10.0.0.1 && one'
	# a preempts, while b's kernel speaks from the address
	at b ping -qc 60 -i 0.1 -W 0.1 -I 10.0.0.1 10.0.0.99 >/dev/null 2>&1 &
	PIDS+=($!)
	ok "$name: preemption" until_true 6 eval 'holds a 10.0.0.1 && one'
	for i in 1 2; do
		ip link set dev b nomaster
		ok "$name: partition $i" until_true 6 both
		sleep $((quiet + i - 1)).$((3 * i))
		ip link set dev b master br0
		ok "$name: healed" until_true 3 one
	done
	sleep 2.5
	within "$name: no false alarm of a" "$(duplicates "$name-a")" 0 "$alarms"
	within "$name: nor of b" "$(duplicates "$name-b")" 0 "$alarms"
	stop "$name-a"
	ok "$name: polite stop" until_true 3 holds b 10.0.0.1
	sleep 2.3
	within "$name: no false alarm of the new Master" "$(duplicates "$name-b")" 0 "$alarms"
	stop "$name-b"
}
