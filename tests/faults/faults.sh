# shellcheck shell=bash
# The faults, each a function or two: prepare_NAME before the routers start,
# fault_NAME with them in their states.  Comes after cell.sh; run.sh takes the
# table from here.  Every bound is that of the manual, vrrpd.8 WHEN THINGS GO
# WRONG, or says why.

# Longest first, so that the last ones to run are short.
ALL_FAULTS="stop spin block held stop_unguarded freeze restart link_5
	carrier_5 partition loss_out loss_in enobufs eperm kill_both
	kill_group kill kill_guard segv oom no_fork stop_guard link_02
	carrier_02 delete rm_address rm_mac rm_macvlan overrun no_files
	no_files_kill disk_start disk_run clock_forth clock_back twins"

# why_not: nothing of that kind exists in this cell
why_not() {
	case $FAULT-$STATE-$MODE in
	rm_address-backup-*)
		echo "a Backup has no address" ;;
	rm_address-*-noaccept)
		echo "the address is on no interface" ;;
	rm_mac-*-nomac | rm_mac-*-macvlan)
		echo "the interface has its own MAC" ;;
	spin-backup-* | block-backup-*)
		echo "only a Master is watched" ;;
	rm_mac-backup-*)
		echo "a Backup has its own MAC" ;;
	rm_macvlan-*-swap | rm_macvlan-*-nomac | rm_macvlan-*-noaccept)
		echo "there is no macvlan" ;;
	disk_start-backup-*)
		echo "a start is the same in both states" ;;
	esac
}

# --- death --------------------------------------------------------------------

# died: the daemon, and its guard did the rest
died() {
	await 3000000 dead "${PID[a]}" || bad "the daemon lives"
	if [ $STATE = master ]; then
		other_master $((DOWN_B + 2000000))
		await 1000000 let_go a
		since a advert '0 *'
		within "priority 0" "$REPLY" 20000
		since a holds 0
		within "addresses gone" "$REPLY" 20000
		case $MODE in
		swap | noaccept)
			since a mac $OWN_MAC
			within "own MAC" "$REPLY" 20000 ;;
		esac
		since b advert '[1-9]*'
		within "b's first advert" "$REPLY" $((SKEW_B + 25000))
	else
		idle $INTERVAL
		no_change
	fi
	clean a 2
	answers b
}

# lives_again: and everything is as it was
lives_again() {
	a_starts || { bad "no restart"; return; }
	if [ $WINNER = a ]; then
		await $((DOWN_B + 4000000)) alone a
	else
		await 3000000 logged a '-> backup'
		idle $INTERVAL
	fi
	answers $WINNER
}

has_guard() {
	GUARD=$(guard_of a)
	[ -n "$GUARD" ] && return
	bad "there is no guard"
	return 1
}

fault_kill() {
	mark
	kill -9 "${PID[a]}"
	died
	lives_again
}

fault_segv() {
	mark
	kill -SEGV "${PID[a]}"
	died
	lives_again
}

# A new guard, which does its duty
new_guard() { [ -n "$(guard_of a)" ] && [ "$(guard_of a)" != "$GUARD" ]; }
fault_kill_guard() {
	has_guard || return
	idle 1100000	# one that dies sooner is not followed by another
	mark
	kill -9 "$GUARD"
	await 3000000 new_guard || { bad "no new guard"; return; }
	idle $INTERVAL
	no_change
	mark
	kill -9 "${PID[a]}"
	died
	lives_again
}

cleanup() {
	at a "$VRRPD" cleanup -i eth0 -v 51 -f "$T/a" \
	    >>"$T/commands.out" 2>&1 || bad "cleanup ended with $?"
}

# orphaned: nobody is left to clean, but the kernel and the next start
orphaned() {
	local first
	await 3000000 dead "${PID[a]}" || bad "the daemon lives"
	if [ $STATE = master ]; then
		other_master $((DOWN_B + 2000000))
		since b advert '[1-9]*'
		first=$REPLY
		# An advert may have left just before
		within "b's first advert" "$first" $((DOWN_B + 25000))
		if [ "$MODE" != noaccept ]; then
			await $((LEASE + 3000000)) let_go a
			since a holds 0
			if [ "$PROTO" = v2 ] && [ -n "$first" ]; then
				within "addresses gone" "$REPLY" \
				    $((first - T0 + 1500000))
			else
				within "addresses gone" "$REPLY" \
				    $((LEASE + 1500000))
			fi
		fi
	fi
	look a
	[ -z "$REPLY" ] || LEFT=a:$REPLY
	ask
	[ "$REPLY" = b ] || bad "$REPLY answers, not b"
	cleanup
	clean a 2
	answers b
}

