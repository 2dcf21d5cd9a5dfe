INSERT INTO cpu_run_process(
	win, tgid, ran_ns, peak_ns, first_tick, ticks
) VALUES(?, ?, ?, ?, ?, ?);
