#!/bin/bash
# vrrpd against keepalived: three pairs of them and a client.
#
#   plain: -n, no authentication, 10.0.0.1
#   pass:  -n, PASS, 10.0.0.2/24
#   vmac:  virtual MAC on both sides, 10.0.0.3, .4 and .5
#
#   aX: vrrpd  pX: keepalived  bX: vrrpd   c: client, pings the addresses
#    |          |               |          |
#   -+----------+---------------+----------+-- br0 (three times aX, pX, bX)
#
# Proves R3768-6.4.2-5 (Master_Down_Interval), R3768-6.4.3-5 (priority 0),
# preemption and the tie by address against keepalived in both roles, and
# that each takes every advert of the other.  The steps are in peers.sh.
#
# measures time
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/peers.sh"
# Nobody resigns for who is killed: the peers have to notice.
VRRPD_OPTIONS="$VRRPD_OPTIONS --no-guard"

need_peer keepalived
pair plain keepalived 51 -n "" 10.0.0.1
pair pass keepalived 52 "-n -a pw/secret" \
    $'authentication {\nauth_type PASS\nauth_pass secret\n}' 10.0.0.2/24
pair vmac keepalived 53 "" use_vmac 10.0.0.3 10.0.0.4 10.0.0.5
lan_of_pairs
every_step
for x in "${PAIRS[@]}"; do
	is "$x: keepalived has no complaint" \
	    "$(cat "$T/p$x".{old.,}log | grep -iE 'invalid|expect|mismatch|too (short|long)|not present')" ""
done
done_testing
