#!/bin/sh
# Waits of threads: how long, who ended them, in which stack; futex calls of both sides; and what --comm
# and --pid restrict.
. tests/live/lib
need_recording
locks=$PWD/$(dirname "${count#"$PWD"/}")/locks
$netrec record -q -o "$tmp/t.nrec" -- sh -c "$locks 50 >$tmp/tids; ping -q -c 3 -i 0.01 127.0.0.1 >/dev/null" \
	>"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
read -r waiter waker <"$tmp/tids" || fail "the load did not run"

# The waiter was blocked for 10 ms about 50 times, and woken by the other thread.
ten_ms='[1-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]' # ns, in eight digits
long=" blocked=$ten_ms "
n=$(rows "$tmp/rows" '^offcpu ' " tid=$waiter " " waker=$waker " "$long")
[ "$n" -ge 45 ] || fail "only $n of 50 waits were recorded with their waker"
n=$(rows "$tmp/rows" '^offcpu ' " tid=$waiter " "$long" ' stack=[1-9]')
[ "$n" -ge 45 ] || fail "only $n of 50 long waits have a stack"
grep -q '^symbol .* name=futex_wait' "$tmp/rows" || fail "no symbol of the futex path"

# futex: op & 127 is 9, FUTEX_WAIT_BITSET, with what glibc adds; the waker's calls wake one.
n=$(rows "$tmp/rows" '^futex ' " tid=$waiter " " duration=$ten_ms ")
[ "$n" -ge 45 ] || fail "only $n of 50 futex waits were recorded"
n=$(rows "$tmp/rows" '^futex ' " tid=$waker " " op=129 ret=1 ")
[ "$n" -ge 45 ] || fail "only $n of 50 futex wake-ups were recorded"

# Its name is there, and its end.
locks_name=$(printf 'locks\0\0\0\0\0\0\0\0\0\0\0' | od -An -tx1 | tr -d ' \n')
grep -q "^task .* tid=$waiter .* what=1 .* comm=$locks_name" "$tmp/rows" || fail "no exec of locks"
grep -q "^task .* tid=$waiter .* what=2 " "$tmp/rows" || fail "no exit of locks"

# netrec does not record itself.
self=$(sed -n 's/^config .*key=record.netrec_pid value=//p' "$tmp/rows")
same "records of netrec's own waits" 0 "$(rows "$tmp/rows" '^(offcpu|futex|thread|task) ' " tgid=$self ")"

# … not even where it does not know its own number, in a PID namespace.
rm -rf "$tmp/t.nrec"
unshare -pf --mount-proc $netrec record -q -t 500ms -o "$tmp/t.nrec" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
[ "$(rows "$tmp/rows" '^softirq ')" -gt 10 ] || fail "nothing was recorded from inside a PID namespace"
netrec_name=$(printf 'netrec' | od -An -tx1 | tr -d ' \n')
same "threads of netrec seen from inside a PID namespace" 0 "$(rows "$tmp/rows" '^task ' ' what=0 ' " comm=$netrec_name")"

# --comm: nobody else's waits, but everybody's packets.
rm -rf "$tmp/t.nrec"
$netrec record -q --comm locks -o "$tmp/t.nrec" -- sh -c \
	"$locks 20 >$tmp/tids; ping -q -c 3 -i 0.01 127.0.0.1 >/dev/null" >"$tmp/out" 2>&1 || fail "$(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
read -r waiter waker <"$tmp/tids"
[ "$(rows "$tmp/rows" '^offcpu ' " tid=$waiter ")" -ge 15 ] || fail "--comm lost the wanted waits"
same "waits of others with --comm" 0 \
	"$(grep -cE '^(offcpu|futex) ' "$tmp/rows" | awk -v mine="$(rows "$tmp/rows" '^(offcpu|futex) ' " tgid=$waiter ")" '{ print $1 - mine }')"
[ "$(rows "$tmp/rows" '^packet ' ' proto=1 ')" -ge 6 ] || fail "--comm restricted packets"

# --pid: likewise.
$locks 500 >/dev/null &
jobs_left=$!
rm -rf "$tmp/t.nrec"
$netrec record -q --pid $jobs_left -t 500ms -o "$tmp/t.nrec" >"$tmp/out" 2>&1 || fail "$(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
[ "$(rows "$tmp/rows" '^offcpu ' " tgid=$jobs_left ")" -ge 30 ] || fail "--pid lost the wanted waits"
same "waits of others with --pid" 0 \
	"$(grep -E '^(offcpu|futex) ' "$tmp/rows" | grep -vc " tgid=$jobs_left ")"
