#!/bin/sh
# CPU time from switch to switch is what the kernel says the process used; bursts of 30 ms are seen as such; and where
# threads may run is what taskset says.
. tests/live/lib
need_recording
netanalyze=$PWD/build/netanalyze
burn=$(dirname "$count")/burn
$netrec record -q -e run,task,thread --comm burn -o "$tmp/t.nrec" -- sh -c "taskset -c 0 $burn 10 >$tmp/used; sleep 0.1" >"$tmp/out" 2>&1 ||
	fail "netrec: $(cat "$tmp/out")"
read -r pid used <"$tmp/used" || fail "the load did not run"
$netanalyze analyze "$tmp/t.nrec" -o "$tmp/t.db" >"$tmp/out" 2>&1 || fail "netanalyze: $(cat "$tmp/out")"
seen=$(sqlite3 "$tmp/t.db" "SELECT sum(ran_ns) FROM cpu_run_process WHERE tgid = $pid")
awk "BEGIN { exit !($seen > $used * 0.97 && $seen < $used * 1.03) }" || fail "the process used $used ns, seen were $seen"
threads=$(sqlite3 "$tmp/t.db" "SELECT sum(ran_ns) FROM cpu_run JOIN thread USING(tid) WHERE tgid = $pid")
same "the process is the sum of its threads, in ms" "$((seen / 1000000))" "$((threads / 1000000))"
$netanalyze show cpu "$tmp/t.nrec" --interval 0.01 --json >"$tmp/fine.json" || fail "no 10 ms"
full=$(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('$tmp/fine.json'), '\$.rows') WHERE json_extract(value, '\$.process') = 'burn/$pid' AND json_extract(value, '\$.of_one_cpu_pct') > 60")
[ "$full" -ge 5 ] || fail "only $full pieces of 10 ms were busy: 10 times two threads burned for 30 ms"
sum=$(sqlite3 :memory: "SELECT sum(json_extract(value, '\$.cpu_ns')) FROM json_each(readfile('$tmp/fine.json'), '\$.rows') WHERE json_extract(value, '\$.process') = 'burn/$pid'")
awk "BEGIN { exit !($sum > $seen * 0.999 && $sum < $seen * 1.001) }" || fail "the parts of 10 ms add up to $sum ns, not $seen"
peak=$($netanalyze show cpu "$tmp/t.nrec" --top 0 | sed -n "s/^burn\/$pid .* \([0-9.]*\) %\$/\1/p")
awk "BEGIN { exit !($peak > 80 && $peak < 115) }" || fail "its peak on one CPU was $peak %"
same "CPUs it may use" 0 "$(sqlite3 "$tmp/t.db" "SELECT group_concat(DISTINCT cpus) FROM affinity WHERE tgid = $pid")"
echo "used $used ns, seen $seen ns, $full parts of 10 ms busy, peak $peak %"
