-- files: Which files were read, and is each intact?
SELECT path AS file, size AS size_bytes, (SELECT count(*) FROM scan_segment WHERE file = f.id) AS segments,
	(SELECT count(*) FROM scan_block WHERE file = f.id AND bad IS NULL) AS intact_blocks,
	(SELECT count(*) FROM scan_block WHERE file = f.id AND bad IS NOT NULL AND NOT unknown) AS unreadable_blocks,
	(SELECT count(*) FROM scan_damage WHERE file = f.id) AS damaged_places,
	CASE WHEN EXISTS (SELECT 1 FROM scan_segment WHERE file = f.id AND NOT closed) THEN 'no'
		ELSE 'yes' END AS closed
FROM scan_file AS f ORDER BY id;

-- damage: Which bytes are unusable, and which time do they affect?
-- Times are those of the intact blocks around the place, of any CPU.
SELECT f.path AS file, d.offset, d.length AS length_bytes, d.what,
	(SELECT w.until FROM scan_block AS b JOIN scan_when AS w ON w.id = b.id
		WHERE b.file = d.file AND b.offset < d.offset AND NOT b.definitions ORDER BY b.offset DESC
			LIMIT 1) AS after,
	(SELECT w.since FROM scan_block AS b JOIN scan_when AS w ON w.id = b.id
		WHERE b.file = d.file AND b.offset > d.offset AND NOT b.definitions ORDER BY b.offset LIMIT 1) AS before
FROM scan_damage AS d JOIN scan_file AS f ON f.id = d.file ORDER BY d.file, d.offset;

-- unreadable: Which blocks have an intact header but rows that cannot be read?
SELECT f.path AS file, b.offset, b.stored AS length_bytes,
	CASE b.stream WHEN 65534 THEN 'definitions' WHEN 65535 THEN 'recorder'
	ELSE 'CPU ' || b.stream END AS stream, b.rows, w.since AS "from", w.until AS "to", b.bad AS what
FROM scan_block AS b JOIN scan_when AS w ON w.id = b.id JOIN scan_file AS f ON f.id = b.file
WHERE b.bad IS NOT NULL AND NOT b.unknown ORDER BY b.id;

-- later: What is of a later version of the format?
SELECT printf('%d block%s: made by a newer netrec; a newer netanalyze can read what is in there', n,
	iif(n = 1, '', 's')) AS text
FROM (SELECT (SELECT count(*) FROM scan_block WHERE unknown)
	+ (SELECT count(*) FROM scan_other AS o WHERE kind > 5
		AND NOT EXISTS (SELECT 1 FROM scan_damage AS d WHERE d.file = o.file AND d.offset = o.offset)) AS n)
WHERE n > 0;

-- missing_blocks: Which blocks of a stream are not there?
SELECT number AS segment,
	CASE stream WHEN 65534 THEN 'definitions' WHEN 65535 THEN 'recorder' ELSE 'CPU ' || stream END AS stream,
	seq - expected AS blocks, after, before
FROM (SELECT g.number, b.stream, b.seq, lag(b.seq, 1, -1) OVER o + 1 AS expected, lag(w.until) OVER o AS after,
	w.since AS before
	FROM scan_block AS b JOIN scan_when AS w ON w.id = b.id JOIN scan_segment AS g ON g.id = b.segment
	WINDOW o AS (PARTITION BY b.segment, b.stream ORDER BY b.id))
WHERE seq <> expected ORDER BY number, stream, seq;

-- missing_segments: Which segments are not there?
-- The time is from the last row before to the first one behind.
SELECT CASE WHEN before IS NULL THEN printf('segments before %d: removed to keep within --max-size, or not given',
	number)
	ELSE printf('%s %s: nothing is there from %s to %s',
		CASE number - before WHEN 2 THEN 'segment' ELSE 'segments' END,
		CASE number - before WHEN 2 THEN before + 1 ELSE printf('%d to %d', before + 1, number - 1) END,
		coalesce(clock_text(since_ns + real), '?'), coalesce(clock_text(from_ns + real), '?')) END AS text
FROM (SELECT number, from_ns, lag(number) OVER (ORDER BY number) AS before, max(to_ns) OVER (ORDER BY number
		ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS since_ns
	FROM (SELECT g.number, min(b.from_ns) AS from_ns, max(b.to_ns) AS to_ns
		FROM scan_segment AS g LEFT JOIN scan_block AS b ON b.segment = g.id AND NOT b.definitions
		GROUP BY g.id)), (SELECT (SELECT real_ns - mono_ns FROM scan_clock ORDER BY mono_ns LIMIT 1) AS real)
WHERE CASE WHEN before IS NULL THEN number > 0 ELSE number > before + 1 END ORDER BY number;

-- copies: Which segments are there more than once?
SELECT printf('segment %d is there %d times, and counted once', number, copies + 1) AS text FROM scan_segment
WHERE copies > 0 ORDER BY number;

-- headless: Which segments do not say what they are?
SELECT printf('segment %d: its first block cannot be read; that it is this one follows from its time', number) AS text
FROM scan_segment WHERE headless ORDER BY number;

-- end: Was the recording ended properly?
SELECT CASE WHEN count(*) FILTER (WHERE NOT closed) = 0 THEN 'yes: every segment was closed'
	ELSE printf('no: segment %s has no end: the recorder was killed or is still running, or the file was cut; '
		|| 'what it had not written yet is missing',
		group_concat(number, ', ') FILTER (WHERE NOT closed)) END AS text FROM scan_segment;

-- totals: Does the recorder's own count agree with the rows found?
-- none: the recording holds no totals: it was not ended properly, or its last segment is not here
SELECT r.name AS record, t.written, r.n AS found, t.written - r.n AS missing, t.lost
FROM scan_total AS t JOIN scan_rows AS r ON r.type = t.type WHERE t.written > 0 OR r.n > 0 OR t.lost > 0
	ORDER BY t.type;
