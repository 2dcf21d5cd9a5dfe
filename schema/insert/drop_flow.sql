INSERT INTO drop_flow(
	win, reason, netns, ifindex, ethertype, saddr, daddr, sport, dport, proto, n, bytes
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
