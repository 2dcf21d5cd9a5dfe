# truth.sh: what happened, as the traffic tools and the kernel's own counters tell it, without the recorder.
#
# All in key=value lines. truth_begin and truth_end read every counter; what is kept is the difference.
# Names: link_NS_DEVICE_rx_packets, snmp_NS_Udp_InErrors, snmp6_NS_Ip6ReasmReqds, qdisc_NS_DEVICE_HANDLE_dropped, nft_NS_COUNTER,
# ovs_hit/missed/lost, coverage_dpif_execute (what ovs-vswitchd counts), conntrack_NS_drop,
# ethtool_host_eth0_rx_queue_0_packets, host_irq_virtio2_input_0, softnet_dropped, arp_cache_table_fulls, sched_cpu_handler_TID and
# sched_wait_handler_TID (ns; threads of ovs-vswitchd, ksoftirqd and vhost). NS is host, peer or guest. Of the KVM
# guest, as it sees itself:
# vm_link_eth0_rx_packets, vm_irq_virtio0_input_0.

truth_counters() {
	local ns
	for ns in host $(ip netns list | cut -d' ' -f1); do
		in_ns "$ns" cat /proc/net/dev | awk -v ns="$ns" '
			NR > 2 { sub(":", " "); d = $1; gsub("[^A-Za-z0-9]", "_", d); p = "link_" ns "_" d
				print p "_rx_bytes=" $2; print p "_rx_packets=" $3; print p "_rx_errors=" $4; print p "_rx_dropped=" $5
				print p "_tx_bytes=" $10; print p "_tx_packets=" $11; print p "_tx_errors=" $12; print p "_tx_dropped=" $13 }'
		in_ns "$ns" cat /proc/net/snmp /proc/net/netstat | awk -v ns="$ns" '
			FNR % 2 { split($0, name); next }
			{ p = $1; sub(":", "", p); for (i = 2; i <= NF; i++) print "snmp_" ns "_" p "_" name[i] "=" $i }'
		in_ns "$ns" awk -v ns="$ns" '/^(Ip6Reasm|Udp6)/ { print "snmp6_" ns "_" $1 "=" $2 }' /proc/net/snmp6
		in_ns "$ns" tc -s qdisc show | awk -v ns="$ns" '
			/^qdisc/ { h = $3; sub(":", "", h); gsub("[^A-Za-z0-9]", "_", $5); p = "qdisc_" ns "_" $5 "_" h }
			/^ Sent/ { sub(",", "", $7); sub(",", "", $9); print p "_packets=" $4; print p "_dropped=" $7; print p "_overlimits=" $9 }'
		in_ns "$ns" nft list counters 2>/dev/null | awk -v ns="$ns" '
			$1 == "counter" { n = $2 } $1 == "packets" { print "nft_" ns "_" n "=" $2 }'
		[ ! -e /proc/sys/net/netfilter/nf_conntrack_count ] || in_ns "$ns" conntrack -S 2>/dev/null | awk -v ns="$ns" '
			{ for (i = 2; i <= NF; i++) { split($i, f, "="); sum[f[1]] += f[2] } } END { for (k in sum) print "conntrack_" ns "_" k "=" sum[k] }'
	done
	virtio_interrupts host_ </proc/interrupts
	ethtool -S eth0 2>/dev/null | awk '/_queue_[0-9]+_packets/ { sub(":", ""); print "ethtool_host_eth0_" $1 "=" $2 }'
	[ ! -e $ovs_dir/vswitchd.pid ] || ovs-dpctl show 2>/dev/null | awk '
		/lookups:/ { for (i = 2; i <= NF; i++) { split($i, f, ":"); print "ovs_" f[1] "=" f[2] } }'
	[ ! -e $ovs_dir/vswitchd.pid ] || ovs-appctl -T 5 -t $ovs_dir/ovs-vswitchd."$(ovs_pid)".ctl coverage/show 2>/dev/null |
		sed -n 's/^\(dpif_[a-z_]*\) .*total: \([0-9]*\)$/coverage_\1=\2/p'
	[ ! -e $ovs_dir/vswitchd.pid ] || truth_schedstat "$(ovs_pid)"
	truth_neighbours
	pgrep '^ksoftirqd/' | waits_of ksoftirqd
	[ ! -e $state/guest.pid ] || guest_vhost_tids | waits_of vhost
	truth_softnet
	[ ! -e $state/guest.pid ] || guest_is_stopped || guest_counters vm_
}

# Time on a CPU and waiting for one, by the scheduler's own account, of threads that are there at the end.
truth_schedstat() {
	local t
	for t in /proc/"$1"/task/*; do
		echo "${t##*/}" | waits_of "$(sed 's/[^a-z].*//' "$t/comm" 2>/dev/null)"
	done
}

