#!/bin/bash
# What needs the system to be refused, and what the process looks like.
#
#    a: every vrrpd     b: its interface has a name of 15 characters
#
# Proves the exit statuses of the manual, C03 and C04 (passwords), C15 (names),
# C18 (status of the parent, closed descriptors), C19 (files, descriptors),
# P-14 (MTU), P-30, P-31 (ownership).
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"

lan a b
settle a
before=$(snapshot a)

# refused STATUS PATTERN [COMMAND]... vrrpd ARGUMENT...: one line says why; the
# files are in $T/a unless -f says otherwise
refused() {
	local want=$1 pattern=$2 command=() dir=(-f "$T/a") status
	shift 2
	while [ "$1" != vrrpd ]; do command+=("$1"); shift; done
	shift
	case " $* " in *' -f '*) dir=() ;; esac
	at "${host:-a}" timeout 10 "${command[@]}" "$VRRPD" "${dir[@]}" "$@" >"$T/out" 2>"$T/err"
	status=$?
	cat "$T/out" "$T/err"
	[ $status = "$want" ] && [ "$(wc -l <"$T/err")" = 1 ] &&
	    grep -qE -- "$pattern" "$T/err" && [ ! -s "$T/out" ]
}

# --- refusals -----------------------------------------------------------------

r() { ok "$1 is refused with $2" refused "$2" "${@:3}"; }
r "no such interface" 2 'eth7: no such interface' vrrpd -i eth7 -v 51 10.0.0.1
r "the same with -D (C18)" 2 'eth7: no such' vrrpd -D -i eth7 -v 51 10.0.0.1
r "lo" 2 'lo: not an Ethernet' vrrpd -i lo -v 51 10.0.0.1
at a ip link property add dev eth0 altname other
r "an alternative name" 2 'other: no such' vrrpd -i other -v 51 10.0.0.1
at a ip link property del dev eth0 altname other
r "an alias" 1 'eth0:1.*alias' vrrpd -i eth0:1 -v 51 10.0.0.1
for name in all default . .. a/b 'a b'; do
	r "a macvlan named '$name'" 1 "--macvlan '$name': not an interface name" \
	    vrrpd -i eth0 -v 51 "--macvlan=$name" 10.0.0.1
done
r "an interface named all" 1 "-i 'all': not an interface name" vrrpd -i all -v 51 10.0.0.1
r "what follows --" 1 '-1: not an IPv4 or IPv6 address' vrrpd -i eth0 -v 51 -- 10.0.0.1 -1
r "not root" 2 'root.*CAP_NET_ADMIN' setpriv --bounding-set -net_admin \
    vrrpd -i eth0 -v 51 10.0.0.1
r "no packet socket" 2 'root.*CAP_NET_RAW' \
    setpriv --bounding-set -net_raw vrrpd -i eth0 -v 51 10.0.0.1
r "the same with -D (C18)" 2 'root.*CAP_NET_RAW' \
    setpriv --bounding-set -net_raw vrrpd -D -i eth0 -v 51 10.0.0.1
# proves: R3768-5.3.4-2 -, P-30 -
r "-p 255 by another than the owner" 1 '-p 255: .*10\.0\.0\.1 is no address of eth0' \
    vrrpd -i eth0 -v 51 -p 255 10.0.0.1
# proves: R3768-5.3.4-1 -
r "-p 254 by the owner" 1 '-p 254: .*255' vrrpd -i eth0 -v 51 -p 254 10.0.0.11
# proves: P-31 -
r "owning one of two" 1 '10\.0\.0\.11 is .*10\.0\.0\.1 is not' \
    vrrpd -i eth0 -v 51 10.0.0.1 10.0.0.11
r "-f with a file" 1 '-f .*not a directory' vrrpd -f "$T/err" -i eth0 -v 51 10.0.0.1
r "-f with nothing" 1 '-f /nowhere' vrrpd -f /nowhere -i eth0 -v 51 10.0.0.1
r "-U with a file that cannot run" 1 '-U .*not an executable' \
    vrrpd -i eth0 -v 51 -U "$T/err" 10.0.0.1
r "--on-backup likewise" 1 '--on-backup .*No such' \
    vrrpd -i eth0 -v 51 --on-backup /nowhere 10.0.0.1
