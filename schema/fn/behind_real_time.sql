-- behind_real_time(tid): did a real-time thread have the CPU for a tenth or more of the time for which this one waited?
SELECT EXISTS (SELECT 1 FROM blame AS b JOIN affinity AS a ON a.tid = b.by AND a.policy IN (1, 2, 6)
	WHERE b.tid = ?1 AND b.deed = 'queue' GROUP BY b.by
	HAVING 10 * sum(b.sum_ns) >= (SELECT sum(sum_ns) FROM blame WHERE tid = ?1 AND deed = 'queue'))
