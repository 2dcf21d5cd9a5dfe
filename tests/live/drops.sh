#!/bin/sh
# Drops by an nftables rule and by a full qdisc: as many, where, and why, as the kernel's own counters say.
. tests/live/lib
need_recording
command -v nft >/dev/null || skip "nft is not installed"
two_hosts
in_b nft -f - <<'EOT' || skip "nftables does not work here"
table inet t {
	counter dropped { }
	chain c {
		type filter hook input priority 0;
		udp dport 7001 counter name dropped drop
	}
}
EOT
in_a tc qdisc add dev eth0 root tbf rate 2mbit burst 4k limit 8k || skip "the tbf qdisc is not available"
wait_quiet
nft_before=$(in_b nft list counter inet t dropped | sed -n 's/.*packets \([0-9]*\).*/\1/p')
tbf_before=$(in_a tc -s qdisc show dev eth0 | sed -n 's/.*dropped \([0-9]*\),.*/\1/p')
cat >"$tmp/load" <<EOT
ip netns exec ${id}a $traffic udp 10.98.0.2 7001 300 1000 100
ip netns exec ${id}a $traffic udp 10.98.0.2 7002 2000 0 500
sleep 0.2
EOT
$netrec record -q -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
nothing_lost "$tmp/rows"
nft=$(($(in_b nft list counter inet t dropped | sed -n 's/.*packets \([0-9]*\).*/\1/p') - nft_before))
tbf=$(($(in_a tc -s qdisc show dev eth0 | sed -n 's/.*dropped \([0-9]*\),.*/\1/p') - tbf_before))
[ "$nft" -gt 100 ] && [ "$tbf" -gt 100 ] || fail "the test made only $nft and $tbf drops"

# reason numbers of this kernel, by name
reasons() {
	sed -n "s/^enumerator .* set=skb_drop_reason value=\\([0-9]*\\) text=$1\$/\\1/p" "$tmp/rows" | paste -sd'|'
}
netfilter=$(reasons NETFILTER_DROP) qdisc=$(reasons 'QDISC_.*')
[ -n "$netfilter" ] && [ -n "$qdisc" ] || skip "this kernel gives no drop reasons"
same "dropped by nftables" "$nft" \
	"$(rows "$tmp/rows" '^drop ' " reason=($netfilter) " " netns=$(inum b) ")"
same "dropped by tbf" "$tbf" \
	"$(rows "$tmp/rows" '^drop ' " reason=($qdisc) " " netns=$(inum a) ifindex=$(ifindex a eth0) ")"

# A drop explains itself: its place has a name, a stack that begins there, and its first bytes are the packet.
drop=$(grep "^drop .* reason=\($netfilter\) .* stack=[1-9]" "$tmp/rows" | head -n 1)
[ -n "$drop" ] || fail "no drop with a stack"
stack=${drop#* stack=} location=${drop#* location=}
first=$(grep "^stack .* id=${stack%% *} depth=0 " "$tmp/rows")
same "stack begins at the location" "${location%% *}" "${first##*addr=}"
grep -q '^symbol .* name=nft_do_chain' "$tmp/rows" || grep -q '^symbol .* name=nf_hook_slow' "$tmp/rows" ||
	fail "no symbol of the netfilter path"
case $drop in
*" ethertype=2048 "*" l3_off=14 "*0a6200010a620002????1b59*) ;;
*) fail "first bytes are not those of the dropped packet: $drop" ;;
esac
