INSERT INTO lock_hold(
	win, tgid, addr, tid, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?);
