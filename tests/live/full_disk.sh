#!/bin/sh
# The disk becomes full while recording: netrec says so, stops with status 3, and what it wrote stays readable.
# netanalyze says so, too, and leaves nothing half done.
. tests/live/lib
need_recording
mkdir "$tmp/disk"
mount -t tmpfs -o size=300k none "$tmp/disk" || skip "cannot mount a tmpfs"
two_hosts
in_a "$traffic" udp 10.98.0.2 9 2000000 0 100 >/dev/null &
jobs_left=$!
$netrec record -o "$tmp/disk/t.nrec" -t 20s >"$tmp/out" 2>&1
same "exit status" 3 $?
grep -q "No space left" "$tmp/out" || fail "no clear message: $(cat "$tmp/out")"
$count "$tmp/disk/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
[ "$(rows "$tmp/rows" '^packet ')" -gt 1000 ] || fail "what was recorded before is gone"
build/netanalyze analyze tests/causes/ttl.nrs -o "$tmp/disk/t.db" 2>"$tmp/err"
same "exit status of an analysis" 3 $?
grep -q "the disk is full" "$tmp/err" || fail "no clear message: $(cat "$tmp/err")"
[ "$(ls "$tmp/disk")" = t.nrec ] || fail "an unfinished analysis is left: $(ls "$tmp/disk")"
echo "$(cat "$tmp/out")"
