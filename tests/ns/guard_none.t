#!/bin/bash
# Daemon and guard are killed together: leases, the record, vrrpd cleanup.
# See guard.sh.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/guard.sh"

pair -n 10.0.0.1
capture wire
kill_both a
ok "both killed: another Master" until_true 5 holds b 10.0.0.1
ok "and the lease ends" until_true 5 not holds a 10.0.0.1
gone=$EPOCHREALTIME
end_capture wire
first=$(frames wire 'vrrp && ip.src == 10.0.0.12' frame.time_epoch | head -1)
within "after the new Master's first advert, s" "$(minus "$gone" "$first")" -1 1.5
ok "a record stays" [ -s "$T/a/vrrpd_eth0_51.undo" ]
is "for root alone" "$(stat -c %a "$T/a/vrrpd_eth0_51.undo")" 600
end_pair

pair --no-lease 10.0.0.1
kill_both a
sleep 4.5
ok "without a lease the address stays" holds a 10.0.0.1
capture wire
ok "vrrpd cleanup takes it off" at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a"
same "and all else" "$(snapshot_all a)" "$before"
is "and the files" "$(ls "$T/a")" ""
end_capture wire
is "with priority 0 first" "$(frames wire 'vrrp && ip.src == 10.0.0.11' vrrp.prio)" 0
ok "once more: there is nothing to do" at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a"
end_pair

pair 10.0.0.1
at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a" 2>"$T/refusal"
is "cleanup under a running one: refused" $? 2
ok "with a line" grep -q 'another vrrpd runs eth0 vrid 51' "$T/refusal"
ok "and nothing is changed" holds a 10.0.0.1
rm "$T/a/vrrpd_eth0_51.pid"
at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a" 2>"$T/refusal"
is "nor if its pid file is lost" $? 2
ok "with the same line" grep -q 'another vrrpd runs eth0 vrid 51' "$T/refusal"
ok "and nothing is changed" holds a 10.0.0.1
done_testing
