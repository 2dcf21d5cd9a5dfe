#!/bin/sh
# analyzer/REPLACES.md keeps its word: every command in it works, every script and option of the tools it is about is in it,
# and so are every view and every profile. Commands of netanalyze run on recordings with known content; those of netrec are
# parsed, and, as root on a host that can record, run for a moment.
# NETANALYZE, NETREC, MAKE_TRACE: the programs under test.
set -u
cd "$(dirname "$0")/../.." || exit 1
netanalyze=$(realpath "${NETANALYZE:-build/netanalyze}") netrec=$(realpath "${NETREC:-build/netrec}")
make_trace=$(realpath "${MAKE_TRACE:-build/tests/cli/make_trace}")
page=$PWD/analyzer/REPLACES.md
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export TZ=UTC NO_COLOR=1
failed=0

fail() {
	echo "$*"
	failed=1
}

# ---- what has to be in the page -------------------------------------------------------------------

# One line for each cell of the second column: SCRIPTS<tab>OPTIONS. An empty first cell: the script of the row above.
awk -F ' *[|] *' '/^[|]/ && NF >= 6 { if ($2 != "") script = $2; print script "\t" $3 }' "$page" >"$dir/options"

# script NAME OPTION…
script() {
	name=$1
	shift
	grep -F "\`$name\`" "$dir/options" >"$dir/rows" || { fail "REPLACES.md does not mention $name"; return; }
	for option; do
		cut -f 2 "$dir/rows" | grep -qF -e "\`$option\`" || fail "REPLACES.md does not mention $option of $name"
	done
}

while read -r name options; do
	# shellcheck disable=SC2086 # options are words
	[ -z "$name" ] || script "$name" $options
done <<'LIST'
kernel_drop_stack_stats_summary_all.py --interval --duration --top --name --src-ip --dst-ip --src-port --dst-port --l4-protocol --max-entries --group-by
kernel_drop_stack_stats_summary.py
kernel_drop_stack_stats.bt
drop_monitor_controller.py
phy_net_drop_detector.py
latency_trigger_capture.py
pps_monitor_bcc.py
pps_monitor_capture.py
eth_drop.py --type --l4-protocol --src-ip --dst-ip --src-port --dst-port --vlan-id --interface --verbose --no-stack-trace --disable-normal-filter
qdisc_drop_trace.py --interface --verbose --interval --drops-only --summary
system_network_latency_summary.py --phy-interface --direction --src-ip --dst-ip --src-port --dst-port --protocol --interval --stage-latency --top --sort-by
system_network_latency_details.py --phy-interface --direction --src-ip --dst-ip --src-port --dst-port --protocol --latency-us
system_network_perfomance_metrics.py --internal-interface --phy-interface --src-ip --dst-ip --src-port --dst-port --protocol --direction --latency-us --enable-ct --verbose
system_network_icmp_rtt.py --src-ip --dst-ip --phy-interface --latency-ms --direction --disable-kernel-stacks
kernel_icmp_rtt.py --interface --debug
enqueue_to_iprec_latency_summary.py
enqueue_to_iprec_latency_threshold.py
system_network_rx_internal_port_latency_details.py
ksoftirqd_sched_latency_summary.py
vm_network_latency_summary.py --vm-interface --phy-interface --vm-ip --src-ip --dst-ip --src-port --dst-port --protocol --direction --interval --enable-ct --stage-latency --top --sort-by
vm_network_performance_metrics.py --vm-interface --phy-interface --vm-ip --src-ip --dst-ip --src-port --dst-port --protocol --direction --latency-us --enable-ct
vm_network_latency_details.py --vm-interface --phy-interface --src-ip --dst-ip --src-port --dst-port --protocol --direction --latency-us
vm_pair_latency.py
multi_vm_pair_latency.py --send-dev --recv-dev --ports
multi_vm_pair_latency_pairid.py
vm_pair_gap.py --threshold
multi_port_gap.py --threshold
multi_vm_pair_multi_port_gap.py --threshold
vm_icmp_e2e_latency_aggregator.py
ovs_upcall_latency_summary.py --src-ip --dst-ip --src-port --dst-port --protocol --proto --interval
ovs_userspace_megaflow.py --debug --eth-src --eth-dst --eth-type --src-ip --ip-src --dst-ip --ip-dst --ip-proto --protocol --l4-src-port --l4-dst-port
ovs-kernel-module-drop-monitor.py --src-ip --dst-ip --protocol --src-port --dst-port
queue_userspace_packet_retval.py --filter-error
ovs_mcast_action_trace.py
ovs-upcall-execute.py
ovs-clone-execute-summary.py
ovs_megaflow_kernel_parse.py
offcputime-ts.py -p -t -u -k -U -K -d -f -s --stack-storage-size -m -M --state -I
pthread_rwlock_wrlock.bt
pthread_rwlock_wrlock-stack.bt
futex.bt
cpu_monitor.sh -c -i -l -t --perf-output
sched_latency_monitor.sh
fast_cpu_monitor.sh
nic_irq_numa_map.sh
nic_irq_set_affinity.sh
vhost_sched_config_check.sh
vhost_wakeup_latency.py
tun_ring_monitor.py --device --src-ip --dst-ip --src-port --dst-port --protocol --all --verbose
tun-tx-ring-stas.bt
tun_to_vhost_queue_stats_full_summary.py --device --queue --interval -T --debug
tun_to_vhost_queue_status_simple_summary.py
tun-abnormal-gso-type.bt
tun_tx_to_kvm_irq.py
vhost_eventfd_count.py -i -c
vhost_eventfd_count.bt
vhost_queue_correlation_simple.py --debug
vhost_queue_correlation_details.py --device --queue --verbose
vhost_queue_correlation_monitor.py
sort_vhost_queue_correlation_monitor_signals.py
vhost_buf_peek_stats.py -i -c
kvm_vhost_tun_latency_summary.py
kvm_vhost_tun_latency_details.py
kvm_vhost_tun_latency_no_discovery.py
kvm_irqfd_stats_summary.py --interval --vhost-pid --category --subcategory
kvm_irqfd_stats_summary_arm.py
virtnet_poll_monitor.py --device --queue
virtnet_irq_monitor.py --irqs
virtionet-rx-path-monitor.bt
virtionet-rx-path-summary.bt
virtnet_poll_stack_stats.bt
trace_int_final.bt
trace_virtio_net_rcvbuf.bt
qdisc_lateny_details.py --dev --src-ip --dst-ip --src-port --dst-port --proto
trace_conntrack.py --src-ip --dst-ip --protocol --ports --rel-time --filters-file --stack
trace-ovs-ct-invalid.bt
trace_ip_defrag.py
trace-abnormal-arp
trace_dev_queue_xmit
trace-qdisc-dequeue
trace_tc_qdisc
trace_offloading_segment
trace_vlanvm_udp_workload
vpc-vm-udp-datapath
iface_netstat.py
iface_netstat.c
tcp_connection_analyzer.py --role --interval --json
tcp_perf_observer.py
tcp_rtt_inflight_hist.py
tcp_send_rtt_inflight_hist.py
syscall_recv_latency_summary.py
icmp_path_tracer.py --rx-iface --tx-iface --timeout-ms
tcp_path_tracer.py
udp_path_tracer.py
icmp_drop_detector.py
tcp_drop_detector.py
udp_drop_detector.py
deploy_full_mesh_icmp_tracer.py
vxlan_tracer.py
skb_frag_list_watcher.py
skb_vxlan_source_detector.py
pcap_analyzer
tcpsocket_analyzer
LIST

