-- hog_of(tid): the other thread that had most of the CPU on which this one waited for its turn: while it waited, or of
-- what samples of CPU time show; NULL: not observed.
SELECT coalesce(hog_by_wait(?1), (SELECT tid FROM cpu_thread WHERE cpu = (SELECT waited_on(?1)) AND tid <> ?1
	GROUP BY tid ORDER BY sum(runtime_ns) DESC, tid LIMIT 1))
