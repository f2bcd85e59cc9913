#!/bin/sh
# make layers: the architecture, checked.  Pure files call nothing outside a
# short list and keep no data that can change; every file includes its own header
# first, and includes and calls only what stands below it.
set -eu
cd "$(dirname "$0")/.."
CC=${CC:-cc}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail=0

complain() {
	echo "layers: $*"
	fail=1
}

pure="fsm state frame packet neighbour duplicate drop conf record reconcile"
allowed=" memcmp memcpy memmove memset snprintf vsnprintf strchr strcmp strlen strncmp \
strpbrk inet_ntop inet_pton _GLOBAL_OFFSET_TABLE_ \
strtol strtoul __isoc23_strtol __isoc23_strtoul vrrp_mac_is_virtual vrrp_is_link_local vrrp_ipv4 vrrp_ipv6 put_envelope pseudo_sum \
vrrp_master_down_interval advert_len \
vrrp_skew_time state_arm_down state_arm_announce state_arm_advert \
state_to_initialize state_to_backup state_to_master "
for file in $pure; do
	$CC -std=c11 -D_GNU_SOURCE -O1 -fno-stack-protector -U_FORTIFY_SOURCE \
	    -iquote . -c -o "$tmp/$file.o" "core/$file.c"
	for symbol in $(nm -u "$tmp/$file.o" | awk '{ print $2 }'); do
		case $allowed in
		*" $symbol "*) ;;
		*) complain "$file.c is pure and calls $symbol" ;;
		esac
	done
	nm "$tmp/$file.o" | grep -E ' [bBdDC] ' | grep -v '\.rel\.ro' |
	while read -r _ kind symbol; do
		# Tables of pointers are constant, relocated ones lie in "d".
		objdump -t "$tmp/$file.o" | grep -qE "\.data\.rel\.ro.* $symbol\$" ||
			echo "$file.c keeps data that can change: $symbol ($kind)"
	done >"$tmp/data"
	if [ -s "$tmp/data" ]; then complain "$(cat "$tmp/data")"; fi
done

# file: the headers of ours that it may include
check_includes() {
	file=$1
	shift
	grep -o '^#include "[^"]*"' "$file" | cut -d'"' -f2 |
	while read -r header; do
		case " $* " in
		*" $header "*) ;;
		*) echo "$file must not include $header" ;;
		esac
	done >"$tmp/includes"
	if [ -s "$tmp/includes" ]; then complain "$(cat "$tmp/includes")"; fi
}

check_includes vrrp.h
for file in core/*.[ch]; do
	check_includes "$file" vrrp.h wire.h conf.h record.h reconcile.h \
	    state.h
done
for edge in log libnetlink link port vmac respond ipaddr notify lockfile process sandbox report trace; do
	check_includes $edge.h vrrp.h libnetlink.h log.h
	check_includes $edge.c $edge.h vrrp.h libnetlink.h log.h
done
check_includes cmdline.h core/conf.h
check_includes cmdline.c cmdline.h log.h

for file in core/*.c *.c; do
	own=${file%.c}.h
	if [ -f "$own" ]; then
		own=${own#core/}
	else
		case $file in
		core/*) own=vrrp.h ;;
		vrrpd.c) own=start.h ;;
		esac
	fi
	first=$(grep -m1 '^#include' "$file" | cut -d'"' -f2)
	[ "$first" = "$own" ] || complain "$file includes $first before $own"
done

# No circle: each file stands on a floor, and calls and includes those below it
# alone.  The core is the lowest, then come the edges, and above them:
floors="guard speak clean hold host router aftermath watchdog remains start vrrpd"
# Prints the floor of a file, given without its ending.
floor() {
	case $1 in
	core/* | vrrp) echo 0; return ;;
	libnetlink | log) echo 1; return ;;
	ground) echo 3; return ;;
	esac
	number=4
	for name in $floors; do
		[ "$name" = "$1" ] && { echo $number; return; }
		number=$((number + 1))
	done
	echo 2
}

for file in core/*.c *.c; do
	object=$tmp/$(echo "${file%.c}" | tr / _).all
	$CC -std=c11 -D_GNU_SOURCE -iquote . '-DVERSION="1"' -O0 -c \
	    -o "$object" "$file"
	nm "$object" | awk -v file="${file%.c}" '$2 ~ /[TDRB]/ { print $3, file }'
done >"$tmp/defined"
for file in core/*.c *.c; do
	mine=$(floor "${file%.c}")
	object=$tmp/$(echo "${file%.c}" | tr / _).all
	nm -u "$object" | awk '{ print $2 }' | sort -u >"$tmp/undefined"
	awk 'NR == FNR { want[$1] = 1; next } $1 in want { print $1, $2 }' \
	    "$tmp/undefined" "$tmp/defined" >"$tmp/calls"
	while read -r symbol other; do
		[ "$other" = "${file%.c}" ] && continue
		theirs=$(floor "$other")
		if [ "$theirs" -gt "$mine" ] ||
		    { [ "$theirs" = "$mine" ] && [ "$mine" -ge 2 ]; }; then
			complain "$file calls $symbol() of $other.c, which" \
			    "does not stand below it"
		fi
	done <"$tmp/calls"
done
for file in *.[ch]; do
	mine=$(floor "${file%.?}")
	grep -o '^#include "[^"]*"' "$file" | cut -d'"' -f2 >"$tmp/includes"
	while read -r header; do
		[ "${header%.h}" = "${file%.?}" ] && continue
		theirs=$(floor "${header%.h}")
		[ "$theirs" -lt "$mine" ] || [ "$theirs" -lt 2 ] ||
			complain "$file includes $header, which does not" \
			    "stand below it"
	done <"$tmp/includes"
done
[ $fail = 0 ] && echo "layers: ok"
exit $fail
