INSERT INTO softirq(
	win, cpu, vec, n, sum_ns, min_ns, max_ns, hist, wait_n, wait_sum_ns, wait_min_ns, wait_max_ns, wait_hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
