INSERT INTO tcp_conn_sample(
	win, netns, saddr, sport, daddr, dport, samples, min_cwnd, max_cwnd, max_in_flight, max_lost, min_rtt_us,
	srtt_us, acked, received, window_closed, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
