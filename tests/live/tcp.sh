#!/bin/sh
# TCP retransmissions: as many as the kernel counts, of the right connections. And a drop on the way out,
# where there is no Ethernet header yet: its first bytes begin with the IP header.
. tests/live/lib
need_recording
command -v nft >/dev/null || skip "nft is not installed"
two_hosts
in_b nft -f - <<'EOT' || skip "nftables does not work here"
table inet t {
	chain c {
		type filter hook input priority 0;
		tcp dport 7010 drop
	}
}
EOT
in_a nft -f - <<'EOT' || skip "nftables does not work here"
table inet t {
	chain c {
		type filter hook output priority 0;
		udp dport 7011 drop
	}
}
EOT
cat >"$tmp/load" <<EOT
ip netns exec ${id}a $traffic udp 10.98.0.2 7011 20 1000 100
ip netns exec ${id}a $traffic connect 10.98.0.2 7010 40 1500
ip netns exec ${id}a $traffic connect fd98::2 7010 30 1500
EOT
$netrec record -q -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
nothing_lost "$tmp/rows"

name=$(sed -n 's/^string .* id=\([0-9]*\) text=tcp.RetransSegs$/\1/p' "$tmp/rows")
kernel=$(sed -n "s/^counter .* name=$name netns=$(inum a) value=//p" "$tmp/rows" | awk 'NR == 1 { f = $1 } END { print $1 - f }')
[ "$kernel" -ge 70 ] || fail "the load made only $kernel retransmissions"
same "retransmissions" "$kernel" "$(rows "$tmp/rows" '^tcp ' " netns=$(inum a) ")"
v4=" saddr=00000000000000000000ffff0a620001 daddr=00000000000000000000ffff0a620002 "
v6=" saddr=fd980000000000000000000000000001 daddr=fd980000000000000000000000000002 "
syn_sent=" dport=7010 state=2 "
same "of them IPv4" 40 "$(grep "^tcp .*$v4" "$tmp/rows" | grep "$syn_sent" | sed 's/.* sport=\([0-9]*\) .*/\1/' | sort -u | wc -l)"
same "of them IPv6" 30 "$(grep "^tcp .*$v6" "$tmp/rows" | grep "$syn_sent" | sed 's/.* sport=\([0-9]*\) .*/\1/' | sort -u | wc -l)"
[ "$(rows "$tmp/rows" '^tcp ' " netns=$(inum a) " ' cwnd=[1-9]' ' packets_out=1 ')" = "$kernel" ] ||
	fail "the state of the connections is not there: $(grep '^tcp ' "$tmp/rows" | head -n 1)"

# The sequence numbers are those of the packets.
seq=$(grep "^tcp .*$v4" "$tmp/rows" | head -n 1 | sed 's/.* seq=\([0-9]*\) .*/\1/')
[ "$(rows "$tmp/rows" '^packet ' " seq=$seq " ' stage=4 ' ' dport=7010 ')" -ge 2 ] || fail "no packet has seq $seq"

out=$(grep '^drop .* ethertype=2048 .* l3_off=0 .* head=45' "$tmp/rows" | grep -c '0a6200010a620002....1b63')
same "drops on the way out" 20 "$out"
