#!/bin/bash
# vrrpd against vrrpd: three pairs of them and a client.
#
#   plain: virtual MAC, 10.0.0.1
#   pass:  -n, a password of 8 octets, 10.0.0.2/24
#   mixed: virtual MAC against -n, 10.0.0.3, .4 and .5
#
#   aX: vrrpd  pX: vrrpd       bX: vrrpd   c: client, pings the addresses
#    |          |               |          |
#   -+----------+---------------+----------+-- br0 (three times aX, pX, bX)
#
# PEER_VRRPD names another build for pX.  The steps are in peers.sh.
#
# takes long
# long form
. "$(dirname "$0")/lib.sh"
# Others run beside it, and it is failover.t and signals.t that measure time.
LATE=0.5 ANNOUNCED=0.23
. "$(dirname "$0")/peers.sh"
# Nobody resigns for who is killed: the peers have to notice.
VRRPD_OPTIONS="$VRRPD_OPTIONS --no-guard"

pair plain other 51 "" "" 10.0.0.1
pair pass other 52 "-n -a pw/8octets!" "-n -a pw/0x386f637465747321" 10.0.0.2/24
pair mixed other 53 "" -n 10.0.0.3 10.0.0.4 10.0.0.5
lan_of_pairs
every_step
for x in "${PAIRS[@]}"; do
	is "$x: the peer dropped nothing of ours" \
	    "$(cat "$T/p$x".{old.,}log | grep -E 'advert from|cannot')" ""
done
done_testing