for view in $(sed -n 's/^VIEW([a-z_]*, "\([a-z-]*\)".*/\1/p' analyzer/print/views.def); do
	grep -qE "\`netanalyze show $view TRACE" "$page" || fail "REPLACES.md does not use the view $view"
done
for profile in $(sed -n 's/^PROFILE(\([a-z]*\),.*/\1/p' recorder/profiles.def); do
	[ "$profile" = host ] && continue # the default: it is what a command without -p records
	grep -qE "\`netrec [a-z]* [^\`]*-p ([a-z]*,)*$profile[ ,\`]" "$page" || fail "REPLACES.md does not use the profile $profile"
done
# A stage that is named has to be one.
awk '/^[|] old [|] now/ { on = 1; next } !/^[|]/ { on = 0 } on' "$page" | cut -d '|' -f 3 | grep -o '`[^`]*`' | tr -d '`' | sort -u >"$dir/stages"
for stage in $(cat "$dir/stages"); do
	grep -q "^STAGE([0-9]*, $stage," format/stages.def || fail "REPLACES.md names $stage, which is no stage"
done

# A row that says none has to say why.
awk -F ' *[|] *' '/^[|]/ && NF == 7 && $2 != "script" && ($4 == "none" || $5 == "none") && $6 == "" { print "REPLACES.md does not say why there is none: " $0; bad = 1 } END { exit bad }' "$page" || failed=1

# ---- its commands ---------------------------------------------------------------------------------

