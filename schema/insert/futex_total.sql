INSERT INTO futex_total(
	win, tid, waits, wait_ns, wakes, woken, wake_ns, others
) VALUES(?, ?, ?, ?, ?, ?, ?, ?);
