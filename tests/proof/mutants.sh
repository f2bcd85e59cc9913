#!/bin/bash
# make mutants: every mutant of the pure files (mutate.pl) must be killed by a
# unit test.  Survivors are listed by name, and the exit status is then 1.
#
#	FILES=	of these files		N=	so many of them, drawn ...
#	J=	at a time		SEED=	... with this seed
#	TIME=	stops drawing after so many seconds
#	MUTANTS=short	a sample: what a minute and a half allows
#	VERDICTS=	goes on from this file, and keeps there what it finds
#
# Mutants that do not compile are not counted; equivalent are those that compile
# to the same code and those of mutants.equivalent, which must survive.  A mutant
# first meets the tests as they are, then with sanitizers, and last those that
# take seconds; the first that fails, or does not end, kills it.
set -u
CC=${CC:-cc}
FILES=${FILES:-fsm.c state.c packet.c conf.c frame.c neighbour.c record.c reconcile.c drop.c wire.h}
N=${N:-0}				# 0 = all
TIME=${TIME:-0}				# 0 = no limit
if [ "${MUTANTS:-}" = short ]; then
	N=200 TIME=90
fi
SEED=${SEED:-1}
J=${J:-2}
CFLAGS="-std=c11 -D_GNU_SOURCE -O2"
MUST="-Werror=return-type -Werror=int-conversion -Werror=implicit"
SAN="-O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
STRICT=-fsanitize=bounds-strict		# also of the last array of a struct
! "$CC" $STRICT -x c -c -o /dev/null /dev/null 2>/dev/null || SAN="$SAN $STRICT"
LIBS="-lcheck -lsubunit -lrt -lm -lpthread"
PURE="fsm state frame packet neighbour drop conf record reconcile"
SECONDS_OF_CPU=4			# for a test of some milliseconds
export CK_FORK=no VRRP_SEEDS=${VRRP_SEEDS:-3000}
export ASAN_OPTIONS=detect_leaks=0

# run PROGRAM: as make unit or make replay runs it; a loop ends
run() {
	corpus=
	case $1 in
	*/replay_*) corpus=tests/fuzz/corpus/${1##*/replay_} ;;
	esac
	(ulimit -t "$SECONDS_OF_CPU" -c 0; exec "$1" $corpus) >/dev/null 2>&1
}

# run_slow PROGRAM: the explorer takes one LAN after the other
run_slow() {
	case $1 in
	*/check_model)
		for lan in equal delays refresh stalls owner no-preempt \
		    faults learned two; do
			VRRP_MODEL=$lan run "$1" || return 1
		done ;;
	*) run "$1" ;;
	esac
}

# link PROGRAM DIRECTORY FLAGS: its objects, the mutated ones of $dir first
link() {
	objects=
	while read -r object; do
		if [ -e "$dir/$2/$object" ]; then
			objects="$objects $dir/$2/$object"
		else
			objects="$objects $tmp/$2/$object"
		fi
	done <"$tmp/parts/$1"
	"$CC" $3 -o "$dir/$1" $objects $LIBS 2>>"$dir/log"
}

# compile DIRECTORY FLAGS: the mutated sources
compile() {
	mkdir "$dir/$1" || exit 1
	for source in $sources; do
		"$CC" $CFLAGS $MUST $2 -I"$dir" -I. -c \
		    -o "$dir/$1/${source%.c}.o" "$dir/$source" \
		    2>>"$dir/log" || return 1
	done
}

same_code() {
	for source in $sources; do
		cmp -s "$dir/plain/${source%.c}.o" "$tmp/plain/${source%.c}.o" ||
		    return 1
	done
}

# Which of the programs have one of the mutated sources
concerned() {
	while read -r program; do
		for source in $sources; do
			if grep -qx "${source%.c}.o" "$tmp/parts/$program"; then
				echo "$program"
				break
			fi
		done
	done <"$1"
}

# fails_in DIRECTORY FLAGS: prints which of the fast tests fails
fails_in() {
	for program in $(concerned "$tmp/fast"); do
		link "$program" "$1" "$2" && run "$dir/$program" && continue
		echo "$program"
		return 0
	done
	return 1
}

# What the fast tests let pass: with sanitizers, and the tests that take seconds
fails_at_last() {
	compile san "$SAN" || exit 1
	if by=$(fails_in san "$SAN"); then
		echo "$by, sanitized"
		return 0
	fi
	SECONDS_OF_CPU=60
	for program in $(concerned "$tmp/slow"); do
		link "$program" plain "" && run_slow "$dir/$program" && continue
		echo "$program"
		return 0
	done
	return 1
}