r "-D with a file (C18)" 1 '--on-backup' vrrpd -i eth0 -v 51 10.0.0.1 -D /etc/fstab
# One that "make PCAP=1" built has it: tests/pcap.t.
if ! ldd "$VRRPD" 2>/dev/null | grep -q libpcap; then
	for more in "" -D --dry-run; do
		r "--pcap where it is not built in ${more:+, $more}" 1 \
		    '^vrrpd: --pcap: not built in; "make PCAP=1".*libpcap-dev$' \
		    vrrpd -i eth0 -v 51 --pcap "$T/a/it" $more 10.0.0.1
	done
	ok "but cleanup takes it with the other options" at a "$VRRPD" cleanup \
	    -f "$T/a" -i eth0 -v 51 --pcap "$T/a/it" 10.0.0.1
fi
at b ip link set dev eth0 mtu 1000
# proves: P-14 -
host=b r "an advert that does not fit" 1 '255 addresses need an MTU of 1056, eth0 has 1000' \
    vrrpd -i eth0 -v 51 $(seq -f 10.7.0.%g 1 254) 10.0.0.1
is "no refusal changed anything" "$(snapshot a; ls "$T/a")" "$before"

at a "$VRRPD" --dry-run -i eth0 -v 51 -a pw/geheim -f "$T/a" 10.0.0.1/24 >"$T/out" 2>&1
is "--dry-run: status 0" $? 0
ok "prints what would be, but no password" \
    eval 'grep -q "^address 10.0.0.1/24" "$T/out" && ! grep -q geheim "$T/out"'
is "and changes nothing" "$(snapshot a; ls "$T/a")" "$before"

# lost COMMAND...: its standard output was; one line says so
lost() {
	"$@" 2>"$T/err"
	[ $? = 2 ] && [ "$(wc -l <"$T/err")" = 1 ] && grep -q 'standard output: ' "$T/err"
}
to_full() { at a "$VRRPD" "$@" >/dev/full; }
to_nobody() { at a "$VRRPD" "$@" >&-; }
for to in to_full to_nobody; do
	ok "-h $to" lost $to -h
	ok "-V $to" lost $to -V
	ok "--dry-run $to" lost $to --dry-run -i eth0 -v 51 -f "$T/a" 10.0.0.1
done

# --- files --------------------------------------------------------------------

pid_file=$T/a/vrrpd_eth0_51.pid
ln -s "$T/victim" "$pid_file"
r "C19: a pid file that is a symbolic link" 2 'vrrpd_eth0_51.pid' vrrpd -i eth0 -v 51 10.0.0.1
ok "and what it points to not made" [ ! -e "$T/victim" ]
rm "$pid_file"

mkfifo "$pid_file"
r "a pid file that is a FIFO" 2 'vrrpd_eth0_51.pid: not a regular file' \
    vrrpd -i eth0 -v 51 10.0.0.1
rm "$pid_file"
echo 1 >"$T/a/other"
ln "$T/a/other" "$pid_file"
r "one with two names" 2 'vrrpd_eth0_51.pid: .*other names' vrrpd -i eth0 -v 51 10.0.0.1
rm "$pid_file" "$T/a/other"

mkdir "$T/full"
mount -t tmpfs -o size=4k none "$T/full"
head -c 8192 /dev/zero >"$T/full/it" 2>/dev/null
r "a full disk" 2 'vrrpd_eth0_51.pid: No space left' vrrpd -f "$T/full" -i eth0 -v 51 10.0.0.1
is "and no file left" "$(ls "$T/full")" it
umount "$T/full"

# Standard error is a file too: it is read through a pipe.
at a bash -c 'ulimit -f 0; exec "$@"' -- timeout 5 "$VRRPD" -f "$T/a" -i eth0 -v 51 \
    10.0.0.1 2>&1 | cat >"$T/err"
is "no file may grow: status" "${PIPESTATUS[0]}" 2
is "and one line" "$(cat "$T/err")" "vrrpd: $pid_file: File too large"

echo 1 >"$pid_file"		# left over, of somebody else
(umask 0; start a -v 51 -L debug --auth=pw/geheim 10.0.0.1
 echo "${PID[a]}" >"$T/pid")
PID[a]=$(cat "$T/pid")
PIDS+=("${PID[a]}")
is "pid file" "$(cat "$pid_file")" "${PID[a]}"
is "0644, whatever umask" "$(stat -c %a "$pid_file")" 644
ok "locked" not flock -n "$pid_file" true
r "the same VRID again" 2 'another vrrpd runs eth0 vrid 51.*vrrpd_eth0_51.pid' \
    vrrpd -i eth0 -v 51 -n 10.0.0.1
