#!/bin/sh
# What became of the traffic in the labelled recordings is what the lab's scenario did to it, and each packet of a flow is in
# one row. NETANALYZE: the program under test.
set -u
cd "$(dirname "$0")/../.." || exit 1
netanalyze=${NETANALYZE:-build/netanalyze}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
status=0
complain() {
	echo "$1"
	status=1
}

# is RECORDING WHAT WANTED: its classes, as class:packets.
is() {
	got=$(sqlite3 "$tmp/$1.db" "SELECT group_concat(class || ':' || n, ' ') FROM (SELECT class, sum(packets) AS n FROM outcome
		WHERE what = '$2' GROUP BY class ORDER BY class)")
	[ "$got" = "$3" ] || complain "$1, ${2}s: '$got', expected '$3'"
}

for f in tests/causes/*.nrs samples/*.nrec; do
	s=$(basename "${f%.nrec}" .nrs)
	"$netanalyze" analyze "$f" -o "$tmp/$s.db" >"$tmp/out" 2>&1 || complain "$s: $(cat "$tmp/out")"
	bad=$(sqlite3 "$tmp/$s.db" "WITH o AS (SELECT saddr, daddr, sport, dport, proto, sum(packets) AS n FROM outcome
			WHERE what IN ('datagram', 'segment') AND how <> 'not sent'
			GROUP BY saddr, daddr, sport, dport, proto)
		SELECT f.proto, f.sport, f.dport, packets - carried, o.n FROM flow AS f LEFT JOIN o USING (saddr, daddr, sport, dport,
			proto)
		WHERE f.proto IN (6, 17) AND coalesce(o.n, 0) <> packets - carried LIMIT 3")
	[ -z "$bad" ] || complain "$s: not each packet once (protocol, ports, packets, told): $bad"
done

is late-reader datagram 'in time:145 late:455'
is quota-reader datagram 'in time:6 late:194'
is rcvbuf datagram 'in time:3 late:99 lost here:498 unknown:2'
is netem-loss datagram 'in time:405 lost here:95 unknown:2'
is mcast-snooping datagram 'in time:251 lost here:149'
is fragments datagram 'in time:30 lost here:30 unknown:1'
is fragments-v6-conntrack datagram 'in time:30 lost here:30'
is ovs-drop datagram 'in time:200 lost here:299 unknown:2'
is vhost-starved datagram 'late:1880 lost here:2658 unknown:2462'
is netns-tbf datagram 'in time:2835 late:1 lost here:3464'
is netns-tbf echo 'in time:27 lost here:3'
is netns-tbf retransmit 'lost here:7 not missed:2'
is clean-system datagram 'in time:600'
is clean-system segment 'in time:347 not missed:1'
is clean-own echo 'in time:20'
is listen-overflow retransmit 'lost here:20'
is listen-overflow opening 'in time:2 unanswered:10'
is tcp-refused opening 'in time:9 refused:40'
is slow-reader retransmit 'not missed:1'
is pmtu-blackhole retransmit 'lost here:5'
is pmtu-blackhole-v6 retransmit 'lost here:5'

closed=$(sqlite3 "$tmp/slow-reader.db" "SELECT sum(closed_ns) / 1000000 FROM tcp_conn_sample")
[ "$closed" -ge 200 ] && [ "$closed" -le 9000 ] || complain "slow-reader: the window was closed for $closed ms"
exit $status
