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

# fault_filters NS DEVICE N: each packet that arrives is compared with N filters of tc first, ten words of it with each, and is
# like none of them. They take CPU time, and do nothing else.
fault_filters() {
	local n any
	undo in_ns "$1" tc qdisc del dev "$2" clsact
	in_ns "$1" tc qdisc add dev "$2" clsact
	any=$(printf 'match u32 0 0 at %d ' $(seq 4 4 36))
	for n in $(seq "$3"); do # a list has room for 4095
		echo "filter add dev $2 ingress prio $((1 + n / 4000)) protocol all u32 $any match u32 0xdead0000 0xffffffff at 0 action pass"
	done | in_ns "$1" tc -batch - || die "cannot add filters to $2"
}

# fault_txqueuelen DEVICE PACKETS: of a tap it is the size of its ring.
fault_txqueuelen() {
	undo ip link set "$1" txqueuelen "$(cat /sys/class/net/"$1"/tx_queue_len)"
	ip link set "$1" txqueuelen "$2"
}
