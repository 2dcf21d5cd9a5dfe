-- sharers_of(tid): how many threads in turn had the CPU for which this one waited, each of them for a tenth of its wait
-- or more. Those that the kernel has on each CPU only take over from another: they do not count.
SELECT count(*) FROM (SELECT prev FROM runq_prev AS p LEFT JOIN thread AS t ON t.tid = p.prev
	WHERE p.tid = ?1 AND prev NOT IN (0, ?1) AND coalesce(comm, '') NOT GLOB 'kworker/*'
		AND coalesce(comm, '') NOT GLOB 'ksoftirqd/*' AND coalesce(comm, '') NOT GLOB 'migration/*'
	GROUP BY prev HAVING 10 * sum(wait_ns) >= (SELECT sum(sum_ns) FROM runq WHERE tid = ?1))
