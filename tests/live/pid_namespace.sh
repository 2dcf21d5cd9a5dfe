#!/bin/sh
# In a PID namespace threads outside of it have their names all the same, by the kernel's numbers; that there is less
# about them is said, in the trace and by netrec check.
. tests/live/lib
need_recording
unshare -pf --mount-proc true 2>"$tmp/null" || skip "no PID namespaces here"
burn=$(dirname "$count")/burn
cp "$burn" "$tmp/outsider" || fail "no load"
"$tmp/outsider" 200 >"$tmp/used" & # outside, begun before
load=$!
jobs_left=$load
(
	exec unshare -pf --mount-proc "$netrec" record -t 3s -p locks -o "$tmp/t.nrec"
) >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
grep -q 'this is a PID namespace' "$tmp/out" || fail "netrec does not say where it is: $(cat "$tmp/out")"
grep -q '^config .* key=host.pid_namespace value=inner$' "$tmp/rows" || fail "the trace does not say it"
unshare -pf --mount-proc "$netrec" check 2>&1 | grep -q '^threads *partly' || fail "netrec check does not say it"
netanalyze=$PWD/build/netanalyze
$netanalyze analyze "$tmp/t.nrec" -o "$tmp/t.db" >"$tmp/out" 2>&1 || fail "netanalyze: $(cat "$tmp/out")"
same "name of a thread outside" outsider "$(sqlite3 "$tmp/t.db" "SELECT comm FROM thread WHERE tid = $load")"
unnamed=$(sqlite3 "$tmp/t.db" "SELECT count(*) FROM cpu_run_process
	WHERE tgid NOT IN (SELECT tid FROM thread WHERE comm <> '')")
same "processes that ran and have no name" 0 "$unnamed"
$netrec record -q -t 1s -p locks -o "$tmp/o.nrec" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
$count "$tmp/o.nrec" | grep -q '^config .* key=host.pid_namespace value=first$' || fail "outside it is said to be inside"
