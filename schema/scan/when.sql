-- From when to when are the rows of each block: time of day, or seconds from the start where no clock can be read.
CREATE TABLE scan_when AS SELECT b.id,
	coalesce(clock_text(b.from_ns + real), printf('+%.6f s', (b.from_ns - start) / 1e9)) AS since,
	coalesce(clock_text(b.to_ns + real), printf('+%.6f s', (b.to_ns - start) / 1e9)) AS until
FROM scan_block AS b, (SELECT (SELECT real_ns - mono_ns FROM scan_clock ORDER BY mono_ns LIMIT 1) AS real,
	(SELECT min(from_ns) FROM scan_block WHERE NOT definitions) AS start);
CREATE UNIQUE INDEX scan_when_id ON scan_when(id);
