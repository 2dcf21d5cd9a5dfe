INSERT INTO vhost_run(
	win, vq, sock, call, kick, dir, tid, size, taken, used, empty, known, exhausted, flag_off, event_index, n,
		sum_ns, min_ns, max_ns, hist, wake_n, wake_sum_ns, wake_min_ns, wake_max_ns, wake_hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
