# fault_stack.sh: what the IP stack and netfilter refuse.

# fault_nft_drop NS MATCH: an nftables rule that drops on input; counter nft_NS_fault.
fault_nft_drop() {
	in_ns "$1" nft -f - <<-EOF2 || die "nft refuses the rule $2"
		table inet fault {
			counter fault { }
			chain input { type filter hook input priority 0; $2 counter name fault drop; }
		}
	EOF2
	undo in_ns "$1" nft delete table inet fault
}

# fault_nft_long NS HOOK N: N nftables rules at a hook, one by one, each with seven conditions of which the last does not hold.
fault_nft_long() {
	{
		printf 'table inet fault {\nchain long {\ntype filter hook %s priority 0\n' "$2"
		seq "$3" | sed "s/.*/$(printf 'meta mark 0 %.0s' $(seq 6)) meta mark & drop/"
		printf '}\n}\n'
	} | in_ns "$1" nft -f - || die "nft refuses $3 rules"
	undo in_ns "$1" nft delete table inet fault
}

# fault_bridge_netfilter MATCH: what the host's bridges forward goes through its rules for routed packets, of which one
# drops; counter nft_host_fault.
fault_bridge_netfilter() {
	if [ ! -e /proc/sys/net/bridge ]; then
		modprobe br_netfilter || die "no module br_netfilter"
		undo rmmod br_netfilter
	fi
	fault_sysctl host net.bridge.bridge-nf-call-iptables 1
	nft -f - <<-EOF2 || die "nft refuses the rule $1"
		table ip fault {
			counter fault { }
			chain forward { type filter hook forward priority 0; $1 counter name fault drop; }
		}
	EOF2
	undo nft delete table ip fault
}

# fault_sysctl NS KEY VALUE
fault_sysctl() {
	set_sysctl "$@"
}

# fault_ttl NS HOPS: what is sent from there lives that long.
fault_ttl() {
	fault_sysctl "$1" net.ipv4.ip_default_ttl "$2"
}

# fault_rp_filter NS DEVICE: strict reverse path filter.
fault_rp_filter() {
	fault_sysctl "$1" net.ipv4.conf."$2".rp_filter 1
}

# fault_forwarding NS: so that it handles packets that are not for it.
fault_forwarding() {
	fault_sysctl "$1" net.ipv4.ip_forward 1
}

# fault_address NS DEVICE ADDRESS/LENGTH: one more address.
fault_address() {
	in_ns "$1" ip addr add "$3" dev "$2" || die "cannot add $3"
	undo in_ns "$1" ip addr del "$3" dev "$2"
}

# fault_route NS ARGUMENT…: one more route.
fault_route() {
	local ns=$1
	shift
	in_ns "$ns" ip route add "$@" || die "cannot add route $*"
	undo in_ns "$ns" ip route del "$@"
}

# fault_conntrack NS: tracks connections there, drops what is invalid; counter nft_NS_fault.
fault_conntrack() {
	in_ns "$1" nft -f - <<-EOF2 || die "nft refuses connection tracking"
		table ip track {
			counter fault { }
			chain input { type filter hook input priority 0; ct state invalid counter name fault drop; ct state new accept; }
		}
	EOF2
	undo in_ns "$1" nft delete table ip track
}

# fault_conntrack_full N: a table of N entries in each namespace; they all start empty.
fault_conntrack_full() {
	fault_conntrack host
	fault_sysctl host net.netfilter.nf_conntrack_max "$1"
	undo 'for ns in host peer; do in_ns $ns conntrack -F 2>/dev/null; done'
	for ns in host peer; do in_ns $ns conntrack -F 2>/dev/null; done
}

# fault_nft_lost_fragments NS N [ip6]: the last fragment of every N-th packet is lost before reassembly; counter nft_NS_fault.
fault_nft_lost_fragments() {
	local last='ip frag-off & 0x3fff > 0x0000 ip frag-off & 0x3fff < 0x2000'
	[ "${3:-ip}" = ip ] || last='frag frag-off > 0 frag more-fragments 0'
	in_ns "$1" nft -f - <<-EOF2 || die "nft refuses to drop fragments"
		table ${3:-ip} fragments {
			counter fault { }
			chain pre {
				type filter hook prerouting priority -450; policy accept;
				$last numgen inc mod $2 0 counter name fault drop
			}
		}
	EOF2
	undo in_ns "$1" nft delete table "${3:-ip}" fragments
}

# fault_notrack6 NS: IPv6 goes past connection tracking there, which openvswitch turns on wherever it is loaded.
fault_notrack6() {
	in_ns "$1" nft 'table ip6 untracked { chain pre { type filter hook prerouting priority -450; notrack; }; }' || die "nft refuses notrack"
	undo in_ns "$1" nft delete table ip6 untracked
}

# fault_conntrack6 NS: IPv6 goes through connection tracking there, which puts fragments together before IPv6 could.
fault_conntrack6() {
	in_ns "$1" nft 'table ip6 track { chain input { type filter hook input priority 0; ct state new accept; }; }' || die "nft refuses connection tracking"
	undo in_ns "$1" nft delete table ip6 track
}

# fault_neighbours N: the table of neighbours, one for all namespaces, takes N.
fault_neighbours() {
	fault_sysctl host net.ipv4.neigh.default.gc_thresh1 1
	fault_sysctl host net.ipv4.neigh.default.gc_thresh2 $(($1 / 2))
	fault_sysctl host net.ipv4.neigh.default.gc_thresh3 "$1"
}

# fault_nat NS RULE…: rules of address translation: "postrouting ip saddr … masquerade". One hook and one rule each.
fault_nat() {
	local ns=$1 rule
	shift
	undo in_ns "$ns" nft delete table ip nat_fault
	in_ns "$ns" nft -f - <<-EOF2 || die "nft has no address translation"
		table ip nat_fault {
			chain prerouting { type nat hook prerouting priority -100; }
			chain postrouting { type nat hook postrouting priority 100; }
		}
	EOF2
	for rule in "$@"; do
		in_ns "$ns" nft "add rule ip nat_fault $rule" || die "nft refuses the rule $rule"
	done
}

# fault_nft_lose NS MATCH [ip6]: what matches is lost on its way in and out; counter nft_NS_fault.
fault_nft_lose() {
	in_ns "$1" nft -f - <<-EOF2 || die "nft refuses the rule $2"
		table ${3:-ip} lose {
			counter fault { }
			chain input { type filter hook input priority 0; $2 counter name fault drop; }
			chain output { type filter hook output priority 0; $2 counter name fault drop; }
		}
	EOF2
	undo in_ns "$1" nft delete table "${3:-ip}" lose
}

# fault_snooping: lan0 forwards multicast only to ports behind which a member answered in the last 2.5 s; it asks each second.
fault_snooping() {
	ip link set lan0 type bridge mcast_snooping 1 mcast_querier 1 mcast_query_interval 100 \
		mcast_query_response_interval 50 mcast_startup_query_interval 100 mcast_membership_interval 250 ||
		die "no snooping"
}

# fault_twin [IP]: one more host at lan0, twin, which has the MAC address of right.
fault_twin() {
	undo ip netns del twin
	undo ip link del t0
	ip netns add twin
	in_ns twin sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	ip link add t0 address 02:80:00:00:03:01 type veth peer name eth0 address 02:80:00:00:02:02 netns twin
	ip link set t0 master lan0 up
	ip -n twin link set eth0 up
	ip -n twin addr add ${1:-10.80.3.2}/16 dev eth0
	ip -n twin neigh replace $left_ip lladdr 02:80:00:00:01:02 dev eth0 nud permanent
}
