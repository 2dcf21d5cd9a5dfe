#!/bin/sh
# Packets in a VXLAN tunnel: one path from the sender through the tunnel to the receiver, with both headers, also under
# a capture filter that only the outer ones match.
. tests/live/lib
need_recording
two_hosts
for x in "a 2" "b 1"; do
	set -- $x
	ip -n "$id$1" link add vx0 type vxlan id 7 dstport 4789 remote "10.98.0.$2" dev eth0 2>"$tmp/null" || skip "no VXLAN here"
	ip netns exec "$id$1" sysctl -q -w net.ipv6.conf.vx0.disable_ipv6=1
	ip -n "$id$1" addr add "10.97.0.$((3 - $2))/24" dev vx0
	ip -n "$id$1" link set vx0 up
done
for x in "a b 2" "b a 1"; do
	set -- $x
	ip -n "$id$1" neigh replace "10.97.0.$3" dev vx0 nud permanent \
		lladdr "$(ip netns exec "$id$2" cat /sys/class/net/vx0/address)"
done
wait_quiet
ip netns exec "${id}b" "$traffic" sink 7000 >"$tmp/sink" &
jobs_left=$!
cat >"$tmp/load" <<EOT
ip netns exec ${id}a $traffic udp 10.97.0.2 7000 40 0 300
ip netns exec ${id}b ping -q -c 5 -i 0.01 10.97.0.1
ip netns exec ${id}a $traffic udp 10.98.0.2 7000 30 0 300
EOT

record() {
	rm -rf "$tmp/t.nrec"
	$netrec record -q -e packet,hop,free,drop -o "$tmp/t.nrec" "$@" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
	build/netanalyze analyze "$tmp/t.nrec" --force -o "$tmp/t.db" >"$tmp/null" 2>&1 || fail "not to be analyzed"
}

# paths WHERE: packets whose path was kept and matches
paths() {
	sqlite3 "$tmp/t.db" "WITH s AS (SELECT p.*, (SELECT group_concat(i.name || '@' || stage, ' ') FROM (SELECT * FROM packet_hop WHERE packet = p.id ORDER BY n)
		JOIN interface AS i USING(netns, ifindex)) AS path FROM packet AS p) SELECT count(*) FROM s WHERE $1"
}

udp="proto = 17 AND saddr = '10.97.0.1'"
whole="path LIKE 'vx0@4 vx0@7 eth0@4 %eth0@3 vx0@%vx0@3%'"
outer="outer_proto = 17 AND outer_saddr = '10.98.0.1' AND outer_daddr = '10.98.0.2' AND outer_dport = 4789"
record
same "datagrams, with both headers" 40 "$(paths "$udp AND $outer")"
same "and their whole way" 40 "$(paths "$udp AND $whole")"
same "echo requests and replies" 10 "$(paths "proto = 1 AND $whole AND outer_dport = 4789")"
same "outside the tunnel" 30 "$(paths "proto = 17 AND saddr = '10.98.0.1' AND outer_proto IS NULL")"
same "packets with the outer headers alone" 0 "$(paths "proto = 17 AND dport = 4789")"

# the outer headers match at the sender's eth0; what the tunnel takes off at b, and then shows, does not
record --netns "${id}b" 'udp port 4789 and src host 10.98.0.1'
same "followed out of the tunnel" 40 "$(paths "$udp AND $outer AND path LIKE 'eth0@2 eth0@3 vx0@%vx0@3%'")"
same "echo requests as well" 5 "$(paths "proto = 1 AND $outer AND path LIKE 'eth0@2 eth0@3 vx0@%vx0@3%'")"
same "and nothing else" 0 "$(paths "outer_dport IS NOT 4789")"

# offline: either headers match
record
build/netanalyze show packets "$tmp/t.nrec" 'udp port 4789 and src host 10.98.0.1' --json --top 0 >"$tmp/json" || fail "show packets"
same "chosen by the outer headers" 45 "$(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('$tmp/json'), '\$.rows')")"
build/netanalyze show packets "$tmp/t.nrec" 'udp port 7000 and host 10.97.0.1' --json --top 0 >"$tmp/json" || fail "show packets"
same "chosen by the inner headers" 40 "$(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('$tmp/json'), '\$.rows')")"
