-- values: What was it in each run? (*: changed, see above; -: not observed, or too few)
-- none: nothing was observed
-- Of latencies the mean, and what else changed.
SELECT name AS metric, stat, (SELECT group_concat(coalesce(value_text || CASE WHEN changed AND verdict <>
	'not comparable'
	THEN '*' ELSE '' END, '-'), ' ') FROM (SELECT replace(v.value_text, ' ', char(160)) AS
		value_text, v.changed, v.verdict FROM run AS r LEFT JOIN moved AS v
		ON v.run = r.run AND v.metric = m.metric AND v.key = m.key AND v.stat = m.stat ORDER BY r.run)) AS
			"run by run"
FROM moved AS m GROUP BY kind, nth, metric, key, stat HAVING stat IN ('rate', 'mean') OR max(changed <> 0)
ORDER BY kind, nth, key, stat = 'mean' DESC, stat LIMIT 60;
