-- busiest_on(cpu): the three threads that had most of a CPU's time, and their parts of what threads had of it; NULL:
-- not sampled.
SELECT group_concat(had, ', ') FROM (SELECT printf('%s had %.0f %%', thread_text(tid), 100.0 * sum(runtime_ns)
			/ (SELECT sum(runtime_ns) FROM cpu_thread WHERE cpu = ?1)) AS had
	FROM cpu_thread WHERE cpu = ?1 GROUP BY tid HAVING sum(runtime_ns) > 0
	ORDER BY sum(runtime_ns) DESC, tid LIMIT 3)
