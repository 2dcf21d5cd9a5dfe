INSERT INTO eviction(
	what, size, n, effect
) VALUES(?, ?, ?, ?);
