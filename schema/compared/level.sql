-- level.sql: what a series of runs is made into: every figure in every run, beside what the runs before say of it.
CREATE TABLE level(
	run INTEGER NOT NULL, metric TEXT NOT NULL, key TEXT NOT NULL,
	stat TEXT NOT NULL,           -- 'mean', 'P50', 'P99'; 'rate'
	value REAL NOT NULL,
	n_before INTEGER NOT NULL,    -- runs that it is compared with
	usual REAL,                   -- of all of them together
	low REAL, high REAL,          -- 95 % interval of value - usual; NULL with the next three: too few to tell
	p REAL, p_adjusted REAL,      -- of all figures of that run
	least REAL,                   -- smallest change for the worse that would have been found, 8 times in 10
	changed INTEGER NOT NULL      -- 1: it is more than chance and practice allow, -1: it is less, 0: neither
	) STRICT;

-- What was asked for: runs that were asked for other packets, or other limits, are not compared.
CREATE TABLE asked AS
	SELECT r.run, (SELECT group_concat(key || '=' || value, ' ') FROM (SELECT key, value FROM fact AS f
		WHERE f.run = r.run AND coalesce(value, '') <> '' AND key IN ('record.filter', 'analyze.filter',
			'record.iface', 'analyze.iface', 'record.netns', 'analyze.without', 'analyze.late_ns')
		ORDER BY key)) AS asked
	FROM run AS r;

-- What a run did not observe has no value there: counts would be 0.
CREATE TABLE unobserved AS
	SELECT r.run, m.id AS metric, group_concat(n.value, ', ') AS records
	FROM run AS r, metric AS m, json_each('["' || replace(m.needs, ' ', '","') || '"]') AS n
	WHERE NOT EXISTS (SELECT 1 FROM seen AS s WHERE s.run = r.run AND s.record = n.value AND s.observed)
	GROUP BY r.run, m.id;
DELETE FROM series WHERE EXISTS (SELECT 1 FROM unobserved AS u WHERE u.run = series.run AND u.metric =
	series.metric);

-- Each run beside those before it that were asked for the same: how much traffic there was for each packet of
-- theirs,
-- how long it lasted, how much longer the machine itself took (by netrec's CPU time for an event or in a second,
-- whichever differs less), how much of the traffic is of other protocols.
CREATE TABLE circumstance AS
	WITH earlier AS (SELECT r.run, b.* FROM run AS r JOIN asked AS a ON a.run = r.run
			JOIN asked AS x ON x.run < r.run AND x.asked IS a.asked
			JOIN (SELECT run AS was, active, packets, recorder_ns, recorder_events, recorder_span_ns
				FROM run)
				AS b ON b.was = x.run),
		e AS (SELECT run, 1.0 * sum(packets) / max(sum(active), 1) AS rate, avg(active) AS active,
			1.0 * sum(recorder_ns) / nullif(sum(recorder_events), 0) AS per_event,
			1.0 * sum(recorder_ns) / nullif(sum(recorder_span_ns), 0) AS per_second
			FROM earlier GROUP BY run),
		c AS (SELECT r.run, CASE WHEN e.rate > 0 THEN r.packets / max(r.active, 1.0) / e.rate END AS ratio,
			r.active / max(e.active, 1.0) AS lasted,
			1.0 * r.recorder_ns / nullif(r.recorder_events, 0) / e.per_event AS x,
			1.0 * r.recorder_ns / nullif(r.recorder_span_ns, 0) / e.per_second AS y
			FROM run AS r JOIN e USING (run)),
		part AS (SELECT run, kind, 1.0 * packets / sum(packets) OVER (PARTITION BY run) AS part FROM mix),
		before AS (SELECT run, kind, 1.0 * n / sum(n) OVER (PARTITION BY run) AS part FROM (
			SELECT e.run, m.kind, sum(m.packets) AS n FROM earlier AS e JOIN mix AS m ON m.run = e.was
			GROUP BY e.run, m.kind))
	SELECT run, ratio, lasted, coalesce(CASE WHEN max(x, 1 / x) < max(y, 1 / y) THEN x ELSE y END, 1.0) AS
		slower,
		(SELECT coalesce(sum(abs(d)), 0) / 2 FROM (SELECT sum(d) AS d FROM (
			SELECT kind, part AS d FROM part AS p WHERE p.run = c.run
			UNION ALL SELECT kind, -part FROM before AS b WHERE b.run = c.run) GROUP BY kind)) AS moved
	FROM c;
