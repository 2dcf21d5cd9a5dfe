#!/bin/sh
# The capture filter, translated and run by the kernel, decides as libpcap's interpreter does: for every
# expression of filter/expressions and for random programs, on every packet of filter/packets.
. tests/live/lib
need_recording
tool=build/tests/live/filter_equivalence
$tool expressions tests/live/filter/expressions tests/live/filter/packets >"$tmp/out" 2>&1 || fail "$(cat "$tmp/out")"
tail -n 1 "$tmp/out"
for seed in 1 2 3; do
	$tool random 150 $seed tests/live/filter/packets >"$tmp/out" 2>&1 || fail "$(cat "$tmp/out")"
	tail -n 1 "$tmp/out"
done
