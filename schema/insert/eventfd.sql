INSERT INTO eventfd(
	win, ctx, id, tid, n
) VALUES(?, ?, ?, ?, ?);
