#!/bin/bash
# Counts what recording adds to a TCP request and its answer, 200 bytes each, from the host through Open vSwitch into
# another namespace and back: runs in the lab's VM with LAB_THREADS=counted, where a nanosecond is an instruction. There is
# one CPU, so the recorder's own threads are part of it. requests.sh prints what this leaves in /lab/results/requests.json.
#   requests_vm.sh WHAT…    each a word: the arguments of netrec record (-p host), or perf, or trace-cmd
. /lab/lib/lab.sh
export requests=${REQUESTS:-4000} dir=/run/bench
LAB_DIR=$dir
netrec=$lab/bin/netrec netanalyze=$lab/bin/netanalyze
mkdir -p $dir

# The load, and how much CPU time the recorder's own threads took meanwhile: the command that is recorded.
cat >$dir/load <<-'EOF'
	cpu_time() {
		local f comm rest ns
		cpu_ns=0
		for f in /proc/[0-9]*/comm; do
			read -r comm <$f
			case $comm in netrec* | perf | trace-cmd) ;; *) continue ;; esac
			for f in ${f%comm}task/*/schedstat; do
				read -r ns rest <$f
				cpu_ns=$((cpu_ns + ns))
			done
		done 2>/dev/null
	}
	load() { $traffic rr $to 5000 $1 200; }
	load 200 >/dev/null # flows, caches and pools as they are in the long run
	cpu_time
	before=$cpu_ns
	load $requests >$dir/out
	cpu_time
	echo $((cpu_ns - before)) >$dir/recorder
	date +%s.%N >$dir/stopped
	EOF

each() { sed -n 's/^rr .*mean_ns \([0-9]*\).*/\1/p' $dir/out; }
# per_request NUMBER DIGITS: records and bytes are those of the first requests, too.
per_request() { awk "BEGIN { printf \"%.$2f\", ${1:-0} / ($requests + 200) }"; }
info() { sqlite3 :memory: "SELECT json_extract(readfile('$dir/info'), '\$.recording[0].$1')"; }

# row WHAT PROBES RECORDS BYTES READY ENDED: of the last load; seconds until recording and after it, or null.
row() {
	local added=$(($(each) - none)) recorder=$(($(cat $dir/recorder) / requests))
	printf '%s\n{"what": "%s", "probes": %d, "records": %s, "bytes": %s, "added": %d, "recorder": %d, "programs": %d, ' \
		"$comma" "$1" "$2" "$3" "$4" $added $recorder $((added - recorder)) >>$results
	printf '"ready_s": %s, "ended_s": %s}' "$5" "$6" >>$results
	comma=,
	say "$1: added $added, of that in user space $recorder"
}

# The sampler is a matter of seconds, not of requests: it is left out.
record() {
	local ended
	rm -rf $dir/t.nrec
	# shellcheck disable=SC2086
	$netrec record $1 --sample 1h -o $dir/t.nrec -- bash $dir/load 2>$dir/err || die "netrec record $1: $(cat $dir/err)"
	ended=$(awk "BEGIN { printf \"%.1f\", $(date +%s.%N) - $(cat $dir/stopped) }")
	wait_for 60 bash -c '! pgrep -x netrec-detach'
	$netanalyze info $dir/t.nrec --json >$dir/info
	row "$1" "$(sed -n 's/.* with \([0-9]*\) probes.*/\1/p' $dir/err)" "$(per_request "$(info events)" 1)" \
		"$(per_request "$(info size_bytes)" 0)" "$(sed -n 's/.*ready after \([0-9.]*\) s.*/\1/p' $dir/err)" "$ended"
}

record_perf() {
	local n
	perf record -q -a -o $dir/perf.data -e 'net:*' -e 'skb:*' -- bash $dir/load 2>/dev/null
	n=$(perf report -i $dir/perf.data --stats 2>/dev/null | sed -n 's/.*SAMPLE events: *\([0-9]*\).*/\1/p' | head -n 1)
	row "perf record -a -e net:* -e skb:*" "$(perf evlist -i $dir/perf.data | grep -c :)" "$(per_request "$n" 1)" \
		"$(per_request "$(stat -c %s $dir/perf.data)" 0)" null null
}

record_trace_cmd() {
	trace-cmd record -q -o $dir/trace.dat -e net -e skb bash $dir/load >/dev/null 2>&1
	row "trace-cmd record -e net -e skb" "$(ls -d /sys/kernel/tracing/events/{net,skb}/*/ | wc -l)" \
		"$(per_request "$(trace-cmd report -i $dir/trace.dat 2>/dev/null | grep -c ' \[0')" 1)" \
		"$(per_request "$(stat -c %s $dir/trace.dat)" 0)" null null
}

topology_up system
export traffic to=$peer_ip
in_ns peer $traffic rr-server 5000 >/dev/null &
wait_for 20 in_ns peer grep -qs ':1388 ' /proc/net/tcp6 || die "the server does not serve"
bash $dir/load
bash $dir/load
none=$(each)
results=/lab/results/requests.json comma=
printf '{"kernel": "%s", "machine": "%s", "requests": %d, "base": %d, "rows": [' \
	"$(uname -r)" "$(uname -m), QEMU TCG, one CPU, instructions counted" "$requests" "$none" >$results
say "a request takes $none"
for what; do
	case $what in
	perf) record_perf ;;
	trace-cmd) record_trace_cmd ;;
	*) record "$what" ;;
	esac
done
printf '\n]}\n' >>$results
