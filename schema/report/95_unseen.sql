-- unseen: What was not seen?
-- none: every probe that was asked for was attached, and nothing is known to be missing
SELECT printf('probe%s %s could not be attached%s', CASE count(*) WHEN 1 THEN '' ELSE 's' END, group_concat(name, ', '),
	CASE detail WHEN '' THEN '' ELSE ': ' || detail END) AS text
FROM (SELECT name, detail FROM probe WHERE status = 2 ORDER BY id) GROUP BY detail
UNION ALL
SELECT hidden_text() WHERE hidden_text() IS NOT NULL
UNION ALL
SELECT 'not asked for: ' || group_concat(name, ', ') FROM (SELECT name FROM probe WHERE status = 0 ORDER BY id)
	HAVING count(*) > 0
UNION ALL
SELECT printf('%s%s lost%s between %s and %s (%s)', coalesce(lost || ' ', 'an unknown number of '),
	coalesce(record_name(type), 'unknown') || ' records', coalesce(' on CPU ' || cpu, ''),
	coalesce(clock_text(wall(from_ns)), '?'), coalesce(clock_text(wall(to_ns)), '?'), why)
FROM (SELECT type, cpu, why, sum(lost) AS lost, min(from_ns) AS from_ns, max(to_ns) AS to_ns FROM gap GROUP BY type,
	cpu, why)
UNION ALL
SELECT printf('%d bytes at offset %d of %s could not be used: %s', d.length, d.offset,
	coalesce(f.path, 'file ' || d.file), d.what) FROM damage AS d LEFT JOIN file AS f ON f.id = d.file
UNION ALL
SELECT printf('segment %d has no end: the recorder was killed or was still running, or the file was cut; '
	|| 'what it had not written yet is missing', number) FROM segment WHERE NOT closed
UNION ALL
SELECT printf('%d records arrived too late to be put in order', late_rows) FROM trace WHERE late_rows > 0
UNION ALL
SELECT printf('%d records are of types that this version does not know', unknown_rows) FROM trace WHERE unknown_rows > 0
UNION ALL
SELECT printf('%d packets began before they were first seen, so their headers and total time are unknown', sum(orphans))
	FROM journey HAVING sum(orphans) > 0
UNION ALL
SELECT printf('the analysis kept to its limit of %d %s and left out %d: %s', size, what, n, effect) FROM eviction
	WHERE n > 0;
