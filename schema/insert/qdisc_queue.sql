INSERT INTO qdisc_queue(
	win, netns, ifindex, queue, enqueued, dequeued, again, direct, dropped, qlen_sum, qlen_max, n, sum_ns,
	min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
