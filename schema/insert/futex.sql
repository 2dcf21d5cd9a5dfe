INSERT INTO futex(
	win, tid, op, uaddr, errors, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
