INSERT INTO virtio_poll(
	win, netns, ifindex, queue, caller, cpu, budget, at_budget, empty, known, waiting, remaining, n, sum, min, max,
		hist, run_n, run_sum_ns, run_min_ns, run_max_ns, run_hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
