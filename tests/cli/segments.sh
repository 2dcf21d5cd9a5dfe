#!/bin/sh
# One meaning of a set of segments, whatever it comes as: copies count once, what is missing is a gap, parts of different
# recordings are named and refused or chosen, and the order in which files, directories and standard input are given makes
# no difference.
# NETANALYZE, RECUT: the programs under test.
. "$(dirname "$0")/../scratch.sh"
recut=$(program "${RECUT:-build/tests/cli/recut}")
whole=$root/tests/causes/ttl.nrs other=$root/tests/causes/clean-own.nrs
"$recut" -n 4 -s 7 "$whole" cut.nrec && "$recut" -n 2 -s 7 "$other" other.nrec || exit 1
first=cut.nrec/000000.nrs second=cut.nrec/000001.nrs third=cut.nrec/000002.nrs last=cut.nrec/000003.nrs

# tables NAME ARGUMENT…: NAME.sql, all that is found in a recording but for its files.
tables() {
	name=$1
	shift
	"$netanalyze" analyze "$@" -o "$name.db" --force >out 2>"$name.err" || { fail "analyze $*: $(cat "$name.err")"; return; }
	sqlite3 "$name.db" 'DROP TABLE file' 'DROP TABLE segment' 'DROP TABLE damage' 'UPDATE trace SET complete = 1' .dump >"$name.sql"
}

# same WHAT ARGUMENT…: the same tables as the recording itself.
same() {
	what=$1
	shift
	tables it "$@"
	cmp -s cut.sql it.sql || fail "$what is not the same: $(diff cut.sql it.sql | head -5)"
}

# refuse STATUS WORDS ARGUMENT…
refuse() {
	status=$1 words=$2
	shift 2
	"$netanalyze" "$@" >out 2>err
	got=$?
	[ $got = "$status" ] && grep -qF -- "$words" err || fail "$*: exit status $got, not $status, or no '$words': $(cat err)"
}

tables cut cut.nrec
[ "$(sqlite3 cut.db 'SELECT complete FROM trace')" = 1 ] || fail "a whole recording is not complete"
[ "$(wc -l <cut.sql)" -gt 1000 ] || fail "the tables cannot be read"

# Copies.
cp $second copy.nrs
same "a segment given twice" cut.nrec copy.nrs
grep -q "note: 1 segment is there more than once, and counted once" it.err || fail "a copy is not mentioned: $(cat it.err)"
same "a recording given twice" cut.nrec cut.nrec
cat $first $second $second $third $last >twice.nrs
same "a segment twice in one file" twice.nrs
[ -z "$("$netanalyze" report cut.nrec 2>&1 >out)" ] || fail "copies are mentioned where there are none"
"$netanalyze" verify twice.nrs >out 2>&1 || fail "verify of a copy: $(cat out)"
grep -q "^segment 1 is there 2 times, and counted once" out || fail "verify does not mention a copy: $(cat out)"
[ "$("$netanalyze" info twice.nrs --json | jq -c .rows)" = "$("$netanalyze" info cut.nrec --json | jq -c .rows)" ] ||
	fail "info counts a copy"
# What is damaged in one copy is taken from another.
cp $second damaged.nrs
printf 'xxxxxxxx' | dd of=damaged.nrs bs=1 seek=$(($(stat -c %s damaged.nrs) / 2)) conv=notrunc status=none
same "a damaged segment and its copy" damaged.nrs cut.nrec
same "a damaged segment behind its copy" cut.nrec damaged.nrs
head -c $(($(stat -c %s $second) / 2)) $second >short.nrs
same "a segment that was cut, and its copy" $first short.nrs $second $third $last
# One that is cut takes nothing of what follows in the same file along.
cat $first short.nrs $second $third $last >short-first.nrs
same "a segment that was cut before its copy in one file" short-first.nrs

# Order, standard input, pipes.
cat $first $second $third $last >ab.nrs
cat $last $third $second $first >ba.nrs
same "segments in one file" ab.nrs
same "segments in one file, backwards" ba.nrs
same "a directory and files" $last $second cut.nrec
same "standard input from a file" - <ba.nrs
cat ba.nrs >pipe.in && cat pipe.in | "$netanalyze" analyze - -o piped.db >out 2>err || fail "standard input: $(cat err)"
sqlite3 piped.db 'DROP TABLE file' 'DROP TABLE segment' 'DROP TABLE damage' .dump | cmp -s - cut.sql || fail "a pipe is not the same"
cat $second $last | "$netanalyze" analyze $third - $first -o mixed.db >out 2>err || fail "standard input and files: $(cat err)"
sqlite3 mixed.db 'DROP TABLE file' 'DROP TABLE segment' 'DROP TABLE damage' .dump | cmp -s - cut.sql || fail "a pipe and files are not the same"
for command in report - info verify 'show drops' timeline; do
	[ "$command" = - ] && set -- - || set -- $command -
	cat ab.nrs | "$netanalyze" "$@" >out 2>err || fail "$* on a pipe: $(cat err)"
done
mkfifo pipe.nrs
cat ab.nrs >pipe.nrs &
"$netanalyze" verify pipe.nrs >out 2>err || fail "a named pipe: $(cat err)"
mkdir -p pipes.nrec && mkfifo pipes.nrec/000000.nrs
refuse 3 "not a regular file" verify pipes.nrec
refuse 2 "name the output with -o" analyze - <ab.nrs

