-- throttled_text(tid): how often a thread's CPU quota throttled; NULL: it has none, or that was not observed.
SELECT printf('that was used up in %d of %d periods', c.throttled, c.periods)
FROM thread AS t JOIN cgroup AS c ON c.id = t.cgroup WHERE t.tid = ?1 AND c.throttled > 0
