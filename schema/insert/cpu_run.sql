INSERT INTO cpu_run(
	win, tid, ran_ns, peak_ns, first_tick, ticks
) VALUES(?, ?, ?, ?, ?, ?);
