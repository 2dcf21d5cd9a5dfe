#!/bin/sh
# The disk becomes full while recording: netrec says so, stops with status 3, and what it wrote stays readable.
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
echo "$(cat "$tmp/out")"