# The verdict on the mutant that was compiled into the directory quick and that
# the fast tests let pass; one of equal code holds for the others.
verdict_at_last() {
	verdict=same by=
	compile plain "" && same_code && return
	code=$tmp/seen/$(cat "$dir"/plain/*.o | sha256sum | cut -c1-64)
	if [ -e "$code" ]; then
		read -r verdict by <"$code"
		return
	fi
	verdict=survived
	! by=$(fails_at_last) || verdict=killed
	echo "$verdict $by" >"$dir/code" && mv "$dir/code" "$code"
}

# The verdict on one mutant, a line: kind, name, and who killed it.  Compiling
# takes longest: without optimization, as long as there is no need.
try() {
	file=${1%%:*}
	sources=$file
	[ "$file" != wire.h ] || sources="frame.c packet.c neighbour.c"
	dir=$(mktemp -d "$tmp/mutant.XXXXXX") || exit 1
	for source in $sources; do
		cp "$source" "$dir/$source"
	done
	mv "$tmp/sources/${1/\//div}" "$dir/$file"
	verdict=killed
	if ! compile quick -O0; then
		verdict=unbuilt by=
	elif ! by=$(fails_in quick ""); then
		verdict_at_last
	fi
	printf '%s\t%s\t%s\n' "$verdict" "$1" "$by"
	rm -rf "$dir"
}

if [ "${1:-}" = --try ]; then
	tmp=$2
	try "$3"
	exit
fi

cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
VERDICTS=$(realpath "${VERDICTS:-$tmp/verdicts}")
mkdir "$tmp/plain" "$tmp/san" "$tmp/parts" "$tmp/seen" "$tmp/tree" \
    "$tmp/sources"
ln -s plain "$tmp/quick"
touch "$VERDICTS"
make -s -n -B CC=cc unit replay | sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' \
    >"$tmp/make"
cp -r ./*.c ./*.h core/*.[ch] tests "$tmp/tree" && cd "$tmp/tree" || exit 1
ln -s . core

# What each program is made of, from the Makefile's own link lines
sed -n 's|.* -o tests/[a-z]*/\([a-z0-9_]*\) |\1 |p' "$tmp/make" |
    while read -r program words; do
	for word in $words; do
		case $word in
		*.[co]) word=${word##*/} && echo "${word%.?}.o" ;;
		esac
	done >"$tmp/parts/$program"
done
(cd "$tmp/parts" && for pure in $PURE; do
	grep -lx "$pure.o" ./*
done) | sed 's|.*/||' | sort -u | grep -v netlink >"$tmp/all"
grep -E '_(sim|model)$' "$tmp/all" >"$tmp/slow"

# All objects, and the programs as they are: they must pass.
while read -r program; do
	cat "$tmp/parts/$program"
done <"$tmp/all" | sort -u >"$tmp/objects"
while read -r object; do
	source=${object%.o}.c
	[ -e "$source" ] || source=$(find tests -name "$source")
	for kind in plain san; do
		flags=
		[ $kind = plain ] || flags=$SAN
		case $kind/$object in
		san/sim* | san/model* | san/check_sim.o | san/check_model.o)
			continue ;;
		esac
		"$CC" $CFLAGS $flags -I. -c -o "$tmp/$kind/$object" \
		    "$source" || exit 1
	done
done <"$tmp/objects"
dir=$tmp
grep -vxFf "$tmp/slow" "$tmp/all" >"$tmp/rest"
while read -r program; do
	link "$program" san "$SAN" && run "$tmp/$program" &&
	    link "$program" plain ""
	linked=$?
	begin=$(date +%s%N)
	if [ $linked != 0 ] || ! run "$tmp/$program"; then
		echo "$program fails without a mutant" >&2
		cat "$tmp/log" >&2
		exit 1
	fi
	end=$(date +%s%N)
	echo "$((end - begin)) $program"
done <"$tmp/rest" >"$tmp/times"
sort -n "$tmp/times" | cut -d' ' -f2 >"$tmp/fast"

for file in $FILES; do
	perl tests/proof/mutate.pl "$file"
done >"$tmp/mutants"
# A sample is for what tests must kill; that the listed survive takes long.
cut -f1 "$tmp/mutants" >"$tmp/names"
if [ "$N" != 0 ]; then
	perl tests/proof/mutants_judge.pl tests/proof/mutants.equivalent "$tmp/mutants" \
	    >"$tmp/listed" || { cat "$tmp/listed"; exit 1; }
	grep -vxFf "$tmp/listed" "$tmp/names" >"$tmp/others"
	mv "$tmp/others" "$tmp/names"
fi
perl -e 'my ($seed, $n) = splice @ARGV, 0, 2;
	my @lines = <>;
	srand $seed;
	for my $i (reverse 1 .. ($n > 0 ? $#lines : 0)) {
		@lines[$i, $_] = @lines[$_, $i] for int rand($i + 1);
	}
	print $n > 0 && $n < @lines ? @lines[0 .. $n - 1] : @lines' \
    "$SEED" "$N" "$tmp/names" >"$tmp/chosen"
cut -f2 "$VERDICTS" | grep -vxFf - "$tmp/chosen" >"$tmp/left"
for file in $FILES; do
	grep "^$file:" "$tmp/left" |
	    perl tests/proof/mutate.pl "$file" -d "$tmp/sources" || exit 1
done
# What was begun when the time is over has no verdict and does not count.
timeout "$TIME" xargs -r -d '\n' -P "$J" -n 1 \
    tests/proof/mutants.sh --try "$tmp" \
    <"$tmp/left" >>"$VERDICTS" 2>>"$tmp/log"
if [ ! -s "$VERDICTS" ]; then
	echo "mutants: no verdict within $TIME s"
	exit 1
fi
perl tests/proof/mutants_judge.pl tests/proof/mutants.equivalent "$tmp/mutants" \
    "$VERDICTS"
