INSERT INTO upcall_flow(
	netns, ifindex, ethertype, saddr, daddr, sport, dport, proto, n, refused, first_ns, last_ns
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
