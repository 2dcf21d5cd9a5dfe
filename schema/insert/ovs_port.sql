INSERT OR REPLACE INTO ovs_port(
	netns, dp, port, name, type, ifindex, portids
) VALUES(?, ?, ?, ?, ?, ?, ?);
