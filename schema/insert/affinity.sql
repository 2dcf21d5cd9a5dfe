INSERT OR REPLACE INTO affinity(
	tid, tgid, cpus, policy, prio
) VALUES(?, ?, ?, ?, ?);
