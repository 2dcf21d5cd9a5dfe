#!/bin/sh
# `netanalyze compare` on the samples: with the fault and without it, the other way round, and a recording with itself.
set -u
netanalyze=${NETANALYZE:-build/netanalyze}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C.UTF-8
status=0
fail() {
	echo "$*"
	status=1
}

for name in ovs-sweep ovs-one-cpu guest-busy vhost-starved; do
	for side in "$name" "$name-fixed"; do
		"$netanalyze" analyze "samples/$side.nrec" -o "$dir/$side.db" >"$dir/out" || exit 1
	done
done

# What waited for a slow reader in its socket, and the same as if that had taken microseconds.
"$netanalyze" analyze tests/causes/late-reader.nrs -o "$dir/late-reader.db" >"$dir/out" || exit 1
cp "$dir/late-reader.db" "$dir/reader-in-time.db"
sqlite3 "$dir/reader-in-time.db" "DELETE FROM finding; UPDATE stage_latency SET hist = (SELECT hist FROM stage_latency
	WHERE from_stage = 7 AND to_stage = 8 ORDER BY n DESC LIMIT 1) WHERE to_stage = 64" || exit 1

# compare BEFORE AFTER VERDICT STATUS: what the verdict begins with, and the status with --fail-on.
compare() {
	"$netanalyze" compare "$dir/$1.db" "$dir/$2.db" --fail-on regression >"$dir/text" 2>"$dir/err"
	got=$?
	[ $got = "$4" ] || fail "$1, then $2: status $got, not $4"
	[ "$(grep -c . "$dir/err")" = "$4" ] || fail "$1, then $2: on stderr: $(cat "$dir/err")"
	[ "$(sed -n '2p' "$dir/text")" = "Did it help?" ] || fail "$1, then $2: it does not begin with what was asked"
	sed -n '4p' "$dir/text" | grep -q "^$3" || fail "$1, then $2: not $3: $(sed -n '4,5p' "$dir/text")"
	! grep -nE '.{101}' "$dir/text" || fail "$1, then $2: wider than 100 columns"
	"$netanalyze" compare "$dir/$1.db" "$dir/$2.db" --json >"$dir/json" || fail "$1, then $2: no JSON"
}
# json SQL WANTED: of the last one.
json() {
	got=$(sqlite3 :memory: "WITH j(j) AS (SELECT readfile('$dir/json')) SELECT $1 FROM j")
	[ "$got" = "$2" ] || fail "$1: $got, not $2"
}

compare ovs-sweep ovs-sweep-fixed FIXED: 0
json "j ->> '$.findings[0].state' || ' ' || (j ->> '$.findings[0].cause')" 'resolved lock-held'
json "(SELECT value ->> 'late' FROM json_each(j -> '$.traffic') WHERE value ->> 'traffic' = 'all' AND value ->> 'side' = 'before')" 79
json "(SELECT value ->> 'late' FROM json_each(j -> '$.traffic') WHERE value ->> 'traffic' = 'all' AND value ->> 'side' = 'after')" 2
# One stretch of two seconds: the figures alone cannot know that it is gone, and which they are is said.
tr -s '\n ' ' ' <"$dir/text" | grep -q 'would not tell it from chance.*: upcalls, until answered P99 195 ms before' ||
	fail "ovs-sweep: one stretch of trouble is taken for certain"
json "json_array_length(j, '$.changes')" 0
compare ovs-sweep-fixed ovs-sweep WORSE: 1
grep -q '^netanalyze: regression: new: a thread holds a lock.*; new: ' "$dir/err" || fail "why is it a regression? $(cat "$dir/err")"

# A finding that is gone while no figure moved: there is nothing to say of figures.
cp "$dir/ovs-sweep.db" "$dir/unfound.db"
sqlite3 "$dir/unfound.db" "DELETE FROM finding" || exit 1
compare ovs-sweep unfound FIXED: 0
! grep -qx -e '-' "$dir/text" || fail "a sentence without anything in it: $(sed -n 4,8p "$dir/text")"

compare ovs-one-cpu ovs-one-cpu-fixed FIXED: 0
json "j ->> '$.findings[0].state' || ' ' || (j ->> '$.findings[0].cause')" 'resolved vswitchd-one-cpu'
json "j ->> '$.changes[0].verdict' || ' ' || (j ->> '$.changes[0].metric')" 'better packets late here (50 ms, or --late)'
json "j ->> '$.changes[1].verdict' || ' ' || (j ->> '$.changes[1].metric')" 'better upcalls, until answered'
# The reason is among the settings, and first.
json "j ->> '$.settings[0].what' || ': ' || (j ->> '$.settings[0].before') || ', ' || (j ->> '$.settings[0].after')" \
	'ovs-vswitchd: 1, 0-1'
