-- How many faults (damage, unreadable blocks, missing blocks, segments missing from the middle or cut short there,
-- totals that disagree), and the verdict in words.
-- Totals are only held against a recording whose beginning is here and of which all rows can be read; an unclosed end
-- alone is no fault, nor is what a later version has.
WITH fault(n, what) AS (
	SELECT count(*), 'damaged place' FROM scan_damage
	UNION ALL SELECT count(*), 'unreadable block' FROM scan_block WHERE bad IS NOT NULL AND NOT unknown
	UNION ALL SELECT count(*), 'place where blocks are missing' FROM (SELECT b.seq, lag(b.seq, 1, -1) OVER (
			PARTITION BY b.segment, b.stream ORDER BY b.id) + 1 AS expected FROM scan_block AS b)
		WHERE seq <> expected
	UNION ALL SELECT count(*), 'place where segments are missing' FROM (SELECT number, lag(number) OVER (
			ORDER BY number) AS before FROM scan_segment)
		WHERE number > before + 1
	UNION ALL SELECT count(*), 'segment without an end' FROM scan_segment
		WHERE NOT closed AND number < (SELECT max(number) FROM scan_segment)
	UNION ALL SELECT count(*), 'count of the recorder that disagrees' FROM scan_total AS t
		JOIN scan_rows AS r ON r.type = t.type
		WHERE t.written <> r.n AND (SELECT min(number) FROM scan_segment) = 0
			AND NOT EXISTS (SELECT 1 FROM scan_block WHERE unknown))
SELECT (SELECT sum(n) FROM fault), CASE WHEN (SELECT sum(n) FROM fault) = 0
	THEN printf('intact: %d block%s, %d row%s%s', blocks, iif(blocks = 1, '', 's'), rows, iif(rows = 1, '', 's'),
		CASE WHEN EXISTS (SELECT 1 FROM scan_segment WHERE NOT closed) THEN '; it has no end' ELSE '' END)
	ELSE printf('damaged: %s; the other %d block%s with %d row%s can be analyzed',
		(SELECT group_concat(printf('%d %s', n, CASE WHEN n = 1 THEN what
			WHEN what LIKE 'place where%' THEN replace(what, 'place', 'places')
			WHEN what LIKE 'count of%' THEN 'counts of the recorder that disagree'
			WHEN what LIKE 'segment without%' THEN 'segments without an end'
			ELSE what || 's' END), ', ') FROM fault WHERE n > 0),
		blocks, iif(blocks = 1, '', 's'), rows, iif(rows = 1, '', 's')) END
FROM (SELECT count(*) AS blocks, coalesce(sum(rows), 0) AS rows FROM scan_block WHERE bad IS NULL)
