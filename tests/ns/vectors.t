#!/bin/bash
# Every golden vector into a Backup and a Master of its own: what vrrpd does and
# when, and what it counts (../proof/peers.py).
#
#    peers.py: c1, c2, ... -------- eth0: vrrpd        each in a namespace
#
# Proves the verdict, the reason and the counter of all vectors of ../proof/vectors.txt
# as seen from outside.
#
# takes long
# long form
command -v python3 >/dev/null || {
	echo "1..0 # SKIP no python3"
	exit 0
}
exec "$(dirname "$0")/../proof/peers.py" --vrrpd
