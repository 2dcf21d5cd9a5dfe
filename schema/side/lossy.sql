-- Windows in which more than one of a thousand records is missing, or nobody knows how many.
WITH RECURSIVE span AS (SELECT max(0, (g.from_ns - first_ns) / window_ns) AS win, (g.to_ns - first_ns) / window_ns AS
	last,
		r.name AS record
		FROM gap AS g JOIN trace LEFT JOIN record_count AS r ON r.type = g.type
		WHERE g.lost IS NULL OR 1000.0 * g.lost >= coalesce(r.rows, events) * (1.0 * (g.to_ns - g.from_ns)
			/ max(last_ns - first_ns, 1))),
	each AS (SELECT * FROM span UNION SELECT win + 1, last, record FROM each WHERE win < last)
SELECT DISTINCT win, record FROM each
