#!/bin/bash
# What recording adds to some loads on this machine, beside perf and bpftrace: each load with each recorder in rounds
# that take turns (ROUNDS, 5), of which the minimum counts; first the ratios. Then one group of probes at a time (file
# groups). Two network namespaces with a veth between them; what is on one CPU is on the last one. The result, with
# machine and kernel, is left in build/bench/added.json.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${ROUNDS:-5}
netrec=build/netrec netanalyze=build/netanalyze traffic=$PWD/build/tests/traffic
client=nrbench-client server=nrbench-server result=build/bench/added.json
dir=$(mktemp -d /tmp/netrec-bench.XXXXXX)
last=$(($(nproc) - 1))
perf_events=(-e 'net:*' -e 'skb:*')
stages='net:net_dev_queue net:net_dev_start_xmit net:net_dev_xmit net:netif_rx net:netif_receive_skb skb:consume_skb'
loads=('request, one CPU' 'request, two CPUs' 'flood of small packets' 'flood of 10000 flows' 'ping-pong over pipes')
recorders=(none '-p drops' '-p host' '-p full' perf empty count)

[ "$(id -u)" = 0 ] || { echo "make bench records, so it needs root" >&2; exit 4; }
mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing

cleanup() {
	local ns
	for ns in $client $server; do
		ip netns pids $ns 2>/dev/null | xargs -r kill 2>/dev/null || true
		ip netns del $ns 2>/dev/null || true
	done
	rm -rf "$dir"
}
trap cleanup EXIT

# The server has 10 000 addresses and more, all behind one sink.
build_network() {
	local ns
	for ns in $client $server; do
		ip netns add $ns
		ip netns exec $ns sysctl -q -w net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1
		ip -n $ns link set lo up
	done
	ip -n $client link add eth0 type veth peer name eth0 netns $server
	ip -n $client addr add 10.98.0.1/16 dev eth0
	ip -n $server addr add 10.98.0.2/16 dev eth0
	ip -n $client link set eth0 up
	ip -n $server link set eth0 up
	ip -n $server route add local 10.97.0.0/16 dev lo
	ip -n $client route add 10.97.0.0/16 via 10.98.0.2
	in_server 5000 taskset -c $last $traffic rr-server 5000
	in_server 5001 taskset -c 0 $traffic rr-server 5001
	in_server 6000 taskset -c $last $traffic sink 6000
}

# in_server PORT COMMAND…: a server of that port.
in_server() {
	local port=$1
	shift
	ip netns exec $server "$@" >/dev/null &
	until ip netns exec $server ss -Hlntu "sport = :$port" | grep -q .; do sleep 0.1; done
}

# The file that holds a load; bpftrace takes no command with a space in a word.
script() { echo "$dir/${1//[ ,]/_}"; }

# The loads: each prints what one request, packet or turn took, in ns. Those over 10 000 flows go to as many addresses.
make_loads() {
	local run="exec ip netns exec $client taskset -c $last $traffic"
	echo "$run rr 10.98.0.2 5000 10000 200 warm=1000 rounds=3" >"$(script "${loads[0]}")"
	echo "$run rr 10.98.0.2 5001 10000 200 warm=1000 rounds=3" >"$(script "${loads[1]}")"
	echo "$run udp 10.98.0.2 6000 150000 0 18" >"$(script "${loads[2]}")"
	echo "$run udp 10.97.0.1 6000 150000 0 18 hosts=10000" >"$(script "${loads[3]}")"
	echo "$run pingpong 50000" >"$(script "${loads[4]}")"
}

# run_bpftrace ACTION COMMAND…
run_bpftrace() {
	local program='' t
	for t in $stages; do program+="tracepoint:$t $1 "; done
	shift
	bpftrace -q -o "$dir/bpftrace.out" -e "$program" -c "/bin/$*" 2>/dev/null
}

