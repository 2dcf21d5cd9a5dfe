INSERT INTO flow(
	ethertype, saddr, daddr, sport, dport, proto, packets, bytes, drops, first_ns, last_ns, n, sum_ns, min_ns,
	max_ns, hist, gap_n, gap_sum_ns, gap_min_ns, gap_max_ns, gap_hist, gap_max_at_ns, gap_uncertain
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
