INSERT INTO interface(
	netns, ifindex, name, kind, mac, master, link, link_netns, mtu, txqlen, rx_queues, tx_queues, flags
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
