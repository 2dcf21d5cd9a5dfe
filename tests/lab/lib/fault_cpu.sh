# fault_cpu.sh: CPUs that others need.

# fault_cpu_hog NAME CPU BUSY_MS IDLE_MS SECONDS [PRIORITY]: burns a CPU in the background, FIFO when a priority
# is given. Its time is noted at the end as NAME_spun_ns.
fault_cpu_hog() {
	local name=$1 class=
	[ -z "${6:-}" ] || class="chrt -f $6"
	(note_line "$name" "$($class taskset -c "$2" $traffic hog "$3" "$4" "$5")") &
}

# leave_cpu CPU: this shell goes to the other one, to start senders while hogs have that one.
leave_cpu() {
	taskset -cp $((1 - $1)) $BASHPID >/dev/null
}

# fault_bind CPU TID…: threads are bound to one CPU.
fault_bind() {
	local cpu=$1 t
	shift
	for t in "$@"; do
		undo taskset -p -c 0-1 "$t" '>/dev/null 2>&1'
		taskset -p -c "$cpu" "$t" >/dev/null || die "cannot bind thread $t"
	done
}

# fault_rps NS DEVICE CPU: what arrives there is handed to that CPU, however much it is.
fault_rps() {
	local steering="/sys/class/net/$2/queues/rx-0/rps_cpus"
	fault_sysctl host net.core.netdev_max_backlog 100000
	undo in_ns "$1" sh -c "'echo 0 >$steering'"
	printf '%x' $((1 << $3)) | in_ns "$1" tee "$steering" >/dev/null || die "cannot steer packets of $2"
}

# fault_irqs CPU: every interrupt that can be moved goes to that CPU.
fault_irqs() {
	local d old
	for d in /proc/irq/[0-9]*; do
		old=$(cat "$d/smp_affinity_list")
		echo "$1" >"$d/smp_affinity_list" 2>/dev/null && undo "echo $old >$d/smp_affinity_list"
	done
	return 0
}

# fault_cpu_quota PID QUOTA_US PERIOD_US: a process may run so long in each period. What its group was denied is noted by
# note_cpu_quota as quota_nr_periods, quota_nr_throttled, quota_throttled_usec.
quota=/sys/fs/cgroup/fault

fault_cpu_quota() {
	undo rmdir $quota
	undo "for p in \$(cat $quota/cgroup.procs); do echo \$p >/sys/fs/cgroup/cgroup.procs; done; sleep 0.5"
	echo +cpu >/sys/fs/cgroup/cgroup.subtree_control || die "no controller of CPUs"
	mkdir -p $quota
	echo "$2 $3" >$quota/cpu.max || die "no quota"
	echo "$1" >$quota/cgroup.procs || die "cannot move process $1"
}

server_pid() {
	cat "$LAB_DIR/traffic.$1.pid"
}

note_cpu_quota() {
	sed -n 's/^\(nr_[a-z]*\|throttled_usec\) /quota_\1=/p' $quota/cpu.stat >>"$LAB_DIR/truth"
}