fault_kill_both() {
	has_guard || return
	mark
	kill -9 "$GUARD" "${PID[a]}"
	orphaned
	lives_again
}

# A guard may have left the group, and then does its duty.
fault_kill_group() {
	local guard
	guard=$(guard_of a)
	mark
	kill -9 -- "-${PID[a]}"
	idle 50000
	if [ -n "$guard" ] && since a advert '0 *'; then
		died
	else
		orphaned
	fi
	lives_again
}

# own_group CONTROLLER: a cgroup of version 1 below our own, into REPLY
own_group() {
	local line path
	line=$(grep -m1 -E ":([a-z,]*,)?$1(,[a-z,]*)?:" /proc/self/cgroup) ||
	    return
	path=/sys/fs/cgroup/$1${line#*:*:}
	[ -w "${path%/}/cgroup.procs" ] || return
	REPLY=${path%/}/vrrpd-faults-$NAME-$BASHPID
	mkdir "$REPLY" 2>/dev/null
}

# a and its guard live in a group that a third one fills, with a file in memory;
# the kernel is told whom to choose.
prepare_oom() {
	own_group memory || skip "no memory cgroup that this user may divide"
	GROUP=$REPLY
	RESOURCES+=("umount $T/group" "umount $T/full" "rmdir $GROUP")
	echo 16M >"$GROUP/memory.limit_in_bytes" || skip "no memory limit"
	mkdir "$T/full" "$T/group"
	# ip netns exec hides /sys.
	mount --bind "$GROUP" "$T/group"
	printf '#!/bin/sh\necho $$ >%s/cgroup.procs\nexec "$@"\n' \
	    "$T/group" >"$T/in_group"
	chmod +x "$T/in_group"
	mount -t tmpfs none "$T/full"
	WRAP_A=$T/in_group
}
killed_by_kernel() { grep -q 'oom_kill [1-9]' "$GROUP/memory.oom_control"; }
fault_oom() {
	echo 1000 >"/proc/${PID[a]}/oom_score_adj"
	mark
	background "$T/in_group" perl -e '
	    open F, ">", "/proc/self/oom_score_adj"; print F 500; close F;
	    open F, ">", $ARGV[0]; select F; $| = 1;
	    while (1) { print q(x) x 65536 }' "$T/full/file"
	await 5000000 dead "${PID[a]}" || { bad "it was not killed"; return; }
	killed_by_kernel || bad "not by the kernel"
	# When it was killed is not known; the first sign of it is.
	await 2000000 sent a advert '0 *' && T0=$REPLY
	# A group that stays full leaves nobody alive: that is another fault.
	[ "$(sed -n 's/^oom_kill //p' "$GROUP/memory.oom_control")" -lt 3 ] ||
	    skip "the kernel killed the guard too, see kill_group"
	died
	await 2000000 dead "${PIDS[-1]}" || bad "the other one lives"
	rm "$T/full/file"
	WRAP_A=
	lives_again
}

# --- hanging ------------------------------------------------------------------

# hung LIMIT: after that its guard kills it
hung() {
	await $((HANG + 2000000)) dead "${PID[a]}" ||
	    bad "nobody kills it"
	other_master $((DOWN_B + 2000000))
	await 1000000 let_go a
	since a advert '0 *'
	within "priority 0" "$REPLY" "$1"
	since a holds 0
	within "addresses gone" "$REPLY" "$1"
	kill -CONT "${PID[a]}" 2>/dev/null
	clean a 2
	answers b
	rm -f "$T/switch/turn"
	dead "${PID[a]}" && lives_again
}

# A hung Master is killed; a Backup that slept finds its adverts waiting.
fault_stop() {
	mark
	kill -STOP "${PID[a]}"
	if [ $STATE = master ]; then
		hung $((HANG + 25000))
	else
		idle $((10 * DOWN_B))
		kill -CONT "${PID[a]}"
		idle $((2 * INTERVAL))
		no_change
		answers b
	fi
}

# Not stopped, but in a loop, which takes another look to be sure of, or in a
# wait that does not end.  The turn that it is in may be as old as an interval.
prepare_spin() { preload; }
prepare_block() { preload; }
fault_spin() {
	mark
	echo spin >"$T/switch/turn"
	hung $((HANG + INTERVAL + 125000))
}
fault_block() {
	mark
	echo block >"$T/switch/turn"
	hung $((HANG + INTERVAL + 25000))
}

# The kernel holds it longer than the limit: who waits for that is not hung.  A
# freezer makes it look like that.
fault_held() {
	own_group freezer || skip "no freezer cgroup that this user may divide"
	RESOURCES+=("thaw $REPLY" "rmdir $REPLY")
	GROUP=$REPLY
	echo "${PID[a]}" >"$GROUP/cgroup.procs"
	mark
	echo FROZEN >"$GROUP/freezer.state"
	idle $((HANG + 1000000))
	thaw "$GROUP"
	idle $((HANG + 500000))
	dead "${PID[a]}" && bad "it was killed"
	answers $WINNER
}
thaw() { echo THAWED >"$1/freezer.state"; }

# Without a guard the kernel takes the addresses.  Who wakes has one advert to
# say and no more, and only one Master remains.
slept() {
	local n=0 i t host what rest
	idle $((10 * DOWN_B > 6000000 ? 10 * DOWN_B : 6000000))
	if [ $STATE = master ]; then
		other_master 1000
		since a holds 0
		[ "$MODE" = noaccept ] ||
		    within "addresses gone" "$REPLY" $((LEASE + 1500000))
		ask
		[ "$MODE" = noaccept ] || [ "$REPLY" = b ] ||
		    bad "while it sleeps: $REPLY answers, not b"
	fi
	E1=${#EVENTS[@]}
	kill -CONT "$@"
	idle $((INTERVAL < 200000 ? INTERVAL / 2 : 100000))
	for ((i = E1; i < ${#EVENTS[@]}; i++)); do
		read -r t host what rest <<<"${EVENTS[i]}"
		[ "$host $what" = "a advert" ] && n=$((n + 1))
	done
	[ $n -le 2 ] || bad "$n adverts when it woke"
	[ $STATE = backup ] && no_change
	answers $WINNER
}
prepare_stop_unguarded() { knows --no-guard && EXTRA+=(--no-guard); }
fault_stop_unguarded() {
	mark
	kill -STOP "${PID[a]}"
	slept "${PID[a]}"
}

# Both of them, as when the whole machine is suspended
fault_freeze() {
	has_guard || return
	mark
	kill -STOP "${PID[a]}" "$GUARD"
	slept "${PID[a]}" "$GUARD"
}

# A guard that does nothing is waited for as long as scripts may take, but the
# others need not wait.
fault_stop_guard() {
	has_guard || return
	mark
	kill -STOP "$GUARD"
	idle $((2 * INTERVAL))
	no_change
	mark
	kill "${PID[a]}"
	if [ $STATE = master ]; then
		other_master $((SKEW_B + 2000000))
		since b advert '[1-9]*'
		within "b's first advert" "$REPLY" $((SKEW_B + 25000))
		await 1000000 alone b || bad "b is not alone"
	fi
	await 23000000 dead "${PID[a]}" || bad "it does not end"
	kill -CONT "$GUARD" 2>/dev/null
	clean a 2
	answers b
	lives_again
}

# preload: a runs with fault.c, whose switches are files in $T/switch
preload() {
	mkdir -p "$T/switch"
	WRAP_A="env FAULT=$T/switch LD_PRELOAD=$TOP/tests/ns/fault.so"
	knows --no-sandbox && EXTRA+=(--no-sandbox)
}

# No guard any more, and no way to have one: it steps down, in order
prepare_no_fork() { preload; }
stepped_down() { let_go a || dead "${PID[a]}"; }
fault_no_fork() {
	has_guard || return
	echo 11 >"$T/switch/fork"
	mark
	kill -9 "$GUARD"
	if [ $STATE = master ]; then
		await $((HANG + 2000000)) stepped_down ||
		    bad "Master without a guard"
		other_master $((DOWN_B + 2000000))
	fi
	idle $INTERVAL
	answers b
	rm "$T/switch/fork"
	dead "${PID[a]}" && clean a 2 && lives_again
	dead "${PID[a]}" || answers $WINNER
}

# --- the link -----------------------------------------------------------------

away() {
	mark
	"$2" a down
	idle "$1"
	"$2" a up
	answers $WINNER
}
interface() {
	at "$1" ip link set dev eth0 "$2"
	# The kernel drops it with the interface.
	[ $2 = down ] || [ $FAMILY = 4 ] ||
	    at "$1" ip -6 addr add 2001:db8::11/64 dev eth0 nodad
}
cable() { ip link set dev "$1" "$2"; }
fault_link_02() { away 200000 interface; }
fault_link_5() { away 5000000 interface; }
fault_carrier_02() {
	away 200000 cable
	# In version 3 here 0.2 s is as long as the hold may be.
	[ "$STATE-$PROTO" = master-v2 ] && no_change
}
fault_carrier_5() { away 5000000 cable; }

# lossy DIRECTION...: ingress is what comes from a, egress what goes to it
lossy() {
	local direction
	type -P nft >/dev/null || skip "nft is not installed"
	mark
	nft add table netdev lossy
	for direction in "$@"; do
		nft add chain netdev lossy "$direction" "{ type filter hook \
		    $direction device \"a\" priority 0; policy drop; }" ||
		    skip "the kernel has no netdev $direction hook"
	done 2>>"$T/commands.out"
	idle $((2 * DOWN_B))
	nft delete table netdev lossy
	answers $WINNER
}
fault_loss_out() { lossy ingress; }
fault_loss_in() { lossy egress; }
fault_partition() { lossy ingress egress; }

fault_delete() {
	mark
	at a ip link del dev eth0
	if [ $STATE = master ]; then
		other_master $((DOWN_B + 2000000))
	else
		idle $INTERVAL
	fi
	ip link add name a type veth peer name eth0 netns a
	at a ip link set dev eth0 address $OWN_MAC
	at a ip addr add 10.0.0.11/24 dev eth0
	[ $FAMILY = 4 ] || at a ip -6 addr add 2001:db8::11/64 dev eth0 nodad
	at a ip link set dev eth0 up
	ip link set dev a master br0 up
	answers $WINNER
}

# --- other programs -----------------------------------------------------------

last_vip() { [ $FAMILY = 4 ] && echo 10.0.0.1/32 || echo 2001:db8::1/128; }
all_there() { [ "${HOLDS[a]}" = ${#VIPS[@]} ]; }
fault_rm_address() {
	mark
	at a ip addr del "$(last_vip)" dev $DEVICE
	await 1000000 since a holds || bad "it is not removed"
	await 1000000 all_there || bad "it does not come back"
	since a holds ${#VIPS[@]}
	within "put back" "$REPLY" 100000	# and not by the next renewal
	idle $INTERVAL
	no_change
	answers $WINNER
}

mac_is() { [ "$(mac_of a)" = "$1" ]; }
fault_rm_mac() {
	local virtual
	virtual=$(mac_of a)
	mark
	at a ip link set dev eth0 address $OWN_MAC
	await 1000000 mac_is "$virtual" || bad "it does not come back"
	no_change
	answers $WINNER
}

has_device() { at a ip link show dev $DEVICE; }
fault_rm_macvlan() {
	mark
	at a ip link del dev $DEVICE
	await 2000000 has_device || bad "it does not come back"
	no_change
	answers $WINNER
}

# More happens than the socket holds, and what matters among it.  The daemon
# does not turn meanwhile, as on a busy host.
prepare_overrun() { knows --hang-limit && EXTRA+=(--hang-limit 20); }
fault_overrun() {
	local i lost pause orders=()
	for ((i = 1; i <= 800; i++)); do
		orders+=("link set dev eth0 alias number-$i")
	done
	case $STATE-$MODE in
	master-noaccept) orders+=("link set dev eth0 address $OWN_MAC") ;;
	master-*) orders+=("addr del $(last_vip) dev $DEVICE") ;;
	esac
	mark
	kill -STOP "${PID[a]}"
	printf '%s\n' "${orders[@]}" | at a ip -batch -
	kill -CONT "${PID[a]}"
	pause=$((${EPOCHREALTIME/./} - T0))
	if [ "$STATE-$MODE" = master-noaccept ]; then
		await 2000000 not mac_is $OWN_MAC ||
		    bad "the MAC does not come back"
	elif [ $STATE = master ]; then
		await 1000000 sent a holds || bad "it is not removed"
		await 2000000 all_there || bad "it does not come back"
		since a holds ${#VIPS[@]}
		within "put back" "$REPLY" $((pause + 200000))
	fi
	idle 100000
	lost=$(counter a "lost events")
	[ "${lost:-0}" -gt 0 ] || bad "nothing was lost"
	at a ip link set dev eth0 alias ""
	# On a busy host b may have lost its patience.
	[ $pause -gt $((2 * INTERVAL)) ] || no_change
	answers $WINNER
}

# --- a kernel that refuses ----------------------------------------------------

prepare_enobufs() { preload; }
prepare_eperm() { preload; }
fault_enobufs() { mute 105; }
fault_eperm() { mute 1; }

# mute ERRNO: a cannot send for a while; a Backup has to take over just then
mute() {
	mark
	echo "$1" >"$T/switch/send"
	[ $STATE = backup ] && kill -9 "${PID[b]}"
	idle $((DOWN_B + DOWN_B / 2))
	rm "$T/switch/send"
	if [ $STATE = master ]; then
		other_master 1000000
		answers a
		return
	fi
	await $((DOWN_B + 4000000)) alone a || bad "it does not take over"
	answers a
	b_starts
	answers b
}

# limit N: as many descriptors as that for both processes of a, and no new one
limit() {
	local pid
	for pid in $(processes a); do
		prlimit --pid "$pid" --nofile="$1:1024" || skip "no prlimit"
	done
}

# A Master is to yield, a Backup to take over, with no descriptor to be had
fault_no_files() {
	limit 0
	mark
	if [ $STATE = master ]; then
		signal a USR2
		await 1000000 let_go a || bad "it keeps the addresses"
		if [ "$MODE" = swap ] || [ "$MODE" = noaccept ]; then
			await 1000000 mac_is $OWN_MAC || bad "it keeps the MAC"
		fi
		other_master $((SKEW_B + 1000000))
		idle $((2 * DOWN_B))
		limit 1024
	else
		kill -9 "${PID[b]}"
		await $((DOWN_B + 2000000)) alone a ||
		    bad "it does not take over without a descriptor"
		limit 1024
		answers a
		b_starts
	fi
	# Each failure made it wait longer.
	await $((20 * DOWN_B)) alone $WINNER
	answers $WINNER
}

fault_no_files_kill() {
	limit 0
	mark
	kill -9 "${PID[a]}"
	died
	lives_again
}

# A file system of two pages in place of the directory of the files
small_disk() {
	mkdir -p "$T/a"
	mount -t tmpfs -o size=8k none "$T/a" || skip "no mount of a tmpfs"
}
fill_disk() { head -c 20000 /dev/zero >"$T/a/filler" 2>/dev/null; }
prepare_disk_run() { small_disk; }
fault_disk_run() {
	fill_disk
	mark
	kill -9 "${PID[a]}"
	idle 100000
	rm "$T/a/filler"
	died
	lives_again
}

# It runs, or says why not and leaves nothing; later it does run.
fault_disk_start() {
	local status
	kill "${PID[a]}"
	await 3000000 dead "${PID[a]}"
	answers b
	ANSWERS=-
	mount -t tmpfs -o size=8k none "$T/a" || skip "no mount of a tmpfs"
	fill_disk
	mark
	WRAP=setsid a_starts
	if dead "${PID[a]}"; then
		wait "${PID[a]}"
		status=$?
		[ $status = 2 ] || bad "refused with status $status"
		tail -1 "$T/a.log" | grep -q 'No space left' ||
		    bad "the last line of the log does not say why"
		rm "$T/a/filler"
		clean a 1
		a_starts
	fi
	rm -f "$T/a/filler"
	await $((DOWN_B + 2000000)) alone a
	answers a
}

# takes_over_now: the Backup a, with its clock wrong
takes_over_now() {
	no_change
	kill -9 "${PID[b]}"
	await $((2 * DOWN_B)) alone a || bad "it does not take over"
	rm "$T/switch/clock"
	idle $((DOWN_B + INTERVAL))
	answers a
	b_starts
	answers b
}

# steps SECONDS: the wall clock of a is wrong by that, for three intervals
prepare_clock_forth() { preload; }
prepare_clock_back() { preload; }
fault_clock_forth() { steps 3600; }
fault_clock_back() { steps -7200; }
steps() {
	local i t host what rest last=$T0 most=0
	mark
	echo "$1" >"$T/switch/clock"
	signal a HUP			# a line in the log, with its time
	last=$T0
	idle $((3 * INTERVAL + INTERVAL / 2))
	if [ $STATE = backup ]; then
		takes_over_now
		return
	fi
	rm "$T/switch/clock"
	idle $((DOWN_B + INTERVAL))
	for ((i = E0; i < ${#EVENTS[@]}; i++)); do
		read -r t host what rest <<<"${EVENTS[i]}"
		[ "$host $what" = "$WINNER advert" ] || continue
		[ $((t - last)) -gt $most ] && most=$((t - last))
		last=$t
	done
	[ $most -lt $((INTERVAL + INTERVAL / 2 + SLACK_US)) ] ||
	    late "silent for $((most / 1000)) ms"
	no_change
	answers $WINNER
}

# --- starts -------------------------------------------------------------------

one_dead() { dead "$1" || dead "$2"; }
fault_twins() {
	local one two loser status
	kill "${PID[a]}"
	await 3000000 dead "${PID[a]}" || bad "it does not end"
	mark
	for i in 1 2; do
		ip netns exec a setsid "$VRRPD" -i eth0 -f "$T/a" \
		    "${OPTIONS[@]}" -p $PRIORITY "${VIPS[@]}" 2>>"$T/a.log" &
		PIDS+=("$!")
	done
	one=${PIDS[-2]} two=${PIDS[-1]}
	await 3000000 one_dead "$one" "$two" || bad "both run"
	idle 300000
	loser=$one PID[a]=$two
	dead "$two" && loser=$two PID[a]=$one
	dead "${PID[a]}" && bad "both are gone"
	wait "$loser"
	status=$?
	[ $status = 2 ] || bad "the second ended with status $status"
	logged a 'another vrrpd runs' || bad "and does not say why"
	answers $WINNER
}

shell() {
	local comm
	read -r comm 2>/dev/null <"/proc/$1/comm" && [ "$comm" = bash ]
}

# Whatever it is doing: on its way up, Master, or being cleaned up after
# held_since EVENT: a had an address after it
held_since() {
	local i
	for ((i = $1; i < ${#EVENTS[@]}; i++)); do
		[[ ${EVENTS[i]} == *" a holds "[1-9]* ]] && return
	done
	return 1
}

# started PID: that daemon has begun its life
started() { [ "$(cat "$T"/a/*.pid)" = "$1" ]; }

fault_restart() {
	local i n from refused=0 sent=0 signals=(KILL TERM SEGV KILL)
	kill "${PID[a]}"
	await 3000000 dead "${PID[a]}" || bad "it does not end"
	mark
	# A hundred times; fewer where a start takes long.
	for ((n = 0; n < 100 && ${EPOCHREALTIME/./} - T0 < 60000000; n++)); do
		ip netns exec a setsid "$VRRPD" -i eth0 -f "$T/a" \
		    "${OPTIONS[@]}" -p $PRIORITY "${VIPS[@]}" 2>>"$T/a.log" &
		PID[a]=$!
		# Until there is another program, a signal may be lost.
		while shell "${PID[a]}"; do idle 1000; done
		idle $((RANDOM % 40000))
		if [ $STATE = master ]; then
			from=${#EVENTS[@]}
			# On a busy machine most end before they have it; the
			# tenth is waited for.
			[ $((n % 10)) != 9 ] ||
			    await 3000000 started "${PID[a]}" ||
			    bad "round $n: it does not start"
			kill -USR1 "${PID[a]}" 2>/dev/null
			[ $((n % 10)) != 9 ] ||
			    await 3000000 held_since "$from" ||
			    bad "round $n: it was not Master"
		fi
		idle $((RANDOM % 30000))
		kill "-${signals[n % 4]}" "${PID[a]}" 2>/dev/null
		wait "${PID[a]}" 2>/dev/null
		case $? in 1 | 2) refused=$((refused + 1)) ;; esac
	done
	[ $refused = 0 ] || bad "$refused of $n starts were refused"
	[ $n -ge 20 ] || bad "only $n starts in a minute"
	for ((i = E0; i < ${#EVENTS[@]}; i++)); do
		[[ ${EVENTS[i]} == *" a holds "[1-9]* ]] && sent=$((sent + 1))
	done
	[ $STATE = backup ] || [ $((10 * sent)) -ge $((n - 9)) ] ||
	    bad "it was Master $sent times only, of $n"
	# Who dies before it has a guard leaves files, for the next start.
	idle 2000000
	look a
	if [ "$REPLY" = file ]; then
		LEFT=a:file
		cleanup
	fi
	clean a 2
	answers b
	lives_again
}
