INSERT INTO trace(
	first_ns, last_ns, window_ns, n_cpus, uuid, created_ns, complete, events, unknown_rows, late_rows
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
