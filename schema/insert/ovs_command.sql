INSERT INTO ovs_command(
	win, tid, command, errno, unasked, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
