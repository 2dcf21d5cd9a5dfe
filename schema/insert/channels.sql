INSERT INTO channels(
	netns, ifindex, driver, rx, tx, combined, rx_max, tx_max, combined_max, rx_ring, tx_ring, rx_ring_max,
		tx_ring_max
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
