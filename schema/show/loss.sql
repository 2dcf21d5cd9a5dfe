-- gaps: Which records are known to be missing, when, on which CPU, and why?
-- none: no record is known to be missing
SELECT coalesce(record_name(type), '(any)') AS record, cpu, why, sum(lost) AS lost, count(*) AS gaps,
	wall(min(from_ns)) AS from_at, wall(max(to_ns)) AS to_at
FROM gap WHERE from_ns <= :to_ns AND to_ns >= :from_ns GROUP BY type, cpu, why ORDER BY lost DESC, 1, 2 LIMIT :top;

-- records: Of each record type: how many were analyzed, written, lost?
-- written is NULL without a clean end of the recording: then nobody knows.
SELECT name AS record, rows AS analyzed, written, lost, CASE
	WHEN rows + lost > 0 THEN 100.0 * lost / (rows + lost) END AS lost_share_pct
FROM record_count WHERE rows > 0 OR lost > 0 OR coalesce(written, 0) > 0 ORDER BY type;

-- hidden: What does the recording kernel keep from BPF?
-- none: nothing that is known
SELECT hidden_text() AS text WHERE hidden_text() IS NOT NULL;

-- damage: Which bytes of the recording could not be used?
-- none: no damage
SELECT coalesce(f.path, 'file ' || d.file) AS file, d.offset, d.length AS length_bytes, d.what FROM damage AS d LEFT
	JOIN file AS f ON f.id = d.file ORDER BY d.file, d.offset LIMIT :top;

-- limits: What did the analysis leave out to stay within its memory?
-- none: nothing
SELECT what, size AS "limit", n AS left_out, effect FROM eviction WHERE n > 0 ORDER BY what;
