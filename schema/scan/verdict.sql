-- How many faults: damage, unreadable blocks, missing blocks, segments missing from the middle, totals that disagree.
-- totals are only held against a recording whose beginning is here; an unclosed end alone is no fault.
SELECT (SELECT count(*) FROM scan_damage) + (SELECT count(*) FROM scan_block WHERE bad IS NOT NULL)
	+ (SELECT count(*) FROM (SELECT b.seq, lag(b.seq, 1, -1) OVER (PARTITION BY b.segment, b.stream
		ORDER BY b.id) + 1 AS expected FROM scan_block AS b)
		WHERE seq <> expected)
	+ (SELECT count(*) FROM (SELECT number, lag(number) OVER (ORDER BY number) AS before FROM scan_segment)
		WHERE number > before + 1)
	+ (SELECT count(*) FROM scan_segment WHERE NOT closed AND number < (SELECT max(number) FROM scan_segment))
	+ (SELECT count(*) FROM scan_total AS t JOIN scan_rows AS r ON r.type = t.type
		WHERE t.written <> r.n AND (SELECT min(number) FROM scan_segment) = 0)
