INSERT INTO iface_queue(
	win, netns, ifindex, dir, queue, packets, bytes, below_64, below_512, below_2k, below_16k, below_64k,
	larger
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
