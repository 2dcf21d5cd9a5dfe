#!/bin/sh
# A recording that somebody made to harm whoever opens it, or with a later version: compressed bombs, absurd counts,
# definitions that refer to each other in circles or to nothing, endless texts; what it says is shown and does nothing, as
# text, Markdown, HTML, JSON and in the database. All with little memory, nothing crashes or hangs.
# NETANALYZE, MAKE_TRACE, MUTATE, COUNT: the programs under test.
. "$(dirname "$0")/../scratch.sh"
make_trace=$(program "${MAKE_TRACE:-build/tests/cli/make_trace}")
mutate=$(program "${MUTATE:-build/tests/cli/mutate}") count=$(program "${COUNT:-build/tests/live/count}")
"$make_trace" web.nrec && mv web.nrec/000000.nrs web.nrs || exit 1
"$mutate" web.nrs >blocks || exit 1 # number, offset, kind, bytes, stream, rows
of() { # KIND [STREAM]: the first such block
	awk -v kind="$1" -v stream="${2:-}" '$3 == kind && (stream == "" || $5 == stream) { print $1; exit }' blocks
}
segment=$(of 1) schema=$(of 2) definitions=$(of 3 65534) cpu=$(of 3 0) recorder=$(of 3 65535) index=$(of 4)

# run STATUS ARGUMENT…: netanalyze, with 1.5 GB of memory at most.
memory=1500000
run() {
	wanted=$1
	shift
	(ulimit -v $memory && exec timeout 60 "$netanalyze" "$@") >out 2>err
	got=$?
	[ $got = "$wanted" ] || fail "$*: status $got, not $wanted: $(tail -n 1 out | cut -c 1-200) $(head -n 1 err)"
}

# damaged WORDS EDIT…: verify says so, and the rest is reported on.
damaged() {
	words=$1
	shift
	"$mutate" web.nrs bad.nrs "$@" || exit 1
	run 3 verify bad.nrs
	grep -q -- "$words" out || fail "$*: no '$words' in $(tail -n 1 out)"
	run 0 report bad.nrs
}

# ---- bombs and counts ------------------------------------------------------------------------------
for block in $definitions $cpu $recorder; do
	damaged "payload is damaged" "$block:bomb=3000000000"
done
damaged "segment block is damaged" "$segment:bomb=3000000000"
damaged "schema block is damaged" "$schema:bomb=3000000000"
damaged "index block is damaged" "$index:bomb=3000000000"
damaged "block is larger than the format allows" "$cpu:bomb=3000000000" "$cpu:raw_len=3000000000"
edits="$cpu:bomb=67108864 $cpu:raw_len=67108864" # as large as it may be, forty times
for i in $(seq 40); do edits="$edits $cpu:copy=1"; done
memory=$((450000 + 125000 * $(nproc))) # each thread lets go of one before it takes the next
damaged "unreadable block" $edits
memory=1500000
many=ffffffffffffffffff01 # 2^64 - 1
# Rows whose schema cannot be read cannot be either.
for put in $many 010100${many}61 010100016100$many 0001014000$many; do # records; a name; fields; a stage's text
	"$mutate" web.nrs bad.nrs "$schema:put=$put" || exit 1
	run 3 verify bad.nrs
	grep -q "schema block is damaged" out || fail "a schema of $put: $(tail -n 1 out)"
	run 3 report bad.nrs
	grep -q "no events that can be read" err || fail "a schema of $put: $(cat err)"
done
damaged "column directory is damaged" "$cpu:put=$many"                # columns
damaged "column directory is damaged" "$cpu:put=01000a$many"          # bytes of one
damaged "column directory is damaged" "$cpu:put=01${many}0001"        # a record
damaged "rows do not fit their columns" "$cpu:rows=4294967295"
damaged "blocks are missing" "$cpu:seq=4294967295"
damaged "blocks are missing" "$cpu:stream=4294967295" "$cpu:seq=1"
damaged "time" "$cpu:ts_max=18446744073709551615"
damaged "time" "$cpu:ts_min=0"
"$mutate" web.nrs bad.nrs "$cpu:lost=18446744073709551615" "$cpu:stream=65519" || exit 1
run 3 verify bad.nrs
run 0 report bad.nrs
uuid=000102030405060708090a0b0c0d0e0f
for rest in ffffffffffff00000000000000000000 ffffffff0000ffffffffffffffffffff 00000000ffff00000000000000000080; do
	"$mutate" web.nrs bad.nrs "$segment:put=$uuid$rest" || exit 1 # number, CPUs, minor version, time
	run 0 verify bad.nrs
	run 0 report bad.nrs
done
edits=
for i in $(seq 300); do edits="$edits $schema:insert=2 $schema:schema=0 $schema:put=0000$(printf %04x "$i")"; done
damaged "one more schema than a recording can have" $edits

# Headers by the thousand, each of a block that ends behind the file, or may be cut off, or of nothing.
cat >heads.py <<'END'
import struct, sys, zlib
kind, stored, n = map(int, sys.argv[1:])
head = b"NETREC\r\n" + struct.pack("<BBBBIIIIIQQQI", kind, 1, 0, 1, stored, 1000, 1, 0, 0, 1, 1, 0, 0)
sys.stdout.buffer.write((head + struct.pack("<I", zlib.crc32(head))) * n)
END
for heads in "3 4000000000 100000" "3 1000001 50000" "1 0 20000" "2 0 50000" "3 0 50000" "9 0 50000"; do
	python3 heads.py $heads | cat web.nrs - >bad.nrs
	run 3 verify bad.nrs
	run 0 info bad.nrs
	run 0 report bad.nrs