# run RECORDER LOAD: prints ns.
run() {
	local load=(sh "$(script "$2")")
	case $1 in
	none) "${load[@]}" ;;
	perf) perf record -q -a -o "$dir/perf.data" "${perf_events[@]}" -- "${load[@]}" 2>/dev/null ;;
	empty) run_bpftrace '{ }' "${load[@]}" ;;
	count) run_bpftrace '{ @ = count(); }' "${load[@]}" ;;
	*) rm -rf "$dir/t.nrec"; $netrec record -q $1 -o "$dir/t.nrec" -- "${load[@]}" ;;
	esac | sed -n 's/.*\(mean_ns\|ns_each\) \([0-9.]*\).*/\2/p'
}

# measure PART LOAD RECORDER…: in rounds that take turns; the minimum of each is appended to $dir/rows.
measure() {
	local part=$1 load=$2 recorder
	shift 2
	rm -f "$dir"/ns.*
	for _ in $(seq "$rounds"); do
		for recorder; do run "$recorder" "$load" >>"$dir/ns.${recorder//[ \/]/_}"; done
	done
	for recorder; do
		echo "$part|$load|$recorder|$(sort -g "$dir/ns.${recorder//[ \/]/_}" | head -n 1)" >>"$dir/rows"
	done
}

# groups LOAD: measures each group of probes, and counts its records of each request.
groups() {
	local group
	mapfile -t group < <(sed 's/^/-e /' tests/bench/groups)
	measure groups "$1" none "${group[@]}" "-p host"
	for group in "${group[@]}" "-p host"; do
		run "$group" "$1" >/dev/null
		$netanalyze info "$dir/t.nrec" --json >"$dir/info.json"
		sqlite3 :memory: "SELECT '$group', (readfile('$dir/info.json') ->> '\$.recording[0].events') / 31000.0"
	done >>"$dir/records" # the load's first 1000 requests and its three times 10000
}

build_network
make_loads
for load in "${loads[@]}"; do
	measure loads "$load" "${recorders[@]}"
done
groups "${loads[0]}"
mkdir -p build/bench
sqlite3 -batch :memory: <<-EOF
	CREATE TABLE row (part, load, what, ns REAL);
	CREATE TABLE records (what, n REAL);
	.import $dir/rows row
	.import $dir/records records
	CREATE VIEW figure AS
		SELECT row.rowid AS id, row.part, load, row.what, row.ns, none.ns AS base, row.ns - none.ns AS added,
		100.0 * (row.ns - none.ns) / none.ns AS percent FROM row JOIN row AS none USING (part, load) WHERE none.what = 'none';

	SELECT printf('== Added to a load, in percent of it (minimum of %d rounds that take turns); kernel %s', $rounds,
		'$(uname -r)');
	SELECT printf('%-24s %8s %9s %9s %9s %9s %9s %9s %10s', 'load', 'ns', 'drops', 'host', 'full', 'perf', 'empty',
		'count', 'perf:host');
	SELECT printf('%-24s %8.0f %8.1f%% %8.1f%% %8.1f%% %8.1f%% %8.1f%% %8.1f%% %9.1fx', load, base,
		max(percent) FILTER (WHERE what = '-p drops'), max(percent) FILTER (WHERE what = '-p host'),
		max(percent) FILTER (WHERE what = '-p full'), max(percent) FILTER (WHERE what = 'perf'),
		max(percent) FILTER (WHERE what = 'empty'), max(percent) FILTER (WHERE what = 'count'),
		max(added) FILTER (WHERE what = 'perf') / max(added) FILTER (WHERE what = '-p host'))
		FROM figure WHERE part = 'loads' GROUP BY load ORDER BY min(id);
	SELECT '';
	SELECT '== One group of probes at a time, added to a request on one CPU';
	SELECT printf('%-44s %8s %8s %8s', 'probes', '%', 'ns', 'records');
	SELECT printf('%-44.44s %7.1f%% %8.0f %8.1f', what, percent, added, n) FROM figure JOIN records USING (what)
		WHERE part = 'groups' ORDER BY figure.id;
	.output $result
	SELECT json_object('kernel', '$(uname -r)', 'machine',
		'$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)', 'cpus', $(nproc), 'rounds', $rounds, 'rows', json_group_array(json_object('part', part, 'load', load, 'what', figure.what, 'ns', ns,
		'added_ns', round(added, 1), 'added_percent', round(percent, 2), 'records', n)))
		FROM figure LEFT JOIN records ON part = 'groups' AND records.what = figure.what;
	EOF
echo
