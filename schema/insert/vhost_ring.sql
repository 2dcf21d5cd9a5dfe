INSERT INTO vhost_ring(
	win, vq, dir, offered_n, offered_sum, offered_min, offered_max, offered_hist, held_n, held_sum, held_min,
		held_max, held_hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
