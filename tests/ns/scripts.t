#!/bin/bash
# Scripts and the service manager.
#
#    a: vrrpd with scripts; USR1 and USR2 make the news
#
# Proves F13 (one at a time, in order, the newest wins, never waited for, killed
# with its group when it takes too long), F36, C19 (what a script inherits), and
# the datagrams of sd_notify(3).
#
# takes long
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"

lan a
preload_faults || skip_all "no C compiler"

# script NAME: its body on stdin
script() { { echo '#!/bin/sh'; cat; } >"$T/$1"; chmod +x "$T/$1"; }
begin() {		# ARGUMENT...: listening when this returns
	rm -f "$T/a.log"
	start a -v 51 "$@" 10.0.0.1
	until_true 2 logged a 'initialize -> backup'
}
lines() { [ "$(wc -l <"$1")" = "$2" ]; }

# --- what it gets -------------------------------------------------------------

script show <<END
for fd in \$(seq 0 99); do
	[ -e /proc/\$\$/fd/\$fd ] && echo "\$fd \$(readlink /proc/\$\$/fd/\$fd)" >>"$T/fds"
done
grep -E '^Sig(Blk|Ign)' /proc/self/status >"$T/signals"
exec >"$T/shown"
echo "\$# \$*"
tr '\0' '\n' <"/proc/\$\$/environ"
exec >&2
echo a word
echo another >&2
printf 'control \033[2J and no end'
exit 3
END
script with_stdin <<END
trap '' ALRM
exec "\$@" <"$T/show"
END
plain=$WRAP
WRAP="$T/with_stdin $WRAP"
export SECRET=geheim
echo 7 >"$FAULT/oom"
begin -p 77 -U "$T/show" 10.0.0.2
unset SECRET
until_true 2 grep -qx -- -1000 "$FAULT/oom"
is "a guard is not to be killed for memory" "$(cat "$FAULT/oom")" -1000
WRAP=$plain
signal a USR1
ok "a script that fails is in the log" until_true 2 logged a 'script: exit status 3'
is "three arguments and a clean environment" "$(cat "$T/shown")" "3 master eth0 51
PATH=/usr/sbin:/usr/bin:/sbin:/bin
VRRPD_INTERFACE=eth0
VRRPD_VRID=51
VRRPD_PRIORITY=77
VRRPD_STATE=master
VRRPD_ADDRESSES=10.0.0.2 10.0.0.1"
is "a script is" "$(cat "$FAULT/oom")" 7
rm "$FAULT/oom"
is "C19: /dev/null, two ends of a pipe, nothing else" \
    "$(sed 's/pipe:.*/pipe/' "$T/fds" | grep -v " $T/show$")" $'0 /dev/null\n1 pipe\n2 pipe'
# libc keeps 32 and 33 for itself, and lets a child of posix_spawn() ignore them.
is "no signal is ignored or blocked" "$(while read -r name mask; do
	echo "$name $((16#$mask & ~0x180000000))"
done <"$T/signals")" $'SigBlk: 0\nSigIgn: 0'
is "what it says is in the log" "$(sed -n 's/.*51: script: //p' "$T/a.log")" \
    $'a word\nanother\ncontrol ?[2J and no end\nexit status 3'

# A file that cannot be run any more (F36)
printf '#!/nowhere\n' >"$T/show"
signal a USR2
until_true 2 logged a 'master -> backup'
signal a USR1
ok "F36: one that cannot run is in the log" until_true 2 \
    logged a 'script: exit status 127'
