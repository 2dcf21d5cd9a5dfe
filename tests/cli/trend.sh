#!/bin/sh
# `netanalyze trend`: a series of runs that are alike, one that differs, a change that stays, and what cannot be told.
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

# Parts of recordings are runs that vary: g1 … g4 without the fault, b1 and b2 with it.
part() { # NAME SAMPLE FROM TO OPTION…
	name=$1 sample=$2 from=$3 to=$4
	shift 4
	"$netanalyze" analyze "samples/$sample.nrec" -o "$dir/$name.db" --from "$from" --to "$to" "$@" >"$dir/out" ||
		exit 1
}
for i in 1 2 3 4; do
	part g$i ovs-sweep-fixed $((4 * i)) $((4 * i + 4))
done
part b1 ovs-sweep 5 9
part b2 ovs-sweep 4 8
g1=$dir/g1.db g2=$dir/g2.db g3=$dir/g3.db g4=$dir/g4.db b1=$dir/b1.db b2=$dir/b2.db

# trend VERDICT RUN…: what the text begins with; the JSON is kept.
trend() {
	verdict=$1
	shift
	"$netanalyze" trend "$@" >"$dir/text" 2>"$dir/err" || fail "trend $*: $(cat "$dir/err")"
	sed -n 4,5p "$dir/text" | tr '\n' ' ' | grep -q "^$verdict" ||
		fail "trend $*: not $verdict: $(sed -n 4,5p "$dir/text")"
	! grep -nE '.{101}' "$dir/text" || fail "trend $*: wider than 100 columns"
	"$netanalyze" trend "$@" --json >"$dir/json" || fail "trend $*: no JSON"
}
# json SQL WANTED: of the last one.
json() {
	got=$(sqlite3 :memory: "WITH j(j) AS (SELECT readfile('$dir/json')) SELECT $1 FROM j")
	[ "$got" = "$2" ] || fail "$1: $got, not $2"
}
changes="(SELECT group_concat(value ->> 'run' || ' ' || (value ->> 'verdict') || ' ' || (value ->> 'then')) FROM
	json_each(j -> '\$.changes') WHERE value ->> 'metric' LIKE 'packets late here%')"

trend 'NO DETECTABLE CHANGE up to the last run, 4' "$g1" "$g2" "$g3" "$g4"
json "json_array_length(j, '\$.changes')" 0
trend 'WORSE: packets late here .* in run 5' "$g1" "$g2" "$g3" "$g4" "$b1"
json "$changes" '5 worse the last one'
# A value of each run, and a mark where it changed.
json "(SELECT value ->> 'run by run' GLOB '* 0.00?% 0.00?% 0.00?% [1-9]*?%[*]' FROM json_each(j -> '\$.values')
	WHERE value ->> 'metric' LIKE 'packets late here%')" 1
json "(SELECT group_concat(value ->> 'value' > 0.1) FROM json_each(j -> '\$.levels')
	WHERE value ->> 'metric' = 'late')" 0,0,0,0,1
trend 'WORSE: packets late here .* from run 5 on' "$g1" "$g2" "$g3" "$g4" "$b1" "$b2"
json "$changes" '5 worse stays so'
# What stays is what is compared with from then on, as soon as there are three of it.
trend 'WORSE: packets late here .* from run 5 on' "$g1" "$g2" "$g3" "$g4" "$b1" "$b2" "$b1" "$b2"
json "$changes" '5 worse stays so'
json "(SELECT group_concat(value ->> 'verdict') FROM json_each(j -> '\$.levels')
	WHERE value ->> 'metric' = 'late' AND value ->> 'run' > 4)" 'worse,worse,too few runs,as before'
# One that differs is not what the next one is compared with.
trend 'NO DETECTABLE CHANGE up to the last run, 6' "$g1" "$g2" "$g3" "$b1" "$g4" "$g1"
json "$changes" '4 worse only this one'
grep -q '^Only in run 4: .*packets' "$dir/text" || fail "it does not say what was in one run only"
json "(SELECT group_concat(DISTINCT value ->> 'runs_before') FROM json_each(j -> '\$.levels')
	WHERE value ->> 'metric' = 'late' AND value ->> 'run' = 5)" 3
"$netanalyze" trend "$g1" "$g2" "$g3" "$b1" --format md | grep -q '^| run *| verdict' || fail "no Markdown"
"$netanalyze" trend "$g1" "$g2" "$g3" "$b1" --format html | grep -q '^</body></html>$' || fail "no HTML"

# What cannot be told.
trend 'CANNOT TELL: 3 runs; three have to be before one' "$g1" "$g2" "$b1"
json "json_array_length(j, '\$.changes')" 0
for name in g3 g4; do
	cp "$dir/$name.db" "$dir/$name.udp.db"
	sqlite3 "$dir/$name.udp.db" "INSERT INTO config(key, value) VALUES ('analyze.filter', 'udp')"
done
trend 'CANNOT TELL: no run has three before it' "$g1" "$g2" "$dir/g3.udp.db" "$dir/g4.udp.db"
grep -q '^run 3 was asked for other packets or limits than run 2' "$dir/text" || fail "another filter is no matter"
cp "$b1" "$dir/more.db"
sqlite3 "$dir/more.db" 'UPDATE journey SET n = 3 * n'
trend 'NO DETECTABLE CHANGE' "$g1" "$g2" "$g3" "$dir/more.db"
tr -s '\n ' ' ' <"$dir/text" | grep -q 'run 4: .*packets late here.*: there was 3 times as much traffic' ||
	fail "more traffic is taken for a change for the worse"
part blind ovs-sweep-fixed 16 20 --without drop
trend 'CANNOT TELL of the last run, 5' "$g1" "$g2" "$g3" "$g4" "$dir/blind.db"
json "(SELECT count(*) FROM json_each(j -> '\$.levels') WHERE value ->> 'metric' = 'dropped' AND value ->> 'run' = 5)" 0
grep -q '^run 5: packets dropped here: not observed: drop' "$dir/text" || fail "what was not observed is not said"

# Recordings, one of several in a file; the order is that of the command line; usage.
"$netanalyze" trend "$g1" samples/ovs-one-cpu.nrec >"$dir/out" || fail "a recording is no run"
cat samples/ovs-one-cpu.nrec/*.nrs samples/ovs-one-cpu-fixed.nrec/*.nrs >"$dir/both.nrs"
uuid=$("$netanalyze" info samples/ovs-one-cpu.nrec --json | grep -oE '[0-9a-f]{32}' | head -n 1)
"$netanalyze" trend "$g1" "$dir/both.nrs" --recording "$uuid" | sed "s|$dir/both.nrs|samples/ovs-one-cpu.nrec|" |
	tr -s ' ' | grep -qx "$(grep samples/ovs-one-cpu "$dir/out" | tr -s ' ')" ||
	fail "--recording takes another one"
for words in "" "$g1" "--recording 12 $g1 $g2" "--format pdf $g1 $g2" "--late x $g1 $g2"; do
	"$netanalyze" trend $words >"$dir/out" 2>"$dir/err"
	[ $? = 2 ] || fail "trend $words: not a usage error: $(cat "$dir/err")"
done
exit $status
