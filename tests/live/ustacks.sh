#!/bin/sh
# Stacks of programs: where one waited for a futex, where the other released it, and the names of both by the symbols of
# their file, though that is gone at the end; and where the thread slept. Of a stripped program: the names by the symbols
# that the machine of the analysis has under its build id.
. tests/live/lib
need_recording
[ "$(uname -m)" = x86_64 ] || skip "the load has no frames here"
cp "$(dirname "$count")/user_lock" "$tmp/user_lock"
$netrec record -q -p locks -o "$tmp/t.nrec" -- sh -c "$tmp/user_lock 50 >$tmp/tids; rm $tmp/user_lock" >"$tmp/out" 2>&1 ||
	fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
read -r waiter waker word <"$tmp/tids" || fail "the load did not run"
n=$(rows "$tmp/rows" '^futex ' " tid=$waiter " " uaddr=$word " ' ustack=[1-9]')
[ "$n" -ge 45 ] || fail "only $n of 50 long futex waits have a stack of the program"
n=$(rows "$tmp/rows" '^futex ' " tid=$waker " " uaddr=$word " ' ustack=[1-9]')
[ "$n" -ge 3 ] || fail "only $n wake-ups have a stack: there were 5 times 100 ms"
[ "$n" -le 15 ] || fail "$n wake-ups have a stack: they are to have one every 100 ms"
build_id=$(readelf -n "$(dirname "$count")/user_lock" 2>/dev/null | sed -n 's/.*Build ID: //p')
[ -z "$build_id" ] || grep -q "^module .* build_id=$build_id path=$tmp/user_lock" "$tmp/rows" || fail "no module with that build id"
for name in wait_for_lock take_turns release_lock hold; do
	grep -q "^usymbol .* name=$name\$" "$tmp/rows" || fail "$name is no known function"
done
netanalyze=$PWD/build/netanalyze
$netanalyze show locks "$tmp/t.nrec" --top 0 >"$tmp/locks" || fail "no view"
grep -q "^waited .*user_lock/$waiter *wait_for_lock+0x[0-9a-f]* \[user_lock.*\] < take_turns+0x[0-9a-f]* < main" "$tmp/locks" ||
	fail "the view does not show where the thread waited: $(grep user_lock "$tmp/locks")"
grep -q "^woke .* release_lock+0x[0-9a-f]* \[user_lock.*\] < hold+0x" "$tmp/locks" ||
	fail "the view does not show where the lock was released: $(grep user_lock "$tmp/locks")"
printf '0x%x' "$word" >"$tmp/word"
grep -q "^futex  *user_lock/$waiter  *$(cat "$tmp/word")  *-  *WAIT .* user_lock/$waker  *100" "$tmp/locks" ||
	fail "the view does not name the holder: $(grep user_lock "$tmp/locks")"
if grep -q '^probe .* name=user_stack .* status=1' "$tmp/rows"; then
	n=$(rows "$tmp/rows" '^offcpu_ustack ' " tid=$waiter ")
	[ "$n" -ge 45 ] || fail "only $n of 50 long sleeps have a stack of the program"
	$netanalyze show offcpu "$tmp/t.nrec" --top 0 | grep -q "user_lock/$waiter *wait_for_lock+0x[0-9a-f]* \[user_lock.*futex_wait" ||
		fail "the view does not show both parts of the stack"
fi
echo "user_lock waited in wait_for_lock and was woken in release_lock"

[ -n "$build_id" ] || skip "the program has no build id"
rest=${build_id#??}
mkdir -p "$tmp/debug/.build-id/${build_id%"$rest"}"
debug="$tmp/debug/.build-id/${build_id%"$rest"}/$rest.debug"
objcopy --only-keep-debug "$(dirname "$count")/user_lock" "$debug" || fail "objcopy"
strip -o "$tmp/user_lock" "$(dirname "$count")/user_lock" || fail "strip"
rm -rf "$tmp/t.nrec"
$netrec record -q -p locks -o "$tmp/t.nrec" -- sh -c "$tmp/user_lock 20 >$tmp/tids" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
$netanalyze show locks "$tmp/t.nrec" --top 0 >"$tmp/locks" || fail "no view"
! grep -q wait_for_lock "$tmp/locks" || fail "a stripped program has names"
grep -q "^functions of $tmp/user_lock without a name: its debug symbols (build id $build_id) are not on this machine" "$tmp/locks" ||
	fail "nothing says where names would come from: $(tail -n 3 "$tmp/locks")"
NETANALYZE_DEBUG_PATH="$tmp/nowhere:$tmp/debug" $netanalyze show locks "$tmp/t.nrec" --top 0 >"$tmp/locks" || fail "no view"
grep -q "wait_for_lock+0x[0-9a-f]* \[user_lock.*\] < take_turns+0x[0-9a-f]* < main" "$tmp/locks" ||
	fail "its debug symbols are not used: $(grep user_lock "$tmp/locks")"
! grep -q "^functions of $tmp/user_lock" "$tmp/locks" || fail "names are missing still"
mkdir -p "$tmp/cache/$build_id"
mv "$debug" "$tmp/cache/$build_id/debuginfo"
DEBUGINFOD_CACHE_PATH=$tmp/cache $netanalyze show locks "$tmp/t.nrec" --top 0 | grep -q "wait_for_lock+0x" || fail "the cache of debuginfod is not used"
cp "$(command -v sh)" "$debug"
NETANALYZE_DEBUG_PATH="$tmp/debug" $netanalyze show locks "$tmp/t.nrec" --top 0 >"$tmp/locks" || fail "a file of another build id is in the way"
grep -q "^functions of $tmp/user_lock without a name" "$tmp/locks" || fail "a file of another build id was used"
echo "stripped, it did so again"