# What takes a little longer now is not held against it.
grep -q '^Its price: CPU time: ovs-vswitchd' "$dir/text" || fail "ovs-one-cpu: its price is not said"
compare ovs-one-cpu-fixed ovs-one-cpu WORSE: 1

compare guest-busy guest-busy-fixed FIXED: 0
json "j ->> '$.findings[0].state' || ' ' || (j ->> '$.findings[0].cause')" 'resolved guest-not-reading'
json "j ->> '$.changes[0].verdict' || ' ' || (j ->> '$.changes[0].metric')" 'better packets dropped here'
compare guest-busy-fixed guest-busy WORSE: 1
compare late-reader reader-in-time FIXED: 0
json "j ->> '$.changes[0].verdict' || ' ' || (j ->> '$.changes[0].metric')" 'better packets late here (50 ms, or --late)'
json "j ->> '$.changes[1].verdict' || ' ' || (j ->> '$.changes[1].metric')" 'better in a socket, until it is read'
compare vhost-starved vhost-starved-fixed FIXED: 0
json "j ->> '$.findings[0].state' || ' ' || (j ->> '$.findings[0].cause')" 'resolved vhost-starved'
compare vhost-starved-fixed vhost-starved WORSE: 1

for name in ovs-sweep ovs-one-cpu guest-busy vhost-starved; do
	compare "$name" "$name" 'NOT FIXED: no detectable change' 0
	json "json_array_length(j, '$.changes')" 0
	json "j ->> '$.findings[0].state'" persisting
	compare "$name-fixed" "$name-fixed" 'NO DETECTABLE CHANGE' 0
	json "json_array_length(j, '$.changes')" 0
	json "json_array_length(j, '$.settings')" 0
done

# What cannot be compared is not.
"$netanalyze" analyze samples/ovs-one-cpu-fixed.nrec -o "$dir/less.db" --without upcall,drop >"$dir/out" || exit 1
compare ovs-one-cpu less 'CANNOT TELL' 0
json "(SELECT count(*) FROM json_each(j -> '$.changes') WHERE value ->> 'metric' LIKE 'upcall%')" 0
"$netanalyze" analyze samples/ovs-one-cpu-fixed.nrec -o "$dir/some.db" --filter udp >"$dir/out" 2>&1 || exit 1
compare ovs-one-cpu some "CANNOT TELL" 0
json "(SELECT count(*) FROM json_each(j -> '$.changes') WHERE value ->> 'metric' LIKE 'packets%')" 0
tr -s '\n ' ' ' <"$dir/text" | grep -q 'other packets were asked for' || fail "another filter is no matter"

# A machine that is slower itself, by what netrec took: times are not compared; what was lost is.
compare guest-busy-fixed guest-busy WORSE: 1
json "(SELECT count(*) FROM json_each(j -> '$.changes') WHERE value ->> 'metric' = 'CPU time: virtual machines')" 1
sqlite3 "$dir/guest-busy.db" 'UPDATE cost SET cpu_time_ns = 2 * cpu_time_ns' || exit 1
compare guest-busy-fixed guest-busy WORSE: 1
json "(SELECT count(*) FROM json_each(j -> '$.changes') WHERE value ->> 'metric' = 'CPU time: virtual machines')" 0
json "j ->> '$.changes[0].verdict' || ' ' || (j ->> '$.changes[0].metric')" 'worse packets dropped here'
sqlite3 "$dir/guest-busy.db" 'UPDATE cost SET cpu_time_ns = cpu_time_ns / 2' || exit 1

# Recordings as well as databases; the same seed, the same text; another one, other intervals.
"$netanalyze" compare samples/guest-busy.nrec samples/guest-busy-fixed.nrec --seed 5 >"$dir/one" &&
	"$netanalyze" compare "$dir/guest-busy.db" "$dir/guest-busy-fixed.db" --seed 5 >"$dir/two" &&
	"$netanalyze" compare "$dir/guest-busy.db" "$dir/guest-busy-fixed.db" >"$dir/three" || fail "a recording and a database"
cmp "$dir/one" "$dir/two" || fail "a recording and its database differ"
grep -q 'seed 5' "$dir/two" && ! cmp -s "$dir/two" "$dir/three" || fail "the seed is of no consequence"

# How sure a value after is above one before, wherever a change is told.
json "(SELECT value ->> 'effect' BETWEEN 0.7 AND 0.9 FROM json_each(j -> '$.changes') WHERE value ->> 'metric' LIKE 'packets dropped%')" 1
json "(SELECT count(*) FROM json_each(j -> '$.undecided') WHERE value ->> 'effect' NOT BETWEEN 0 AND 1 OR value ->> 'effect' IS NULL)" 0
"$netanalyze" compare "$dir/guest-busy.db" "$dir/guest-busy-fixed.db" --format md | grep -q '^| verdict .* effect *|' || fail "no effect in Markdown"

