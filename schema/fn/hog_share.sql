-- hog_share(tid): which share of the time that this thread waited for a CPU, or of all time on that CPU, hog_of(tid)
-- had.
SELECT CASE WHEN hog_by_wait(?1) IS NULL THEN
		(SELECT 1.0 * sum(runtime_ns) FILTER (WHERE tid = (SELECT hog_of(?1))) / nullif(sum(runtime_ns), 0)
			FROM cpu_thread WHERE cpu = (SELECT waited_on(?1)))
	ELSE (SELECT 1.0 * sum(sum_ns) FILTER (WHERE by = (SELECT hog_by_wait(?1))) / sum(sum_ns) FROM blame
		WHERE tid = ?1 AND deed = 'queue') END
