# lab.sh: everything a scenario is made of. Sourced inside the VM.
#
# state: /run/lab holds what outlives one process: pids, the undo list, the nested guest's pipes.

lab=/lab
state=/run/lab
traffic=$lab/bin/traffic
mkdir -p $state

. $lab/lib/ovs.sh
. $lab/lib/guest.sh
. $lab/lib/topology.sh
. $lab/lib/traffic.sh
. $lab/lib/truth.sh
for f in $lab/lib/fault_*.sh; do . "$f"; done

say() {
	echo "[$(cut -d' ' -f1 /proc/uptime)] $*"
}

die() {
	say "error: $*"
	exit 1
}

# undo COMMAND…: run at the end of the scenario, last one first, whatever became of the scenario.
undo() {
	printf '%s\n' "$*" >>$state/undo
}

undo_all() {
	[ -e $state/undo ] || return 0
	mv $state/undo $state/undoing
	tac $state/undoing | while read -r line; do eval "$line" </dev/null; done
	rm -f $state/undoing
}

# vary NAME USUAL LEAST MOST: a number of a fault or of its traffic: the usual one, or with LAB_SEED one from LEAST to MOST
# that follows from it. Noted as vary_NAME.
vary() {
	local n=$2
	[ -z "${LAB_SEED:-}" ] || n=$(($3 + 0x$(printf '%s %s %s' "$LAB_SEED" "$name" "$1" | md5sum | cut -c1-7) % ($4 - $3 + 1)))
	note "vary_$1" "$n"
	say "$1: $n${LAB_SEED:+ (seed $LAB_SEED)}" >&2
	echo "$n"
}

# vary_family: sets to_host, to_peer and to_right, and of_udp for OpenFlow: over IPv4, or with LAB_SEED perhaps over IPv6.
# In fault and in traffic.
vary_family() {
	to_host=$host_ip to_peer=$peer_ip to_right=$right_ip of_udp=udp
	[ "$(vary ip6 0 0 1)" = 1 ] || return 0
	to_host=$host_ip6 to_peer=$peer_ip6 to_right=$right_ip6 of_udp=udp6
	[ -z "${traffic_begun:-}" ] || return 0
	if [ "$topology" = router ]; then topology_router6; else topology_ipv6; fi
}

# vary_way: likewise, and sets from, to and to_there: from the host to the peer, or with LAB_SEED perhaps back; and leaves, the
# end of the wire where it goes out.
vary_way() {
	vary_family
	from=host to=peer to_there=$to_peer leaves=phy0
	[ "$(vary back 0 0 1)" = 0 ] || from=peer to=host to_there=$to_host leaves=eth0
}

# vary_beside FROM TO ADDR: with LAB_SEED perhaps pings or requests run beside the traffic that the fault has nothing to do
# with.
vary_beside() {
	local kind count
	kind=$(vary beside 0 0 2)
	[ "$kind" != 0 ] || return 0
	count=$(vary beside_count 20 10 40)
	if [ "$kind" = 1 ]; then
		ping_stream beside "$1" "$3" "$count" 0.2 &
	else
		rr_stream beside "$1" "$2" "$3" 5999 "$count" "$(vary beside_size 200 50 400)" &
	fi
	beside=$!
}

# wait_for SECONDS COMMAND…: until the command succeeds.
wait_for() {
	local left=$(($1 * 5))
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.2
	done
}

# in_ns NS COMMAND…: NS `host` is the VM's own namespace.
in_ns() {
	local ns=$1
	shift
	if [ "$ns" = host ]; then "$@"; else ip netns exec "$ns" "$@"; fi
}

# Likewise, in place of the calling shell: for what runs in the background and is stopped by its pid.
exec_in_ns() {
	local ns=$1
	shift
	if [ "$ns" = host ]; then exec "$@"; else exec ip netns exec "$ns" "$@"; fi
}

# Threads of a process whose name matches a pattern: tids.
threads_of() {
	local t
	for t in /proc/"$1"/task/*; do
		case $(cat "$t/comm" 2>/dev/null) in $2) basename "$t" ;; esac
	done
}
