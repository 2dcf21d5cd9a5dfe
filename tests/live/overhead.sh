#!/bin/sh
# --max-overhead: what costs too much is left out class by class, packets never, and the trace and all that is made of
# it say so; below the limit everything stays.
. tests/live/lib
need_recording
netanalyze=$PWD/build/netanalyze
two_hosts
cat >"$tmp/load" <<END
for _ in \$(seq \$1); do
	ip netns exec ${id}a ping -q -c 200 -i 0.002 10.98.0.2 >"$tmp/ping" 2>&1
	ip netns exec ${id}a $traffic udp 10.98.0.2 9 2000 0 300 >"$tmp/udp" 2>&1
	sleep 0.5
done
END

# record ROUNDS OPTION…
record() {
	rounds=$1
	shift
	$netrec record "$@" -- sh "$tmp/load" "$rounds" >"$tmp/out" 2>&1 || fail "netrec $*: $(cat "$tmp/out")"
}

record 4 --max-overhead 100 -o "$tmp/whole.nrec"
"$count" "$tmp/whole.nrec" >"$tmp/rows" || fail "the trace is not readable"
same "left out below the limit" 0 "$(rows "$tmp/rows" '^left_out ')"
grep -q 'left out' "$tmp/out" && fail "it says that something was: $(cat "$tmp/out")"

record 14 --max-overhead 0.0001 -o "$tmp/t.nrec"
grep -q '^netrec: left out from some time on, .*threads' "$tmp/out" ||
	fail "it does not say what was left out: $(cat "$tmp/out")"
grep -q 'still cost .* more than --max-overhead' "$tmp/out" || fail "nor that this was not enough: $(cat "$tmp/out")"
"$count" "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
$netanalyze analyze "$tmp/t.nrec" -o "$tmp/t.db" >"$tmp/out" 2>&1 || fail "netanalyze: $(cat "$tmp/out")"
query() {
	sqlite3 "$tmp/t.db" "$1"
}
for type in offcpu softirq; do
	same "times in which $type records were left out" 1 \
		"$(query "SELECT count(*) FROM gap JOIN record_count AS r USING(type)
			WHERE r.name = '$type' AND why = 'left out to cost less' AND gap.lost IS NULL AND cpu IS NULL")"
done
same "packets left out" 0 "$(query "SELECT count(*) FROM gap WHERE type BETWEEN 1 AND 4")"
# Detaching takes its time; a second later nothing comes any more.
from=$(query "SELECT max(from_ns) FROM gap WHERE why = 'left out to cost less'")
last=$(awk '$1 ~ /^(offcpu|softirq|napi|run)$/' "$tmp/rows" | grep -o ' ts=[0-9]*' | sort -t= -k2 -n | tail -n 1)
last=${last# ts=}
[ -n "$last" ] && [ "$last" -lt $((from + 1000000000)) ] || fail "left out from $from on, and there at $last"
packets=$(grep '^packet ' "$tmp/rows" | grep -o ' ts=[0-9]*' |
	awk -F= -v from="$from" '$2 > from + 500000000 { n++ } END { print n + 0 }')
[ "$packets" -gt 500 ] || fail "only $packets packets later on"
$netanalyze show offcpu "$tmp/t.db" >"$tmp/out" 2>&1 || fail "show offcpu: $(cat "$tmp/out")"
grep -q 'offcpu records may be missing .*left out to cost less' "$tmp/out" ||
	fail "show offcpu does not say so: $(cat "$tmp/out")"
$netanalyze report "$tmp/t.db" >"$tmp/out" 2>&1 || fail "report: $(cat "$tmp/out")"
tr -s ' \n' ' ' <"$tmp/out" | grep -q 'unknown number of offcpu records .*left out to cost less' ||
	fail "the report does not say so: $(cat "$tmp/out")"
echo "left out from $from on, $packets packets since"
