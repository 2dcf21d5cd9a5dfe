INSERT INTO lock_short(
	win, cpu, n, sum_ns
) VALUES(?, ?, ?, ?);
