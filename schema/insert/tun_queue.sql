INSERT INTO tun_queue(
	win, netns, ifindex, queue, sock, packets, bytes, size, used, full, dropped, n, sum, min, max, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
