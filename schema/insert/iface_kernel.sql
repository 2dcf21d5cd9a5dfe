INSERT INTO iface_kernel(
	netns, ifindex, first_ns, last_ns, first_rx_packets, last_rx_packets, first_rx_bytes, last_rx_bytes,
	first_rx_dropped, last_rx_dropped, first_rx_errors, last_rx_errors, first_tx_packets, last_tx_packets,
	first_tx_bytes, last_tx_bytes, first_tx_dropped, last_tx_dropped, first_tx_errors, last_tx_errors
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
