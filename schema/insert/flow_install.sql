INSERT INTO flow_install(
	win, tid, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?);
