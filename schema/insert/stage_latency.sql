INSERT INTO stage_latency(
	win, from_stage, to_stage, netns, ifindex, uncertain, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
