#!/bin/sh
# make model-mutants: plants each bug of mutants.txt in a copy of state.c
# and fsm.c, as one file; the explorer must turn red.  Names as arguments pick
# mutants.  Survivors are listed by name, and the exit status is then 1.
set -u
cd "$(dirname "$0")/../.." || exit 1
CC=${CC:-cc}
lans="equal delays refresh stalls owner no-preempt faults learned two three"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
planted=0
survivors=

# build SOURCE: the explorer with this state machine
build() {
	"$CC" -std=c11 -D_GNU_SOURCE -O2 -w -I. -Icore -o "$tmp/check_model" \
	    "$tmp/check_model.o" "$tmp/model.o" "$tmp/model_rules.o" "$1" \
	    -lcheck -lsubunit -lrt -lm -lpthread
}

# plant LINE NUMBER TEXT: the copy with one line changed
plant() {
	LINE=$1 TEXT=$3 awk -v number="$2" '
	{
		indent = line = $0
		sub(/[^ \t].*/, "", indent)
		sub(/^[ \t]+/, "", line)
		if (line == ENVIRON["LINE"] && ++seen == number) {
			print indent ENVIRON["TEXT"]
			done = 1
		} else
			print
	}
	END { exit !done }' core/state.c core/fsm.c >"$tmp/fsm.c"
}

# Prints what the explorer says of the mutant; fails when it says nothing.
is_killed() {
	for lan in $lans; do
		VRRP_MODEL=$lan "$tmp/check_model" >"$tmp/out" 2>&1 && continue
		# file:line:F:case:test:loop: message
		grep '^[a-z/]*check_model\.c:' "$tmp/out" | head -n 1 |
		    cut -d: -f7- | sed 's/^ //'
		return 0
	done
	return 1
}

try() {
	name=${1%% *}
	number=1
	[ "$name" = "$1" ] || number=${1#* }
	planted=$((planted + 1))
	if ! plant "$2" "$number" "$3"; then
		echo "$name: no such line: $2"
		survivors="$survivors $name"
	elif ! build "$tmp/fsm.c" 2>"$tmp/out"; then
		echo "$name: does not compile"
		cat "$tmp/out"
		survivors="$survivors $name"
	elif law=$(is_killed); then
		echo "$name: $law"
	else
		echo "$name: SURVIVES"
		survivors="$survivors $name"
	fi
}

wanted=" $* "
for source in check_model model model_rules; do
	"$CC" -std=c11 -D_GNU_SOURCE -O2 -w -I. -c -o "$tmp/$source.o" \
	    tests/sim/$source.c || exit 1
done
while IFS= read -r text; do
	case $text in
	'' | '#'*) continue ;;
	esac
	title=${text%%: *}
	text=${text#*: }
	before=${text%%"{{"*}
	change=${text#"$before{{"}
	after=${change##*"}}"}
	change=${change%"}}$after"}
	case $wanted in
	'  ' | *" ${title%% *} "*)
		try "$title" "$before${change%% => *}$after" \
		    "$before${change#* => }$after" ;;
	esac
done <tests/sim/mutants.txt
echo "$planted planted, survivors:${survivors:- none}"
[ -z "$survivors" ] && [ $planted -gt 0 ]
