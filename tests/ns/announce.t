#!/bin/bash
# How soon a new Master has announced all its addresses: 255 of IPv4, 90 of IPv6.
#
#    a: vrrpd, Backup and Master in turns, by signal
#
# Proves R9568-6.4.2-f1 and -f3 for as many addresses as an advert holds: each is
# announced, the last one within 10 ms of the advert, and from the virtual MAC.
#
# measures time
. "$(dirname "$0")/lib.sh"

lan a
settle a

# first_round NAME FIELD: from the advert to the first announcement of each
# address: how many addresses, and how long the last one took
first_round() {
	frames "$1" "vrrp.prio == 100 || arp.isgratuitous || icmpv6.type == 136" \
	    frame.time_epoch vrrp.prio "$2" | awk '
	    $2 == 100 { if (!advert) advert = $1; next }
	    NF == 2 && advert && !seen[$2]++ { n++; last = $1 - advert }
	    END { printf "%d %.6f\n", n, last }'
}

# announces WHAT COUNT FIELD ARGUMENT...: of up to five the best is in time
announces() {
	local what=$1 count=$2 field=$3 try
	shift 3
	rm -f "$T/times"
	start a -v 51 "$@"
	until_true 5 logged a '-> master'
	sleep 1.2		# the announcements are over
	for try in 1 2 3 4 5; do
		signal a USR2
		sleep 0.2	# and so is the farewell
		capture round
		signal a USR1
		sleep 1.2
		end_capture round
		first_round round "$field" >>"$T/times"
		awk '{ print $2 }' "$T/times" | smallest | in_time 0.010 && break
	done
	is "$what: each is announced" "$(cut -d ' ' -f 1 "$T/times" | sort -u)" "$count"
	within "$what: the last one after the advert, s" \
	    "$(awk '{ print $2 }' "$T/times" | smallest)" 0.0001 0.010
	# proves: R9568-8.1.2-4 +, R9568-8.2.2-6 +
	is "$what: all from the virtual MAC" "$(frames round \
	    'arp.isgratuitous || icmpv6.type == 136' eth.src | sort -u |
	    sed 's/00:00:5e:00:0[12]:33/virtual/')" virtual
	ok "$what: every frame is sound" clean_wire round -o vrrp.v3_checksum_as_in_v2:TRUE
	stop a
	rm -f "$T/a.log"
}

# The own address, which an IPv4 swap announces too, is the 256th.
announces "255 of IPv4" 256 arp.src.proto_ipv4 $(seq -f 10.1.0.%.0f 1 255)
announces "255 of version 3, macvlan" 255 arp.src.proto_ipv4 -3 --macvlan \
    $(seq -f 10.1.0.%.0f 1 255)
announces "90 of IPv6, macvlan" 90 icmpv6.nd.na.target_address --macvlan fe80::51 \
    $(seq -f 2001:db8::%.0f 1 89)
done_testing
