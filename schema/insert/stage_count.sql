INSERT INTO stage_count(
	win, stage, netns, ifindex, n, bytes
) VALUES(?, ?, ?, ?, ?, ?);
