INSERT INTO probe(
	id, name, type, stage, status, method, detail, runs, run_time_ns, misses
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
