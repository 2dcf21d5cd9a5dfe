# vm.sh: starts a lab VM. Sourced by check-lab and lab-shell.
#
#   vm_prepare          what all VMs need, in $lab: kernel, QEMU, initramfs
#   vm_share MODE       what one VM needs, in $vm: the writable share. MODE: run scenarios, or a shell
#   vm_command SERIAL THREADS   prints nothing; sets array vm_qemu to the command line
#   vm_where            of a running VM: in which kernel function each CPU is
# LAB_COMMAND: what lab-shell runs in place of a shell.

# What L1's initramfs needs to reach its root.
l1_modules='virtio_pci virtio_net 9pnet_virtio 9p overlay'
# What the nested guest needs; everything it has is in its initramfs and one 9p share.
l2_modules='virtio_pci virtio_net 9pnet_virtio 9p'

vm_prepare() {
	mkdir -p "$lab/cache"
	kernel=$(tests/lab/host/kernel.sh "$lab/cache" "${KERNEL:-6.1}")
	kernel=$(realpath "$kernel")
	qemu=$(tests/lab/host/qemu.sh "$lab/cache")
	# shellcheck disable=SC2086
	tests/lab/host/initramfs.sh "$kernel" "$lab/initramfs-l1" tests/lab/host/init-l1 $l1_modules
	# shellcheck disable=SC2086
	tests/lab/host/initramfs.sh "$kernel" "$lab/initramfs-l2" tests/lab/host/init-l2 $l2_modules
}

vm_share() {
	LAB_COMMAND=${LAB_COMMAND:-}
	rm -rf "$vm"
	mkdir -p "$vm/share/bin" "$vm/share/results"
	cp "$lab/initramfs-l2" "$vm/share/"
	cp -r tests/lab/inside tests/lab/lib tests/lab/scenarios "$vm/share/"
	cp "$build"/tests/traffic "$build"/tests/lab/*.so "$vm/share/bin/"
	cp "$build/netrec" "$build/netanalyze" "$vm/share/bin/"
	cat >"$vm/share/parameters" <<-EOP
		LAB_TREE='$PWD'
		LAB_KERNEL='$kernel'
		LAB_MODE='$1'
		LAB_NO_FAULT='${LAB_NO_FAULT:-}'
		LAB_RECORD='${LAB_RECORD:-}'
		LAB_SEED='${LAB_SEED:-}'
		LAB_COMMAND=${LAB_COMMAND@Q}
	EOP
}

# THREADS is single, multi or counted. With a thread for each CPU, QEMU 7.2 now and then keeps executing the breakpoint that
# the kernel had put into its own code (text_poke_bp) and that CPU never gets on; attaching probes patches code all
# the time. With one thread for all CPUs that cannot happen, but nested guests now and then lose a wake-up. And
# the state that a nested guest's exit (VMRUN) restores is now and then wrong, which ends in a page fault there, or the
# guest stands still. None of it was seen with QEMU 10 (qemu.sh).
# Its own virtio-net has packed rings where there is no nested guest, whose vhost-net has split ones.
# Counted: one CPU whose clock advances by 1 ns with each instruction, and as usual while idle.
vm_command() {
	local threads=$2 cpus=2 clock=() packed=on
	[ "$threads" != counted ] || threads=single cpus=1 clock=(-icount shift=0)
	[ "$threads" != multi ] || packed=off
	rm -f "$vm/monitor.in" "$vm/monitor.out"
	mkfifo "$vm/monitor.in" "$vm/monitor.out"
	vm_qemu=(nice -n 15 "$qemu" -nodefaults -no-user-config -no-reboot -M q35 -cpu max,+svm
		-accel tcg,thread="$threads" "${clock[@]}" -smp $cpus -m "${LAB_MEMORY:-4096}" -nographic -serial "$1"
		-kernel "$kernel/vmlinuz" -initrd "$lab/initramfs-l1"
		-append "console=ttyS0 quiet panic=-1 nokaslr mitigations=off"
		-fsdev local,id=r,path=/,security_model=none,multidevs=remap,readonly=on
		-device virtio-9p-pci,fsdev=r,mount_tag=rootfs
		-fsdev "local,id=l,path=$PWD/$vm/share,security_model=none"
		-device virtio-9p-pci,fsdev=l,mount_tag=lab
		-chardev "pipe,id=m,path=$vm/monitor" -mon chardev=m,mode=readline
		-netdev user,id=n0,ipv6=off -device virtio-net-pci,netdev=n0,packed=$packed)
}

# The kernel is not randomized; lab/inside/boot leaves its symbols in the share.
vm_where() {
	[ -s "$vm/share/kallsyms" ] || return 0
	timeout 5 sh -c "echo 'info registers -a' >'$vm/monitor.in'" || return 0 # QEMU has ended
	timeout 5 cat "$vm/monitor.out" >"$vm/registers" || true
	tr -d '\r' <"$vm/registers" | grep -o '^RIP=[0-9a-f]*\|^CPU#[0-9]*' | while IFS='=' read -r what address; do
		[ "$what" = RIP ] || { cpu=$what; continue; }
		LC_ALL=C awk -v a="$address" '$1 <= a { name = $3 } $1 > a { exit } END { print name }' <(LC_ALL=C sort "$vm/share/kallsyms") |
			sed "s/^/$cpu at $address /"
	done
}
