#!/bin/sh
# With a capture filter exactly the packets that tcpdump sees with it are recorded, at all their stages, and
# nothing else: plain, tagged, IPv6, fragments, and where addresses of packets that matched are used again.
. tests/live/lib
need_recording
command -v tcpdump >/dev/null || skip "tcpdump is not installed"
two_hosts
in_b "$traffic" sink 7000 >"$tmp/sink" &
jobs_left=$!
in_b "$traffic" rr-server 5999 >"$tmp/server" &
jobs_left="$jobs_left $!"
wait_quiet
cat >"$tmp/load" <<EOT
ip netns exec ${id}a $traffic rr 10.98.0.2 5999 100 200
ip netns exec ${id}a $traffic udp 10.98.0.2 7000 40 0 300
ip netns exec ${id}a $traffic udp 10.98.0.2 7001 30 0 300
ip netns exec ${id}a $traffic udp fd98::2 7000 20 0 300
ip netns exec ${id}a $traffic udp 10.98.0.2 7000 10 0 3000
ip netns exec ${id}a $traffic udp fd98::2 7000 10 0 3000
ip netns exec ${id}a ping -q -c 10 -i 0.01 10.98.0.2
for i in 1 2 3 4 5; do ip netns exec ${id}a $frames eth0; done
ip netns exec ${id}a $traffic rr fd98::2 5999 100 200
ip netns exec ${id}a $traffic udp 10.98.0.2 7001 30 0 300
sleep 0.1
EOT

# watch HOST DIRECTION EXPRESSION: tcpdump on the host's eth0 until it is killed; its process id in $watching
watch() {
	ip netns exec "$id$1" tcpdump -i eth0 -Q "$2" -s 200 -B 8192 --immediate-mode -U -w "$tmp/$1.$2.pcap" "$3" 2>"$tmp/$1.$2.err" &
	watching="$watching $!"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		grep -q '^tcpdump: listening' "$tmp/$1.$2.err" 2>"$tmp/null" && return
		sleep 0.1
	done
	fail "tcpdump: $(cat "$tmp/$1.$2.err")"
}

captured() {
	tcpdump -nr "$tmp/$1.pcap" 2>/dev/null | wc -l
}

# at HOST DEVICE STAGE: rows of that stage there
at() {
	rows "$tmp/rows" '^(packet|hop) ' " netns=$(inum "$1") ifindex=$(ifindex "$1" "$2") " " stage=$3( |\$)"
}

# check EXPRESSION AT_LEAST: what passes from a to b and back, by tcpdump and by netrec
check() {
	watching=
	for place in "a out" "a in" "b in" "b out"; do
		watch ${place% *} ${place#* } "$1"
	done
	jobs_left="$jobs_left $watching"
	rm -rf "$tmp/t.nrec"
	$netrec record -q -e packet,hop,free,drop -o "$tmp/t.nrec" "$1" -- sh "$tmp/load" >"$tmp/out" 2>&1 ||
		fail "netrec: $(cat "$tmp/out")"
	for _ in 1 2 3 4 5 6 7 8 9 10; do # tcpdump may be behind, and forgets the rest when it is told to end
		sizes=$(stat -c %s "$tmp"/*.pcap)
		sleep 0.3
		[ "$sizes" = "$(stat -c %s "$tmp"/*.pcap)" ] && break
	done
	kill $watching
	wait $watching
	$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
	nothing_lost "$tmp/rows"
	[ "$(captured a.out)" -ge "$2" ] || fail "$1: the test made only $(captured a.out) packets"
	for way in "a b" "b a"; do
		from=${way% *} to=${way#* }
		# not as many on both sides: the bridge drops some, and takes tags out of the frame
		sent=$(captured "$from.out") arrived=$(captured "$to.in")
		for stage in 4 7 8; do
			same "$1: $from sends, stage $stage" "$sent" "$(at "$from" eth0 $stage)"
			same "$1: to port $to, stage $stage" "$arrived" "$(at - "$id-$to" $stage)"
		done
		for stage in 2 3; do
			same "$1: from port $from, stage $stage" "$sent" "$(at - "$id-$from" $stage)"
			same "$1: $to receives, stage $stage" "$arrived" "$(at "$to" eth0 $stage)"
		done
	done
}

# nothing NAME PATTERN: no packet like this was recorded
nothing() {
	same "recorded $1" 0 "$(rows "$tmp/rows" "^packet " "$2")"
}

check 'udp port 7000' 60
nothing "of TCP or ICMP" ' proto=(6|1|58) '
nothing "of other ports" ' dport=7001 '
nothing "of later fragments" ' sport=0 dport=0 '
check 'vlan and udp port 53' 5
nothing "without a tag" ' vlan=0 '
check 'vlan 7 and vlan 42 and ip6' 5
check 'udp port 53' 5
check 'ether src 02:00:00:00:00:01' 60
check 'ip6[6] = 44' 20
check 'ip[6:2] & 0x1fff != 0' 10
check 'greater 1000' 20
check 'icmp or icmp6 or arp' 10
check 'tcp and host 10.98.0.1' 100
nothing "but TCP" ' proto=(1|17|58) '
check 'not udp and not vlan' 200
nothing "of UDP" ' ethertype=2048 proto=17 '
