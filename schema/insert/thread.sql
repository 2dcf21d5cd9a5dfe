INSERT INTO thread(
	tid, tgid, comm, start_ns, exit_ns, reused
) VALUES(?, ?, ?, ?, ?, ?);
