#!/bin/bash
# vrrpd cleanup: of one family, with and without a record.
# See guard.sh.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/guard.sh"

# --- cleanup of one family ----------------------------------------------------

# tidy STATUS ARGUMENT...: cleanup ends with it, and one line at most
tidy() {
	local want=$1 status
	shift
	at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a" "$@" 2>"$T/refusal"
	status=$?
	cat "$T/refusal"
	[ $status = "$want" ]
}
refused_tidy() {
	tidy 2 "$@" && [ "$(wc -l <"$T/refusal")" = 1 ] &&
	    grep -q 'another vrrpd runs eth0 vrid 51' "$T/refusal"
}
start a -v 51 -n --no-lease 10.0.0.1
also six a -v 51 -n fe80::51
signal a USR1
signal six USR1
until_true 2 holds a 10.0.0.1
until_true 2 holds a fe80::51
ok "the IPv4 router runs: its addresses are refused" refused_tidy 10.0.0.1
kill_both a
ok "the IPv6 router runs: so are its own" refused_tidy fe80::51
ok "and nothing is changed" eval 'holds a 10.0.0.1 && holds a fe80::51'
ok "an IPv4 address: IPv4 alone, and no script is looked for" \
    tidy 0 -n -U /nowhere/up --on-backup /nowhere/down 10.0.0.1
ok "it is clean" not holds a 10.0.0.1
is "and its files are gone" "$(cd "$T/a" && ls vrrpd_*)" ""
ok "no address: both, and one runs" refused_tidy
ok "the IPv6 router knows nothing of all this" eval 'holds a fe80::51 &&
    not logged six "put back"'
stop six
same "and all is as before" "$(snapshot_all a)" "$before"


# --- what cleanup knows -------------------------------------------------------

# Routes have no lease, and without the record only an address leads to them.
start a -v 51 -n --no-accept 10.0.0.1
signal a USR1
black() { at a ip route show type blackhole | grep -q '10.0.0.1 '; }
until_true 2 black
kill_both a
rm "$T/a/vrrpd_eth0_51.undo"
ok "no record, no address: status 0" tidy 0
ok "the blackhole route stays" black
ok "no record, but the address: status 0" tidy 0 10.0.0.1
same "nothing is left" "$(snapshot_all a)" "$before"
start a -v 51 --no-accept 10.0.0.1
signal a USR1
until_true 2 black
kill_both a
ok "a record, and no address: status 0" tidy 0
same "and nothing is left" "$(snapshot_all a)" "$before"

# A record that cannot be written: the Master goes on, and says what is lost.
mount -t tmpfs -o size=16k none "$T/a"
start a -v 51 -n 10.0.0.1
head -c 16384 /dev/zero >"$T/a/full" 2>/dev/null
signal a USR1
ok "a full disk: Master all the same" until_true 2 holds a 10.0.0.1
ok "it says what is lost" logged a \
    'undo: No space left on device; .*no resignation is sent, and cleanup has to be'
rm "$T/a/full"
stop a
umount "$T/a"
done_testing
