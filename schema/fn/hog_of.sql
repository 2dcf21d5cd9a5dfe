-- hog_of(tid): the other thread that used most of the CPU on which this one waited for its turn; NULL: not observed.
SELECT tid FROM cpu_thread WHERE cpu = waited_on(?1) AND tid <> ?1 GROUP BY tid ORDER BY sum(runtime_ns) DESC, tid
	LIMIT 1
