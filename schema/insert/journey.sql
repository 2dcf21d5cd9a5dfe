INSERT INTO journey(
	win, first_stage, last_stage, fate, netns, ifindex, n, orphans, gaps, late, branches, n_timed, sum_ns, min_ns,
		max_ns,
	hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
