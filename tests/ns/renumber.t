#!/bin/bash
# The address that adverts come from is replaced by another, while Backup and
# while Master.
#
#    a: vrrpd            b: vrrpd            both with --vrrp-version 3 -d 0.2
#
# Proves F19, P-13: as long as the interface has another address no router
# changes its state; without one it waits in Initialize, and not longer.
#
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"
# Who stalls here is to wake again.
VRRPD_OPTIONS="${VRRPD_OPTIONS:-} --hang-limit 0"

lan a b
for host in a b; do
	at $host ip -6 addr add 2001:db8::$host/64 dev eth0 nodad
	settle $host
done

addr() { at "$1" ip addr "${@:2}" dev eth0; }
add() { addr "$1" add "$2/$PLEN" $NODAD; }
del() { addr "$1" del "$2/$PLEN"; }
changes() { count_logged "$1" ' -> '; }
source_is() { report "$1" | grep -q "source $2$"; }
# fresh FAMILY PRIORITY_A PRIORITY_B: a is Master, b has heard it
fresh() {
	local host priority
	[ -z "${PID[a]:-}" ] || stop a
	[ -z "${PID[b]:-}" ] || stop b
	rm -f "$T"/[ab].log
	for host in b a; do
		[ $host = a ] && priority=$2 || priority=$3
		start $host -3 -d 0.2 -v 51 -p "$priority" $VIP
		until_true 2 logged $host '-> backup'
	done
	signal a USR1
	until_true 2 holds a "${VIP%% *}"
	sleep 0.5
	before="$(changes a) $(changes b)"
}
no_change() { is "$1: nobody changes its state" "$(changes a) $(changes b)" "$before"; }
# sources NAME AFTER: who sent an advert after that time
sources() { frames "$1" vrrp frame.time_epoch $SRC | awk -v t="$2" '$1 > t { print $2 }' | sort -u; }
silence() {
	frames "$1" vrrp frame.time_epoch |
	    awk '{ if (t && $1 - t > max) max = $1 - t; t = $1 } END { print max }'
}

for family in 4 6; do
	if [ $family = 4 ]; then
		VIP=10.0.0.1 SRC=ip.src PLEN=24 NODAD='' A=10.0.0.11 B=10.0.0.12
		LOWER=10.0.0.2 HIGHER=10.0.0.99
		none='it has no IPv4 address of its own'
		# Or the last address of a net takes the others along.
		for host in a b; do
			at $host sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/promote_secondaries'
		done
	else
		VIP="fe80::1 2001:db8::1" SRC=ipv6.src PLEN=64 NODAD=nodad
		A=fe80::ff:fe00:11 B=fe80::ff:fe00:12
		LOWER=fe80::2 HIGHER=fe80::ffff:1
		none='it has no link-local address of its own'
	fi

	# --- the Backup ---------------------------------------------------------

	fresh $family 200 100
	add b $HIGHER
	del b $B
	# proves: P-13 +
	ok "v$family, Backup: the other address is taken at once" \
	    until_true 1 logged b "source address is now $HIGHER"
	no_change "v$family, Backup"
	ok "v$family, Backup: the report has it" source_is b $HIGHER
	capture "backup-$family"
	sleep 0.5
	ip link set dev a down		# not a word more from it
	stop a KILL
	# 0.2 s * (3 + 156/256)
	ok "v$family, Backup: takes over from a dead Master" until_true 2 logged b '-> master'
	sleep 0.3
	end_capture "backup-$family"
	within "v$family, Backup: after Master_Down_Interval, s" "$(
	    frames "backup-$family" 'vrrp.prio == 100 || vrrp.prio == 200' frame.time_epoch vrrp.prio |
	    awk '$2 == 200 { t = $1 } $2 == 100 { print $1 - t; exit }')" 0.715 0.8
	is "v$family, Backup: from the new address" "$(
	    frames "backup-$family" 'vrrp.prio == 100' $SRC | sort -u)" $HIGHER
	add b $B
	del b $HIGHER
	ip link set dev a up
	until_true 2 carrier a

	# --- the Master, and equal ones, of which the higher address is better ------

	for priority in 200 100; do
		for new in $LOWER $HIGHER; do
			name="v$family, Master $priority beside 100, now $new"
			fresh $family $priority 100
			capture master
			sleep 0.3
			add a $new
			del a $A
			sleep 0.25
			changed=$EPOCHREALTIME
			sleep 0.8
			end_capture master
			no_change "$name"
			is "$name: adverts have it within one interval" "$(sources master "$changed")" $new
			within "$name: longest silence, s" "$(silence master)" 0.18 0.25
			is "$name: said once" "$(count_logged a "source address is now $new")" 1
			add a $A
			del a $new
			ok "$name: and back" until_true 1 logged a "source address is now $A"
			no_change "$name"
		done
	done

	# --- first away, then there ---------------------------------------------------

	for host in a b; do
		[ $host = a ] && own=$A state=Master || own=$B state=Backup
		fresh $family 200 100
		signal $host STOP
		del $host $own
		add $host $HIGHER
		signal $host CONT
		ok "v$family, $state: replaced between two looks" \
		    until_true 1 logged $host "source address is now $HIGHER"
		no_change "v$family, $state"
		del $host $HIGHER
		# proves: P-13 +
		ok "v$family, $state: without any: Initialize" until_true 1 \
		    logged $host "-> initialize \\($none\\)"
		n=$(count_logged $host 'initialize -> backup')
		add $host $own
		ok "v$family, $state: with one again: Backup at once" \
		    until_true 1 log_grows $host 'initialize -> backup' "$n"
		ok "v$family, $state: with that one" source_is $host $own
	done
	stop a
	stop b
done
done_testing
