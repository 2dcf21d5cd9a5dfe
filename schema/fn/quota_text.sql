-- quota_text(tid): the CPU quota that a thread is under, and whose; NULL: none, or not observed.
SELECT printf('cgroup %s may use %s of CPU time in each %s', c.limited, duration_text(c.quota_ns),
	duration_text(c.period_ns))
FROM thread AS t JOIN cgroup AS c ON c.id = t.cgroup WHERE t.tid = ?1
