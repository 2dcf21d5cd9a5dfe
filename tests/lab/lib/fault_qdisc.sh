# fault_qdisc.sh: queues that are too small or too slow.

# fault_qdisc NS DEVICE QDISC ARGUMENT…: at the root, such as: tbf rate 1mbit burst 4kb limit 5000
fault_qdisc() {
	local ns=$1 dev=$2
	shift 2
	in_ns "$ns" tc qdisc replace dev "$dev" root handle 1: "$@" || die "cannot add qdisc $*"
	undo in_ns "$ns" tc qdisc del dev "$dev" root
}

# fault_pfifo NS DEVICE PACKETS RATE: a FIFO of so many packets, emptied at RATE.
fault_pfifo() {
	fault_qdisc "$1" "$2" tbf rate "$4" burst 2kb limit 1000000
	in_ns "$1" tc qdisc add dev "$2" parent 1:1 handle 10: pfifo limit "$3" || die "cannot add pfifo"
}

# fault_police NS DEVICE RATE: a filter of tc drops what is above it on its way out.
fault_police() {
	undo in_ns "$1" tc qdisc del dev "$2" clsact
	in_ns "$1" tc qdisc add dev "$2" clsact
	in_ns "$1" tc filter add dev "$2" egress matchall action police rate "$3" burst 4k conform-exceed drop ||
		die "cannot police $2"
}

# fault_txqueuelen DEVICE PACKETS: of a tap it is the size of its ring.
fault_txqueuelen() {
	undo ip link set "$1" txqueuelen "$(cat /sys/class/net/"$1"/tx_queue_len)"
	ip link set "$1" txqueuelen "$2"
}
