INSERT INTO ovs_drop_event(
	ts_ns, win, cpu, skb, why, location, reason, action, arg, recirc_id, ct_state, in_port, netns, ifindex, len,
	ethertype, vlan, saddr, daddr, sport, dport, proto, ip_id, seq, tcp_flags
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
