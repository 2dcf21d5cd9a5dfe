INSERT INTO user_stack(
	win, kind, tid, addr, stack, ustack, n, sum_ns, max_ns
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?);
