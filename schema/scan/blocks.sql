-- blocks: Which blocks are there, and what is between them?
-- In the order of the files; of a segment that is there several times, rows are listed once. The size is that in
-- the file, header included; times are those in the header.
SELECT f.path AS file, x.segment, x.offset,
	CASE x.kind WHEN 1 THEN 'segment' WHEN 2 THEN 'schema' WHEN 3 THEN 'rows' WHEN 4 THEN 'index' WHEN 5 THEN 'end'
		ELSE coalesce('kind ' || x.kind, '-') END AS kind,
	CASE x.stream WHEN 65534 THEN 'definitions' WHEN 65535 THEN 'recorder' ELSE 'CPU ' || x.stream END AS stream,
	x.rows, x.bytes AS size_bytes, x.from_ns + real AS from_at, x.to_ns + real AS to_at, x.state
FROM (SELECT b.file, b.offset, b.stored + 64 AS bytes, g.number AS segment, 3 AS kind, b.stream, b.rows, b.from_ns,
	b.to_ns, coalesce(b.bad, 'intact') AS state
	FROM scan_block AS b JOIN scan_segment AS g ON g.id = b.segment
	UNION ALL
	SELECT o.file, o.offset, o.stored + 64, g.number, o.kind, NULL, NULL, NULL, NULL, coalesce(
		(SELECT what FROM scan_damage AS d WHERE d.file = o.file AND d.offset = o.offset),
		CASE WHEN o.kind > 5 THEN 'unknown to this version' ELSE 'intact' END)
	FROM scan_other AS o LEFT JOIN scan_segment AS g ON g.id = o.segment
	UNION ALL
	SELECT d.file, d.offset, d.length, NULL, NULL, NULL, NULL, NULL, NULL, d.what FROM scan_damage AS d
	WHERE NOT EXISTS (SELECT 1 FROM scan_other AS o WHERE o.file = d.file AND o.offset = d.offset)) AS x
	JOIN scan_file AS f ON f.id = x.file,
	(SELECT (SELECT real_ns - mono_ns FROM scan_clock ORDER BY mono_ns LIMIT 1) AS real)
ORDER BY x.file, x.offset
