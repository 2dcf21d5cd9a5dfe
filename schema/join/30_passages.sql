-- passages: What became of the packets that went from one to the other?
-- none: cannot tell
-- Of the addresses of which both saw packets. Taken in: read, received or passed on there.
SELECT f.label AS "from", t.label AS "to", count(*) AS packets,
	sum(place = 'here') AS dropped_before, sum(ended = 'lost') AS lost_between,
	sum(place = 'there' AND ended = 'dropped') AS dropped_there,
	sum(ended IN ('read', 'received', 'passed on')) AS taken_in,
	sum(ended IN ('alike', 'not recorded', 'records lost', 'filtered', 'end not seen')) AS unknown
FROM passage AS p JOIN side AS f ON f.side = from_side JOIN side AS t ON t.side = to_side
GROUP BY from_side, to_side ORDER BY from_side, to_side;

-- latency: How long did they take from the last stage of the one to the first of the other?
-- none: cannot tell
-- What is not more than the clocks may be off is left out. Without an error: longer than the quickest.
SELECT "from", "to", out_stage || coalesce(' ' || out_device, '') AS "last stage",
	first_stage || coalesce(' ' || first_device, '') AS "first stage", max(n) AS packets,
	max(took_ns) FILTER (WHERE nth = (n + 1) / 2 AND took_ns > coalesce(error_ns, 0)) AS p50_ns,
	max(took_ns) FILTER (WHERE nth = (99 * n + 99) / 100 AND took_ns > coalesce(error_ns, 0)) AS p99_ns,
	max(took_ns) FILTER (WHERE nth = n AND took_ns > coalesce(error_ns, 0)) AS max_ns, max(error_ns) AS error_ns
FROM (SELECT f.label AS "from", t.label AS "to", a.out_stage, a.out_device, b.first_stage, b.first_device,
		seen_at_ns - left_at_ns AS took_ns,
		(SELECT error_ns FROM clock_line WHERE side = max(from_side, to_side)) AS error_ns,
		count(*) OVER (PARTITION BY from_side, to_side, a.out_stage, a.out_device, b.first_stage,
			b.first_device)
			AS n,
		row_number() OVER (PARTITION BY from_side, to_side, a.out_stage, a.out_device, b.first_stage,
			b.first_device ORDER BY seen_at_ns - left_at_ns) AS nth
	FROM passage AS p JOIN side AS f ON f.side = from_side JOIN side AS t ON t.side = to_side
		JOIN sighting AS a ON a.side = from_side AND a.packet = sent
		JOIN sighting AS b ON b.side = to_side AND b.packet = seen
	WHERE NOT a.gap AND NOT b.gap)
GROUP BY 1, 2, 3, 4 ORDER BY max(n) DESC, 1, 2, 3, 4 LIMIT 20;

-- ends: Which ended where, and why?
-- none: cannot tell
SELECT count(*) AS packets, f.label || ' > ' || t.label AS way,
	CASE place WHEN 'here' THEN f.label WHEN 'there' THEN t.label ELSE 'between' END AS "where",
	coalesce(p.why, CASE ended
		WHEN 'lost' THEN 'left by ' || coalesce(a.out_device, 'a device not known') ||
			', and was not seen there'
		WHEN 'alike' THEN 'others have the same headers'
		WHEN 'not recorded' THEN 'the other side was not recorded then'
		WHEN 'filtered' THEN 'the other side holds only what its filter asks for'
		WHEN 'records lost' THEN 'records were lost there meanwhile'
		ELSE ended END) AS what
FROM passage AS p JOIN side AS f ON f.side = from_side JOIN side AS t ON t.side = to_side
	JOIN sighting AS a ON a.side = from_side AND a.packet = sent
GROUP BY from_side, to_side, 3, 4 ORDER BY from_side, to_side, count(*) DESC, 3, 4 LIMIT 40;
