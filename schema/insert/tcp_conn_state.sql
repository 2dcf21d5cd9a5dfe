INSERT INTO tcp_conn_state(
	win, netns, saddr, sport, daddr, dport, changes, established, closed, refused, last_state, acked,
	received, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
