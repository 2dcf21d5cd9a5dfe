INSERT INTO echo(
	win, ethertype, saddr, daddr, requests, answered, again, there_sum_ns, there_max_ns, beyond_sum_ns,
		beyond_max_ns,
	back_sum_ns, back_max_ns, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
