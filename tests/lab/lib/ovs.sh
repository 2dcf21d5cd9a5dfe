# ovs.sh: Open vSwitch, started by hand.

ovs_dir=/run/openvswitch

# OVS 3.1 counts its CPUs as 0 when it starts within 10 s of boot, and then loses every upcall.
ovs_wait_for_uptime() {
	while [ "$(cut -d. -f1 /proc/uptime)" -lt 12 ]; do sleep 0.3; done
}

# ovs_start [VAR=VALUE…]: with these in the environment of ovs-vswitchd.
ovs_start() {
	[ -e $ovs_dir/vswitchd.pid ] && return
	modprobe openvswitch
	mkdir -p $ovs_dir
	if [ ! -e $ovs_dir/conf.db ]; then
		ovsdb-tool create $ovs_dir/conf.db /usr/share/openvswitch/vswitch.ovsschema
		ovsdb-server $ovs_dir/conf.db --remote=punix:$ovs_dir/db.sock --pidfile=$ovs_dir/ovsdb.pid --detach \
			--log-file=$ovs_dir/ovsdb.log -vconsole:off
		ovs-vsctl --no-wait init
	fi
	ovs_wait_for_uptime
	env "$@" ovs-vswitchd unix:$ovs_dir/db.sock --pidfile=$ovs_dir/vswitchd.pid --detach \
		--log-file=$ovs_dir/vswitchd.log -vconsole:off
	wait_for 20 ovs-appctl -t $ovs_dir/ovs-vswitchd."$(cat $ovs_dir/vswitchd.pid)".ctl version || die "ovs-vswitchd does not answer"
}

ovs_pid() {
	cat $ovs_dir/vswitchd.pid
}

# ovs_handlers: their thread ids. Threads of libc that write the log bear the name of the thread that had something to
# write, and come later than the handlers, of which there is one for each CPU.
ovs_handlers() {
	threads_of "$(ovs_pid)" 'handler*' | sort -n | head -n "$(nproc)"
}

# ovs_stop [--cleanup]: without it the datapath stays, and the addresses of its internal ports with it.
ovs_stop() {
	[ -e $ovs_dir/vswitchd.pid ] || return 0
	local pid
	pid=$(ovs_pid)
	kill -CONT "$pid" 2>/dev/null
	ovs-appctl -t $ovs_dir/ovs-vswitchd."$pid".ctl exit "$@" >/dev/null 2>&1 || kill "$pid"
	wait_for 10 test ! -d /proc/"$pid" || kill -9 "$pid"
	rm -f $ovs_dir/vswitchd.pid $ovs_dir/ovs-vswitchd.*.ctl
}

# ovs_restart [VAR=VALUE…]: bridges and ports come back from the database.
ovs_restart() {
	ovs_stop
	ovs_start "$@"
	wait_for 15 in_ns peer ping -q -c 1 -W 2 $host_ip || die "OVS does not forward after a restart"
}

ovs_close() {
	ovs_stop --cleanup
	[ ! -e $ovs_dir/ovsdb.pid ] || kill "$(cat $ovs_dir/ovsdb.pid)"
}

# ovs_flush_coverage: a handler adds its own counters to those that coverage/show prints at most once a second, and only
# when an upcall comes. One for each of the two: a packet to a MAC address that no flow knows, from each CPU.
ovs_flush_coverage() {
	sleep 1.5
	taskset -c 0 $traffic udp $guest_ip 9 1 1 100 >/dev/null
	taskset -c 1 ping -q -c 1 -W 1 $guest_ip >/dev/null
	sleep 0.5
}
