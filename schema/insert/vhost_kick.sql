INSERT INTO vhost_kick(
	win, vq, why, tid, n
) VALUES(?, ?, ?, ?, ?);
