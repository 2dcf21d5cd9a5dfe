-- curves.sql: distributions of both sides, to be drawn over one axis.
SELECT m.title || CASE WHEN s.key = '' THEN '' ELSE ': ' || s.key END, hist_merge(s.hist) FILTER (WHERE side =
	'before'),
	hist_merge(s.hist) FILTER (WHERE side = 'after')
FROM series AS s JOIN metric AS m ON m.id = s.metric
WHERE s.hist IS NOT NULL GROUP BY m.rowid, s.key HAVING count(DISTINCT side) = 2 ORDER BY m.rowid, s.key LIMIT 20
