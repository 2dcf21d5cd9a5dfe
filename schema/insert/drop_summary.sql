INSERT INTO drop_summary(
	win, class, reason, location, stack, netns, ifindex, ethertype, proto, last_stage, n, bytes
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
