-- distributions: Where in the distribution did it move?
-- none: no latency was observed
SELECT * FROM (
	SELECT m.title || CASE WHEN s.key = '' THEN '' ELSE ': ' || s.key END AS metric, s.side, hist_count(h) AS n,
		hist_p(h, 50) AS P50_ns, hist_p(h, 90) AS P90_ns, hist_p(h, 99) AS P99_ns, hist_p(h, 99.9) AS
			"P99.9_ns",
		hist_max(h) AS max_ns
	FROM (SELECT metric, key, side, hist_merge(hist) AS h FROM series WHERE hist IS NOT NULL GROUP BY metric, key,
		side) AS s
		JOIN metric AS m ON m.id = s.metric
	ORDER BY m.rowid, s.key, s.side = 'after')
LIMIT 40;
