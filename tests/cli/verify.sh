#!/bin/sh
# Through the real command line: whatever byte of a recording is changed and wherever it is cut, verify says so in one
# sentence, with status 3, or every row is as it was; with sound checksums it finds what does not decode or contradicts
# itself, and says where and when; the report is made of the rest. Nothing crashes or hangs.
# NETANALYZE, MAKE_TRACE, MUTATE, COUNT: the programs under test. STEPS: how many bytes are tried of each kind.
. "$(dirname "$0")/../scratch.sh"
make_trace=$(program "${MAKE_TRACE:-build/tests/cli/make_trace}")
mutate=$(program "${MUTATE:-build/tests/cli/mutate}") count=$(program "${COUNT:-build/tests/live/count}")
steps=${STEPS:-40}
"$make_trace" web.nrec && mv web.nrec/000000.nrs whole.nrs && "$count" whole.nrs >whole.rows || exit 1
size=$(stat -c %s whole.nrs)
"$mutate" whole.nrs >blocks || exit 1 # number, offset, kind, bytes, stream, rows

# verify WHAT: of bad.nrs. Sets $status and $verdict.
verify() {
	timeout 60 "$netanalyze" verify bad.nrs >out 2>err
	status=$?
	verdict=$(tail -n 1 out)
	case $status:$verdict in
	0:"bad.nrs is intact: "*) "$count" bad.nrs 2>&1 | cmp -s - whole.rows && return ;;
	3:"bad.nrs is damaged: "*) return ;;
	3:) [ "$(wc -l <err)" = 1 ] && return ;; # nothing to tell of
	esac
	return 1
}

# The rest can be analyzed, or a sentence says why not.
report() {
	timeout 60 "$netanalyze" report bad.nrs >out.report 2>err.report
	case $? in
	0) [ -s out.report ] ;;
	3) grep -q "^netanalyze: " err.report ;;
	*) false ;;
	esac || fail "$1: report: $(head -n 3 err.report)"
}

# ---- any byte ------------------------------------------------------------------------------------
i=0
while [ $i -lt $((steps * 2)) ]; do
	at=$((size * i / (steps * 2) + i % 7))
	"$mutate" whole.nrs bad.nrs flip=$at || exit 1
	verify || fail "byte $at changed: status $status, '$verdict', $(cat err)"
	report "byte $at changed"
	i=$((i + 1))
done
i=0
while [ $i -lt "$steps" ]; do
	at=$((size * i / steps + i % 5))
	"$mutate" whole.nrs bad.nrs cut=$at || exit 1
	verify
	# Behind a block it is as if the recorder had been killed then, which is no fault.
	case $status:$verdict in
	0:*"; it has no end")
		"$count" bad.nrs >bad.rows
		cmp -s -n "$(stat -c %s bad.rows)" bad.rows whole.rows || fail "cut at $at: other rows"
		;;
	3:*) ;;
	*) fail "cut at $at: status $status, '$verdict', $(cat err)" ;;
	esac
	report "cut at $at"
	i=$((i + 1))
done
while read -r number at kind rest; do
	[ "$kind" = 1 ] && continue
	"$mutate" whole.nrs bad.nrs cut="$at" || exit 1
	verify
	grep -q "has no end" out || [ "$status" = 3 ] || fail "cut at block $number: status $status, '$verdict'"
done <blocks

# ---- any byte behind sound checksums ---------------------------------------------------------------
# What rows say may be anything, and verify cannot know; that they do not decode it must. A segment names itself, an
# index has to say what the blocks do, a schema is what its checksum says.
while read -r number at kind bytes stream rows; do
	i=0
	while [ $i -lt $((steps / 4)) ] && [ "$bytes" -gt 0 ]; do
		byte=$((bytes * i / (steps / 4) + i % 3))
		i=$((i + 1))
		[ $byte -lt "$bytes" ] && "$mutate" whole.nrs bad.nrs "$number:flip=$byte" || continue
		what="block $number (kind $kind), byte $byte of the payload changed"
		timeout 60 "$netanalyze" verify bad.nrs --blocks >out 2>err
		status=$?
		case $status in
		0) grep -q "is intact" out || fail "$what: $(tail -n 1 out)" ;;
		3) grep -q "is damaged" out || [ "$(wc -l <err)" = 1 ] || fail "$what: $(tail -n 1 out)" ;;
		*) fail "$what: status $status: $(tail -n 1 err)" ;;
		esac
		[ "$kind" != 4 ] || grep -q "the index says something else than the blocks" out || fail "$what: $(tail -n 1 out)"
		report "$what"
		"$count" bad.nrs >bad.rows 2>bad.err
		got=$?
		[ "$kind" != 4 ] || cmp -s bad.rows whole.rows || fail "$what: the index is believed, not the blocks"
		[ $got = 0 ] && continue
		[ "$status" = 3 ] || fail "$what: does not decode, and verify exits with $status"
		[ "$kind" != 3 ] && continue
		awk -v at="$at" -v rows="$rows" '/^Which blocks have an intact header/ { on = 1 } /^$/ { on = 0 }
			on && $2 == at && $0 ~ "  " rows "  +[0-9+][0-9:.]+( s)?  +[0-9+][0-9:.]+( s)?  [a-z]" { found = 1 }
			END { exit !found }' out || fail "$what: not told where and when: $(cat out)"
	done
