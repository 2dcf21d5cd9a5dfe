-- Waiting in a second, of all threads of those that move packets on; of futexes only those that were held by somebody.
SELECT name, a.win, coalesce(l.ns, 0), 1, NULL
FROM active AS a, (SELECT DISTINCT name FROM mover JOIN lock_wait USING (tid)) LEFT JOIN (
	SELECT name, win, sum(sum_ns) AS ns FROM lock_wait JOIN mover USING (tid) WHERE kind <> 'futex'
	GROUP BY name, win) AS l USING (name, win)
