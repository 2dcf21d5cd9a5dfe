INSERT INTO vhost_used(
	win, vq, call, tid, chains, sent, n, sum, min, max, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