ok "and why" until_true 1 logged a 'script: cannot run: No such file'
# children PID...: theirs
children() {
	local pid
	for pid in "$@"; do cat /proc/$pid/task/*/children; done | xargs
}
is "and no second daemon is left" \
    "$(children "${PID[a]}" "$(guard_of a)")" "$(guard_of a)"
stop a

# --- one at a time ------------------------------------------------------------

script slow <<END
echo "begin \$1" >>"$T/order"
while [ -e "$T/wait" ]; do sleep 0.1; done
echo "end \$1" >>"$T/order"
END
touch "$T/wait"
capture wire
begin -U "$T/slow" --on-backup "$T/slow"
signal a USR1
until_true 2 grep -q 'begin master' "$T/order"
for n in 1 2; do
	signal a USR2
	until_true 2 log_grows a 'master -> backup' $((n - 1))
	signal a USR1
	until_true 2 is_master a
done
sleep 2.2		# the first script still runs
end_capture wire
rm "$T/wait"
until_true 4 lines "$T/order" 4
signal a USR2
until_true 4 lines "$T/order" 6
is "F13: one at a time, in order, the newest wins" "$(head -6 "$T/order")" \
"begin master
end master
begin master
end master
begin backup
end backup"
within "and no advert was late: longest silence of a Master, s" "$(adverts wire |
    awk '$3 > 0 { if (t && $1 - t > max) max = $1 - t; t = $1 } END { print max }')" 0.9 1.5
stop a

# --- too long -----------------------------------------------------------------

script endless <<END
sleep 1000 &
echo \$! >"$T/child"
trap '' TERM
wait
END
gone() { ! kill -0 "$(cat "$T/child")"; }
begin -U "$T/endless" --on-backup "$T/endless"
signal a USR1
until_true 2 test -s "$T/child"
# later SECONDS: for both, which look at the clock when they wake
later() {
	echo "$1" >"$FAULT/monotonic"
	signal a HUP
	kill -CHLD "$(guard_of a)"
}
later 61		# a minute
ok "F13: after 60 s it is killed" until_true 3 logged a 'still running after 60 s, killed'
ok "with its children" until_true 2 gone
ok "and reported" until_true 2 logged a 'script: killed by signal 9'
ok "a goes on" is_master a
rm "$T/child"
signal a TERM
until_true 2 test -s "$T/child"
ok "TERM: the address is off, vrrpd waits for its script" eval \
    'not is_master a && kill -0 "${PID[a]}"'
later 72		# ten seconds
stop a
is "but not for ever: ends with 0" $? 0
ok "and nothing goes on without it" until_true 2 gone
rm "$FAULT/monotonic"

# For each end: the one that hangs may not keep the other from running.
script last <<END
echo "\$1" >>"$T/left"
END
for how in "TERM" "TERM --no-guard" "KILL"; do
	rm -f "$T/child" "$T/left"
	begin -U "$T/endless" --on-backup "$T/last" $(cut -s -d ' ' -f 2 <<<"$how")
	script_of=$(guard_of a)
	signal a USR1
	until_true 2 test -s "$T/child"
	signal a "${how%% *}"
	until_true 2 not is_master a
	sleep 0.5
	ok "$how: the script that runs may go on" not gone
	echo 11 >"$FAULT/monotonic"	# eleven seconds later
	kill -CHLD "${script_of:-${PID[a]}}"
	ok "then it is killed" until_true 2 gone
	ok "and the log says so" until_true 1 logged a 'still running after 10 s since the stop, killed'
	ok "--on-backup runs" until_true 2 grep -qx initialize "$T/left"
	rm "$FAULT/monotonic"
	wait "${PID[a]}" 2>/dev/null
	ok "and all ends" until_true 2 eval '[ -z "$(ls "$T/a")" ]'
done

# The next daemon waits for the last script of the one before.
rm "$T/order"
begin -U "$T/slow" --on-backup "$T/slow"
signal a USR1
until_true 2 lines "$T/order" 2
touch "$T/wait"
signal a KILL
until_true 2 grep -qx 'begin initialize' "$T/order"
rm "$T/a.log"
{
	until_true 4 logged a 'waiting for the guard'
	echo 40 >"$FAULT/monotonic"
} &
at a timeout 10 $WRAP "$VRRPD" $VRRPD_OPTIONS -i eth0 -f "$T/a" -v 51 10.0.0.1 \
    2>>"$T/a.log"
is "a start does not wait for ever" $? 2
ok "and says for whom" logged a 'the guard of a dead vrrpd .process vrrpd-guard. still holds'
rm "$FAULT/monotonic" "$T/a.log"
{
	until_true 4 logged a 'waiting for the guard'
	rm "$T/wait"
} &
start a -v 51 -U "$T/slow" 10.0.0.1
signal a USR1
until_true 5 lines "$T/order" 6
is "F13: nor do scripts of two lives run at one time" "$(cat "$T/order")" \
"begin master
end master
begin initialize
end initialize
begin master
end master"
stop a

# --- a guard that hangs -------------------------------------------------------

touch "$FAULT/cont"
begin
kill -STOP "$(guard_of a)"
signal a TERM
ok "it is waited for" eval 'sleep 1; kill -0 "${PID[a]}"'
ok "but not for ever" until_true 4 not kill -0 "${PID[a]}"
ok "and the log says so" until_true 1 logged a 'the guard hung: killed'
wait "${PID[a]}"
is "the status is 0" $? 0
is "no file is left" "$(ls "$T/a")" ""
rm "$FAULT/cont"

# --- the service manager ------------------------------------------------------

for address in "$T/manager" "@vrrpd-test-$$"; do
	rm -f "$T/told"
	background ip netns exec a perl -MSocket -e '
	    $| = 1; my ($name) = @ARGV; $name =~ s/^@/\0/;
	    socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die;
	    bind($s, pack_sockaddr_un($name)) or die; print "up\n";
	    print "$_\n" while defined recv($s, $_, 999, 0)' "$address" >"$T/told"
	until_true 3 grep -q up "$T/told"
	export NOTIFY_SOCKET=$address
	begin
	unset NOTIFY_SOCKET
	signal a USR1
	until_true 2 is_master a
	stop a
	until_true 2 grep -q STATUS=initialize "$T/told"
	is "sd_notify to ${address//$T/}" "$(sed 1d "$T/told")" "STATUS=backup
READY=1
STATUS=master
STOPPING=1
STATUS=initialize"
done
done_testing
