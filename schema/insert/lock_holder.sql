INSERT INTO lock_holder(
	win, kind, tgid, addr, tid, holder, n, wait_ns, max_ns
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?);
