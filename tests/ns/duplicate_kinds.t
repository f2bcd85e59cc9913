#!/bin/bash
# What is a claim and what is none.
# See duplicate.sh.
#
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/duplicate.sh"

daemon=kinds4
also kinds4 a -v 51 --refresh 0 10.0.0.1 10.0.0.2
settled kinds4
kind "gratuitous ARP, both forms" 2 < <(claim 10.0.0.1; claim 10.0.0.2 op=2)
kind "an answer to us" 1 < <(claim 10.0.0.1 op=2 dmac=${own//:/} target=10.0.0.2)
kind "the sender's MAC in ARP" 1 < <(claim 10.0.0.1 smac=020000000077 mac=${stranger//:/})
kind "our own MACs, other addresses, questions, a probe" 0 < <(
	claim 10.0.0.1 mac=${virtual4//:/}
	claim 10.0.0.1 mac=${own//:/}
	claim 10.0.0.3
	frame arp smac=${stranger//:/} src=10.0.0.13 target=10.0.0.1
	frame arp smac=${stranger//:/} src=0.0.0.0 target=10.0.0.1
)
kind "an answer to another host, which a switch floods" 0 \
    < <(claim 10.0.0.1 op=2 dmac=020000000099 target=10.0.0.2)
is "one line for them all" "$(count_logged kinds4 'duplicate address')" 1
ok "the report has the last one" eval \
    'report kinds4 | grep -q "duplicates 4, last 10.0.0.1 at $stranger$"'
ok "a Backup hears none" eval 'signal kinds4 USR2 &&
    until_true 1 logged kinds4 "master -> backup" && claim 10.0.0.1 | say && sleep 0.2 &&
    [ "$(duplicates kinds4)" = 4 ]'
stop kinds4

daemon=kinds6
also kinds6 a -v 51 --refresh 0 fe80::1 2001:db8::1
settled kinds6
kind "unsolicited advertisements" 2 < <(claim fe80::1; claim 2001:db8::1)
kind "one to us" 1 < <(claim fe80::1 dst=fe80::ff:fe00:11 dmac=${own//:/})
kind "our own MAC, other addresses, hop limit 254, a bad checksum, a question" 0 < <(
	claim fe80::1 mac=${virtual6//:/}
	claim 2001:db8::9
	claim fe80:1::1
	claim fe80::1 ttl=254
	claim fe80::1 sum=4711
	frame ns smac=${stranger//:/} src=fe80::13 target=fe80::1
)
kind "one to another host, which a switch floods" 0 \
    < <(claim fe80::1 dst=fe80::99 dmac=020000000099)
stop kinds6

daemon=again
also again a -v 51 --refresh 0 --macvlan 10.0.0.1
settled again
kind "with a macvlan" 1 < <(claim 10.0.0.1)
kind "from the virtual MAC" 0 < <(claim 10.0.0.1 mac=${virtual4//:/})
at a ip link del dev vrrp.51
until_true 2 holds a 10.0.0.1
kind "that is made again" 1 < <(claim 10.0.0.1)
stop again
done_testing
