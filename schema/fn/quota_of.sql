-- quota_of(tid): whose CPU quota a thread is under: that of a cgroup; where it was not recorded, its process.
SELECT coalesce('the CPU quota of cgroup ' || (SELECT c.limited FROM thread AS t JOIN cgroup AS c ON c.id = t.cgroup
	WHERE t.tid = ?1), process_text(?1))
