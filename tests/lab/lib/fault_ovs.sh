# fault_ovs.sh: faults of Open vSwitch.

# fault_ovs_drop MATCH: an OpenFlow rule that drops.
fault_ovs_drop() {
	ovs-ofctl add-flow br0 "priority=100,$1,actions=drop" || die "OVS refuses the rule $1"
	undo ovs-ofctl del-flows br0 "'$1'"
}

# fault_ovs_commit MATCH ZONE: packets that match are committed to connection tracking.
fault_ovs_commit() {
	ovs-ofctl add-flow br0 "priority=100,$1,actions=ct(commit,zone=$2),NORMAL" || die "OVS refuses the rule $1"
	undo ovs-ofctl del-flows br0 "'$1'"
	undo conntrack -D -w "$2" '>/dev/null 2>&1'
}

# fault_ovs_zone_limit ZONE N: as many connections fit in there.
fault_ovs_zone_limit() {
	ovs-appctl -T 5 -t $ovs_dir/ovs-vswitchd."$(ovs_pid)".ctl dpctl/ct-set-limits zone="$1",limit="$2" || die "OVS sets no limit"
	undo ovs-appctl -T 5 -t $ovs_dir/ovs-vswitchd."$(ovs_pid)".ctl dpctl/ct-del-limits zone="$1"
}

# fault_ovs_mtu PORT BYTES: a port with a smaller MTU than the bridge, which keeps 1500.
fault_ovs_mtu() {
	ovs-vsctl -t 10 set interface br0 mtu_request=1500
	undo ovs-vsctl -t 10 remove interface br0 mtu_request 1500
	undo ip link set "$1" mtu 1500
	ip link set "$1" mtu "$2" || die "cannot set the MTU of $1"
	sleep 1
}

# fault_ovs_ports N [MAX_IDLE [TABLES]]: N OpenFlow rules on UDP ports, of the family of vary_family, so that the datapath
# needs a flow of its own for nearly each port: traffic to random ports misses nearly always. Flows are forgotten after
# MAX_IDLE ms. A miss goes through so many TABLES more.
fault_ovs_ports() {
	local max_idle=${2:-1000}
	undo ovs-vsctl -t 10 remove open_vswitch . other_config max-idle
	ovs-vsctl -t 10 set open_vswitch . other_config:max-idle="$max_idle"
	undo ovs-ofctl del-flows br0 $of_udp
	awk -v n="$1" -v udp=$of_udp -v tables="${3:-0}" '
		function to(table) { return table < tables ? "resubmit(," table + 1 ")" : "NORMAL" }
		BEGIN {
			for (i = 0; i < n; i++)
				printf "priority=10,%s,tp_dst=%d,actions=%s\n", udp, 1024 + int(i * 64000 / n), to(0)
			for (i = 1; i <= tables; i++)
				printf "table=%d,priority=10,%s,actions=%s\n", i, udp, to(i)
		}' |
		ovs-ofctl add-flows br0 - || die "OVS refuses the rules"
}

# fault_ovs_stop SECONDS: vswitchd is stopped that long, in the background.
fault_ovs_stop() {
	local pid
	pid=$(ovs_pid)
	undo kill -CONT "$pid"
	kill -STOP "$pid"
	(sleep "$1"; kill -CONT "$pid") &
	note vswitchd_stopped_ms "$(($1 * 1000))"
}

# fault_ovs_one_cpu CPU: every thread of vswitchd there.
fault_ovs_one_cpu() {
	taskset -a -p -c "$1" "$(ovs_pid)" >/dev/null || die "cannot bind vswitchd"
	undo taskset -a -p -c 0-1 "$(ovs_pid)"
}

# fault_ovs_lock HOLD_MS EVERY_MS [SWEEP]: a revalidator thread holds the lock that handlers need; asleep, or while it computes,
# so many times in a row. Restarts vswitchd.
fault_ovs_lock() {
	rm -f $state/holdlock
	ovs_restart LD_PRELOAD=$lab/bin/holdlock.so HOLDLOCK_MS="$1" HOLDLOCK_EVERY_MS="$2" HOLDLOCK_SWEEP="${3:-0}" HOLDLOCK_LOG=$state/holdlock
	undo ovs_restart
}