done <blocks

# ---- contradictions with sound checksums -----------------------------------------------------------
# says WORDS EDIT…
says() {
	words=$1
	shift
	"$mutate" whole.nrs bad.nrs "$@" || exit 1
	timeout 60 "$netanalyze" verify bad.nrs >out 2>err
	status=$?
	[ $status = 3 ] && grep -q -- "$words" out || fail "$*: status $status, and no '$words': $(tail -n 1 out) $(cat err)"
	report "$*"
}
nth() { # STREAM: number of the first block of rows of it
	awk -v stream="$1" '$3 == 3 && $5 == stream { print $1; exit }' blocks
}
kind() {
	awk -v kind="$1" '$3 == kind { print $1; exit }' blocks
}
cpu=$(nth 0) definitions=$(nth 65534) recorder=$(nth 65535) index=$(kind 4) end=$(kind 5) schema=$(kind 2)
says "its rows are of another time than its header says" "$cpu:ts_min=1000000700000"
says "its rows are of another time than its header says" "$cpu:ts_max=1000000700000"
says "events and definitions are mixed" "$cpu:flags=1"
says "events and definitions are mixed" "$definitions:flags=0"
says "its header gives its rows more time than they have" "$cpu:ts_min=0"
says "its header gives its rows more time than they have" "$cpu:ts_max=18446744073709551615"
says "rows do not fit their columns" "$cpu:rows=100"
says "rows do not fit their columns" "$recorder:rows=65536"
says "rows do not fit their columns" "$recorder:rows=4294967295"
says "rows do not fit their columns" "$recorder:put=0100010100" "$recorder:rows=0" # a time that no row takes
says "its schema block is damaged or missing" "$cpu:schema=1"
says "schema block is damaged" "$schema:schema=1"
says "place where blocks are missing" "$recorder:seq=7"
says "places where blocks are missing" "$cpu:stream=7" "$cpu:seq=1"
says "counts of the recorder that disagree" "$cpu:drop=1"
says "block of a kind that its version does not have" "$cpu:kind=9"
says "the index says something else than the blocks" "$cpu:stream=1" "$index:rows=0"
says "the end block says something else than where the segment ends" "$end:ts_max=77"

# Wherever an index says something else than a block, the block is right: kind, flags, length, rows, stream, seq, times.
for byte in 0 2 8 12 16 20 24 32; do
	"$mutate" whole.nrs bad.nrs "$index:flip=$((cpu * 60 + byte))" || exit 1
	"$count" bad.nrs 2>&1 | cmp -s - whole.rows || fail "byte $byte of an entry of the index is believed"
done

# ---- the list of blocks ----------------------------------------------------------------------------
"$netanalyze" verify whole.nrs --blocks --json >out || fail "verify --blocks --json: status $?"
awk '{ print $2, $3 == 3 ? $6 : "null" }' blocks >expected
jq -r '.blocks[] | "\(.offset) \(.rows)"' out | cmp -s expected - || fail "--blocks lists others: $(jq -c .blocks out)"
[ "$(jq '[.blocks[].size_bytes] | add' out)" = "$size" ] || fail "the listed blocks are not all of the file"
[ "$(jq -c '[.blocks[] | .segment, .state] | unique' out)" = '[0,"intact"]' ] || fail "an intact block: $(cat out)"
[ "$(jq '[.blocks[] | select(.kind == "rows" and (.to_at < .from_at or .from_at == null))] | length' out)" = 0 ] ||
	fail "a time range: $(cat out)"
"$mutate" whole.nrs bad.nrs flip=$((size / 2)) || exit 1
"$netanalyze" verify bad.nrs --blocks --json >out
[ "$(jq -c '[.blocks[] | select(.state != "intact") | .state]' out)" = '["payload is damaged"]' ] ||
	fail "a damaged block: $(jq -c .blocks out)"
"$mutate" whole.nrs bad.nrs cut=$((size / 2)) || exit 1
"$netanalyze" verify bad.nrs --blocks --json >out
[ "$(jq -c '.blocks[-1].state' out)" = '"the file ends inside a block"' ] ||
	fail "a cut block: $(jq -c .blocks out)"
exit $failed
