#!/bin/bash
# vrrpd against FRR's vrrpd: two pairs of them and a client.
#
#   one:   10.0.0.1
#   three: 10.0.0.2, .3 and .4/24
#
#   aX: vrrpd  pX: FRR, zebra  bX: vrrpd   c: client, pings the addresses
#    |          |               |          |
#   -+----------+---------------+----------+-- br0 (twice aX, pX, bX)
#
# FRR knows no authentication and always uses the virtual MAC, on a macvlan of
# the operator's.  It cuts Skew_Time to hundredths of a second.
# Proves R3768-6.4.2-5 (Master_Down_Interval), R3768-6.4.3-5 (priority 0),
# preemption and the tie by address against FRR in both roles, and that each
# takes every advert of the other.  The steps are in peers.sh.
#
# measures time
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/peers.sh"
# Nobody resigns for who is killed: the peers have to notice.
VRRPD_OPTIONS="$VRRPD_OPTIONS --no-guard"

need_peer "$FRR/zebra" "$FRR/vrrpd"
pair one frr 51 "" "" 10.0.0.1
pair three frr 52 "" "" 10.0.0.2 10.0.0.3 10.0.0.4/24
lan_of_pairs
every_step
for x in "${PAIRS[@]}"; do
	is "$x: FRR has no complaint" \
	    "$(grep -iE \
	        ' bad |mismatch|unequal|undersized|incorrect' \
	        "$T/p$x.frr/protocol")" ""
done
done_testing
