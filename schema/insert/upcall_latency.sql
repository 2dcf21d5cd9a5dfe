INSERT INTO upcall_latency(
	win, netns, ifindex, cmd, tid, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
