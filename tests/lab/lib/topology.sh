# topology.sh: the networks of the lab.
#
#   system   host stack 10.77.0.1 on br0 (OVS internal port) -- OVS -- phy0 (veth) -- eth0 in netns peer 10.77.0.2
#   vm       the same, and the KVM guest 10.77.0.3 behind vnet0 (tap, vhost-net) on br0
#   vm-mq    likewise with two queues
#   vm-flags, vm-packed  likewise with other virtqueues: guest_start
#   bridge   eth0 in netns left 10.80.1.2 -- l0, lan0, r0 in the host, a Linux bridge -- eth0 in netns right 10.80.2.2
#   router   the same two, but the host forwards: l0 10.80.1.1, r0 10.80.2.1
#   own      none of it: the VM's own virtio-net eth0, 10.0.2.15, towards 10.0.2.2
#
# Neighbours are permanent and IPv6 is off (but see topology_ipv6), so that no packet flows that the scenario did not ask for.

peer_mac=02:77:00:00:00:02
host_mac=02:77:00:00:00:01
guest_mac=02:77:00:00:00:03
host_ip=10.77.0.1 peer_ip=10.77.0.2 guest_ip=10.77.0.3
host_ip6=fd77::1 peer_ip6=fd77::2
of_udp=udp
left_ip=10.80.1.2 right_ip=10.80.2.2
right_ip6=fd80:2::2

topology_up() {
	case $1 in
	system) topology_system ;;
	vm) topology_system && topology_guest 1 ;;
	vm-mq) topology_system && topology_guest 2 ;;
	vm-flags | vm-packed) topology_system && topology_guest 1 "${1#vm-}" ;;
	bridge) topology_pair && topology_bridge ;;
	router) topology_pair && topology_router ;;
	own) topology_own ;;
	*) die "no topology '$1'" ;;
	esac
}

# Used scenario after scenario, so it is built once; what a fault changed, its undo puts back.
topology_system() {
	[ ! -e $state/system ] || return 0
	ovs_start
	ip netns add peer
	ip netns exec peer sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	ip -n peer link set lo up
	ip link add phy0 type veth peer name eth0 address $peer_mac netns peer
	ovs-vsctl -t 20 add-br br0 -- set bridge br0 other-config:hwaddr=$host_mac -- add-port br0 phy0
	ip addr add $host_ip/24 dev br0
	ip -n peer addr add $peer_ip/24 dev eth0
	ip link set phy0 up
	ip link set br0 up
	ip -n peer link set eth0 up
	# Plain queues: what the device's default qdisc would keep or drop is no part of the truth.
	ip neigh replace $peer_ip lladdr $peer_mac dev br0 nud permanent
	ip neigh replace $guest_ip lladdr $guest_mac dev br0 nud permanent
	ip -n peer neigh replace $host_ip lladdr $host_mac dev eth0 nud permanent
	ip -n peer neigh replace $guest_ip lladdr $guest_mac dev eth0 nud permanent
	in_ns peer ping -q -c 2 -i 0.2 -W 3 $host_ip >/dev/null || die "the peer does not reach the host through OVS"
	touch $state/system
}

# An emulated nested guest now and then stands still soon after it is up: then another one.
topology_guest() {
	local try
	for try in 1 2; do
		guest_start "$@"
		if wait_for 10 in_ns peer ping -q -c 1 -W 2 $guest_ip && GUEST_LIMIT=10 guest_counters '' | grep -q link_eth0; then
			return 0
		fi
		say "the guest does not answer, try $try"
		guest_stop
	done
	die "the peer does not reach the guest through OVS"
}

# topology_pair: left and right, each on a wire to the host: l0 and r0.
topology_pair() {
	local side n=0
	for side in left right; do
		n=$((n + 1))
		undo ip netns del $side
		undo ip link del ${side:0:1}0 # at once; a namespace takes its time
		ip netns add $side
		in_ns $side sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
		ip -n $side link set lo up
		ip link add ${side:0:1}0 address 02:80:00:00:0$n:01 type veth peer name eth0 address 02:80:00:00:0$n:02 netns $side
		ip link set ${side:0:1}0 up
		ip -n $side link set eth0 up
	done
}

topology_bridge() {
	undo ip link del lan0
	ip link add lan0 type bridge mcast_snooping 0
	ip link set l0 master lan0
	ip link set r0 master lan0
	ip link set lan0 up
	ip -n left addr add $left_ip/16 dev eth0
	ip -n right addr add $right_ip/16 dev eth0
	ip -n left neigh replace $right_ip lladdr 02:80:00:00:02:02 dev eth0 nud permanent
	ip -n right neigh replace $left_ip lladdr 02:80:00:00:01:02 dev eth0 nud permanent
	wait_for 10 in_ns left ping -q -c 1 -W 2 $right_ip || die "left does not reach right over the bridge"
}

topology_router() {
	local side n=0
	set_sysctl host net.ipv4.ip_forward 1
	for side in left right; do
		n=$((n + 1))
		ip addr add 10.80.$n.1/24 dev ${side:0:1}0
		ip -n $side addr add 10.80.$n.2/24 dev eth0
		ip -n $side route add default via 10.80.$n.1
		ip -n $side neigh replace 10.80.$n.1 lladdr 02:80:00:00:0$n:01 dev eth0 nud permanent
		ip neigh replace 10.80.$n.2 lladdr 02:80:00:00:0$n:02 dev ${side:0:1}0 nud permanent
	done
	wait_for 10 in_ns left ping -q -c 1 -W 2 $right_ip || die "left does not reach right through the host"
}

