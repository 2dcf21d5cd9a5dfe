INSERT INTO blame(
	from_stage, to_stage, netns, ifindex, tid, deed, addr, by, by_deed, n, mainly, late, sum_ns, max_ns
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
