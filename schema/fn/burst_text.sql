-- burst_text(tid): its process used far more CPU time for some seconds than in the mean, which a longer mean hides;
-- NULL: it did not, or that was not observed.
WITH p AS (SELECT win, ran_ns, window_ns, max(ran_ns) OVER () AS most, sum(ran_ns) OVER () / 1e9 / lasted_s() AS mean
		FROM cpu_run_process, trace WHERE tgid = (SELECT tgid FROM thread WHERE tid = ?1)),
	busy AS (SELECT *, win - row_number() OVER (ORDER BY win) AS stretch FROM p WHERE 2 * ran_ns >= most)
SELECT printf('%s used %.0f %% of a CPU for %d s, and %.0f %% in the mean', process_text(?1),
	100.0 * sum(ran_ns) / count(*) / window_ns, count(*), 100 * mean)
FROM busy GROUP BY stretch HAVING max(ran_ns) = most AND 2 * most >= window_ns AND most >= 2 * mean * window_ns LIMIT 1