r "the same with -D (C18)" 2 'another vrrpd' vrrpd -D -i eth0 -v 51 10.0.0.1
r "another one that wants the MAC" 2 'MAC of eth0.*-n' vrrpd -i eth0 -v 52 10.0.0.2
ok "--dry-run does not mind" at a "$VRRPD" --dry-run -f "$T/a" -i eth0 -v 51 10.0.0.1

# --- passwords and the report -------------------------------------------------

is "C03 C04: no password in the arguments" \
    "$(tr '\0' ' ' <"/proc/${PID[a]}/cmdline" | grep -E 'geheim|67656865')" ""
signal a USR1
until_true 2 is_master a
told=$(report a)	# HUP
while read -r what pattern; do
	ok "report: $what" grep -qE "$pattern" <<<"$told"
done <<'END'
state   state: master for [0-9.]+ s, version 2, priority 100, interval 1.00 s, preempt on, virtual mac on, source 10\.0\.0\.11
timer   next advert in 0\.[0-9]+ s
heard   no advert heard since start
address address 10\.0\.0\.1/32
counts  sent [0-9]+ \(priority 0: 0, errors: 0\), received 0 \(priority 0: 0\)
health  became master 1 times, failed 0 times, put back 0 times, lost events 0 times
END
# The deadline passes while it sleeps, and the report comes before the timer.
n=$(count_logged a 'next advert in')
signal a STOP
sleep 1.3
signal a HUP
signal a CONT
until_true 2 log_grows a 'next advert in' "$n"
is "report: no deadline is before now" "$(grep -c ' in -' "$T/a.log")" 0
ok "C09: after so many HUPs it runs" signal a 0
ok "no password in the log, at level debug" not grep -qE 'geheim|67656865' "$T/a.log"
kill "${PID[a]}"
until_true 2 not test -s "$pid_file"
ok "pid file removed or emptied at the end" [ ! -s "$pid_file" ]

# --- background and descriptors -----------------------------------------------

# In a chroot the names in /proc have another beginning.
links() { readlink "/proc/$1/fd"/[012] | uniq | sed 's|.*\(/dev/null\)$|\1|'; }
at a "$VRRPD" $VRRPD_OPTIONS -D -i eth0 -v 51 -f "$T/a" 10.0.0.1 9<"$T/err" >"$T/out" 2>&1
is "-D: status 0" $? 0
pid=$(cat "$pid_file")
PIDS+=("$pid")
ok "-D: running when the parent returns" kill -0 "$pid"
is "-D: not a word" "$(cat "$T/out")" ""
is "-D: descriptors 0 to 2 (C18)" "$(links "$pid")" /dev/null
is "-D: nothing inherited (C19)" "$(readlink "/proc/$pid/fd"/* | grep "$T/err")" ""
ok "-D: in /" [ "/proc/$pid/cwd/." -ef / ]
is "-D: no terminal, a session of its own" \
    "$(awk '{ print $6, $7 }' "/proc/$pid/stat")" "$pid 0"
kill "$pid"
until_true 2 not test -s "$pid_file"

for mode in -D -F; do
	at a "$VRRPD" $VRRPD_OPTIONS $mode -i eth0 -v 51 -f "$T/a" 10.0.0.1 <&- >&- 2>&- &
	until_true 2 test -s "$pid_file"
	pid=$(cat "$pid_file")
	PIDS+=("$pid")
	until_true 2 eval '[ "$(links "$pid")" = /dev/null ]'
	is "$mode, 0 to 2 closed: not open to something else (C18)" \
	    "$(links "$pid")" /dev/null
	kill -USR1 "$pid"
	ok "$mode, 0 to 2 closed: works" until_true 2 is_master a
	kill "$pid"
	until_true 2 not test -s "$pid_file"
done
is "after all this: as before" "$(snapshot a)" "$before"

# --- a long name --------------------------------------------------------------

at b ip link set dev eth0 down
at b ip link set dev eth0 name abcdefghijklmno
at b ip link set dev abcdefghijklmno up
capture long
ip netns exec b "$VRRPD" $VRRPD_OPTIONS -i abcdefghijklmno -v 255 -f "$T/b" 10.0.0.1 2>"$T/b.log" &
PID[b]=$!
PIDS+=("$!")
until_true 2 logged b '-> backup'
signal b USR1
until_true 2 logged b '-> master'
stop b
end_capture long
is "C15: 15 characters: adverts on the wire" \
    "$(adverts long 'eth.src == 00:00:5e:00:01:ff' | awk '{ print $3 }' | tr '\n' ' ')" "100 0 "
done_testing
