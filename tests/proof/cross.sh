#!/bin/sh
# make cross: the pure tests and the corpora on other machines, by qemu-user:
# 64 bits big-endian, 32 bits big-endian, 32 bits little-endian.  Static
# programs, tests/proof/cross/check.h in the place of libcheck: on Debian this needs
# no foreign architecture, only what PACKAGES names.
set -eu
cd "$(dirname "$0")/../.."
TARGETS=${TARGETS:-s390x-linux-gnu:s390x powerpc-linux-gnu:ppc \
arm-linux-gnueabihf:arm}
PACKAGES="qemu-user gcc-s390x-linux-gnu libc6-dev-s390x-cross
gcc-powerpc-linux-gnu libc6-dev-powerpc-cross
gcc-arm-linux-gnueabihf libc6-dev-armhf-cross"
# These need a kernel, or more time than an emulator has.
SKIP=${SKIP:-netlink watch walk router host}
WARN=${WARN:--Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion}
codec="core/frame.c core/packet.c core/neighbour.c core/duplicate.c
core/drop.c"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail=0

# compile SOURCE... : to $tmp/test, for $target
compile() {
	# shellcheck disable=SC2086
	"$target-gcc" -std=c11 -D_GNU_SOURCE '-DVERSION="cross"' $WARN -Werror \
	    -D_FILE_OFFSET_BITS=64 -O2 -g -static -iquote . -Itests/proof/cross \
	    -o "$tmp/test" "$@"
}

# run NAME ARGUMENT...
run() {
	name=$1
	shift
	if "$qemu" "$tmp/test" "$@" >"$tmp/out" 2>&1; then
		echo "$target: $name: $(tail -n 1 "$tmp/out" | sed 's/^[^ ]*: //')"
	else
		echo "$target: $name: FAILED"
		tail -n 20 "$tmp/out"
		fail=1
	fi
}

for pair in $TARGETS; do
	target=${pair%:*}
	qemu=qemu-${pair#*:}
	if ! command -v "$target-gcc" >/dev/null ||
	    ! command -v "$qemu" >/dev/null; then
		echo "cross: no $target-gcc or no $qemu; Debian has them in:"
		echo "$PACKAGES"
		exit 1
	fi
	for source in tests/unit/check_*.c; do
		name=${source#tests/unit/check_}
		name=${name%.c}
		case " $SKIP " in
		*" $name "*) continue ;;
		esac
		# shellcheck disable=SC2086
		compile "$source" core/fsm.c core/state.c core/conf.c core/reconcile.c \
		    log.c core/record.c \
		    sandbox.c $codec
		run "$name"
	done
	for name in packet frame conf record; do
		sources="$codec core/fsm.c core/state.c core/conf.c core/reconcile.c
		    core/record.c"
		# shellcheck disable=SC2086
		compile "tests/fuzz/fuzz_$name.c" tests/fuzz/fuzz_main.c $sources
		run "corpus $name" "tests/fuzz/corpus/$name"/*
	done
done
exit $fail
