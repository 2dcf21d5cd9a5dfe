INSERT INTO tcp_flow(
	win, netns, saddr, sport, daddr, dport, n, bytes, max_srtt_us, min_cwnd
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
