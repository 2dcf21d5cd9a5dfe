INSERT INTO conntrack_count(
	win, netns, zone, ovs, hook, ctinfo, state, ret, packets, bytes, commits, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