# --fail-on of some metrics: only they count, findings do not. gate BEFORE AFTER METRICS STATUS STDERR
gate() {
	"$netanalyze" compare "$dir/$1.db" "$dir/$2.db" --fail-on "regression=$3" >"$dir/out" 2>"$dir/err"
	got=$?
	[ $got = "$4" ] || fail "regression=$3 of $1, then $2: status $got, not $4"
	grep -q "^netanalyze: $5" "$dir/err" && [ "$(wc -l <"$dir/err")" = 1 ] || [ -z "$5$(cat "$dir/err")" ] ||
		fail "regression=$3 of $1, then $2: $(cat "$dir/err")"
}
gate guest-busy-fixed guest-busy ring-full,dropped 1 'regression: packets dropped here rate: [^;]*; packets that found the ring full'
gate guest-busy-fixed guest-busy dropped 1 'regression: packets dropped here rate: [^;]*$'
gate guest-busy guest-busy-fixed dropped 0 ''
gate ovs-one-cpu-fixed ovs-one-cpu cpu 0 ''
gate ovs-one-cpu-fixed ovs-one-cpu echo 0 'note: ICMP echo and its answer: .* cannot be told'
# A price is no regression, unless it is asked for.
compare ovs-one-cpu ovs-one-cpu-fixed FIXED: 0
gate ovs-one-cpu ovs-one-cpu-fixed late,cpu 1 'regression: CPU time: ovs-vswitchd'
for metrics in dropped,droped '' late, ; do
	gate guest-busy guest-busy "$metrics" 2 "--fail-on: there is no metric .*late, dropped, .*, cpu "
	[ -s "$dir/out" ] && fail "regression=$metrics: compared nevertheless"
done

# Of a file that holds several recordings, the one that is named behind it.
cat samples/guest-busy.nrec/*.nrs samples/guest-busy-fixed.nrec/*.nrs >"$dir/both.nrs"
uuid() { "$netanalyze" info "samples/$1.nrec" --json | grep -oE '[0-9a-f]{32}' | head -n 1; }
"$netanalyze" compare "$dir/both.nrs" --recording "$(uuid guest-busy)" "$dir/both.nrs" --recording "$(uuid guest-busy-fixed)" --seed 5 >"$dir/three" ||
	fail "--recording"
cmp "$dir/two" "$dir/three" || fail "--recording takes others than the ones that are named"

# A page: well-formed, of itself, and nothing in it runs, whatever names the recording has.
cp "$dir/guest-busy.db" "$dir/odd.db"
sqlite3 "$dir/odd.db" "UPDATE finding SET site = '<script>alert(1)</script>&\"'" || exit 1
"$netanalyze" compare "$dir/guest-busy-fixed.db" "$dir/odd.db" --format html >"$dir/page" || fail "no HTML"
sed 's/<!DOCTYPE html>//; s/<meta [^>]*>//g' "$dir/page" >"$dir/page.xml"
python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$dir/page.xml" 2>"$dir/err" || fail "the page is not well-formed: $(tail -n 1 "$dir/err")"
! grep -nE '<script|javascript:|(src|href)=|url\(|@import| on[a-z]+=' "$dir/page" || fail "the page is not inert"
grep -q '&lt;script&gt;alert(1)' "$dir/page" || fail "the name of a place is not in the page"
[ "$(grep -c '<svg ' "$dir/page")" -ge 5 ] && [ "$(grep -c '<path fill=' "$dir/page")" = $((2 * $(grep -c '<svg ' "$dir/page"))) ] ||
	fail "two distributions a figure are not drawn"

# Several of a side: three are three observations.
"$netanalyze" compare --before "$dir/ovs-sweep.db" "$dir/ovs-sweep.db" "$dir/ovs-sweep.db" --after "$dir/ovs-sweep-fixed.db" \
	"$dir/ovs-sweep-fixed.db" "$dir/ovs-sweep-fixed.db" --json >"$dir/json" || fail "several of a side"
json "j ->> '$.sides[1].recordings'" 3
json "j ->> '$.changes[0].metric'" 'packets late here (50 ms, or --late)'

for words in "" "$dir/ovs-sweep.db" "$dir/ovs-sweep.db $dir/ovs-sweep.db $dir/ovs-sweep.db" "--fail-on x a b" "--fail-on regressions a b" "--recording 12 a b" "a --recording x b" "--format pdf a b"; do
	"$netanalyze" compare $words >"$dir/out" 2>"$dir/err"
	[ $? = 2 ] || fail "compare $words: not a usage error: $(cat "$dir/err")"
done
exit $status
