#!/bin/sh
# make coverage: every branch of the pure files is taken by the unit tests, or
# it is listed and the status is 1.  Needs gcc and its gcov, and libcheck.
set -eu
cd "$(dirname "$0")/../.."
CC=${COVERAGE_CC:-gcc}
GCOV=${GCOV:-gcov}
pure="fsm state frame packet neighbour duplicate drop conf record reconcile"
# These prove something else, or take too long unoptimised.
SKIP=${SKIP:-netlink watch log sandbox router host}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail=0

objects=
for file in $pure; do
	$CC -std=c11 -D_GNU_SOURCE -O0 -g --coverage -iquote . -c \
	    -o "$tmp/$file.o" "core/$file.c"
	objects="$objects $tmp/$file.o"
done
for source in tests/unit/check_*.c; do
	name=${source#tests/unit/check_}
	name=${name%.c}
	case " $SKIP " in
	*" $name "*) continue ;;
	esac
	# shellcheck disable=SC2086
	$CC -std=c11 -D_GNU_SOURCE -O0 -g --coverage -iquote . -o "$tmp/$name" \
	    "$source" $objects -lcheck -lsubunit -lrt -lm -lpthread
	if ! "$tmp/$name" >"$tmp/out" 2>&1; then
		echo "coverage: tests/unit/check_$name fails:"
		tail -n 20 "$tmp/out"
		fail=1
	fi
done
# report NAME REPORT... : the branches of one source, taken in any report
report() {
	want=$1
	shift
	awk -v want="$want" '
		/^ *-: *0:Source:/ {
			on = substr($0, index($0, "Source:") + 7) == want
			next
		}
		!on { next }
		/^ *[^ :]+: *[0-9]+:/ {
			line = $0
			sub(/^ *[^ :]+: */, "", line)
		}
		/^branch / {
			key = line " [branch " $2 "]"
			if (!(key in taken)) {
				taken[key] = 0
				order[all++] = key
			}
			if (!/taken 0/ && !/never executed/ && !taken[key]++)
				good++
		}
		END {
			printf "coverage: %s: %d of %d branches\n", want,
			    good, all
			for (i = 0; i < all; i++)
				if (!taken[order[i]])
					print "  " want ":" order[i]
			exit all == 0 || good < all
		}' "$@" || fail=1
}

for file in $pure; do
	$GCOV -t -b -c -o "$tmp" "core/$file.c" >"$tmp/$file.c" 2>/dev/null || true
done
for file in $pure; do
	report "core/$file.c" "$tmp/$file.c"
done
report core/wire.h "$tmp/frame.c" "$tmp/packet.c" "$tmp/neighbour.c"
exit $fail
