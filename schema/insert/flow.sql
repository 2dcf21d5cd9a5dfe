INSERT INTO flow(
	ethertype, saddr, daddr, sport, dport, proto, packets, bytes, drops, first_ns, last_ns, n, sum_ns, min_ns,
	max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
