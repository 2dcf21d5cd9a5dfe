INSERT INTO offcpu(
	win, tid, state, stack, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?);
