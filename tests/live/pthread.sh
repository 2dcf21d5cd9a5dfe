#!/bin/sh
# Locks of a program: who waited for a read-write lock and for a mutex, who had them, and how long they were held; only of
# the chosen process, and nothing stays in it afterwards.
. tests/live/lib
need_recording
netanalyze=$PWD/build/netanalyze
rwlock=$(dirname "$count")/rwlock
mkfifo "$tmp/go" || fail "no fifo"
$rwlock 25 <"$tmp/go" >"$tmp/who" &
jobs_left=$!
exec 9>"$tmp/go"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ ! -s "$tmp/who" ] || break
	sleep 0.1
done
read -r holder reader locker lock mutex <"$tmp/who" || fail "the load did not start"
$netrec record -q -e pthread,task --pid "$holder" -o "$tmp/t.nrec" -- sh -c "echo go >$tmp/go; while kill -0 $holder 2>/dev/null; do sleep 0.1; done" \
	9>&- >"$tmp/out" 2>&1 &
recorder=$!
jobs_left="$jobs_left $recorder"
wait "$holder"
wait "$recorder" || fail "netrec: $(cat "$tmp/out")"
jobs_left=
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
grep '^probe .* name=pthread_rwlock ' "$tmp/rows" | grep -q ' status=1 ' || {
	grep '^probe .* name=pthread_rwlock ' "$tmp/rows" | grep -qiE 'perf_event_open|uprobe' && skip "this kernel has no uprobes: $(grep '^probe .* name=pthread_rwlock ' "$tmp/rows")"
	fail "not attached: $(grep '^probe .* name=pthread_rwlock ' "$tmp/rows")"
}
long='duration=[12][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'
n=$(rows "$tmp/rows" '^pthread ' " addr=$lock " " tid=$reader " " holder=$holder " ' op=1 what=0 ret=0 ' "$long")
[ "$n" -ge 22 ] || fail "only $n of 25 waits for the read-write lock name their holder"
n=$(rows "$tmp/rows" '^pthread ' " addr=$mutex " " tid=$locker " " holder=$holder " ' op=3 what=0 ret=0 ' "$long")
[ "$n" -ge 22 ] || fail "only $n of 25 waits for the mutex name their holder"
n=$(rows "$tmp/rows" '^pthread ' " addr=$lock " " tid=$holder " ' op=2 what=1 ' 'duration=[2-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]')
[ "$n" -ge 25 ] || fail "only $n of 25 times the write lock was held were recorded"
same "locks of other processes" 0 "$(grep '^pthread ' "$tmp/rows" | grep -vc " tgid=$holder ")"
$netanalyze show locks "$tmp/t.nrec" --top 0 >"$tmp/locks" || fail "no view"
grep -q "^pthread  *rwlock/$holder  *$(printf '0x%x' "$lock")  *-  *rwlock read .* rwlock/$holder  *\(100.0\|99.[0-9]\) %" "$tmp/locks" ||
	fail "the view does not name the holder: $(grep ^pthread "$tmp/locks")"
$netrec record -q -e pthread -t 1s -o "$tmp/x.nrec" >"$tmp/out" 2>&1 && fail "pthread locks without a process"
grep -q "chosen with --pid or --comm" "$tmp/out" || fail "no word of what is missing: $(cat "$tmp/out")"
echo "rwlock and mutex waits with their holder"
