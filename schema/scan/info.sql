-- recording: What is this recording?
-- list
SELECT t.path AS recording, c.host, c.kernel, c.command, started_date, ended_date, duration_ns, segments, files,
	size_bytes, blocks, events,
	CASE WHEN events > 0 THEN 1.0 * size_bytes / events END AS bytes_an_event, lost, damaged AS damaged_places,
		bad AS unreadable_blocks,
	CASE WHEN open = 0 THEN 'yes'
		ELSE 'no: the recorder was killed or is still running, or the file was cut' END AS closed,
		n_cpus AS cpus, t.uuid
FROM scan_trace AS t, (SELECT max(value) FILTER (WHERE key = 'host.name') AS host,
	max(value) FILTER (WHERE key = 'host.kernel') AS kernel,
		max(value) FILTER (WHERE key = 'record.command') AS command FROM scan_config) AS c,
	(SELECT min(from_ns) + (SELECT real_ns - mono_ns FROM scan_clock ORDER BY mono_ns LIMIT 1) AS started_date,
		max(to_ns) + (SELECT real_ns - mono_ns FROM scan_clock ORDER BY mono_ns DESC LIMIT 1) AS ended_date,
		max(to_ns) - min(from_ns) AS duration_ns, count(*) FILTER (WHERE bad IS NULL) AS blocks,
			count(bad) AS bad FROM scan_block WHERE NOT definitions) AS b,
	(SELECT count(*) AS segments, count(*) FILTER (WHERE NOT closed) AS open FROM scan_segment) AS s,
	(SELECT count(*) AS files, sum(size) AS size_bytes FROM scan_file) AS f,
		(SELECT coalesce(sum(n), 0) AS events FROM scan_rows WHERE NOT definition) AS r,
	(SELECT coalesce(sum(lost), 0) AS lost FROM scan_gap) AS g, (SELECT count(*) AS damaged FROM scan_damage) AS d;

-- rows: How many rows of each type?
SELECT r.name AS record, CASE r.definition WHEN 1 THEN 'definition' ELSE 'event' END AS class, r.n AS rows,
	coalesce((SELECT t.lost FROM scan_total AS t WHERE t.type = r.type),
		(SELECT sum(lost) FROM scan_gap AS g WHERE g.type = r.type)) AS lost
FROM scan_rows AS r WHERE r.n > 0 ORDER BY r.definition, r.type;

-- config: What does the recording say about itself and its host?
-- none: nothing
SELECT key, value FROM scan_config ORDER BY key;
