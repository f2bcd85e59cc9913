#!/bin/bash
# What clients notice of a take-over, a hand-over, a healed partition.
#
#    a, d: Masters (200)           b, e: Backups     c, f: their clients
#    a     d                       b     e     c     f
#    |     |                       |     |     |     |
#   -+-----+---- br0 --- trunk --- br1 --+-----+-----+-
#
# a, b, c with the virtual MAC, VRID 51; d, e, f with -n, VRID 52.  Proves the
# promise that a TCP connection over the primary address survives, P-20,
# F01 F37 F38 (a healed partition), and prints what is lost each time.
#
# takes long
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/lib.sh"

lan a b c d e f
ip link add br1 type bridge mcast_snooping 0
ip link set br1 up
ip link add trunk type veth peer name knurt
ip link set trunk master br0 up
ip link set knurt master br1 up
for host in b c e f; do ip link set dev $host master br1; done
at a ip addr add 2001:db8::11/64 dev eth0 nodad
at c ip addr add 2001:db8::13/64 dev eth0 nodad
until_true 3 at c ping -qc 1 -W 1 10.0.0.14

# --- TCP ----------------------------------------------------------------------

echo_server() {		# ADDRESS
	exec ip netns exec a perl -MIO::Socket::IP -e '
	    my $l = IO::Socket::IP->new(LocalHost => shift, LocalPort => 7,
	        Listen => 1) or die;
	    my $s = $l->accept; $s->autoflush(1); print $s $_ while <$s>' "$1"
}
# echo_client ADDRESS FILE: a line each millisecond, the next after its echo;
# at the end the number of them and the longest wait, in ms
echo_client() {
	exec ip netns exec c perl -MIO::Socket::IP -MTime::HiRes=time,sleep -e '
	    my ($addr, $stop, $n, $max) = (@ARGV, 0, 0);
	    my $s;
	    for (1 .. 50) {
	        last if $s = IO::Socket::IP->new(PeerHost => $addr, PeerPort => 7);
	        sleep 0.1;
	    }
	    $s->autoflush(1);
	    until (-e $stop) {
	        my $t = time; print $s "$n\n"; my $back = <$s>;
	        die "broken after $n" unless defined $back && $back == $n;
	        $n++; $t = time - $t; $max = $t if $t > $max; sleep 0.001;
	    }
	    printf "%d %.1f\n", $n, $max * 1000' "$1" "$2"
}

for addr in 10.0.0.11 2001:db8::11; do
	echo_server $addr & PIDS+=($!)
	echo_client $addr "$T/stop" >"$T/client-$addr" 2>&1 & PIDS+=($!)
	clients+=($!)
done
start a -v 51 -p 200 10.0.0.1
until_true 2 logged a '-> backup'
for i in 1 2 3; do
	sleep 0.3
	signal a USR1
	until_true 2 is_master a
	sleep 0.3
	signal a USR2
	until_true 2 not is_master a
done
touch "$T/stop"
until_true 3 test -s "$T/client-10.0.0.11" -a -s "$T/client-2001:db8::11"
for addr in 10.0.0.11 2001:db8::11; do
	read -r n max <"$T/client-$addr"
	within "TCP to $addr over three swaps and back, lines" "$n" 100 99999
	within "TCP to $addr: longest stall, ms" "$max" 0 1000
done

# --- ping ---------------------------------------------------------------------

# ping_to CLIENT ADDRESS: a hundred times a second, in the background
ping_to() {
	background ip netns exec "$1" ping -n -D -i 0.01 "$2" >"$T/ping-$1"
}
# lost CLIENT FROM: longest time without an answer since then, ms
lost() {
	awk -F '[][ ]' -v from="$2" -v end="$EPOCHREALTIME" '
	    BEGIN { t = from }
	    / bytes from / && $2 > from { if ($2 - t > max) max = $2 - t; t = $2 }
	    END { if (end - t > max) max = end - t; printf "%.0f\n", max * 1000 }' "$T/ping-$1"
}

signal a USR1
start b -v 51 10.0.0.1
start d -v 52 -n -p 200 10.0.0.2
start e -v 52 -n 10.0.0.2
until_true 2 logged d '-> backup'
signal d USR1
until_true 2 is_master a
until_true 2 is_master d 10.0.0.2
until_true 2 at c ping -qc 1 -W 1 10.0.0.1
ping_to c 10.0.0.1
ping_to f 10.0.0.2
sleep 1.1

masters() { is_master $1 && ! is_master $2 && is_master $3 10.0.0.2 && ! is_master $4 10.0.0.2; }
# step DESCRIPTION SECONDS MASTERS... LIMIT: since $begin
step() {
	ok "$1: the right ones are Masters" until_true "$2" masters "${@:3:4}"
	sleep 0.3
	within "$1: ms lost with the virtual MAC" "$(lost c "$begin")" 0 "$7"
	within "$1: ms lost with -n" "$(lost f "$begin")" 0 "$7"
}

begin=$EPOCHREALTIME
stop a
stop d
step "polite stop" 2 b a e d 700		# Skew_Time is 609 ms
begin=$EPOCHREALTIME
start a -v 51 -p 200 10.0.0.1
start d -v 52 -n -p 200 10.0.0.2
step "preemption" 5 a b d e 200
begin=$EPOCHREALTIME
signal b USR1
signal e USR1
sleep 0.3
step "a false alarm (USR1 on the Backup)" 2 a b d e 200

# --- partition ----------------------------------------------------------------

sleep 1.1
begin=$EPOCHREALTIME
ip link set dev trunk nomaster
ok "partition: a second Master on the other side" until_true 5 eval \
    'is_master b && is_master e 10.0.0.2'
until_true 2 at c ping -qc 1 -W 1 10.0.0.1
until_true 2 at f ping -qc 1 -W 1 10.0.0.2
within "partition: ms lost, virtual MAC" "$(lost c "$begin")" 2600 3900
within "partition: ms lost, -n" "$(lost f "$begin")" 2600 3900
begin=$EPOCHREALTIME
ip link set dev trunk master br0
step "F01 F37 F38: healed" 2 a b d e 1200
sleep 1
begin=$EPOCHREALTIME
sleep 0.5
within "and stays so: ms lost, virtual MAC" "$(lost c "$begin")" 0 200
within "and stays so: ms lost, -n" "$(lost f "$begin")" 0 200
is "f knows the right one" "$(at f ip neigh show 10.0.0.2 | awk '{ print $5 }')" \
    02:00:00:00:00:14
done_testing
