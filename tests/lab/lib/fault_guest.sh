# fault_guest.sh: faults around the KVM guest.

# fault_guest_stop SECONDS: QEMU is stopped that long, so the guest takes nothing out of its rings.
fault_guest_stop() {
	local pid
	pid=$(guest_pid)
	undo kill -CONT "$pid"
	kill -STOP "$pid"
	(sleep "$1"; kill -CONT "$pid") &
	note guest_stopped_ms "$(($1 * 1000))"
}

# fault_guest_hung: QEMU is stopped until the scenario ends.
fault_guest_hung() {
	undo kill -CONT "$(guest_pid)"
	kill -STOP "$(guest_pid)"
}

# fault_vhost_starved SECONDS CPU: the vhost thread shares a CPU with a FIFO hog that hardly lets go.
fault_vhost_starved() {
	local t
	t=$(guest_vhost_tids) || die "no vhost thread"
	note vhost_tid "$(echo $t | cut -d' ' -f1)"
	fault_bind "$2" $t
	fault_cpu_hog hog "$2" "$(vary busy_ms 900 700 900)" 10 "$1" 50
}

# fault_vcpu_starved SECONDS CPU: the threads that are the guest's CPUs share one with a FIFO hog that hardly lets go.
fault_vcpu_starved() {
	local t
	t=$(threads_of "$(guest_pid)" 'CPU */KVM')
	[ -n "$t" ] || die "no thread of a virtual CPU"
	fault_bind "$2" $t
	fault_cpu_hog hog "$2" "$(vary busy_ms 900 700 900)" 10 "$1" 50
}

# fault_guest_hog SECONDS: a FIFO hog inside the guest that hardly lets go of its CPU.
fault_guest_hog() {
	guest "chrt -f 50 traffic hog $(vary busy_ms 900 700 900) 10 $1 >/guest/out/hog 2>&1 &" || die "no hog in the guest"
}
