#!/bin/sh
# --max-size: the oldest segments go, the newest stay, and what is left reads by itself.
. tests/live/lib
need_recording
two_hosts
$netrec record -q --max-size 1M -o "$tmp/t.nrec" -- ip netns exec "${id}a" "$traffic" udp 10.98.0.2 9 400000 0 100 \
	>"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
size=$(du -sb "$tmp/t.nrec" | cut -f1)
[ "$size" -le $((1100 * 1024)) ] || fail "$size bytes are left of 1M"
[ "$size" -ge 700000 ] || fail "only $size bytes are left of 1M"
[ ! -e "$tmp/t.nrec/000000.nrs" ] || fail "the first segment was not removed: $(ls "$tmp/t.nrec")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
[ "$(rows "$tmp/rows" '^packet ')" -gt 10000 ] || fail "too few packets are left"
[ "$(rows "$tmp/rows" '^probe ' ' status=1 ')" -ge 19 ] || fail "definitions went with the first segment"
[ "$(rows "$tmp/rows" '^total ')" -ge 5 ] || fail "the end is missing"
echo "$size bytes in $(ls "$tmp/t.nrec" | wc -l) segments, $(rows "$tmp/rows" '^packet ') packets"
