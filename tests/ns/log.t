#!/bin/bash
# A log that nobody reads: nobody waits for it.
#
#    a: every vrrpd; its syslogd or its stderr is read late or never
#
# check_log has the same of pipes, sockets and terminals, without a daemon.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"

lan a
settle a
before=$(snapshot_all a)
own_dev

# hang: a syslogd that does not read, and has no room for another line
hang() {
	listen /dev/log "$1"
	kill -STOP "$LISTENER"
	perl -MSocket -e '
	    socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die;
	    connect($s, pack_sockaddr_un("/dev/log")) or die;
	    my $n = 0; $n++ while defined send($s, "full", MSG_DONTWAIT);
	    exit($n == 0 || !$!{EAGAIN})'
}
# in_background ARGUMENT...: status of the start
in_background() {
	timeout -s KILL 5 ip netns exec a "$VRRPD" $VRRPD_OPTIONS -D -l x%s -i eth0 \
	    -f "$T/a" -v 51 -3 -d 0.1 "$@" 10.0.0.1
	local status=$?
	PID[a]=$(cat "$T/a/vrrpd_eth0_51.pid")
	PIDS+=("${PID[a]}" "$(guard_of a)")
	return $status
}
clean() { [ "$(snapshot_all a)" = "$before" ]; }
ended() { ! kill -0 "${PID[a]}" && [ -z "$(ls "$T/a")" ]; }

# --- a syslogd that hangs -----------------------------------------------------

ok "a syslogd that hangs" hang "$T/late"
ok "-D starts and returns" in_background
ok "becomes Master" until_true 2 is_master a
for i in 1 2 3; do
	signal a HUP
	signal a USR2
	ok "goes back" until_true 2 not is_master a
	ok "and returns" until_true 2 is_master a
done
signal a KILL
ok "killed: the guard cleans up" until_true 2 clean
ok "and ends" until_true 2 ended

in_background --hang-limit 2
until_true 2 is_master a
signal a STOP
ok "hung: the guard kills it and cleans up" until_true 5 clean
ok "and ends" until_true 2 ended

in_background
until_true 2 is_master a
signal a TERM
ok "TERM: ends" until_true 2 ended
ok "and nothing is left" until_true 1 clean

# --- one that reads again -----------------------------------------------------

in_background
until_true 2 is_master a
kill -CONT "$LISTENER"
until_true 2 grep -q full "$T/late"
signal a USR2
ok "one that reads again hears it" until_true 2 grep -q 'master -> backup' "$T/late"
is "each line as syslog(3) has it" "$(sed -E '/^(up|full)$/d
    s/^<(28|29|30)>[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} '"vrrpd->x%s\\[${PID[a]}\\]"': eth0 vrid 51: .*/good/' \
    "$T/late" | sort -u)" good
is "first how many were lost" \
    "$(grep -A 1 'lost$' "$T/late" | sed -E 's/.*vrid 51: //; s/[0-9]+ lines/n lines/; s/ \(.*//')" \
    $'n lines of the log were lost\nmaster -> backup'
kill "$LISTENER"
wait "$LISTENER" 2>/dev/null
until_true 2 is_master a
signal a HUP
sleep 0.2
listen /dev/log "$T/again"
signal a USR2
ok "so does one that is started again" until_true 2 \
    grep -qE ' master -> backup' "$T/again"
ok "and how many it has not heard" eval \
    'sed -n 2p "$T/again" | grep -qE "^<28>.* [0-9]+ lines of the log were lost$"'
kill "${PID[a]}"
ok "the end is told" until_true 2 grep -q ' stopped' "$T/again"

# --- a pipe that nobody reads -------------------------------------------------

mkfifo "$T/pipe"
exec 8<>"$T/pipe"
dd if=/dev/zero bs=4096 count=16 status=none >&8
ip netns exec a "$VRRPD" $VRRPD_OPTIONS -i eth0 -f "$T/a" -v 51 -3 -d 0.1 10.0.0.1 2>&8 &
PID[a]=$!
PIDS+=("$!")
ok "stderr is a full pipe: becomes Master" until_true 3 is_master a
head -c 65536 <&8 >/dev/null
signal a USR2
read -r -t 3 line <&8
ok "when it is read" grep -qE 'eth0 vrid 51: [34] lines of the log were lost$' <<<"$line"
read -r -t 3 line <&8
is "the line follows" "${line#* eth0 }" "vrid 51: master -> backup (asked by signal)"
dd if=/dev/zero bs=4096 count=15 status=none >&8
signal a HUP
until_true 2 is_master a
stop a KILL 2>/dev/null
ok "killed: the guard cleans up" until_true 2 clean
done_testing