done

# ---- a later version -------------------------------------------------------------------------------
# unknown EDIT…: of a segment of a later minor version: read, but for what is not known, which is said.
unknown() {
	note=$1
	shift
	"$mutate" web.nrs bad.nrs "$@" || exit 1
	run 0 verify bad.nrs --blocks
	grep -q "newer netrec" out && grep -q "^bad.nrs is intact: " out || fail "$*: verify says $(tail -n 1 out)"
	for command in report "show stages" timeline; do
		run 0 $command bad.nrs
		grep -q "note: a newer netrec made this; this version does not know: $note" err ||
			fail "$* $command: no note: $(cat err)"
	done
	run 0 analyze bad.nrs -o bad.db --force
}
unknown "types of records: 1, fields: 1, blocks: 1" later=1
"$count" web.nrs | sed 's/ aux=[0-9]*//' >web.rows
"$count" bad.nrs | sed 's/ aux=[0-9]*//' | cmp -s - web.rows || fail "a later version: other rows"
run 0 replay bad.nrs
grep -q "later.*21" out || fail "replay does not show the row of a later version"
run 0 replay bad.nrs --events packet,drop
grep -q "later" out && fail "replay shows more than what was asked for"
python3 "$root/tests/reader.py" bad.nrs | grep -q "^later ts=[0-9]* stream=65535 x=21$" ||
	fail "reader.py: no row of a later version"
run 0 info bad.nrs
grep -q "types unknown to this version. *event *1 " out || fail "info does not tell of the row"
unknown "types of records: 1, fields: 1, blocks: 2" later=1 "$cpu:codec=7"
damaged "the codec of its payload is unknown" "$cpu:codec=7"
damaged "block of a kind that its version does not have" "$cpu:kind=77"
run 0 report web.nrs
grep -q "newer" err && fail "a note without reason"
"$mutate" web.nrs bad.nrs "$cpu:major=2" || exit 1
for command in report verify info "show stages"; do
	run 4 $command bad.nrs
	grep -q "format version 2.*use a newer netanalyze" err || fail "$command of a newer major version: $(cat err)"
done

# ---- what is said and what it refers to --------------------------------------------------------------
"$make_trace" --odd odd.nrec || exit 1
export NO_COLOR=1

c1=$(printf '\302[\200-\237]') bidi=$(printf '\342\200\256')

# inert WHAT: no character of the text in `out` is a command to a terminal.
inert() {
	tr -d '\n' <out | LC_ALL=C grep -aq "[[:cntrl:]]\|$c1\|$bidi" &&
		fail "$1: a control character is shown"
}
text() {
	run 0 "$@"
	inert "$*"
}
text verify odd.nrec --blocks
text info odd.nrec
text report odd.nrec
text timeline odd.nrec --slowest 20
text replay odd.nrec
run 0 replay odd.nrec --json
jq -e . out >/dev/null 2>err || fail "replay --json: $(cat err)"
text analyze odd.nrec -o odd.db
for view in $("$netanalyze" show | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
	text show "$view" odd.db --top 0
	run 0 show "$view" odd.db --top 0 --json
	jq -e . out >/dev/null 2>err || fail "show $view --json: $(cat err)"
done
run 0 compare web.nrs odd.nrec
inert "compare"
run 0 merge web.nrs odd.nrec
inert "merge"
for json in "report --format json" "info --json" "verify --blocks --json" "timeline --json"; do
	run 0 $json odd.nrec
	jq -e . out >/dev/null 2>err || fail "$json: $(cat err)"
done
run 0 report odd.nrec --format html
inert "report --format html"
grep -q '&lt;script' out || fail "HTML does not show the names"
grep -i '<script\|<img\|<b>\|<i>\|href="javascript' out | grep -q . && fail "HTML: markup from a recording"
run 0 report odd.nrec --format md
inert "report --format md"
# Within fences there is none.
awk '/^```$/ { fenced = !fenced } !fenced' out >unfenced
grep '[^\]<script\|[^\]\[x\]' unfenced >cells && fail "Markdown: markup from a recording: $(head -n 1 cells)"
awk '/^```$/ { fenced = !fenced; next } fenced && /`/' out | grep -q . && fail "Markdown: a name may end a code block"
# Rows have as many cells as their heading.
sed 's/\\[|]//g' unfenced | awk '
	/^\|/ { n = gsub(/\|/, "|"); if (was && n != was) { print "a row of " n - 1 " cells: " $0; exit 1 } was = n; next }
	{ was = 0 }' >cells || fail "Markdown: $(cat cells)"
[ "$(sqlite3 odd.db 'SELECT count(*) FROM trace')" = 1 ] || fail "a table is gone"
sqlite3 odd.db .dump | sqlite3 again.db && [ "$(sqlite3 again.db 'SELECT count(*) FROM trace')" = 1 ] ||
	fail "the database cannot be copied"
[ "$(stat -c %s odd.db)" -lt 20000000 ] || fail "the database has $(stat -c %s odd.db) bytes"
exit $failed
