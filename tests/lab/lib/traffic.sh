# traffic.sh: traffic with its bookkeeping. Every function notes what was sent and received in the truth.
#
# NS is host, peer or guest: where the program runs. NAME prefixes the keys, such as flow_sent, flow_received.

# run_traffic NS ARGUMENT…: the traffic program there.
run_traffic() {
	local ns=$1
	shift
	if [ "$ns" = guest ]; then guest traffic "$*"; else in_ns "$ns" $traffic "$@"; fi
}

# note_line PREFIX LINE: "udp sent 5 refused 0" becomes PREFIX_sent=5, PREFIX_refused=0.
note_line() {
	local prefix=$1
	set -- $2
	shift
	while [ $# -ge 2 ]; do
		note "${prefix}_$1" "$2"
		shift 2
	done
}

# server_start NS NAME ROLE PORT ARGUMENT…: a role that serves until server_stop NS NAME. SERVER_WITH: a command that
# runs it, such as taskset -c 1. Returns when the port is open.
server_start() {
	local ns=$1 name=$2 open
	begins "$2"
	open=":$(printf %04X "$4") "
	shift 2
	if [ "$ns" = guest ]; then
		guest "traffic $* >/guest/out/$name 2>&1 & echo \$! >/guest/out/$name.pid" || die "the guest cannot start $*"
		wait_for 20 guest "grep -qs '$open' /proc/net/udp /proc/net/tcp /proc/net/udp6 /proc/net/tcp6" || die "the guest does not serve $*"
	else
		exec_in_ns "$ns" ${SERVER_WITH:-} $traffic "$@" >"$LAB_DIR/traffic.$name" 2>&1 &
		echo $! >"$LAB_DIR/traffic.$name.pid"
		wait_for 20 in_ns "$ns" grep -qs "$open" /proc/net/udp /proc/net/tcp /proc/net/udp6 /proc/net/tcp6 || die "nobody serves $*"
		say "serves $*: $(in_ns "$ns" ss -Htunlp | xargs)"
	fi
}

# Stops it and notes its counts; not of one in the guest how long it waited for a CPU, as NAME_wait_ns. Waits first, so
# that what is under way arrives.
server_stop() {
	local ns=$1 name=$2 out=$LAB_DIR/traffic.$2
	sleep "${3:-1}"
	if [ "$ns" = guest ]; then
		guest_settle
		guest "grep Udp: /proc/net/snmp; cat /proc/net/dev"
		guest "kill \$(cat /guest/out/$name.pid); wait \$(cat /guest/out/$name.pid)"
		out=$guest_dir/out/$name
	else
		kill -CONT "$(cat "$out.pid")"
		note "${name}_wait_ns" "$(cut -d' ' -f2 /proc/"$(cat "$out.pid")"/schedstat)"
		kill "$(cat "$out.pid")"
		wait_for 10 test ! -d /proc/"$(cat "$out.pid")"
	fi
	note_line "$name" "$(cat "$out")"
	ends "$name"
}

# udp_stream NAME FROM TO ADDR PORT COUNT RATE SIZE [sink=OPTION…] [OPTION…]: a stream and its sink.
udp_stream() {
	local name=$1 from=$2 to=$3 addr=$4 port=$5 count=$6 rate=$7 size=$8 o sink= send=
	shift 8
	for o in "$@"; do
		case $o in sink:*) sink="$sink ${o#sink:}" ;; *) send="$send $o" ;; esac
	done
	server_start "$to" "$name" sink "$port" $sink
	note_line "$name" "$(run_traffic "$from" udp "$addr" "$port" "$count" "$rate" "$size" $send)"
	server_stop "$to" "$name"
}

# udp_to_nobody NAME FROM ADDR PORT COUNT RATE SIZE [OPTION…]: datagrams that nobody waits for; without an end.
udp_to_nobody() {
	local name=$1 from=$2
	shift 2
	begins "$name"
	note_line "$name" "$(run_traffic "$from" udp "$@")"
}

# ports_to NS PORT: whatever UDP port is addressed there, who listens at PORT gets it; counter nft_NS_ports.
ports_to() {
	in_ns "$1" nft -f - <<-EOF2 || die "nft cannot rewrite ports"
		table inet ports {
			counter ports { }
			chain pre { type filter hook prerouting priority -450; meta l4proto udp counter name ports udp dport set $2; }
		}
	EOF2
	undo in_ns "$1" nft delete table inet ports
}

# ping_stream NAME FROM ADDR COUNT INTERVAL: what ping prints is kept as a monitor would.
ping_stream() {
	local out
	begins "$1"
	out=$(in_ns "$2" ping -D -c "$4" -i "$5" -W 5 "$3" | tee "$LAB_DIR/$1.txt")
	note "$1_rtt_ns" "$(echo "$out" | awk -F'[=/]' '/^rtt/ { printf "%.0f", $6 * 1000000 }')"
	set -- "$1" $(echo "$out" | grep 'packets transmitted')
	note "$1_sent" "$2"
	note "$1_received" "$5"
	ends "$1"
}

# rr_stream NAME FROM TO ADDR PORT COUNT SIZE
rr_stream() {
	begins "$1"
	server_start "$3" "$1_server" rr-server "$5"
	note_line "$1" "$(run_traffic "$2" rr "$4" "$5" "$6" "$7")"
	server_stop "$3" "$1_server" 0.2
	ends "$1"
}

# bulk_stream NAME FROM TO ADDR PORT BYTES
bulk_stream() {
	begins "$1"
	server_start "$3" "$1_server" bulk-server "$5"
	note_line "$1" "$(run_traffic "$2" bulk "$4" "$5" "$6")"
	server_stop "$3" "$1_server" 0.2
	ends "$1"
}

# pcap_begin NS DEVICE, pcap_end NS DEVICE: what tcpdump sees there meanwhile, in NS_DEVICE.pcap.
pcap_begin() {
	local file=$LAB_DIR/$1_$2.pcap
	exec_in_ns "$1" tcpdump -Z root -i "$2" -B 8192 --immediate-mode -U -w "$file" 2>"$file.log" &
	echo $! >"$file.pid"
	wait_for 20 grep -q 'listening on' "$file.log" || die "tcpdump does not listen on $2: $(cat "$file.log")"
}

pcap_end() {
	local file=$LAB_DIR/$1_$2.pcap
	kill -INT "$(cat "$file.pid")"
	wait_for 10 grep -q 'dropped by kernel' "$file.log" || die "tcpdump on $2 does not end"
}
