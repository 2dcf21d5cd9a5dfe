INSERT INTO waker(
	win, tid, waker, n, blocked_ns
) VALUES(?, ?, ?, ?, ?);
