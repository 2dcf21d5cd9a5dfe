# guest.sh: the nested KVM guest: its only disk is an initramfs, its files are /run/lab/guest over 9p, its
# network is vnet0: a tap with vhost-net on the OVS bridge.

guest_dir=$state/guest

# guest_start QUEUES [KIND]: does nothing when such a guest runs already. KIND flags: without the event index, so that the
# guest says by a flag that it wants no interrupt; packed: with packed rings, which vhost-net does not know (it would make
# them split ones), so that QEMU itself does its work. Boots in about 15 s; now and then an emulated
# nested guest stops dead in mid-boot, so there is a second and a third try. It has one CPU, which serves all its
# queues: with two, it or the VM around it dies in one of two runs.
guest_start() {
	local queues=$1 kind=${2:-} try
	[ "$(cat $state/guest.queues 2>/dev/null)" != "$queues$kind" ] || return 0
	modprobe -a kvm_amd tun vhost_net
	guest_files
	for try in 1 2 3; do
		guest_stop
		guest_boot "$queues" "$kind"
		if guest_read_until ==ready 40 >/dev/null; then
			[ "$queues" = 1 ] || guest "ethtool -L eth0 combined $queues" || die "the guest cannot use $queues queues"
			echo "$queues$kind" >$state/guest.queues
			say "guest is up, $queues queue(s) $kind, try $try"
			return 0
		fi
		say "the guest did not come up in 40 s:"
		cat $state/l2.log $state/l2.console
	done
	die "no guest"
}

guest_boot() {
	local queues=$1 vhost=on features=
	case $2 in flags) features=,event_idx=off ;; packed) features=,packed=on vhost=off ;; esac
	rm -f $state/l2.in $state/l2.out
	mkfifo $state/l2.in $state/l2.out
	ip tuntap add vnet0 mode tap vnet_hdr $([ "$queues" = 1 ] || echo multi_queue)
	ip link set vnet0 up
	ovs-vsctl -t 20 --may-exist add-port br0 vnet0
	qemu-system-x86_64 -name guest,debug-threads=on -nodefaults -no-user-config -no-reboot -M q35 -cpu host -accel kvm -m 512 \
		-display none -kernel "$LAB_KERNEL/vmlinuz" -initrd $lab/initramfs-l2 \
		-append "console=ttyS0 quiet panic=-1 nokaslr mitigations=off net.ifnames=0" \
		-serial file:$state/l2.console -chardev pipe,id=c,path=$state/l2 -serial chardev:c \
		-netdev tap,id=n,ifname=vnet0,script=no,downscript=no,vhost=$vhost,queues="$queues" \
		-device virtio-net-pci,netdev=n,mac=$guest_mac$features$([ "$queues" = 1 ] || echo ",mq=on,vectors=$((2 * queues + 2))") \
		-fsdev local,id=g,path=$guest_dir,security_model=none -device virtio-9p-pci,fsdev=g,mount_tag=guest \
		-pidfile $state/guest.pid </dev/null >$state/l2.log 2>&1 9>&- &
}

# Copies what runs inside the guest, with the libraries it is linked to.
guest_files() {
	local f
	mkdir -p $guest_dir/bin $guest_dir/lib $guest_dir/lib64 $guest_dir/out
	for f in $lab/bin/traffic $lab/bin/netrec /usr/sbin/ethtool /usr/bin/chrt; do
		[ -x "$f" ] || continue
		cp "$f" $guest_dir/bin/
		ldd "$f" | awk '/=> \// { print $3 }' | while read -r so; do cp -L "$so" $guest_dir/lib/; done
	done
	cp -L /lib64/ld-linux-x86-64.so.2 $guest_dir/lib64/
}

# Output of the guest's shell up to a line that begins with MARK; status 124 when it does not come.
guest_read_until() {
	local mark=$1 limit=$2 line
	exec 8<>$state/l2.out
	while read -r -t "$limit" line <&8; do
		case $line in
		"$mark"*) exec 8>&-; return "$(set -- $line; echo "${2:-0}")" ;;
		esac
		printf '%s\n' "$line"
	done
	exec 8>&-
	return 124
}

