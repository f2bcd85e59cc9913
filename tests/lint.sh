#!/bin/sh
# make lint: what Debian's checkers say of the sources, scripts and manual, and
# the budgets of the house.  A checker that is not installed is named.
set -eu
cd "$(dirname "$0")/.."
fail=0

# run NAME COMMAND...: no output and status 0, or it is a failure
run() {
	name=$1
	shift
	if ! command -v "$name" >/dev/null; then
		echo "lint: $name is not installed, skipped"
		[ -z "${LINT_ALL:-}" ] || fail=1
		return
	fi
	if out=$("$@" 2>&1) && [ -z "$out" ]; then
		echo "lint: $name: ok"
	else
		echo "lint: $name:"
		echo "$out"
		fail=1
	fi
}

# check_c OPTION-OR-FILE...; a switch of the command line has no text
check_c() {
	run cppcheck cppcheck --quiet --std=c11 --enable=warning,portability \
		--error-exitcode=1 --inline-suppr -D_GNU_SOURCE '-DVERSION="1"' \
		--suppress=missingIncludeSystem \
		--suppress=ctuuninitvar --suppress=ctunullpointer "$@"
}
check_c -I. ./*.c core/*.c
run shellcheck shellcheck -s sh contrib/vrrpd.init tests/lint.sh \
	tests/layers.sh tests/proof/coverage.sh tests/proof/cross.sh \
	tests/sim/model_mutants.sh tests/proof/must_mutants.sh
run shellcheck shellcheck -s bash -e SC1091,SC2086,SC2004,SC2046,SC2016,SC2119,SC2120,SC2154,SC2034,SC2178,SC2128,SC2153 \
	tests/demo.sh tests/faults/*.sh tests/ns/*.sh tests/ns/*.t \
	tests/ns/run tests/ns/root/*.t tests/fresh.sh \
	tests/bench/*.sh tests/bench/run tests/proof/mutants.sh tests/pcap.t .ci/run
run python3 python3 -W error::SyntaxWarning -c 'import sys
for name in sys.argv[1:]:
	compile(open(name).read(), name, "exec")' tests/*/*.py
run mandoc mandoc -Tlint vrrpd.8
run python3 python3 tests/manual.py
tidy_checks='-*,clang-analyzer-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,-clang-analyzer-security.insecureAPI.strcpy,-clang-analyzer-valist.Uninitialized,-bugprone-assignment-in-if-condition,-bugprone-macro-parentheses'
# tidy FILE... -- OPTION...
tidy() {
	run clang-tidy sh -c 'clang-tidy "$@" 2>/dev/null' - --quiet \
		--warnings-as-errors='*' --checks="$tidy_checks" \
		"$@" -std=c11 -D_GNU_SOURCE -iquote . '-DVERSION="1"'
}
tidy ./*.c core/*.c --
# The half of trace.c that needs libpcap
if echo '#include <pcap.h>' | ${CC:-cc} -E - >/dev/null 2>&1; then
	check_c -DPCAP trace.c
	tidy trace.c -- -DPCAP
else
	echo "lint: pcap.h is not installed, half of trace.c is skipped"
	[ -z "${LINT_ALL:-}" ] || fail=1
fi

# Budgets: 80 columns; functions of 60 lines; files of 500, of tests 1000.
# budget FILE: its lines.  Two are tables; the others here are to shrink.
budget() {
	case $1 in
	./sandbox.c | core/conf.c) echo 1000 ;;
	tests/unit/check_fsm.c) echo 1060 ;;
	tests/unit/check_router.c) echo 1150 ;;
	tests/*) echo 1000 ;;
	*) echo 500 ;;
	esac
}
long=$(for f in ./*.[ch] core/*.[ch] tests/*/*.[ch] tests/*/*.py; do
	[ -f "$f" ] || continue
	# The cases of vectors.py are a table.
	expand -t8 "$f" | sed 's/^[VI][0-9][0-9] C.* -> .*//' | awk -v f="$f" 'length > 80 { print f ":" NR ": " length " columns" }'
	[ "$(wc -l <"$f")" -le "$(budget "$f")" ] ||
	    echo "$f: more than $(budget "$f") lines"
done
awk 'FNR == 1 { open = 0 }
     /^\{/ { open = FNR }
     /^\}/ { if (open && FNR - open > 60)
		print FILENAME ":" open ": a function of " FNR - open " lines"
	     open = 0 }' ./*.c core/*.c)
if [ -n "$long" ]; then
	echo "lint: over budget:"
	echo "$long"
	fail=1
fi
exit $fail
