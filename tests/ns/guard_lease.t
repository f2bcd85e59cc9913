#!/bin/bash
# The leases of addresses.
# See guard.sh.
#
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/guard.sh"

start a -v 51 10.0.0.1/24
until_true 5 is_master a
lease() { at a ip -o addr show | grep -oE '10.0.0.1/.*valid_lft [0-9]+' | grep -oE '[0-9]+$'; }
least=9
for i in 1 2 3 4 5 6 7 8; do
	sleep 0.4
	least=$(printf '%s\n' "$least" "$(lease)" | sort -n | head -1)
done
within "the lease is renewed, s" "$least" 3 4
ip netns exec a ip monitor address >"$T/monitor" &
PIDS+=($!)
before_it=$(wakes a)
sleep 3.1
woken=$(($(wakes a) - before_it))
within "others hear of it once a second" "$(grep -c 10.0.0.1/24 "$T/monitor")" 2 4
within "it wakes us not once more than our adverts do" "$woken" 2 4
stop a

# Among many they are longer, where a guard makes up for it.
also many a -n -v 52 $(seq -f 10.0.1.%g 33)
until_true 5 holds a 10.0.1.33
for how in "3 4 --no-guard" "3 4 --hang-limit 0" "3 4 --hang-limit 31" "20 30 "; do
	read -r low high option <<<"$how"
	# shellcheck disable=SC2086	# words
	start a -n -v 51 $option 10.0.0.1/24
	until_true 5 is_master a
	sleep 1.5
	within "beside 33 of others${option:+, $option}: s" "$(lease)" $low $high
	stop a
done
stop many
same "and all is as before" "$(snapshot_all a)" "$before"

# The route to the prefix is the own address's too: it must not end.
at a ip addr add 2001:db8::11/64 dev eth0 nodad
start a -v 51 -3 -d 0.1 fe80::51 2001:db8::51/64
until_true 2 holds a 2001:db8::51
sleep 1.2
is "no route has a lease" "$(at a ip -6 route show dev eth0 | grep -c expires)" 0
kill_both a
ok "the address ends" until_true 6 not holds a 2001:db8::51
ok "the route stays" eval 'at a ip -6 route show | grep -q "^2001:db8::/64 dev eth0"'
done_testing
