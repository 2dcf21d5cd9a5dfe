#!/bin/sh
# An interface that comes, is renamed, moves to another namespace and is deleted while netrec records is shown under its
# names, when and where, and what passed it is what the kernel counted until its end. So it is when nobody looked at the
# namespace before. No namespace is kept alive by being heard.
. tests/live/lib
need_recording
netanalyze=$PWD/build/netanalyze
ip netns add "${id}x" || skip "no network namespaces here"
cat >"$tmp/life" <<EOT
ip link add ${id}-1 type veth peer name ${id}-2
for dev in ${id}-1 ${id}-2; do echo 1 >/proc/sys/net/ipv6/conf/\$dev/disable_ipv6; done
ip addr add 10.97.0.1/24 dev ${id}-1
ip link set ${id}-1 up
ip link set ${id}-2 up
ip neigh add 10.97.0.2 lladdr 02:00:00:00:00:02 dev ${id}-1 nud permanent
$traffic udp 10.97.0.2 9 30 100 1
ip link set ${id}-2 down
ip link set ${id}-2 name ${id}-3
ip link set ${id}-3 up
$traffic udp 10.97.0.2 9 20 100 1
ip netns add ${id}y # as a container does: nobody has seen it
# What IPv6 says as the device goes arrives behind the last counters that the kernel tells.
ip netns exec ${id}y sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
ip link set ${id}-3 netns ${id}y
ip -n ${id}y link set ${id}-3 up
$traffic udp 10.97.0.2 9 10 100 1
ping -q -c 1 -W 4 10.97.0.9 # nobody has that address
ip -n ${id}y link del ${id}-3
ip netns del ${id}y
ip netns add ${id}y || exit 1
sleep 1.2 # a look at all namespaces
ip link add ${id}-4 netns ${id}y type veth peer name ${id}-5
ip netns del ${id}y
for i in 1 2 3 4 5 6 7 8 9 10; do ip link show ${id}-5 >/dev/null 2>&1 || exit 0; sleep 0.1; done
echo ${id}y is kept alive
EOT
$netrec record -q --sample 1s -o "$tmp/t.nrec" -- sh "$tmp/life" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"
grep "is kept alive" "$tmp/out" && fail "a deleted namespace is alive"
$netanalyze analyze "$tmp/t.nrec" -o "$tmp/t.db" >"$tmp/out" 2>&1 || fail "netanalyze: $(cat "$tmp/out")"
$netanalyze show interfaces "$tmp/t.db" --json --top 100 >"$tmp/show.json" || fail "no view"
shown() { # TABLE EXPRESSION: of the rows about these interfaces
	sqlite3 :memory: "SELECT $2 FROM (SELECT value FROM json_each(readfile('$tmp/show.json'), '\$.$1')
		WHERE value ->> 'interface' GLOB '${id}-[123]*' ORDER BY value ->> 'interface', value ->> 'from_at')"
}
same "names" "${id}-1:(own):deleted ${id}-2:(own):renamed ${id}-3 ${id}-3:(own):moved to ${id}y ${id}-3:${id}y:deleted" \
	"$(shown names "group_concat(value ->> 'interface' || ':' || (value ->> 'netns') || ':' || (value ->> 'then_it_was'), ' ')")"
same "interfaces that differ from the kernel's counters" 0 \
	"$(shown rows "count(*) FILTER (WHERE coalesce(value ->> 'difference_rx', 1) <> 0
		OR coalesce(value ->> 'difference_tx', 1) <> 0)")"
same "packets that arrived at the other end, at least" 1 "$(shown rows "sum(value ->> 'recorded_rx') >= 60")"
down=$(shown changes "count(*) FILTER (WHERE value ->> 'interface' = '${id}-2' AND value ->> 'administratively' = 'down'
	AND value ->> 'carrier' = 'no')")
[ "$down" -ge 2 ] || fail "it went down once more than it came: $down"
same "the one who does not answer" 10.97.0.9 "$(shown neighbours "group_concat(value ->> 'neighbour')
	FILTER (WHERE value ->> 'not_answered' > 0)")"
