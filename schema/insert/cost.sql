INSERT INTO cost(
	ts_ns, win, cpu_time_ns, rss, written, events, lost, ring_peak, ring_size
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?);
