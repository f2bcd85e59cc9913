#!/bin/bash
# Claims about as many addresses as there can be.
# See duplicate.sh.
#
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/duplicate.sh"

for host in a c; do
	at $host ip link set dev eth0 mtu 9000
	ip link set dev $host mtu 9000
done
ip link set dev br0 mtu 9000
list4=$(seq -f 10.1.0.%g 1 255)
list6="fe80::1 $(seq 1 254 | while read -r i; do printf '2001:db8:7::1:%x ' "$i"; done)"
daemon=many4
# shellcheck disable=SC2086
also many4 a -v 51 --refresh 0 $list4
settled many4
kind "255 addresses: first, middle and last" 3 \
    < <(claim 10.1.0.1; claim 10.1.0.128; claim 10.1.0.255)
kind "255 addresses: others" 0 < <(claim 10.1.0.0; claim 10.1.1.0; claim 10.2.0.1)
stop many4
daemon=many6
# shellcheck disable=SC2086
also many6 a -v 51 --refresh 0 $list6
settled many6
kind "255 IPv6 addresses: first, middle and last" 3 \
    < <(claim fe80::1; claim 2001:db8:7::1:7f; claim 2001:db8:7::1:fe)
kind "255 IPv6 addresses: others" 0 \
    < <(claim fe80::2; claim 2001:db8:7::1:ff; claim 2001:db8:8::1:1)
stop many6
for host in a c; do
	ip link set dev $host mtu 1500
	at $host ip link set dev eth0 mtu 1500
done
ip link set dev br0 mtu 1500
done_testing
