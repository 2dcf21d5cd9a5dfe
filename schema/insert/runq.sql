INSERT INTO runq(
	win, tid, cpu, preempted, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?);
