-- lock_within(kind, tgid, addr): the lock whose waits contain those for this one, in the same threads at the same time:
-- pthread waits in futex calls, and those for locks of the kernel. NULL: none.
SELECT CASE WHEN sum(wait_ns) OVER () < 0.95 * (SELECT sum(sum_ns) FROM lock_wait
		WHERE kind = ?1 AND tgid = ?2 AND addr = ?3) THEN 'partly ' ELSE '' END
	|| outer_kind || ' ' || lock_text(outer_kind, outer_addr)
FROM (SELECT outer_kind, outer_addr, sum(wait_ns) AS wait_ns FROM lock_nested
	WHERE kind = ?1 AND tgid = ?2 AND addr = ?3 GROUP BY outer_kind, outer_addr)
ORDER BY wait_ns DESC, outer_addr LIMIT 1
