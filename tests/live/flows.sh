#!/bin/sh
# Real flows: their packets, their drops, and the time between their packets, at one device as well.
. tests/live/lib
need_recording
command -v nft >/dev/null || skip "nft is not installed"
two_hosts
wait_quiet
in_b "$traffic" sink 7000 >"$tmp/sink" &
jobs_left=$!
printf 'table inet t {\n chain i {\n type filter hook input priority 0;\n udp dport 7001 drop\n }\n}\n' >"$tmp/rules"
in_b nft -f "$tmp/rules" || skip "no nftables here"
cat >"$tmp/load" <<EOT
ip netns exec ${id}a $traffic udp 10.98.0.2 7000 11 10 300
ip netns exec ${id}a $traffic udp 10.98.0.2 7001 20 0 300
EOT
$netrec record -q -e packet,hop,free,drop -o "$tmp/t.nrec" -- sh "$tmp/load" >"$tmp/out" 2>&1 || fail "netrec: $(cat "$tmp/out")"

# flows COLUMNS WHERE [OPTION…]: of `show packets`
flows() {
	columns=$1 where=$2
	shift 2
	build/netanalyze show packets "$tmp/t.nrec" --json --top 0 "$@" >"$tmp/json" || fail "show packets"
	sqlite3 :memory: "WITH f AS (SELECT json_extract(value, '\$.flow') AS flow, json_extract(value, '\$.packets') AS packets, json_extract(value, '\$.drops') AS drops,
		json_extract(value, '\$.gap_p50_ns') / 1000000 AS p50, json_extract(value, '\$.gap_max_ns') / 1000000 AS longest,
		(json_extract(value, '\$.last_at') - json_extract(value, '\$.first_at')) / 1000000 AS span FROM json_each(readfile('$tmp/json'), '\$.flows'))
		SELECT $columns FROM f WHERE $where"
}

paced="flow LIKE 'UDP 10.98.0.1:% > 10.98.0.2:7000'" refused="flow LIKE 'UDP 10.98.0.1:% > 10.98.0.2:7001'"
same "paced packets, and drops" '11|0' "$(flows 'packets, drops' "$paced")"
same "refused packets, and drops" '20|20' "$(flows 'packets, drops' "$refused")"
same "one in 100 ms" 1 "$(flows "p50 BETWEEN 80 AND 120" "$paced")"
same "the longest gap is part of the time it took" 1 "$(flows "longest BETWEEN p50 AND span - 9 * 50" "$paced")"
for device in "eth0 (${id}a)" "$id-b" "eth0 (${id}b)"; do
	same "packets at $device" 31 "$(flows 'sum(packets)' "$paced OR $refused" --iface "$device")"
done
same "none of them at lo" '' "$(flows packets "$paced OR $refused" --iface lo)"

build/netanalyze show drops "$tmp/t.nrec" --json --top 0 >"$tmp/json" || fail "show drops"
same "drops by flow" "20|NETFILTER_DROP|eth0 (${id}b)" "$(sqlite3 :memory: "SELECT json_extract(value, '\$.drops'), json_extract(value, '\$.reason'), json_extract(value, '\$.interface')
	FROM json_each(readfile('$tmp/json'), '\$.flows') WHERE json_extract(value, '\$.flow') LIKE '%:7001'")"
