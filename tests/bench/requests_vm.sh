#!/bin/bash
# Counts what recording adds to a TCP request and its answer, 200 bytes each, from the host through Open vSwitch into
# another namespace and back, or to another LOAD: runs in the lab's VM with LAB_THREADS=counted, where a nanosecond is an
# instruction. There is one CPU, so the recorder's own threads are part of it. requests.sh prints what this leaves in
# /lab/results/requests.json.
#   requests_vm.sh WHAT…    as requests.sh has it
. /lab/lib/lab.sh
export requests=${REQUESTS:-1000} rounds=${ROUNDS:-5} dir=/run/bench to=$peer_ip traffic
case ${LOAD:=request} in
request) load="rr $to 5000 $requests 200 warm=200" warm=200 ;;
flood) load="udp $to 6000 $requests 0 18" warm=0 ;;
flows) load="udp 10.97.0.1 6000 $requests 0 18 hosts=10000" warm=0 ;;
pingpong) load="pingpong $requests" warm=0 ;;
*) die "no load '$LOAD'" ;;
esac
export load warm
LAB_DIR=$dir
netrec=$lab/bin/netrec netanalyze=$lab/bin/netanalyze
mkdir -p $dir

# The command that is recorded: rounds of the load, each with what a request took, without what the recorder's threads had
# of that time, and what those had for it in all: they work in portions, the last of which comes within a second.
cat >$dir/load <<-'EOF'
	cpu_time() {
		local f comm rest ns
		cpu_ns=0 threads=
		for f in /proc/[0-9]*/comm; do
			read -r comm <$f
			case $comm in netrec* | perf | trace-cmd | bpftrace) ;; *) continue ;; esac
			for f in ${f%comm}task/*/schedstat; do
				read -r ns rest <$f
				cpu_ns=$((cpu_ns + ns)) threads+=,$f
			done
		done 2>/dev/null
	}
	rm -f $dir/rounds
	sleep 1 # what is older is on disk: a round has no part of another one's blocks
	cpu_time
	quiet=$cpu_ns
	sleep 1
	cpu_time
	quiet=$((cpu_ns - quiet))
	for _ in $(seq $rounds); do
		cpu_time
		before=$cpu_ns
		$traffic $load beside=${threads#,} >$dir/out # nothing else at the same time, there is one CPU
		sleep 1
		cpu_time
		took=$(sed 's/.*\(mean_ns\|ns_each\) \([0-9]*\).* beside_ns \([0-9]*\).*/\2 - \3/' $dir/out)
		echo "$((took)) $(((cpu_ns - before - quiet) / (requests + warm)))" >>$dir/rounds
	done
	date +%s.%N >$dir/stopped
	EOF

# The median of the rounds, free of what else wakes up, and of what the first one grows.
median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }
without_recorder() { sed 's/ .*//' $dir/rounds | median; }
recorder() { sed 's/.* //' $dir/rounds | median; }
# per_request NUMBER DIGITS: of all, those before each round included.
per_request() { awk "BEGIN { printf \"%.$2f\", ${1:-0} / (($requests + $warm) * $rounds) }"; }
info() { sqlite3 :memory: "SELECT json_extract(readfile('$dir/info'), '\$.recording[0].$1')"; }

# row WHAT PROBES RECORDS BYTES READY ENDED: of the last load; seconds until recording and after it, or null.
row() {
	local recorder programs
	recorder=$(recorder)
	programs=$(($(without_recorder) - none))
	printf '%s\n{"what": "%s", "probes": %s, "records": %s, "bytes": %s, "added": %d, "recorder": %d, "programs": %d, ' \
		"$comma" "$1" "$2" "$3" "$4" $((recorder + programs)) "$recorder" $programs >>$results
	printf '"ready_s": %s, "ended_s": %s}' "$5" "$6" >>$results
	comma=,
	say "$1: added $((recorder + programs)), of that in user space $recorder;" $(cat $dir/rounds)
}

detached() { wait_for 60 bash -c '! pgrep -x netrec-detach'; }

# The sampler is a matter of seconds, not of requests: it is left out.
record() {
	local ended
	rm -rf $dir/t.nrec
	# shellcheck disable=SC2086
	$netrec record $1 --sample 1h -o $dir/t.nrec -- bash $dir/load 2>$dir/err || die "netrec record $1: $(cat $dir/err)"
	ended=$(awk "BEGIN { printf \"%.1f\", $(date +%s.%N) - $(cat $dir/stopped) }")
	detached
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

# record_bpftrace WHAT ACTION: on what the profile host has of the packets' way; {} is what any program would cost.
record_bpftrace() {
	local program='' t
	for t in net:{net_dev_queue,net_dev_start_xmit,net_dev_xmit,netif_rx,netif_receive_skb} skb:consume_skb; do
		program+="tracepoint:$t $2 "
	done
	bpftrace -q -o $dir/bpftrace.out -e "$program" -c "/bin/bash $dir/load" >$dir/err 2>&1 ||
		die "bpftrace: $(cat $dir/err)"
	row "$1" 6 null null null null
}

topology_up system
ip -n peer route replace local 10.97.0.0/16 dev lo
ip route replace 10.97.0.0/16 via $peer_ip
in_ns peer $traffic rr-server 5000 >/dev/null &
in_ns peer $traffic sink 6000 >/dev/null &
wait_for 20 in_ns peer grep -qs ':1388 ' /proc/net/tcp6 || die "the server does not serve"
bash $dir/load
bash $dir/load
none=$(without_recorder)
results=/lab/results/requests.json comma=
printf '{"load": "%s", "kernel": "%s", "machine": "%s", "requests": %d, "base": %d, "rows": [' \
	"$LOAD" "$(uname -r)" "$(uname -m), QEMU TCG, one CPU, instructions counted" $((requests * rounds)) "$none" >$results
say "a $LOAD takes $none:" $(cat $dir/rounds)
# Some profiles cost 560 instructions a request more for as long as the kernel runs if they were the first recording of it.
$netrec record -p full -o $dir/t.nrec -- true 2>$dir/err || die "netrec record: $(cat $dir/err)"
detached
for what; do
	case $what in
	perf) record_perf ;;
	trace-cmd) record_trace_cmd ;;
	empty) record_bpftrace 'bpftrace, 6 empty programs' '{ }' ;;
	count) record_bpftrace 'bpftrace, 6 that count' '{ @ = count(); }' ;;
	*) record "$what" ;;
	esac
done
printf '\n]}\n' >>$results
