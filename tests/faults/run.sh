#!/bin/bash
# make check-faults: every fault in every state, mode and protocol, a cell each,
# many at a time in namespaces of their own; a table of what came of it.
#
#	FAULTS=short	a sample that has every fault
#	FAULT= STATE= MODE= PROTO=	these only; several with commas
#	JOBS=8		so many cells at a time
#	SLACK=0.1	so many seconds more for every bound
#	TABLE=FILE	the table there too, for the record
#	LOGS=DIR	events and logs of the cells that failed
#
# A cell that was only late is tried twice more, when there is less to do.
# Ends with 1 if a row fails.
# shellcheck disable=SC2034	# what is chosen is read by why_not
set -u
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/faults.sh"
JOBS=${JOBS:-8}
LIMIT=150		# seconds for a cell; the longest waits for 40
WANTED=" ${FAULT:-$ALL_FAULTS} "
STATES=${STATE:-master backup}
MODES=${MODE:-swap nomac macvlan noaccept}
PROTOS=${PROTO:-v2 v3 v3-6}
WANTED=${WANTED//,/ } STATES=${STATES//,/ } MODES=${MODES//,/ }
PROTOS=${PROTOS//,/ }
SPACES=(unshare -mrunpf --mount-proc --kill-child)

if ! "${SPACES[@]}" true 2>/dev/null; then
	echo "check-faults: skipped: no namespaces for this user, try sudo"
	exit 0
fi
for name in $WANTED; do
	[[ " ${ALL_FAULTS//[$'\n\t']/ } " == *" $name "* ]] && continue
	echo "check-faults: no fault $name; there are:" $ALL_FAULTS
	exit 1
done

OUT=$(mktemp -d "${TMPDIR:-/tmp}/vrrpd-faults.XXXXXX")
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$OUT"' EXIT
trap 'exit 1' INT TERM

# --- which cells --------------------------------------------------------------

every_cell() {
	for FAULT in $WANTED; do
		for PROTO in $PROTOS; do
			for MODE in $MODES; do
				for STATE in $STATES; do
					echo "$FAULT $STATE $MODE $PROTO"
				done
			done
		done
	done
}

# Each fault in each state once, with modes and protocols by turns
some_cells() {
	local all n=0 tries i
	mapfile -t all < <(for PROTO in $PROTOS; do
		for MODE in $MODES; do echo "$MODE $PROTO"; done
	done)
	for FAULT in $WANTED; do
		for STATE in $STATES; do
			for ((tries = 0; tries < ${#all[@]}; tries++)); do
				i=$((n % ${#all[@]}))
				MODE=${all[i]% *} PROTO=${all[i]#* }
				n=$((n + 5))
				[ -n "$(why_not)" ] || break
			done
			echo "$FAULT $STATE $MODE $PROTO"
		done
	done
}

# --- one, and all -------------------------------------------------------------

run_cell() {
	local name=${1// /-}
	# shellcheck disable=SC2086 # four words
	timeout -k 5 $LIMIT "${SPACES[@]}" env VRRPD_NS=1 TMPDIR="$OUT" \
	    bash "$HERE/cell.sh" $1 "$OUT" 2>"$OUT/$name.err" </dev/null
	if [ ! -e "$OUT/$name.row" ]; then
		printf "%s|FAIL|-|-|-|-|-|-|-|-|no result in %d s\n" \
		    "${1// /|}" $LIMIT >"$OUT/$name.row"
		: >"$OUT/$name.log"
	fi
	[ ! -e "$OUT/$name.log" ] ||
	    cat "$OUT/$name.err" >>"$OUT/$name.log"
	show "$OUT/$name.row"
}

FORMAT='%-14s %-6s %-8s %-4s %-5s %-7s %-14s %7s %4s %6s %6s %4s %s\n'
show() {
	local f
	IFS='|' read -r -a f <"$1"
	# shellcheck disable=SC2059 # a format
	printf "$FORMAT" "${f[@]:0:12}" "${f[13]:-}"
}
headline() {
	# shellcheck disable=SC2059 # a format
	printf "$FORMAT" fault state mode prot res answers left other max two \
	    none chgs reason
}

# run_cells JOBS CELL...: so many at a time
run_cells() {
	local jobs=$1 cell
	shift
	for cell in "$@"; do
		while [ "$(jobs -pr | wc -l)" -ge "$jobs" ]; do wait -n; done
		run_cell "$cell" &
	done
	wait
}

if [ "${FAULTS:-}" = short ]; then
	mapfile -t cells < <(some_cells)
else
	mapfile -t cells < <(every_cell)
fi
began=$SECONDS
headline
run_cells "$JOBS" "${cells[@]}"
for try in 2 3; do
	mapfile -t again < <(
	    grep -l '^[^|]*|[^|]*|[^|]*|[^|]*|late|' "$OUT"/*.row |
	    xargs -r cut -d '|' -f 1-4 | tr '|' ' ')
	[ ${#again[@]} -gt 0 ] || break
	echo "late, try $try:"
	for cell in "${again[@]}"; do rm "$OUT/${cell// /-}.row"; done
	run_cells 2 "${again[@]}"
	for cell in "${again[@]}"; do
		sed -i "s/\$/ (try $try)/" "$OUT/${cell// /-}.row"
	done
done
took=$((SECONDS - began))

# --- the tally ----------------------------------------------------------------

for cell in "${cells[@]}"; do cat "$OUT/${cell// /-}.row"; done >"$OUT/rows"
tally() {
	awk -F '|' -v took=$took '
	    { n[$5]++ }
	    $5 == "skip" { why[$14]++ }
	    END {
		for (i in why) printf "skipped %d: %s\n", why[i], i
		printf "%d ok, %d failed, %d skipped, %d s\n", n["ok"],
		    n["FAIL"] + n["late"], n["skip"], took
	    }' "$OUT/rows"
}
# What the columns are
introduction() {
	cat <<'END'
The fault campaign
==================

Written by TABLE=tests/FAULTS.md make check-faults.  A row is a fault that
happens to the host a, which is Master with priority 200 or Backup with 50,
beside the host b with priority 100; c asks.

    fault      what happens; each is a function in tests/faults/faults.sh
    mode       swap: the virtual MAC on the interface; nomac: -n;
               macvlan: --macvlan; noaccept: --no-accept, MAC swapped
    prot       v2: version 2, 1 s; v3: version 3, 0.1 s; v3-6: with IPv6
    res        ok, FAIL, or skip for what cannot be
    answers    the hosts that answer ARP or NS for the addresses at last
    left       what only the next start or "vrrpd cleanup" removes
    other      ms from the fault to the first advert of b as Master
    max        most hosts that held an address at the same time
    two, none  ms during which two hosts, or none, held one
    chgs       changes of state of both together

END
}

echo
tally
if [ -n "${TABLE:-}" ]; then
	{
		introduction
		echo '```'
		headline
		while read -r line; do
			show <(echo "$line")
		done <"$OUT/rows"
		echo '```'
		echo
		tally
	} >"$TABLE"
fi
failed=$(grep -cE '^([^|]*\|){4}(FAIL|late)\|' "$OUT/rows")
if [ "$failed" -gt 0 ] && [ -n "${LOGS:-}" ]; then
	mkdir -p "$LOGS"
	cp "$OUT"/*.log "$LOGS"
fi
[ "$failed" = 0 ]
