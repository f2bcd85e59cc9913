#!/bin/sh
# make spin: vrrp.pml with the daemon's fsm.c, which must hold; the same with a
# bound one tick lower, and with bugs planted in fsm.c, which must not.
set -u
cd "$(dirname "$0")/.." || exit 1
CC=${CC:-cc}
top=$PWD
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
fail=0

# verify NAME ok|error "-D for the model" "-D for pan" "pan flags" [fsm.c]
verify() {
	name=$1 want=$2 fsm=${6:-fsm.c}
	# The model and its options hold no blanks.
	# shellcheck disable=SC2086
	(cd "$tmp" && spin $3 -a "$top/tests/vrrp.pml") >"$tmp/out" 2>&1 &&
	    "$CC" -std=gnu11 -O2 -w $3 -DCOLLAPSE -DNOREDUCE $4 -I. -Itests \
		-o "$tmp/pan" "$tmp/pan.c" tests/vrrp_pml.c "$fsm" &&
	    (cd "$tmp" && ./pan -m2000000 -n $5) >"$tmp/out" 2>&1
	errors=$(sed -n 's/.*errors: //p' "$tmp/out")
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$tmp/out")
	depth=$(sed -n 's/.*depth reached \([0-9]*\),.*/\1/p' "$tmp/out")
	took=$(sed -n 's/^pan: elapsed time //p' "$tmp/out")
	if grep -q 'max search depth too small' "$tmp/out"; then errors=; fi
	case $want,$errors in
	ok,0) verdict=holds ;;
	error,[1-9]*) verdict="broken, as it must be" ;;
	*)
		verdict=WRONG
		fail=1
		grep -E 'rror|pan:1|spin:|too small' "$tmp/out"
		;;
	esac
	echo "spin: $name: $verdict (${states:-0} states, depth" \
	    "${depth:-0}, ${took:-0 seconds})"
}

# mutant NAME LINE REPLACEMENT [-D for the model, -D and flags for pan]: each
# such line of fsm.c, both without indent
mutant() {
	LINE=$2 TEXT=$3 awk '
	{
		line = $0
		sub(/^[ \t]+/, "", line)
		if (line == ENVIRON["LINE"]) {
			print ENVIRON["TEXT"]
			done = 1
		} else
			print
	}
	END { exit !done }' fsm.c >"$tmp/fsm.c" || {
		echo "spin: $1: no such line in fsm.c"
		fail=1
		return
	}
	verify "mutant $1" error "$two ${4:-}" "${5:--DSAFETY}" "${6:-}" \
	    "$tmp/fsm.c"
}

two="-DROUTERS=2 -DFLIGHTS=2"
verify "two routers" ok "$two" -DSAFETY ""
verify "bound a tick lower" error "$two -DSOONER=1" -DSAFETY ""
verify "four under way, slow" ok "-DROUTERS=2 -DFLIGHTS=4 -DDELAY=3" \
    -DSAFETY ""
verify "no end in an instant" ok "$two -DPROGRESS" -DNP -l
mutant "timer due at once" "vr->deadline = now + vr->conf->interval;" \
    "vr->deadline = now;" -DPROGRESS -DNP -l
mutant "skew of 255" "return (256 - vr->conf->priority) * unit / 256;" \
    "return (255 - vr->conf->priority) * unit / 256;"
mutant "no skew" "return (256 - vr->conf->priority) * unit / 256;" \
    "return 0 * unit;"
mutant "skew upside down" "return (256 - vr->conf->priority) * unit / 256;" \
    "return vr->conf->priority * unit / 256;"
mutant "priority 0 unheard" "arm_down_timer(vr, now, vrrp_skew_time(vr));" ";"
mutant "priority 0 unsent" \
    "return VRRP_ACT_RESIGN | VRRP_ACT_RELEASE | actions;" \
    "return VRRP_ACT_RELEASE | actions;"
mutant "priority 0 unanswered" "return master_replies(vr, now, 0);" "return 0;"
mutant "never yields" "if (outranks(adv, vr)) {" "if (0) {"
verify "three routers" ok "-DROUTERS=3 -DFLIGHTS=2 -DDOWN=1" -DSAFETY ""
verify "three, bound a tick lower" error \
    "-DROUTERS=3 -DFLIGHTS=2 -DDOWN=1 -DSOONER=1" -DSAFETY ""
exit $fail
