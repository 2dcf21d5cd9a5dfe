#!/bin/sh
# Namespaces, devices and threads come and go by the thousand: the trace stays within its size, and its last segment is
# about what is there, not about all there ever was.
. tests/live/lib
need_recording
command -v bash >/dev/null || skip "bash is not installed"
ip netns add "${id}x" || skip "no network namespaces here"
cat >"$tmp/load" <<EOT
for i in {1..1000}; do
	ip netns add ${id}c\$i && ip link add ${id}v\$((i % 10)) type veth peer name eth0 netns ${id}c\$i
	(:) & (:) & (:) &
	ip netns del ${id}c\$i
done
wait
sleep 14
$traffic udp 127.0.0.1 9 200000 0 100 # more than one segment
EOT
$netrec record -q --sample 100ms --max-size 2M -o "$tmp/t.nrec" -- bash "$tmp/load" >"$tmp/out" 2>&1 ||
	fail "netrec: $(cat "$tmp/out")"
size=$(du -sb "$tmp/t.nrec" | cut -f1)
[ "$size" -le $((2300 * 1024)) ] || fail "$size bytes are left of 2M"
last=$(find "$tmp/t.nrec" -name '*.nrs' | sort | tail -n 1)
$count "$last" >"$tmp/rows" || fail "the last segment is not readable"
$count "$tmp/t.nrec" >"$tmp/all" || fail "the trace is not readable"
netns=$(rows "$tmp/rows" '^netns ') interfaces=$(rows "$tmp/rows" '^interface ')
echo "last segment of $(find "$tmp/t.nrec" -name '*.nrs' | wc -l): $netns namespaces, $interfaces devices"
grep -q "^netns .* name=${id}x\$" "$tmp/rows" ||
	fail "a namespace that is there all the time is not in the last segment"
grep -q "^netns .* name=\$" "$tmp/rows" || fail "netrec's own namespace is not in the last segment"
[ "$netns" -le 40 ] || fail "the last segment has $netns namespaces"
[ "$interfaces" -le 100 ] || fail "the last segment has $interfaces devices"
[ "$(rows "$tmp/rows" '^probe ' ' status=1 ')" -ge 19 ] || fail "what holds for all of the recording is missing"
