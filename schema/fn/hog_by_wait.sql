-- hog_by_wait(tid): the thread that had the CPU for most of the time that this one waited for it; NULL: who had it was
-- not recorded, or no single wait was long, as when threads take turns.
SELECT by FROM blame WHERE tid = ?1 AND deed = 'queue' AND by > 0 AND observed('oncpu')
	AND (SELECT max(max_ns) FROM runq WHERE tid = ?1) >= late_ns()
GROUP BY by ORDER BY sum(sum_ns) DESC, by LIMIT 1