# guest COMMAND…: runs it in the guest, prints its output, returns its status.
guest() {
	[ -e $state/guest.pid ] || return 125
	printf '%s\n' "$*" >$state/l2.in
	guest_read_until ==done "${GUEST_LIMIT:-30}"
}

guest_pid() {
	cat $state/guest.pid
}

guest_is_stopped() {
	grep -q '^State:.*T (stopped)' "/proc/$(guest_pid)/status"
}

# The vhost thread(s) serving the guest: a kernel thread named vhost-PID.
guest_vhost_tids() {
	pgrep -x "vhost-$(guest_pid)" || threads_of "$(guest_pid)" 'vhost-*'
}

# Also one that is still booting, because its scenario took too long.
guest_stop() {
	[ -e /sys/class/net/vnet0 ] || [ -e $state/guest.pid ] || return 0
	pkill -CONT -x qemu-system-x86
	pkill -9 -x qemu-system-x86
	wait_for 10 eval '! pgrep -x qemu-system-x86' || say "QEMU does not end"
	ovs-vsctl -t 10 --if-exists del-port br0 vnet0
	wait_for 5 ip link del vnet0
	rm -f $state/guest.pid $state/guest.queues
}

# Waits until the guest has read what arrived: no UDP or link counter of it has moved for 0.6 s.
guest_settle() {
	local before= after= i
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		after=$(guest "grep Udp: /proc/net/snmp; cat /proc/net/dev")
		[ "$before" != "$after" ] || return 0
		before=$after
		sleep 0.6
	done
	say "the guest did not become quiet"
}

# guest_counters PREFIX: key=value lines of the guest's links and of the interrupts of its virtio-net:
# PREFIXlink_eth0_rx_packets, PREFIXirq_virtio0_input_0.
guest_counters() {
	guest cat /proc/net/dev | awk -v p="$1" 'NR > 2 { sub(":", " "); print p "link_" $1 "_rx_packets=" $3; print p "link_" $1 "_tx_packets=" $11 }'
	guest cat /proc/interrupts | tr -d '\r' | virtio_interrupts "$1"
}

# virtio_interrupts PREFIX: of virtio-net's queues, out of /proc/interrupts on its input.
virtio_interrupts() {
	awk -v p="$1" '/virtio[0-9]+-(input|output)/ {
		n = 0; for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i; d = $NF; gsub("[^A-Za-z0-9]", "_", d); print p "irq_" d "=" n }'
}

# note_guest_features: what its virtio-net and the host have agreed on: feature_event_idx and feature_packed, 0 or 1.
note_guest_features() {
	note_features "$(guest cat /sys/class/net/eth0/device/features | tr -d '\r')"
}

# note_features BITS: likewise of any, as sysfs has them.
note_features() {
	note feature_event_idx "${1:29:1}"
	note feature_packed "${1:34:1}"
}

# guest_record_start, guest_record_stop: netrec -p guest in the guest; its recording becomes guest.nrec, which is judged by
# the scenario's guest_cause; between the two the guest's link counters are noted as guestlink_DEVICE_rx_packets, its
# interrupts as guestirq_NAME.
guest_record_start() {
	rm -rf $guest_dir/out/guest.nrec $guest_dir/out/record.log
	guest "netrec probes >/guest/out/probes 2>&1"
	guest "netrec record ${LAB_RECORD:--p guest} -o /guest/out/guest.nrec >/guest/out/record.log 2>&1 & echo \$! >/guest/out/netrec.pid"
	wait_for 60 grep -q recording $guest_dir/out/record.log || die "netrec does not start in the guest: $(cat $guest_dir/out/record.log)"
	guest_counters guest >$state/guest.before
}

guest_record_stop() {
	guest_counters guest >$state/guest.after
	awk -F= 'NR == FNR { old[$1] = $2; next } { print $1 "=" $2 - old[$1] }' $state/guest.before $state/guest.after >>"$LAB_DIR/truth"
	guest 'kill -INT $(cat /guest/out/netrec.pid); wait $(cat /guest/out/netrec.pid)'
	note guest_record_status $?
	cp $guest_dir/out/record.log "$LAB_DIR/guest.record.log"
	cp $guest_dir/out/probes "$LAB_DIR/guest.probes"
	cp -r $guest_dir/out/guest.nrec "$LAB_DIR/guest.nrec"
}
