INSERT INTO upcall_fate(
	win, netns, ifindex, cmd, fate, errno, n
) VALUES(?, ?, ?, ?, ?, ?, ?);