# topology_ipv6: host and peer have IPv6 addresses, too.
topology_ipv6() {
	undo ipv6_of host br0 1
	undo ipv6_of peer eth0 1
	ipv6_of host br0 0
	ipv6_of peer eth0 0
	ip addr add $host_ip6/64 dev br0 nodad
	ip -n peer addr add $peer_ip6/64 dev eth0 nodad
	ip neigh replace $peer_ip6 lladdr $peer_mac dev br0 nud permanent
	ip -n peer neigh replace $host_ip6 lladdr $host_mac dev eth0 nud permanent
	wait_for 10 ping -q -c 1 -W 2 $peer_ip6 || die "the peer does not answer over IPv6"
}

# topology_router6: the host forwards IPv6 between left and right, too.
topology_router6() {
	local side n=0
	set_sysctl host net.ipv6.conf.all.forwarding 1
	for side in left right; do
		n=$((n + 1))
		ipv6_of host ${side:0:1}0 0
		ipv6_of $side eth0 0
		ip addr add fd80:$n::1/64 dev ${side:0:1}0 nodad
		ip -n $side addr add fd80:$n::2/64 dev eth0 nodad
		ip -n $side -6 route add default via fd80:$n::1 dev eth0
		ip -n $side neigh replace fd80:$n::1 lladdr 02:80:00:00:0$n:01 dev eth0 nud permanent
		ip neigh replace fd80:$n::2 lladdr 02:80:00:00:0$n:02 dev ${side:0:1}0 nud permanent
	done
	wait_for 10 in_ns left ping -q -c 1 -W 2 $right_ip6 || die "left does not reach right over IPv6"
}

# ipv6_of NS DEVICE 0|1: IPv6 on or off, without what it says by itself.
ipv6_of() {
	in_ns "$1" sysctl -q -w net.ipv6.conf."$2".accept_ra=0 net.ipv6.conf."$2".router_solicitations=0 \
		net.ipv6.conf."$2".accept_dad=0 net.ipv6.conf."$2".addr_gen_mode=1 net.ipv6.conf."$2".disable_ipv6="$3"
}

# set_sysctl NS KEY VALUE: for as long as the scenario, and without its fault, too.
set_sysctl() {
	undo in_ns "$1" sysctl -q -w "$2=$(in_ns "$1" sysctl -n "$2")"
	in_ns "$1" sysctl -q -w "$2=$3" || die "cannot set $2"
}

# topology_underlay: a second wire to the peer, ul0 10.78.0.1 -- ul1 10.78.0.2, for tunnels.
topology_underlay() {
	ip link add ul0 type veth peer name ul1 address 02:78:00:00:00:02 netns peer
	undo ip link del ul0
	ip link set ul0 address 02:78:00:00:00:01 up
	ip -n peer link set ul1 up
	ip addr add 10.78.0.1/24 dev ul0
	ip -n peer addr add 10.78.0.2/24 dev ul1
	ip neigh replace 10.78.0.2 lladdr 02:78:00:00:00:02 dev ul0 nud permanent
	ip -n peer neigh replace 10.78.0.1 lladdr 02:78:00:00:00:01 dev ul1 nud permanent
}

# topology_tunnel KIND NET PEER_OPTION…: a port of br0 that is a tunnel over it (vxlan, geneve, gre), key 7, to a device
# of the peer; the host is 10.NET.0.1 there, the peer 10.NET.0.2.
topology_tunnel() {
	local kind=$1 net=$2 mac=02:79:00:00:00:$2
	shift 2
	ovs-vsctl -t 20 add-port br0 tun$net -- set interface tun$net type=$kind options:remote_ip=10.78.0.2 options:key=7 ||
		die "OVS has no $kind"
	undo ovs-vsctl -t 20 del-port tun$net
	ip -n peer link add tun$net address $mac type "$@" || die "no $1 for the peer"
	undo ip -n peer link del tun$net
	ip addr add 10.$net.0.1/24 dev br0
	undo ip addr del 10.$net.0.1/24 dev br0
	ip -n peer addr add 10.$net.0.2/24 dev tun$net
	ip -n peer link set tun$net up
	ip neigh replace 10.$net.0.2 lladdr $mac dev br0 nud permanent
	ip -n peer neigh replace 10.$net.0.1 lladdr $host_mac dev tun$net nud permanent
	ovs-ofctl add-flow br0 "priority=100,dl_dst=$mac,actions=$(ovs-vsctl get interface tun$net ofport)"
	undo ovs-ofctl del-flows br0 "dl_dst=$mac"
	wait_for 10 in_ns peer ping -q -c 1 -W 2 10.$net.0.1 || die "the peer does not reach the host through $kind"
}

# Down again afterwards: what QEMU's network says by itself is no part of another scenario.
topology_own() {
	undo ip link set eth0 down
	ip link set eth0 up
	ip addr replace 10.0.2.15/24 dev eth0
	ip neigh replace 10.0.2.2 lladdr 52:55:0a:00:02:02 dev eth0 nud permanent
	wait_for 10 ping -q -c 1 -W 2 10.0.2.2 || die "10.0.2.2 does not answer"
}

# After each scenario: nothing of its faults and traffic is left.
topology_down_all() {
	[ ! -e /proc/"$(cat $state/netrec.pid 2>/dev/null || echo none)" ] || kill -9 "$(cat $state/netrec.pid)"
	pkill -9 -x traffic
	undo_all
	if [ -e $state/guest.pid ] && ! guest true >/dev/null; then
		say "the guest does not answer any more"
		guest_stop
	fi
	return 0
}

topology_close() {
	guest_stop
	ovs_close
	ip netns del peer 2>/dev/null
	return 0
}
