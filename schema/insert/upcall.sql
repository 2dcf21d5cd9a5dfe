INSERT INTO upcall(
	win, netns, ifindex, cmd, n, segments, bytes
) VALUES(?, ?, ?, ?, ?, ?, ?);
