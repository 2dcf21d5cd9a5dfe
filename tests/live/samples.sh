#!/bin/sh
# What netrec samples is what the kernel counted: protocol counters and qdisc statistics over the recording,
# the shape of the network, what programs cost.
. tests/live/lib
need_recording
two_hosts
in_a tc qdisc add dev eth0 root tbf rate 2mbit burst 4k limit 8k || skip "the tbf qdisc is not available"
wait_quiet
tbf_drops() {
	in_a tc -s qdisc show dev eth0 | sed -n 's/.*dropped \([0-9]*\),.*/\1/p'
}
before=$(tbf_drops)
cat >"$tmp/load" <<EOT
ip netns exec ${id}a $traffic udp 10.98.0.2 7002 1234 0 500
ip netns exec ${id}b ping -q -i 0.002 -w 3 127.0.0.1
EOT
$netrec record -q --sample 200ms -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"

# grown FIELD PATTERN: last minus first
grown() {
	grep "$2" "$tmp/rows" | sed "s/.* $1=\([0-9]*\).*/\1/" | awk 'NR == 1 { f = $1 } END { print $1 - f }'
}
counted() {
	name=$(sed -n "s/^string .* id=\\([0-9]*\\) text=$1\$/\\1/p" "$tmp/rows")
	grown value "^counter .* name=$name netns=$(inum a) "
}
same "datagrams sent or refused by the qdisc" 1234 "$(($(counted udp.OutDatagrams) + $(counted udp.SndbufErrors)))"
same "drops of tbf" $(($(tbf_drops) - before)) \
	"$(grown drops "^qdisc .* netns=$(inum a) ifindex=$(ifindex a eth0) ")"
same "kind of the qdisc" tbf "$(kind=$(sed -n "s/^qdisc .* netns=$(inum a) ifindex=$(ifindex a eth0) .* kind=\([0-9]*\) .*/\1/p" \
	"$tmp/rows" | tail -n 1); sed -n "s/^string .* id=$kind text=//p" "$tmp/rows")"

# The bridge port's other end is eth0 in the namespace, whose name is known.
port=$(grep "^interface .* name=$id-a kind=veth " "$tmp/rows" | tail -n 1)
same "bridge of the port" "$(ifindex - "$id-br")" "$(echo "$port" | sed 's/.* master=\([0-9]*\) .*/\1/')"
same "other end of the port" "$(ifindex a eth0) $(inum a)" \
	"$(echo "$port" | sed 's/.* link=\([0-9]*\) link_netns=\([0-9]*\) .*/\1 \2/')"
grep -q "^netns .* inum=$(inum a) name=${id}a\$" "$tmp/rows" || fail "the namespace has no name"
grep -q "^netns .* inum=$(inum -) name=\$" "$tmp/rows" || fail "netrec's own namespace is not there"

# Statistics of programs were on for a moment, and off again.
probe=$(sed -n 's/^probe .* id=\([0-9]*\) name=netif_rx .*/\1/p' "$tmp/rows")
last=$(grep "^probe_cost .* probe=$probe " "$tmp/rows" | tail -n 1)
runs=$(echo "$last" | sed 's/.* runs=\([0-9]*\) .*/\1/') time=$(echo "$last" | sed 's/.* run_time=\([0-9]*\) .*/\1/')
echo "netif_rx: $runs runs, $time ns"
[ "$runs" -ge 1 ] && [ $((time / runs)) -ge 10 ] && [ $((time / runs)) -le 20000 ] || fail "implausible cost of netif_rx"
same "statistics after the recording" 0 "$(cat /proc/sys/kernel/bpf_stats_enabled)"

# Clocks tie the trace to the time of day; samples come as often as asked; names of interrupts and reasons are there.
[ "$(rows "$tmp/rows" '^clock ')" -ge 5 ] || fail "too few clock readings"
[ "$(rows "$tmp/rows" '^cputime ' ' which=0 ')" -ge 5 ] || fail "too few samples"
realtime=$(sed -n 's/^clock .* realtime=\([0-9]*\)[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9] .*/\1/p' "$tmp/rows" | tail -n 1)
[ $(($(date +%s) - realtime)) -le 3 ] || fail "the clock reading is wrong: $realtime"
grep -q '^enumerator .* set=softirq value=3 text=NET_RX$' "$tmp/rows" || fail "no names of softirqs"
grep -q '^enumerator .* set=tcp_state value=1 text=ESTABLISHED$' "$tmp/rows" || fail "no names of TCP states"
grep -q '^config .* key=host.kernel value='"$(uname -r)"'$' "$tmp/rows" || fail "no kernel release"
grep -q '^cost .* cpu_time=[1-9].* ring_peak=[1-9]' "$tmp/rows" || fail "no cost of the recording"
