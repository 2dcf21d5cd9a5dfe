INSERT INTO conntrack_event(
	ts_ns, win, cpu, netns, ifindex, zone, ovs, hook, ethertype, saddr, sport, daddr, dport, proto, ip_id,
	seq, ack, tcp_flags, len, ctinfo, state, status, ret
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
