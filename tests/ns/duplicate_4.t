#!/bin/bash
# A stranger that only answers, IPv4: in each mode.
# See duplicate.sh.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/duplicate.sh"

duel swap $virtual4 10.0.0.1 10.0.0.1
duel macvlan $virtual4 10.0.0.1 --macvlan 10.0.0.1
duel no-vmac $own 10.0.0.1 -n -3 -d 0.3 10.0.0.1
duel no-accept $virtual4 10.0.0.1 --no-accept 10.0.0.9 10.0.0.1
duel no-accept-macvlan $virtual4 10.0.0.1 --no-accept --macvlan 10.0.0.1
at a ip addr add 10.0.0.1/24 dev eth0
duel owner $virtual4 10.0.0.1 10.0.0.1
at a ip addr del 10.0.0.1/24 dev eth0
done_testing
