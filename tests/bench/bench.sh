#!/bin/bash
# What recording costs and how fast analysis is, beside perf and bpftrace on the same events.
#
# Every figure is the minimum over interleaved rounds (ROUNDS, 5): on a shared machine only minima repeat.
# Cost per event: (ns per packet with the tool - ns per packet without) / events per packet, on a loop that
# sends datagrams to itself, so it is all the tool adds: attach, record, ring, and the drain on another CPU.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${ROUNDS:-5}
packets=${PACKETS:-200000}
netrec=build/netrec netanalyze=build/netanalyze traffic=build/tests/traffic codec=build/tests/bench/codec
filter=
dir=$(mktemp -d /tmp/netrec-bench.XXXXXX)
trap 'rm -rf "$dir"' EXIT
last=$(($(nproc) - 1))
loop="$(command -v taskset) -c $last $traffic loop $packets 64"

[ "$(id -u)" = 0 ] || { echo "make bench records, so it needs root" >&2; exit 4; }
mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing

ns_each() {
	sed -n 's/^loop .* ns_each //p'
}

# Runs the loop under one tool; prints ns per packet.
run_none() { $loop | ns_each; }
run_netrec() { rm -rf "$dir/n.nrec"; $netrec record -q -o "$dir/n.nrec" -e "$1" ${filter:+"$filter"} -- $loop | ns_each; }
run_perf() { perf record -q -a -o "$dir/perf.data" $(perf_events "$1") -- $loop 2>/dev/null | ns_each; }
run_bpftrace() { bpftrace -q -B full -o "$dir/bpftrace.out" -e "$(bpftrace_program "$1")" -c "$loop" 2>/dev/null | ns_each; }

