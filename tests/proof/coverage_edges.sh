#!/bin/sh
# make coverage-edges: how much of the files that touch the system is run by the
# tests in namespaces, with the faults that they inject: lines and branches of
# each file.  It only reports; where the kernel would have to fail there is no
# test.  What a process did that SIGKILL ended is not seen, and the sandbox is
# off: it would refuse the files of gcov.  Takes as long as make check-ns; NS
# names some tests.
set -eu
cd "$(dirname "$0")/../.."
CC=${COVERAGE_CC:-gcc}
NS=${NS:-tests/ns}
edges="vrrpd start clean guard router host cmdline report log libnetlink link
vmac respond ipaddr notify lockfile process"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
chmod 777 "$tmp"

# The guard ends by _exit(), which leaves nothing.
cat >"$tmp/exit.c" <<'END'
void __gcov_dump(void);
_Noreturn void __real__exit(int);
_Noreturn void __wrap__exit(int);
void
__wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}
END
objects=
for source in *.c core/*.c "$tmp/exit.c"; do
	name=$(basename "$source" .c)
	$CC -std=c11 -D_GNU_SOURCE -iquote . '-DVERSION="coverage"' -O0 -g --coverage \
	    -fprofile-update=atomic -c -o "$tmp/$name.o" "$source"
	objects="$objects $tmp/$name.o"
done
# shellcheck disable=SC2086
$CC --coverage -Wl,--wrap=_exit -o "$tmp/vrrpd" $objects
make -s tests/ns/inject tests/ns/fault.so
# shellcheck disable=SC2086
VRRPD=$tmp/vrrpd VRRPD_OPTIONS=--no-sandbox SLACK=1 prove --timer $NS ||
	echo "coverage-edges: what failed there says nothing of the daemon"

for name in $edges; do
	(cd "$tmp" && gcov -n -b -c -o "$tmp/$name.o" "$OLDPWD/$name.c") \
	    2>/dev/null |
	awk -v want="$name.c" '
	    /^File/ { on = index($0, "/" want "\047") || index($0, "\047" want "\047") }
	    on && /^Lines executed/ { lines = $0 }
	    on && /^Taken at least once/ { branches = $0 }
	    END {
		sub(/.*executed:/, "", lines)
		sub(/.*once:/, "", branches)
		printf "coverage-edges: %-14s lines %-18s branches %s\n", want,
		    lines, branches
	    }'
done
