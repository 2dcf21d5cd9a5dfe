-- before_text(tid): who had the CPU for which this thread waited while others slept until it woke them; or as hog_text.
SELECT coalesce((SELECT thread_text(by_by) FROM (
		SELECT by_by, sum(sum_ns) AS ns, sum(sum(sum_ns)) OVER () AS all_ns FROM blame
		WHERE by = ?1 AND deed = 'sleep' AND by_deed = 'queue' GROUP BY by_by ORDER BY ns DESC LIMIT 1)
	WHERE by_by > 0 AND ns >= 0.4 * all_ns AND observed('oncpu')), hog_text(?1))
