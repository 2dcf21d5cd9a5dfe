-- losses: What is known to be missing of these record types between :from and :to, and what the analysis left out?
SELECT CASE WHEN g.lost IS NULL THEN
		printf('%s may be missing%s between %s and %s (%s): counts are lower bounds',
			CASE WHEN g.type IS NULL THEN 'records of any type' ELSE record_name(g.type) || ' records' END,
			coalesce(' on CPU ' || g.cpu, ''), coalesce(clock_text(wall(g.from_ns)), '?'),
				coalesce(clock_text(wall(g.to_ns)), '?'), g.why)
	ELSE printf('%d %s lost%s between %s and %s (%s): counts are lower bounds', g.lost,
			CASE WHEN g.type IS NULL THEN 'records of unknown type'
				ELSE record_name(g.type) || ' records' END,
			coalesce(' on CPU ' || g.cpu, ''), coalesce(clock_text(wall(g.from_ns)), '?'),
				coalesce(clock_text(wall(g.to_ns)), '?'), g.why)
	END AS text
FROM (SELECT min(from_ns) AS from_ns, max(to_ns) AS to_ns, cpu, type, why, sum(lost) AS lost FROM gap
	WHERE from_ns <= :to_ns AND to_ns >= :from_ns GROUP BY type, cpu, why) AS g
WHERE g.type IS NULL OR record_name(g.type) IN (SELECT value FROM json_each(:types))
UNION ALL
SELECT printf('%d bytes of the recording at offset %d of %s could not be used (%s): counts are lower bounds', d.length,
	d.offset,
	coalesce(f.path, 'file ' || d.file), d.what)
FROM damage AS d LEFT JOIN file AS f ON f.id = d.file
UNION ALL
SELECT printf('%d records arrived too late to be put in order', late_rows) FROM trace WHERE late_rows > 0
UNION ALL
SELECT printf('the analysis kept to its limit of %d %s and left out %d: %s', size, what, n, effect) FROM eviction
	WHERE n > 0
