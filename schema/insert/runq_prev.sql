INSERT INTO runq_prev(
	win, tid, prev, n, wait_ns
) VALUES(?, ?, ?, ?, ?);
