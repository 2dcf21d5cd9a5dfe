#!/bin/sh
# --iface and --netns: packets are recorded from where they pass the device or namespace, and then wherever they
# go; together with a capture filter only where both agree; a device that appears later is taken in.
. tests/live/lib
need_recording
two_hosts
wait_quiet
cat >"$tmp/load" <<EOT
ip netns exec ${id}a $traffic udp 10.98.0.2 7000 40 0 300
ip netns exec ${id}b $traffic udp 10.98.0.1 7000 30 0 300
ip netns exec ${id}b $traffic udp fd98::1 7001 20 0 300
ip netns exec ${id}b $traffic udp 127.0.0.1 7000 10 0 300
ip netns exec ${id}b ping -q -c 5 -i 0.01 127.0.0.1
EOT

record() {
	rm -rf "$tmp/t.nrec"
	$netrec record -e packet,hop,free,drop -o "$tmp/t.nrec" "$@" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
	$count "$tmp/t.nrec" >"$tmp/rows" || fail "the trace is not readable"
	nothing_lost "$tmp/rows"
}

# at HOST DEVICE STAGE PATTERN…: packets at that stage there
at() {
	where=" netns=$(inum "$1") ifindex=$(ifindex "$1" "$2") " stage=" stage=$3( |\$)"
	shift 3
	rows "$tmp/rows" '^(packet|hop) ' "$where" "$stage" "$@"
}

udp=' proto=17 '
# everything in b, and nothing of a before it left for b
record -q --netns "${id}b" -- sh "$tmp/load"
same "b sends" 50 "$(at b eth0 4 "$udp")"
same "b sends to itself" 10 "$(at b lo 4 "$udp")"
same "b receives" 40 "$(at b eth0 3 "$udp")"
same "followed from b to a" 50 "$(at a eth0 3 "$udp")"
same "not yet at b" 0 "$(at - "$id-a" 3 "$udp" ' saddr=[0-9a-f]*0a620001 ')"
same "drivers called in b" "$(($(at b eth0 4) + $(at b lo 4)))" "$(($(at b eth0 7) + $(at b lo 7)))"

# one device of b: its loopback is another one
record -q --netns "${id}b" --iface eth0 -- sh "$tmp/load"
same "b sends at eth0" 50 "$(at b eth0 4 "$udp")"
same "not at eth0" 0 "$(at b lo 4)"

# with a filter
record -q --netns "${id}b" --iface eth0 'udp port 7000' -- sh "$tmp/load"
same "b sends to that port" 30 "$(at b eth0 4)"
same "followed to a" 30 "$(at a eth0 3)"
same "b receives at that port" 40 "$(at b eth0 3)"
same "and nothing else" 0 "$(rows "$tmp/rows" '^packet ' ' dport=7001 ')"

# a device of our own namespace: the bridge's port to a
record -q --iface "$id-a" 'ip and udp' -- sh "$tmp/load"
same "from a" 40 "$(at - "$id-a" 3 ' saddr=[0-9a-f]*0a620001 ')"
same "goes on to b" 40 "$(at b eth0 3 ' saddr=[0-9a-f]*0a620001 ')"
same "comes from b" 30 "$(at - "$id-a" 4 ' saddr=[0-9a-f]*0a620002 ')"
same "not yet at the port" 0 "$(at b eth0 4)"

# the device is not there yet
ip -n "${id}b" link set eth0 down
ip -n "${id}b" link set eth0 name away
cat >"$tmp/later" <<EOT
sleep 0.3
ip -n ${id}b link set away name eth9
ip -n ${id}b link set eth9 up
sleep 1.5
ip netns exec ${id}b $traffic udp 127.0.0.1 7000 10 0 300
ip -n ${id}b neigh replace 10.98.0.1 lladdr 02:00:00:00:00:09 dev eth9 nud permanent
ip netns exec ${id}b $traffic udp 10.98.0.1 7000 25 0 300
EOT
record --sample 500ms --netns "${id}b" --iface eth9 udp -- sh "$tmp/later"
grep -q 'there is no device eth9 yet (--iface); its packets are recorded once it appears' "$tmp/out" ||
	fail "a missing device is not mentioned: $(cat "$tmp/out")"
same "at the device that came later" 25 "$(at b eth9 4)"
same "at others" 0 "$(at b lo 4)"
