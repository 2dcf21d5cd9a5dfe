#!/bin/sh
# A ring that is far too small: what was produced is exactly what was written and what was counted as lost.
#
# Losses are counted for the whole host, so what was produced is counted for all of it: by the interfaces'
# own counters, read before and after the probes were on (at most so many), and right at the beginning and
# the end of that time (at least so many). On a quiet host the two are the same and the test is exact; with
# other traffic it is as exact as can be. Interfaces that go away in between take their counters with them:
# then it is tried again.
. tests/live/lib
need_recording
two_hosts
wait_quiet
cat >"$tmp/counters" <<'EOT'
count_here() {
	for dev in lo $(ip -o link show type veth | sed 's/^[0-9]*: \([^@:]*\).*/\1/'); do
		cat /sys/class/net/$dev/statistics/rx_packets
	done
}
if [ "${1:-}" = here ]; then
	count_here
else
	{
		count_here
		for ns in $(ip netns list | awk '{ print $1 }'); do
			ip netns exec "$ns" sh "$0" here
		done
	} 2>/dev/null | awk '{ s += $1 } END { print s }'
fi
EOT
cat >"$tmp/load" <<EOT
sh $tmp/counters >$tmp/begin
ip netns exec ${id}a $traffic udp 10.98.0.2 9 50000 0 100
sh $tmp/counters >$tmp/end
EOT

# All that veth and loopback devices received, from the snapshots around the recording.
at_most() {
	awk '/^interface / { split($0, n, " netns="); split(n[2], f, " ")
			if ($0 ~ / kind=veth / || $0 ~ / name=lo /) wanted[f[1] " " f[2]] = 1 }
		/^netdev / { split($0, n, " netns="); split(n[2], f, " "); key = f[1] " " f[2]; sub("rx_packets=", "", f[3])
			if (!(key in first)) first[key] = f[3]; last[key] = f[3] }
		END { for (k in wanted) sum += last[k] - first[k]; print sum }' "$tmp/rows"
}

for attempt in 1 2 3; do
	rm -rf "$tmp/t.nrec"
	$netrec record -q --ring 4K -e netif_rx -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 ||
		fail "netrec: $(cat "$tmp/out")"
	$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
	at_most=$(at_most) at_least=$(($(cat "$tmp/end") - $(cat "$tmp/begin")))
	written=$(rows "$tmp/rows" '^packet ')
	lost=$(sed -n 's/^gap .* lost=\([0-9]*\)$/\1/p' "$tmp/rows" | awk '{ s += $1 } END { print s + 0 }')
	sum=$((written + lost))
	echo "produced $at_least to $at_most, written $written, lost $lost, together $sum"
	[ "$at_least" -le $sum ] && [ $sum -le "$at_most" ] && accounted=1 && break
done
[ "$lost" -gt 1000 ] || fail "the ring did not overflow"
[ "$at_least" -ge 100000 ] || fail "the load was only $at_least packets"
[ "${accounted:-0}" = 1 ] || fail "what was written and lost is not what was produced"

# The total at the end says the same, and so do the gaps about when.
same "total" "total type=1 written=$written lost=$lost" \
	"$(sed -n 's/^total .* \(type=1 .*\)$/total \1/p' "$tmp/rows")"
awk '/^gap / { split($0, f, "from="); split(f[2], t, " to="); if (t[1] + 0 >= t[2] + 0) bad = 1 } END { exit bad }' \
	"$tmp/rows" || fail "a gap that ends before it begins"
