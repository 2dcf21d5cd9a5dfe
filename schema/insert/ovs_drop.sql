INSERT INTO ovs_drop(
	win, why, location, reason, action, arg, recirc_id, netns, ifindex, ethertype, proto, n, bytes
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
