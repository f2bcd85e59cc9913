#!/bin/sh
# make check-small: the unit tests with musl, tests/proof/cross/check.h in the place of
# libcheck, and some of the tests in namespaces with the static program.
# NS picks others of these.
set -eu
cd "$(dirname "$0")/.."
SOURCES="core/*.c log.c libnetlink.c link.c sandbox.c"
# This one is of the protocol alone, visits many states, and needs no libc.
SKIP="walk router host"
NS=${NS:-tests/ns/failover.t tests/ns/hosts.t tests/ns/owner.t tests/ns/packets.t
tests/ns/sandbox.t tests/ns/cost.t tests/ns/v3_failover.t tests/ns/v3_macvlan.t}
tmp=$(mktemp -d)
fail=0
trap 'rm -rf "$tmp"' EXIT

for source in tests/unit/check_*.c; do
	name=${source#tests/unit/check_}
	name=${name%.c}
	case " $SKIP " in
	*" $name "*) continue ;;
	esac
	# shellcheck disable=SC2086
	$SMALL_CC -g -Itests/proof/cross -iquote . -o "$tmp/test" "$source" $SOURCES
	if "$tmp/test" >"$tmp/out" 2>&1; then
		echo "musl: $name: $(tail -n 1 "$tmp/out" | sed 's/^[^ ]*: //')"
	else
		echo "musl: $name: FAILED"
		tail -n 20 "$tmp/out"
		fail=1
	fi
done
# shellcheck disable=SC2086
VRRPD=$PWD/vrrpd-small prove --timer $NS || fail=1
exit $fail
