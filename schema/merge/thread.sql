-- A thread that was forgotten to stay within a limit, and came again, has two.
ON CONFLICT(tid) DO UPDATE SET tgid = excluded.tgid, comm = coalesce(excluded.comm, comm),
	start_ns = coalesce(excluded.start_ns, start_ns), exit_ns = excluded.exit_ns,
	cgroup = coalesce(excluded.cgroup, cgroup), reused = reused + excluded.reused;
