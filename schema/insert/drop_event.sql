INSERT INTO drop_event(
	ts_ns, win, cpu, class, skb, reason, location, stack, tid, netns, ifindex, len, ethertype, vlan, saddr,
	daddr, sport, dport, proto, ip_id, seq, tcp_flags, ttl, last_stage, packet, head, ack
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
