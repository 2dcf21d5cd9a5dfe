#!/bin/sh
# kill -9 in mid-recording: at most the last second is missing, and the rest is readable.
. tests/live/lib
need_recording
two_hosts
in_a "$traffic" udp 10.98.0.2 9 100000 2000 100 >/dev/null &
jobs_left=$!
$netrec record -q -o "$tmp/t.nrec" >"$tmp/out" 2>&1 &
recorder=$!
jobs_left="$jobs_left $recorder"
sleep 4
now=$(awk '{ printf "%.0f", $1 * 1000 }' /proc/uptime)
kill -9 $recorder
wait $recorder 2>/dev/null
[ -e "$tmp/t.nrec/000000.nrs.part" ] || fail "the segment is not marked as unfinished: $(ls "$tmp/t.nrec")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
last=$(sed -n 's/^packet ts=\([0-9]*\)[0-9]\{6\} .*/\1/p' "$tmp/rows" | sort -n | tail -n 1)
echo "killed at $now ms, last packet at ${last:-never} ms"
[ -n "$last" ] && [ $((now - last)) -le 1000 ] || fail "more than the last second is missing"
[ "$(rows "$tmp/rows" '^packet ')" -gt 5000 ] || fail "too few packets"
[ "$(rows "$tmp/rows" '^probe ' ' status=1 ')" -gt 10 ] || fail "probes are not described"
