#!/bin/bash
# The main job, end to end: traffic between two network namespaces with two faults built in, recorded,
# analyzed and reported, and the report's numbers put beside the kernel's own counters.
#
#   client 10.99.0.1 --veth-- bridge --veth-- server 10.99.0.2
#   fault 1: nftables on the server drops UDP port 7777
#   fault 2: the bridge's port towards the server has a tbf qdisc that is too small for the UDP stream
#
# Without root it reports on a shipped recording instead. DEMO_OUT: where to leave the results (build/demo).
set -euo pipefail
cd "$(dirname "$0")/.."
netrec=build/netrec netanalyze=build/netanalyze traffic=$PWD/build/tests/traffic
out=${DEMO_OUT:-build/demo}
client=nrdemo-client switch=nrdemo-switch server=nrdemo-server

if [ "$(id -u)" != 0 ]; then
	echo "Not root, so nothing can be recorded here: this is the report of a shipped recording, samples/netns-tbf."
	echo
	exec $netanalyze report samples/netns-tbf.nrec
fi

cleanup() {
	for ns in $client $switch $server; do
		ip netns pids $ns 2>/dev/null | xargs -r kill 2>/dev/null || true
		ip netns del $ns 2>/dev/null || true
	done
}
trap cleanup EXIT

build_network() {
	for ns in $client $switch $server; do
		ip netns add $ns
		ip -n $ns link set lo up
	done
	# No more multicast chatter than the addresses below need: what is counted should be what is sent.
	ip netns exec $switch sysctl -q -w net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1
	ip -n $switch link add br0 type bridge mcast_snooping 0
	ip -n $switch link set br0 up
	ip -n $client link add eth0 type veth peer name port-client netns $switch
	ip -n $server link add eth0 type veth peer name port-server netns $switch
	for port in port-client port-server; do
		ip -n $switch link set $port master br0
		ip -n $switch link set $port up
	done
	ip -n $client addr add 10.99.0.1/24 dev eth0
	ip -n $server addr add 10.99.0.2/24 dev eth0
	ip -n $client addr add fd99::1/64 dev eth0 nodad
	ip -n $server addr add fd99::2/64 dev eth0 nodad
	for ns in $client $server; do
		ip -n $ns link set eth0 addrgenmode none
		ip -n $ns link set eth0 up
	done
	tc -n $switch qdisc add dev port-server root handle 1: tbf rate 8mbit burst 4kb limit 30kb
	ip netns exec $server nft -f - <<-'NFT'
		table inet demo {
			chain input {
				type filter hook input priority 0;
				udp dport 7777 counter drop
			}
		}
	NFT
}

# Waits until no counter has moved for a second: multicast joins and the like are over.
settle() {
	local before= after
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		after=$(links)
		[ "$before" = "$after" ] && return
		before=$after
		sleep 1
	done
}

# One line a device: namespace name rx_packets tx_packets, from ip -s link.
links() {
	for ns in $client $switch $server; do
		ip -n $ns -s -j link show >"$out/links.json"
		sqlite3 -separator ' ' :memory: "select '$ns', json_extract(value, '\$.ifname'),
			json_extract(value, '\$.stats64.rx.packets'), json_extract(value, '\$.stats64.tx.packets')
			from json_each(readfile('$out/links.json'))"
	done
}

write_traffic() {
	cat >"$out/traffic.sh" <<-EOF
		ip netns exec $server $traffic rr-server 5000 >$out/rr-server.txt & rr=\$!
		ip netns exec $server $traffic sink 6000 >$out/sink.txt & sink=\$!
		sleep 0.3
		ip netns exec $client ping -q -c 20 -i 0.2 10.99.0.2 >$out/ping.txt &
		ip netns exec $client ping -q -c 10 -i 0.2 fd99::2 >$out/ping6.txt &
		ip netns exec $client $traffic rr 10.99.0.2 5000 2000 200 >$out/rr-quiet.txt
		ip netns exec $client $traffic udp 10.99.0.2 6000 6000 2000 1000 >$out/udp.txt &
		ip netns exec $client $traffic udp 10.99.0.2 7777 300 100 100 >$out/udp-dropped.txt &
		sleep 0.5
		ip netns exec $client $traffic rr 10.99.0.2 5000 40 200 >$out/rr-loaded.txt
		sleep 4
		kill \$rr \$sink
		wait
	EOF
}

# The kernel's side of the comparison, in one file of `what kernel recorded` lines.
compare() {
	$netanalyze show interfaces "$out/demo.db" --json >"$out/interfaces.json"
	$netanalyze show drops "$out/demo.db" --json >"$out/drops.json"
	for when in before after; do
		sed 's/ /|/' "$out/links.$when" | sort >"$out/links.$when.sorted"
	done
	join "$out/links.before.sorted" "$out/links.after.sorted" | awk '{ print $1, "rx", $4 - $2; print $1, "tx", $5 - $3 }' >"$out/kernel.txt"
	{
		while read -r device dir kernel; do
			echo "$device $dir packets: kernel $kernel, netrec $(recorded "${device%|*}" "${device#*|}" "$dir")"
		done <"$out/kernel.txt"
		echo "nft rule drops: kernel $(nft_drops), netrec $(recorded_drops "reason LIKE '%NETFILTER%' AND interface LIKE 'eth0%'")"
		echo "tbf qdisc drops: kernel $(tbf_drops), netrec $(recorded_drops "reason LIKE '%QDISC%' AND interface LIKE 'port-server%'")"
	} >"$out/comparison.txt"
}

recorded() {
	sqlite3 :memory: "select coalesce(sum(json_extract(value, '\$.recorded_$3')), 0) from json_each(readfile('$out/interfaces.json'), '\$.rows')
		where json_extract(value, '\$.interface') = '$2' and json_extract(value, '\$.netns') = '$1'"
}

recorded_drops() {
	sqlite3 :memory: "with d as (select json_extract(value, '\$.reason') reason, json_extract(value, '\$.interface') interface,
		json_extract(value, '\$.drops') n from json_each(readfile('$out/drops.json'), '\$.rows')) select coalesce(sum(n), 0) from d where $1"
}

nft_drops() {
	ip netns exec $server nft list ruleset | sed -n 's/.*counter packets \([0-9]*\).*/\1/p'
}

tbf_drops() {
	tc -n $switch -s qdisc show dev port-server | sed -n 's/.*(dropped \([0-9]*\),.*/\1/p'
}

rm -rf "$out"
mkdir -p "$out"
cleanup
build_network
write_traffic
settle
links >"$out/links.before"
echo "Recording about ten seconds of traffic through a bridge …"
$netrec record -o "$out/demo.nrec" -- sh "$out/traffic.sh"
settle
links >"$out/links.after"
$netanalyze analyze "$out/demo.nrec" -o "$out/demo.db"
echo
$netanalyze report "$out/demo.db"
compare
echo
echo "== The same, as the kernel counted it"
cat "$out/comparison.txt"
hidden=$($netanalyze show loss "$out/demo.db" --json | tee "$out/loss.json" | grep -c 'runs no BPF program' || true)
tests/agree.sh "$hidden" "$out/comparison.txt" && status=0 || status=$?
echo
echo "Recording: $out/demo.nrec   database: $out/demo.db"
echo "Go on with: build/netanalyze show stages $out/demo.db   (build/netanalyze show lists the views)"
exit $status
