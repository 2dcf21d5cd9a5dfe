INSERT INTO iface_count(
	win, netns, ifindex, dir, packets, bytes, refused
) VALUES(?, ?, ?, ?, ?, ?, ?);
