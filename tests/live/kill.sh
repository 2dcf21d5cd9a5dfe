#!/bin/sh
# kill -9 in mid-recording: at most the last second is missing, and the rest is readable. Killed at several
# moments, because what is missing depends on when the last flush was; slowly enough that no block fills up
# before it is due.
. tests/live/lib
need_recording
two_hosts
in_a "$traffic" udp 10.98.0.2 9 100000 300 100 >/dev/null &
jobs_left=$!

killed_after() {
	: >"$tmp/out" # what the one before said is not to be taken for this one's
	$netrec record -o "$tmp/$1.nrec" >"$tmp/out" 2>&1 &
	recorder=$!
	until grep -q recording "$tmp/out" || ! kill -0 $recorder; do sleep 0.05; done
	sleep "$1"
	now=$(awk '{ printf "%.0f", $1 * 1000 }' /proc/uptime)
	kill -9 $recorder
	wait $recorder 2>/dev/null
	[ -e "$tmp/$1.nrec/000000.nrs.part" ] || fail "the segment is not marked as unfinished: $(ls "$tmp/$1.nrec")"
	$count "$tmp/$1.nrec" >"$tmp/rows" || fail "the trace is not readable"
	last=$(sed -n 's/^packet ts=\([0-9]*\)[0-9][0-9][0-9][0-9][0-9][0-9] .*/\1/p' "$tmp/rows" | sort -n | tail -n 1)
	echo "killed at $now ms, last packet at ${last:-never} ms"
	[ -n "$last" ] && [ $((now - last)) -le 1000 ] || fail "more than the last second is missing"
	[ "$(rows "$tmp/rows" '^packet ')" -gt 500 ] || fail "too few packets"
	[ "$(rows "$tmp/rows" '^probe ' ' status=1 ')" -gt 10 ] || fail "probes are not described"
}

for seconds in 1.2 1.7 2.2 2.7; do
	killed_after $seconds
done