# note_ovs_lock: how often it was held, for how long in total, and how long handlers waited for a lock.
note_ovs_lock() {
	note lock_held "$(grep -c held $state/holdlock)"
	note lock_held_ns "$(awk '$2 == "held" { n += $3 } END { print n + 0 }' $state/holdlock)"
	note lock_waited_ns "$(awk '$2 == "waited" { n += $3 } END { printf "%.0f", n }' $state/holdlock)"
}

# ovs_forget_flows: the datapath knows no flow, so that the next packet of each is sent up.
ovs_forget_flows() {
	ovs-appctl -T 5 -t $ovs_dir/ovs-vswitchd."$(ovs_pid)".ctl dpctl/del-flows || die "OVS keeps its flows"
}

# fault_ovs_conntrack: IP goes through connection tracking and is then looked up again.
fault_ovs_conntrack() {
	undo ovs-ofctl del-flows br0 "'table=1'"
	undo ovs-ofctl del-flows br0 "'ip,ct_state=-trk'"
	printf '%s\n' 'table=0,priority=50,ip,ct_state=-trk,actions=ct(commit,table=1)' 'table=1,actions=NORMAL' |
		ovs-ofctl add-flows br0 - || die "OVS refuses the rules"
}

# fault_ovs_meter MATCH RATE: an OpenFlow meter lets RATE packets a second of them pass.
fault_ovs_meter() {
	ovs-ofctl -O OpenFlow13 add-meter br0 "meter=1,pktps,burst,band=type=drop,rate=$2,burst_size=$2" || die "OVS refuses the meter"
	undo ovs-ofctl -O OpenFlow13 del-meter br0 meter=1
	ovs-ofctl -O OpenFlow13 add-flow br0 "priority=100,$1,actions=meter:1,normal" || die "OVS refuses the rule $1"
	undo ovs-ofctl del-flows br0 "'$1'"
}

# fault_ovs_nested MATCH: each of them goes through connection tracking three times, and each of these again, five deep.
fault_ovs_nested() {
	local t
	undo ovs-ofctl del-flows br0 "'$1'"
	for t in 0 1 2 3 4; do
		ovs-ofctl add-flow br0 "table=$t,priority=100,$1,actions=ct(table=$((t + 1))),ct(table=$((t + 1))),ct(table=$((t + 1)))" || die "OVS refuses the rule $1"
	done
	ovs-ofctl add-flow br0 "table=5,priority=100,$1,actions=drop"
}

# fault_ovs_policing PORT KBIT: Open vSwitch lets so much in by it, by a filter of tc.
fault_ovs_policing() {
	undo ovs-vsctl -t 10 set interface "$1" ingress_policing_rate=0 ingress_policing_burst=0
	ovs-vsctl -t 10 set interface "$1" ingress_policing_rate="$2" ingress_policing_burst=$(($2 / 10)) || die "cannot police $1"
	wait_for 10 eval "tc filter show dev $1 ingress 2>/dev/null | grep -q police" || die "no policer: $(tc filter show dev "$1" ingress)"
}

# fault_ovs_flow_limit N: it puts no more flows into the datapath than that.
fault_ovs_flow_limit() {
	undo ovs-vsctl -t 10 remove open_vswitch . other_config flow-limit
	ovs-vsctl -t 10 set open_vswitch . other_config:flow-limit="$1" || die "no limit of flows"
}

# fault_ovs_mirror PORT UDP_PORT N: datagrams to UDP_PORT that come in at PORT go to N devices that swallow them.
fault_ovs_mirror() {
	local i add= del= to=
	for i in $(seq "$3"); do
		ip link add sink$i up type dummy || die "no device that swallows packets"
		undo ip link del sink$i
		add="$add -- add-port br0 sink$i" del="$del -- --if-exists del-port br0 sink$i" to=$to,output:sink$i
	done
	undo ovs-vsctl -t 20 $del
	ovs-vsctl -t 20 $add || die "Open vSwitch refuses $3 devices"
	undo ovs-ofctl del-flows br0 "'udp,tp_dst=$2'"
	ovs-ofctl --names add-flow br0 "priority=50,in_port=$1,udp,tp_dst=$2,actions=${to#,}" || die "OVS refuses the rule"
}
