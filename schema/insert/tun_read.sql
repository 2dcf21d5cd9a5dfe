INSERT INTO tun_read(
	win, netns, ifindex, queue, n, sum, min, max, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?);