grep -oE '`net(rec|analyze) [^`]*`' "$page" | tr -d '`' | sort -u >"$dir/commands"
[ "$(wc -l <"$dir/commands")" -ge 80 ] || fail "only $(wc -l <"$dir/commands") commands were found in REPLACES.md"
chmod 755 "$dir"
cp tests/cli/monitor/ping.txt "$dir/"
cd "$dir" || exit 1
"$make_trace" web.nrec && "$make_trace" --vm vm.nrec && "$make_trace" --ovs ovs.nrec || exit 1
mkdir bin
ln -s "$netanalyze" bin/netanalyze
cp "$netrec" bin/netrec # where another user may run it
printf '#!/bin/sh\necho %d\n' $$ >bin/pidof
chmod 755 bin bin/*
PATH=$dir/bin:$PATH

# asked COMMAND: it works, and one of the recordings has what it asks for.
asked() {
	for trace in web vm ovs; do
		rm -f late.db
		sh -c "$(printf '%s\n' "$1" | sed "s/\<TRACE\>/$trace.nrec/g")" >out 2>err </dev/null
		status=$?
		[ $status = 0 ] && [ -s out ] && ! grep -v ' analyzed in ' err | grep -q . ||
			{ fail "$1: status $status on $trace.nrec:"; cat err; return; }
		# The first table of a view: a title and what is below it.
		sed -n '4p' out | grep -q '^not observed' || return
	done
	fail "$1: was not observed in any of the recordings"
}

# recorded COMMAND: its arguments are accepted, and it records. To save time only one command of each selection of probes runs.
unprivileged=
[ "$(id -u)" = 0 ] && unprivileged='setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all'
can_record=
[ "$(id -u)" = 0 ] && netrec check >/dev/null 2>&1 && can_record=1
ran=0 refused=0
: >probes
recorded() {
	command=$(printf '%s\n' "$1" | sed -e 's/^netrec record/& -q -t 50ms/' -e 's/ -t 60s//' -e 's/ -o [a-z.]*//' -e 's/^netrec record/& -o t.nrec/')
	$unprivileged sh -c "$command" >out 2>err </dev/null
	status=$?
	# Every argument was understood when only the rights are missing.
	[ $status = 4 ] && grep -q 'recording needs root' err || { fail "$1: status $status without privileges:"; cat err; return; }
	probes=$(printf '%s\n' "$1" | grep -oE -e ' -[pe] [a-z_,]*')
	[ "$can_record" ] && ! grep -qxF -e "<$probes>" probes || return
	echo "<$probes>" >>probes
	sh -c "$command" >out 2>err </dev/null
	status=$?
	if [ $status = 4 ] && grep -q 'no probe could be attached' err; then
		refused=$((refused + 1))
	elif [ $status != 0 ]; then
		fail "$1: status $status:"
		cat err
	else
		ran=$((ran + 1))
		netanalyze verify t.nrec >out 2>&1 || { fail "$1: the recording is not intact:"; cat out; }
	fi
	rm -rf t.nrec
}

# What a row records is what its question needs. An empty cell is the one above it, "none" the default profile.
sampled='netdev qdisc cputime softnet counter cost'
awk -F ' *[|] *' '/^[|]/ && NF == 7 { if ($2 != "") record = ask = ""; if ($4 != "") record = $4; if ($5 != "") ask = $5; if (match(ask, /show [a-z-]+ TRACE/))
	{ view = substr(ask, RSTART + 5, RLENGTH - 11); sel = match(record, / -[pe] [a-z_,]+/) ? substr(record, RSTART, RLENGTH) : " -p host"; print view, sel } }' "$page" | sort -u >rows
while read -r view selection; do
	types=$(sed -n "s/^VIEW([a-z_]*, \"$view\", TYPES(\([^)]*\)).*/\1/p" "$OLDPWD/analyzer/print/views.def" | tr -d '",')
	[ "$types" ] || continue # made of every recording
	# shellcheck disable=SC2086
	recorded=" $sampled $(netrec probes $selection | awk 'NR > 1 && !/ not wanted / { print $2 }' | sort -u | tr '\n' ' ')"
	found=
	for type in $types; do
		case $recorded in *" $type "*) found=1 ;; esac
	done
	[ "$found" ] || fail "REPLACES.md asks for $view of netrec record $selection, which records none of: $types"
done <rows

while read -r command; do
	case $command in
	netanalyze*) asked "$command" ;;
	"netrec record"*) recorded "$command" ;;
	*)
		sh -c "$command" >out 2>err </dev/null
		status=$?
		[ $status = 0 ] || [ $status = 4 ] && [ -s out ] && [ ! -s err ] || { fail "$command: status $status:"; cat err; }
		;;
	esac
done <commands
echo "$(wc -l <commands) commands; $ran selections of probes recorded, $refused whose probes this kernel has not"
[ "$can_record" ] || echo "netrec cannot record here: its commands were only parsed"
exit $failed
