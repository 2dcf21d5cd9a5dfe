#!/bin/sh
# Without typed tracepoints the stages of packets use raw ones, and record the same.
. tests/live/lib
need_recording
$netrec record -q --without tp_btf -e packet,hop,free -o "$tmp/t.nrec" -- ping -q -c 10 -i 0.01 -s 100 127.0.0.1 \
	>"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
grep -q '^probe .* name=netif_rx .* status=1 method=raw_tp ' "$tmp/rows" || fail "not by raw_tp: $(grep 'name=netif_rx' "$tmp/rows")"
# Packets with 128 bytes of IP: ten requests, ten replies, at each stage of the loopback device.
for stage in 2 3 4; do
	n=$(rows "$tmp/rows" '^packet ' ' proto=1 ' " stage=$stage " ' ip_len=128 ' ' ifindex=1 ')
	[ "$n" -ge 19 ] && [ "$n" -le 20 ] || fail "$n of 20 packets at stage $stage"
done
n=$(rows "$tmp/rows" '^hop ' ' stage=7$' ' ifindex=1 ')
[ "$n" -ge 19 ] || fail "only $n of 20 packets were given to the driver"
echo "raw_tp: $n packets at the driver"
