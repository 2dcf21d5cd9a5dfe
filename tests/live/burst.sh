#!/bin/sh
# After a quiet time netrec sleeps for longer than its rings would last: what comes then wakes it before they are full.
. tests/live/lib
need_recording
two_hosts
wait_quiet
cat >"$tmp/load" <<-EOT
	for burst in 1 2 3 4; do
		sleep 1
		ip netns exec ${id}a $traffic udp 10.98.0.2 9 1500 20000 100
	done
EOT
$netrec record -q --ring 64K -e netif_rx -o "$tmp/t.nrec" 'udp port 9' -- sh "$tmp/load" >"$tmp/out" 2>&1 ||
	fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
written=$(rows "$tmp/rows" '^packet ')
lost=$(sed -n 's/^gap .* lost=\([0-9]*\)$/\1/p' "$tmp/rows" | awk '{ s += $1 } END { print s + 0 }')
echo "written $written, lost $lost"
[ $((written + lost)) -ge 12000 ] || fail "the bursts were only $((written + lost)) packets"
[ "$lost" -lt 1200 ] || fail "netrec slept while its rings filled"
