INSERT INTO lock_wait(
	win, kind, tgid, addr, mode, tid, stack, failed, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
