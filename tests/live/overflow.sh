#!/bin/sh
# A ring that is far too small: what was produced is exactly what was written and what was counted as lost.
# Losses are counted for the whole host, so anybody else's packets between a snapshot of the counters and the
# switching of the probes disturb the sum: there are three attempts to be exact. A wrong count never is.
. tests/live/lib
need_recording
two_hosts
wait_quiet
cat >"$tmp/load" <<EOT
ip netns exec ${id}a $traffic udp 10.98.0.2 9 50000 0 100
EOT

# What the kernel received by netif_rx: all that veth and loopback devices received.
produced() {
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
	produced=$(produced)
	written=$(rows "$tmp/rows" '^packet ')
	lost=$(sed -n 's/^gap .* lost=\([0-9]*\)$/\1/p' "$tmp/rows" | awk '{ s += $1 } END { print s + 0 }')
	echo "attempt $attempt: produced $produced, written $written, lost $lost"
	[ "$produced" = $((written + lost)) ] && break
done
[ "$lost" -gt 1000 ] || fail "the ring did not overflow"
[ "$produced" -ge 100000 ] || fail "the load was only $produced packets"
same "written and lost" "$produced" "$((written + lost))"

# The total at the end says the same, and so do the gaps about when.
same "total" "total type=1 written=$written lost=$lost" \
	"$(sed -n 's/^total .* \(type=1 .*\)$/total \1/p' "$tmp/rows")"
awk '/^gap / { split($0, f, "from="); split(f[2], t, " to="); if (t[1] + 0 >= t[2] + 0) bad = 1 } END { exit bad }' \
	"$tmp/rows" || fail "a gap that ends before it begins"
