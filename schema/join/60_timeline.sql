-- slowest: Which packets took longest, from the first sight on one side to the end on the other?
-- none: cannot tell
SELECT nth AS packet, f.label || ' > ' || t.label AS way, a.flow, a.seq, a.len,
	s.real_ns + (w.begin_at_ns - s.first_ns) AS time_at, total_ns
FROM slowest AS w JOIN sighting AS a ON a.side = w.from_side AND a.packet = w.sent
	JOIN side AS f ON f.side = w.from_side JOIN side AS t ON t.side = w.to_side JOIN side AS s ON s.side = 0
WHERE nth <= :slowest ORDER BY nth;

-- steps: Where were they when?
-- none: cannot tell
-- A step from one side to the other is known as well as the clocks are.
WITH step AS (
	SELECT w.nth, h.*, h.side = w.to_side AS later, c.error_ns,
		h.ts_ns - offset_ns - CAST(round(drift / (1 + drift) * (h.ts_ns - offset_ns - c.at_ns)) AS
			INTEGER) AS at_ns
	FROM slowest AS w JOIN hop AS h ON (h.side = w.from_side AND h.packet = w.sent)
			OR (h.side = w.to_side AND h.packet = w.seen)
		JOIN clock_line AS c ON c.side = h.side
	WHERE w.nth <= :slowest)
SELECT nth AS packet, at_ns - first_value(at_ns) OVER p AS after_ns, at_ns - lag(at_ns) OVER p AS took_ns,
	CASE WHEN side <> lag(side) OVER p THEN CASE side WHEN 0 THEN lag(error_ns) OVER p ELSE error_ns END END
		AS error_ns,
	(SELECT label FROM side AS s WHERE s.side = step.side) AS side, stage, device AS interface, cpu
FROM step WINDOW p AS (PARTITION BY nth ORDER BY at_ns, later, n) ORDER BY nth, at_ns, later, n;
