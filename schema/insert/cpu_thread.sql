INSERT INTO cpu_thread(
	win, tid, cpu, runtime_ns, nvcsw, nivcsw
) VALUES(?, ?, ?, ?, ?, ?);
