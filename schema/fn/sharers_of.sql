-- sharers_of(tid): how many threads in turn had the CPU for which this one waited: each of them for a fiftieth of its
-- wait or more, or, where who had it was not recorded, for a tenth, each wait counted to the one that had it last.
-- Those that the kernel has on each CPU only take over from another: they do not count.
WITH told AS (SELECT by, sum(sum_ns) AS ns FROM blame
		WHERE tid = ?1 AND deed = 'queue' AND by > 0 AND observed('oncpu') GROUP BY by),
	had AS (
		SELECT by FROM told WHERE 50 * ns >= (SELECT sum(ns) FROM told)
		UNION ALL
		SELECT prev FROM runq_prev WHERE tid = ?1 AND NOT EXISTS (SELECT 1 FROM told)
		GROUP BY prev HAVING 10 * sum(wait_ns) >= (SELECT sum(sum_ns) FROM runq WHERE tid = ?1))
SELECT count(*) FROM had LEFT JOIN thread AS t ON t.tid = had.by
WHERE by NOT IN (0, ?1) AND coalesce(comm, '') NOT GLOB 'kworker/*' AND coalesce(comm, '') NOT GLOB 'ksoftirqd/*'
	AND coalesce(comm, '') NOT GLOB 'migration/*'
