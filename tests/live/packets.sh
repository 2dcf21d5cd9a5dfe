#!/bin/sh
# Packets that netrec counts per interface and direction are those the kernel counts, exactly.
. tests/live/lib
need_recording
two_hosts
wait_quiet
for where in "a eth0" "b eth0" "- $id-a" "- $id-b"; do
	for what in tx_packets rx_packets; do
		echo "${where% *} ${where#* } $what $(counter ${where% *} ${where#* } $what)"
	done
done >"$tmp/before"
cat >"$tmp/load" <<EOT
ip netns exec ${id}a ping -q -c 20 -i 0.01 10.98.0.2
ip netns exec ${id}a ping -q -c 20 -i 0.01 fd98::2
ip netns exec ${id}a $traffic udp 10.98.0.2 9 5000 0 300
ip netns exec ${id}b $traffic udp fd98::1 9 2000 0 3000
EOT
$netrec record -q -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
nothing_lost "$tmp/rows"

while read -r where dev what before; do
	kernel=$(($(counter "$where" "$dev" "$what") - before))
	stage=7 type=hop
	[ "$what" = rx_packets ] && stage=3 type=packet
	recorded=$(rows "$tmp/rows" "^$type " " netns=$(inum "$where") " " ifindex=$(ifindex "$where" "$dev") " \
		" stage=$stage( |\$)")
	[ "$kernel" -gt 2000 ] || fail "$where $dev $what: the test made only $kernel packets"
	same "$where $dev $what" "$kernel" "$recorded"
	# what the trace itself brought along from the kernel must say the same
	field=" $what=\\([0-9]*\\) .*"
	sampled=$(grep "^netdev .* netns=$(inum "$where") ifindex=$(ifindex "$where" "$dev") " "$tmp/rows" |
		sed "s/.*$field/\\1/" | awk 'NR == 1 { first = $1 } END { print $1 - first }')
	same "$where $dev $what, sampled" "$kernel" "$sampled"
done <"$tmp/before"
