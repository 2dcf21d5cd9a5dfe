-- points.sql: when did each packet that side ?1 and side 0 saw leave the one, and when was it seen by the other?
SELECT p.way = 'there', CASE p.way WHEN 'there' THEN a.out_ns ELSE a.begin_ns END,
	CASE p.way WHEN 'there' THEN b.begin_ns ELSE b.out_ns END
FROM pair AS p JOIN sighting AS a ON a.side = 0 AND a.packet = p.here
	JOIN sighting AS b ON b.side = p.side AND b.packet = p.there
WHERE p.side = ?1 AND p.way IS NOT NULL AND NOT a.gap AND NOT b.gap
