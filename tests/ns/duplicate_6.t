#!/bin/bash
# A stranger that only answers, IPv6: in each mode.
# See duplicate.sh.
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/duplicate.sh"

duel swap6 $virtual6 2001:db8::1 fe80::1 2001:db8::1
duel macvlan6 $virtual6 2001:db8::1 --macvlan fe80::1 2001:db8::1
duel no-accept6 $virtual6 2001:db8::1 --no-accept fe80::1 2001:db8::1
duel no-accept-macvlan6 $virtual6 fe80::1 --no-accept --macvlan fe80::1
duel no-vmac6 $own 2001:db8::1 -n -d 0.3 fe80::1 2001:db8::1
done_testing