perf_events() { for e in ${1//,/ }; do echo "-e $(category "$e"):$e"; done; }
bpftrace_program() {
	for e in ${1//,/ }; do
		echo "tracepoint:$(category "$e"):$e { printf(\"%llu %d %lx\\n\", nsecs, cpu, (uint64)args->skbaddr); }"
	done
}
category() {
	case $1 in
	consume_skb | kfree_skb) echo skb ;;
	*) echo net ;;
	esac
}

min() { sort -g | head -n 1; }

# cost NAME EVENTS EVENTS_PER_PACKET: one table row, all tools in interleaved rounds.
cost() {
	local tool
	: >"$dir/none"
	for tool in netrec perf bpftrace; do : >"$dir/$tool"; done
	for _ in $(seq "$rounds"); do
		run_none >>"$dir/none"
		for tool in netrec perf bpftrace; do
			if [ $tool = bpftrace ] && [ "$packets" -gt 100000 ]; then
				loop=${loop/loop $packets/loop 100000} run_bpftrace "$2" >>"$dir/$tool"
			else
				run_$tool "$2" >>"$dir/$tool"
			fi
		done
	done
	printf '%-34s %8.0f' "$1" "$(min <"$dir/none")"
	for tool in netrec perf bpftrace; do
		echo "$(min <"$dir/none") $(min <"$dir/$tool") $3" | awk '{ printf " %10.0f", ($2 - $1) / $3 }'
	done
	echo
}

# rejected NAME EVENTS EVENTS_PER_PACKET FILTER: likewise, for packets that the capture filter rejects.
rejected() {
	: >"$dir/none"
	: >"$dir/netrec"
	for _ in $(seq "$rounds"); do
		run_none >>"$dir/none"
		filter=$4 run_netrec "$2" >>"$dir/netrec"
	done
	echo "$(min <"$dir/none") $(min <"$dir/netrec") $3" | awk -v name="$1" '{ printf "%-34s %8.0f %10.0f %10s %10s\n", name, $1, ($2 - $1) / $3, "-", "-" }'
}

# The standard workload: TCP request/response, a UDP stream, and a burst of each over loopback.
workload() {
	cat <<-EOF
		$traffic rr-server 5999 & server=\$!
		$traffic sink 6999 & sink=\$!
		sleep 0.2
		$traffic rr 127.0.0.1 5999 ${1:-60000} 200
		$traffic rr ::1 5999 ${1:-60000} 4000
		$traffic udp 127.0.0.1 6999 ${1:-60000} 0 500
		kill \$server \$sink
		wait
	EOF
}

field() { sqlite3 :memory: "select json_extract(readfile('$1'), '$2')"; }

echo "== In the kernel: ns added per event (loopback datagrams, minimum of $rounds interleaved rounds)"
printf '%-34s %8s %10s %10s %10s\n' "events" "ns/pkt" netrec perf bpftrace
cost "2 hops (start_xmit, xmit)" net_dev_start_xmit,net_dev_xmit 2
cost "1 packet (netif_receive_skb)" netif_receive_skb 1
cost "all 5 stages" net_dev_queue,net_dev_start_xmit,net_dev_xmit,netif_rx,netif_receive_skb 5
rejected "3 packets that a filter rejects" net_dev_queue,netif_rx,netif_receive_skb 3 'udp port 7000'
rejected "all 5 stages, a filter rejects" net_dev_queue,net_dev_start_xmit,net_dev_xmit,netif_rx,netif_receive_skb 5 'udp port 7000'

echo
echo "== In user space and on disk: the standard workload, default profile"
workload >"$dir/workload.sh"
for _ in $(seq "$rounds"); do
	rm -rf "$dir/w.nrec"
	$netrec record -q -o "$dir/w.nrec" -- sh "$dir/workload.sh" >/dev/null
	$netanalyze show cost "$dir/w.nrec" --json >"$dir/cost.json"
	field "$dir/cost.json" '$.rows[0].cpu_an_event_ns' >>"$dir/user_ns"
done
$netanalyze info "$dir/w.nrec" --json >"$dir/info.json"
echo "netrec: $(field "$dir/info.json" '$.recording[0].events') events, $(printf %.2f "$(field "$dir/info.json" '$.recording[0].bytes_an_event')") bytes/event," \
	"$(printf %.0f "$(min <"$dir/user_ns")") ns of recorder CPU an event; lost: $(field "$dir/info.json" '$.recording[0].lost')"
echo "its codec alone, best of $rounds rounds: $($codec "$dir/w.nrec" "$rounds")"
perf record -q -a -z1 -o "$dir/wz.data" $(perf_events net_dev_queue,net_dev_start_xmit,net_dev_xmit,netif_rx,netif_receive_skb,consume_skb) \
	-- sh "$dir/workload.sh" >/dev/null 2>&1 || true
perf record -q -a -o "$dir/w.data" $(perf_events net_dev_queue,net_dev_start_xmit,net_dev_xmit,netif_rx,netif_receive_skb,consume_skb) \
	-- sh "$dir/workload.sh" >/dev/null 2>&1 || true
perf_n=$(perf report -i "$dir/w.data" --stats 2>/dev/null | sed -n 's/.*SAMPLE events: *\([0-9]*\).*/\1/p' | head -n 1)
perf_lost=$(perf report -i "$dir/w.data" --stats 2>/dev/null | sed -n 's/.*LOST_SAMPLES events: *\([0-9]*\).*/\1/p' | head -n 1)
perf_nz=$(perf report -i "$dir/wz.data" --stats 2>/dev/null | sed -n 's/.*SAMPLE events: *\([0-9]*\).*/\1/p' | head -n 1)
echo "perf record: ${perf_n:-0} events, $(stat -c %s "$dir/w.data" | awk -v n="${perf_n:-1}" '{ printf "%.1f", $1 / n }') bytes/event;" \
	"with -z1 $(stat -c %s "$dir/wz.data" | awk -v n="${perf_nz:-1}" '{ printf "%.1f", $1 / n }'); lost samples: ${perf_lost:-0}"

echo
echo "== Analysis: events per second and peak memory"
rate() { awk -v n="$1" -v s="$2" 'BEGIN { printf "%.2f", n / s / 1e6 }'; }
# analysis NAME EVENTS COMMAND…: the best round.
analysis() {
	local name=$1 events=$2 best=0 s rss=0
	shift 2
	for _ in $(seq "$rounds"); do
		/usr/bin/time -f '%e %M' -o "$dir/t" "$@" >/dev/null 2>&1
		read -r s rss <"$dir/t"
		best=$(printf '%s\n' "$best" "$(rate "$events" "$s")" | sort -g | tail -n 1)
	done
	printf '%-20s %6s M events/s  %5d MB\n' "$name" "$best" $((rss / 1024))
}
analysis "netanalyze analyze" "$(field "$dir/info.json" '$.recording[0].events')" $netanalyze analyze "$dir/w.nrec" -o "$dir/w.db" --force
analysis "perf script" "${perf_n:-0}" perf script -i "$dir/w.data"
analysis "perf report" "${perf_n:-0}" perf report -i "$dir/w.data" --stdio
