#!/bin/bash
# What each profile costs on kernel 6.1 with real Open vSwitch, in instructions: runs in the lab's VM with
# LAB_THREADS=counted, where a nanosecond is an instruction. Results repeat to a few percent, whatever else the machine
# does; cache misses do not show. There is one CPU, so the recorder's own threads are part of what is added.
#   profiles.sh [REQUESTS]
. /lab/lib/lab.sh
requests=${1:-1000}
dir=/run/bench LAB_DIR=/run/bench
netrec=$lab/bin/netrec netanalyze=$lab/bin/netanalyze
TIMEFORMAT='%U %S'
mkdir -p $dir
topology_up system
in_ns peer $traffic rr-server 5000 >/dev/null &
wait_for 20 in_ns peer grep -qs ':1388 ' /proc/net/tcp6 || die "the server does not serve"
cat >$dir/run <<-EOF
	$traffic rr $peer_ip 5000 $requests 200 >$dir/out
	date +%s.%N >$dir/ended
EOF

each() { sed -n 's/^rr .*mean_ns \([0-9]*\).*/\1/p' $dir/out; }
per_request() { awk "BEGIN { printf \"%.$2f\", ${1:-0} / $requests }"; }
info() { sqlite3 :memory: "SELECT json_extract(readfile('$dir/info'), '\$.recording[0].$1')"; }
row() { printf '%-28s %7s %8s %7s %7s %9s %9s %9s\n' "$@"; }

# profile NAME [OPTION…]
profile() {
	local ended
	rm -rf $dir/t.nrec
	{ time $netrec record -p "$@" -o $dir/t.nrec -- bash $dir/run 2>$dir/err; } 2>$dir/cpu
	ended=$(date +%s.%N)
	wait_for 60 bash -c '! pgrep -x netrec-detach'
	$netanalyze info $dir/t.nrec --json >$dir/info
	row "$*" "$(sed -n 's/.* with \([0-9]*\) probes.*/\1/p' $dir/err)" "$(per_request "$(info events)" 1)" "$(per_request "$(info size_bytes)" 0)" \
		"$(($(each) - none))" "$(sed -n 's/.*ready after \([0-9.]*\) s.*/\1/p' $dir/err)" \
		"$(awk '{ print $1 + $2 }' $dir/cpu)" "$(awk "BEGIN { printf \"%.1f\", $ended - $(cat $dir/ended) }")"
}

perf_events() {
	local n
	perf record -q -a -o $dir/perf.data -e 'net:*' -e 'skb:*' -- bash $dir/run 2>/dev/null
	n=$(perf report -i $dir/perf.data --stats 2>/dev/null | sed -n 's/.*SAMPLE events: *\([0-9]*\).*/\1/p' | head -n 1)
	row "perf record" "$(perf evlist -i $dir/perf.data | grep -c :)" "$(per_request "$n" 1)" "$(per_request "$(stat -c %s $dir/perf.data)" 0)" "$(($(each) - none))" - - -
}

bash $dir/run # so that the flow is known
bash $dir/run
none=$(each)
echo "== Profiles on kernel $(uname -r): a TCP request and its answer through Open vSwitch take $none instructions; added to that:"
row profile probes records bytes instr. 'ready, s' 'CPU, s' 'ended, s'
for p in $($netrec record --help | sed -n 's/(default)//; s/,//g; s/.*what to record: //p'); do
	profile "$p"
done
profile full --without fentry,fexit
perf_events