# Streams that are none, or never end.
refuse 3 "is empty" report - </dev/null
echo text >text
refuse 3 "standard input is not a netrec trace" report - <text
refuse 3 "standard input is not a netrec trace: no block in" report - </dev/zero
mkfifo endless.nrs
(cat ab.nrs /dev/zero >endless.nrs) 2>/dev/null &
refuse 3 "endless.nrs is not a netrec trace: no block in" report endless.nrs

# Different recordings.
uuid=$("$netanalyze" info cut.nrec --json | jq -r '.recording[0].uuid')
mkdir mixed.nrec && cp $first mixed.nrec/000000.nrs && cp other.nrec/000001.nrs mixed.nrec && cp $second mixed.nrec/000002.nrs &&
	cp $third mixed.nrec/000003.nrs && cp $last mixed.nrec/000004.nrs && cp other.nrec/000000.nrs mixed.nrec/000005.nrs || exit 1
for command in report analyze 'show drops' timeline; do
	refuse 3 "parts of different recordings: " $command mixed.nrec
	grep -q "$uuid (4 segments).*--recording UUID" err || fail "$command mixed.nrec does not name them: $(cat err)"
done
[ ! -e mixed.db ] || [ "$(sqlite3 mixed.db 'SELECT count(*) FROM trace')" = 1 ] || fail "a refused analysis leaves a database"
same "a recording chosen of two" mixed.nrec --recording "$uuid"
same "a recording chosen by how its UUID begins" mixed.nrec --recording "$(echo "$uuid" | cut -c 1-8 | tr a-f A-F)"
cat mixed.nrec/* >mixed.nrs
same "a recording chosen of two in one file" mixed.nrs --recording "$uuid"
refuse 3 "no recording has this UUID: $uuid" report cut.nrec --recording 00000000000000000000000000000000
refuse 2 "--recording takes the UUID" report cut.nrec --recording first
refuse 2 "is a database" report cut.db --recording "$uuid"
for set in mixed.nrec mixed.nrs "cut.nrec other.nrec"; do
	"$netanalyze" info $set --json >out
	[ "$(jq -r '.recording[0].segments' out | sort | tr '\n' ' ')" = "2 4 " ] || fail "info $set: $(jq -c .recording out)"
	"$netanalyze" verify $set >out 2>&1 || fail "verify $set: $(cat out)"
	[ "$(tail -n 1 out)" = "2 recordings: 2 intact, 0 with faults" ] || fail "verify $set ends in: $(tail -n 1 out)"
done
"$netanalyze" info mixed.nrec --recording "$uuid" --json >out && [ "$(jq -r '.recording[0].uuid' out)" = "$uuid" ] ||
	fail "info does not choose"

# One number, two contents. The segment block of another recording's segment is replaced by that of this one.
head -c 64 $second >header && len=$((64 + $(od -An -tu4 -j12 -N4 header)))
other_len=$((64 + $(od -An -tu4 -j12 -N4 other.nrec/000001.nrs)))
(head -c $len $second; tail -c +$((other_len + 1)) other.nrec/000001.nrs) >contradiction.nrs
for order in "cut.nrec contradiction.nrs" "contradiction.nrs cut.nrec"; do
	for command in report info verify; do
		refuse 3 "segment 1 is there twice, with different content" $command $order
	done
done

# A segment whose first block is damaged is the one that is missing; where none is missing it is a copy, and not counted.
cp $second headless.nrs && printf x | dd of=headless.nrs bs=1 seek=70 conv=notrunc status=none
same "a segment without its first block" $first headless.nrs $third $last
same "such a segment, met last" $third $last $first headless.nrs
same "a copy without its first block" cut.nrec headless.nrs

# Missing segments.
"$netanalyze" analyze $last $first $third -o hole.db >out 2>&1 || fail "a missing segment: $(cat out)"
hole=$(sqlite3 hole.db "SELECT count(*) FROM gap WHERE why = 'block missing' AND cpu IS NULL AND type IS NULL AND to_ns > from_ns")
[ "$hole" = 1 ] || fail "a missing segment is $hole gaps"
[ "$(sqlite3 hole.db 'SELECT complete FROM trace')" = 0 ] || fail "a recording that lacks a segment is complete"
found=$(sqlite3 hole.db "SELECT cause FROM finding WHERE severity <> 'info' ORDER BY rank LIMIT 1")
case $found in
cannot-tell | ttl-exceeded) ;;
*) fail "with a segment missing, $found is found" ;;
esac
"$netanalyze" verify $last $first $third >out 2>&1
[ $? = 3 ] && grep -q "^segment 1: nothing is there from [0-9:.]* to [0-9:.]*$" out || fail "verify does not tell of a missing segment: $(cat out)"

# What is left of a recording is not held against counters of another time.
"$netanalyze" report cut.nrec | tr -s ' \n' ' ' | grep -q "kernel's own counters" || fail "the whole recording is not compared"
sample=$(ls "$root"/samples/netns-tbf.nrec/*.nrs | head -n 1)
head -c $(($(stat -c %s "$sample") * 2 / 3)) "$sample" >truncated.nrs
"$netanalyze" report truncated.nrs | tr -s ' \n' ' ' >out
grep -q "its packets are not compared with the kernel's own counters" out && ! grep -q "differ from the kernel" out ||
	fail "what is left of a recording is compared with the kernel's counters"
[ "$("$netanalyze" show interfaces truncated.nrs --json | jq '[.. | .difference_rx? | values] | length')" = 0 ] ||
	fail "show interfaces of what is left of a recording tells a difference"
exit $failed
