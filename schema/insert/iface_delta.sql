INSERT INTO iface_delta(
	win, netns, ifindex, rx_packets, rx_bytes, rx_dropped, rx_errors, tx_packets, tx_bytes, tx_dropped, tx_errors
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
