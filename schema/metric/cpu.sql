-- Of the processes that move packets on.
SELECT name, a.win, coalesce(r.ns, 0), 1, NULL
FROM active AS a, (SELECT DISTINCT name FROM mover JOIN cpu_run USING (tid)) LEFT JOIN (
	SELECT name, win, sum(ran_ns) AS ns FROM cpu_run JOIN mover USING (tid) GROUP BY name, win) AS r USING (name,
		win)
