#!/bin/sh
# make must-mutants: breaks requirements one by one, as must_mutants.txt has it,
# in a copy of the tree; each test that is named there must then fail, run by
# itself.  With -n those in namespaces too, which take minutes; ids as arguments
# pick some, and MUTANTS=short every fourth.  Survivors are listed, and the exit
# status is then 1.
set -u
cd "$(dirname "$0")/../.." || exit 1
CC=${CC:-cc}
spaces=no
if [ "${1:-}" = -n ]; then
	spaces=yes
	shift
fi
wanted=" $* "
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM
work=$tmp/work
bugs=0
planted=0
left=0
survivors=0

mkdir -p "$work/core" "$work/tests/unit" "$work/tests/sim" "$work/tests/fuzz" \
    "$work/tests/proof"
cp ./*.c ./*.h Makefile "$work"
cp core/*.[ch] "$work/core"
cp tests/proof/vectors.txt "$work/tests/proof"
cp tests/unit/*.[ch] "$work/tests/unit"
cp tests/sim/*.[ch] "$work/tests/sim"
cp tests/fuzz/*.[ch] "$work/tests/fuzz" \
    "$work/tests/proof"

# build TARGET
build() {
	make -s -C "$work" CC="$CC" CFLAGS=-O0 WARN=-w "$1" >"$tmp/out" 2>&1 &&
	    return
	echo "  $1 does not compile:"
	sed 's/^/    /' "$tmp/out"
	return 1
}

# unit PROGRAM TEST WORDS [WORDS]: builds it and runs this test alone; whether
# it fails, and says so in these or those words
unit() {
	program=$(echo tests/*/"$1.c")
	program=${program%.c}
	build "$program" || return
	(cd "$work" && VRRP_TEST=$2 "$program") >"$tmp/out" 2>&1
	grep ":[FE]:[^:]*:$2:" "$tmp/out" | grep -qF -e "$3" -e "${4:-$3}"
}

# in_space FILE DESCRIPTION: whether that assertion fails; a file is run once,
# and not for ever: a broken daemon need not heed its signals
in_space() {
	pattern=$(printf '%s\n' "$2" |
	    sed 's|[].*^\\[]|\\&|g; s|\$[a-z]*|.*|g')
	if [ ! -f "$tmp/$1.out" ]; then
		build vrrpd || return
		VRRPD="$work/vrrpd" timeout -k 1 600 bash "tests/ns/$1" \
		    >"$tmp/$1.out" 2>&1
	fi
	grep -q "^not ok [0-9]* - $pattern" "$tmp/$1.out"
}

# is_red NAME: as CONFORMANCE.md names a test
is_red() {
	where=${1%%: *}
	test=${1#*: }
	case $1 in
	vectors.txt:*)
		unit check_packet golden_verdicts "${test% *} at ${test#* }:" ;;
	*.t:*)
		in_space "$where" "$test" ;;
	*', '*)
		unit "$where" "${test%%, *}" " ${test#*, }, line" \
		    " ${test#*, }: " ;;
	*)
		unit "$where" "$test" ":$test:" ;;
	esac
}

# plant FILE EXPRESSION
plant() {
	sed "$2" "$1" >"$work/$1"
	lines=$(diff "$1" "$work/$1" | grep -c '^<')
	[ "$lines" = 1 ] && return
	echo "  $lines lines of $1 change, not one: $2"
	return 1
}

# begin IDS: whether this bug was asked for
begin() {
	bugs=$((bugs + 1))
	[ "${MUTANTS:-}" != short ] || [ $((bugs % 4)) = 0 ] || return 1
	for id in $1; do
		case $wanted in
		'  ' | *" $id "*) return 0 ;;
		esac
	done
	return 1
}

red=
file=
finish() {
	if [ -n "$file" ]; then
		cp "$file" "$work/$file"
	fi
	rm -f "$tmp"/*.t.out
	file=
}

# take NAME: a test that must see it
take() {
	case $1 in
	*.t:*)
		if [ $spaces = no ]; then
			left=$((left + 1))
			return
		fi ;;
	esac
	planted=$((planted + 1))
	[ "$red" = yes ] && is_red "$1" && return
	survivors=$((survivors + 1))
	echo "  SURVIVES $1"
}

active=no
while IFS= read -r line; do
	case $line in
	'#'* | '') ;;
	[RP][0-9-]*)
		[ $active = yes ] && finish
		active=no
		if begin "$line"; then
			active=yes
			ids=$line
		fi ;;
	'- '*)
		line=${line#- }
		while [ $active = yes ] && [ -n "$line" ]; do
			take "${line%% | *}"
			case $line in
			*' | '*) line=${line#* | } ;;
			*) line= ;;
			esac
		done ;;
	*)
		if [ $active = yes ]; then
			echo "$ids"
			file=${line%% *}
			red=no
			plant "$file" "${line#* }" && red=yes
		fi ;;
	esac
done <tests/proof/must_mutants.txt
echo "must-mutants: $planted tests of broken rules, $survivors survive," \
    "$left left out"
[ $survivors = 0 ] && [ $planted -gt 0 ]