# waits_of NAME: likewise of the threads on its input, as sched_cpu_NAME_TID and sched_wait_NAME_TID.
waits_of() {
	while read -r t; do
		echo "$1_$t $(cat /proc/"$t"/schedstat 2>/dev/null)"
	done | awk 'NF == 4 { print "sched_cpu_" $1 "=" $2; print "sched_wait_" $1 "=" $3 }'
}

# cpu_time PID: of all its threads, ns.
cpu_time() {
	cat /proc/"$1"/task/*/schedstat | awk '{ n += $1 } END { printf "%.0f", n }'
}

# The table of IPv4 neighbours, one for all namespaces; a column for each counter, a line for each CPU, in hex.
truth_neighbours() {
	local entries line sum=0
	while read -r entries line; do
		[ "$entries" = entries ] || sum=$((sum + 0x${line##* }))
	done </proc/net/stat/arp_cache
	echo "arp_cache_table_fulls=$sum"
}

truth_softnet() {
	local processed=0 dropped=0 squeezed=0 a b c rest
	while read -r a b c rest; do
		processed=$((processed + 0x$a)) dropped=$((dropped + 0x$b)) squeezed=$((squeezed + 0x$c))
	done </proc/net/softnet_stat
	printf 'softnet_processed=%d\nsoftnet_dropped=%d\nsoftnet_squeezed=%d\n' $processed $dropped $squeezed
}

truth_begin() {
	truth_counters >"$1/counters.before"
}

# Waits until no link counter has moved for 0.6 s.
truth_settle() {
	local before= after= i ns
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		after=$(for ns in host $(ip netns list | cut -d' ' -f1); do in_ns "$ns" cat /proc/net/dev; done)
		[ "$before" != "$after" ] || return 0
		before=$after
		sleep 0.6
	done
	say "the links did not become quiet"
}

truth_end() {
	truth_counters >"$1/counters.after"
	awk -F= 'NR == FNR { old[$1] = $2; next } { printf "%s=%.0f\n", $1, $2 - old[$1] }' "$1/counters.before" "$1/counters.after" >>"$1/truth"
}

# Functions that are still hooked when netrec has ended, and what goes on taking its probes off.
note_probes_left() {
	wait_for 60 bash -c '! pgrep -x netrec-detach' || say "netrec-detach is still there"
	note functions_left "$(grep -c . /sys/kernel/tracing/enabled_functions)"
}

# count_calls_begin FUNCTION…, count_calls_end: notes how often the kernel called them in between, as calls_FUNCTION.
count_calls_begin() {
	local f tracing=/sys/kernel/tracing
	undo count_calls_stop
	for f in "$@"; do
		echo "p:lab/$f $f" >>$tracing/kprobe_events || die "no function $f"
	done
	echo 1 >$tracing/events/lab/enable
}

count_calls_end() {
	awk '{ print "calls_" $1 "=" $2 }' /sys/kernel/tracing/kprobe_profile >>"$LAB_DIR/truth"
	count_calls_stop
}

count_calls_stop() {
	[ -e /sys/kernel/tracing/events/lab ] || return 0
	echo 0 >/sys/kernel/tracing/events/lab/enable
	echo >/sys/kernel/tracing/kprobe_events
}

# note KEY VALUE: adds to the truth of the running scenario.
note() {
	echo "$1=$2" >>"$LAB_DIR/truth"
}

# begins NAME, ends NAME: when a stream of traffic did, as NAME_from and NAME_to: what was lost before or after it is not
# missing from its count. Without an end: that of all traffic.
begins() {
	note "$1_from" "$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)"
}

ends() {
	note "$1_to" "$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)"
}

# count_futexes_begin, count_futexes_end TID…: notes how many futex calls these threads made in between, as the kernel counts
# them by itself.
futex_calls=/sys/kernel/tracing/events/syscalls/sys_enter_futex

count_futexes_begin() {
	[ -d $futex_calls ] || mount -t tracefs tracefs /sys/kernel/tracing
	undo "echo '!hist:keys=common_pid:size=4096' >$futex_calls/trigger"
	echo 'hist:keys=common_pid:size=4096' >$futex_calls/trigger || die "no histogram of futex calls"
}

count_futexes_end() {
	local counted
	counted=$(cat $futex_calls/hist)
	echo "$counted" >"$LAB_DIR/futex-calls.txt"
	note futex_calls "$(printf '%s\n' "$@" | awk 'NR == FNR { mine[$1] = 1; next } /common_pid:/ { t = $3 + 0; if (t in mine) n += $NF } END { print n + 0 }' - "$LAB_DIR/futex-calls.txt")"
}
