-- runs: Which runs are they?
SELECT run + 1 AS run, path, round(seconds, 1) AS seconds, packets, round(1.0 * packets / max(active, 1), 1) AS
	"packets/s",
	lost AS "records lost", (SELECT count(*) FROM finding AS f WHERE f.run = r.run AND severity <> 'info'
		AND cause NOT IN ('unexplained', 'cannot-tell')) AS findings
FROM run AS r ORDER BY run;

-- guards: What is to be kept in mind?
SELECT printf('run %d: the recording is damaged or was cut short', run + 1) AS text FROM run WHERE NOT complete
UNION ALL SELECT printf('run %d: records were lost in %d of its seconds, which are left out of what needs them', run
	+ 1,
	count(DISTINCT win)) FROM lossy GROUP BY run
UNION ALL SELECT printf('run %d was asked for other packets or limits than run %d: they are not compared (%s)',
	a.run + 1,
	b.run + 1, coalesce(a.asked, 'all packets')) FROM asked AS a JOIN asked AS b ON b.run = a.run - 1 AND
		a.asked IS NOT b.asked
UNION ALL SELECT printf('%s: %s', key, group_concat(printf('run %d %s', run + 1, value), ', ')) FROM (SELECT key,
	run, value,
		lag(value) OVER (PARTITION BY key ORDER BY run) AS was FROM fact WHERE about = 'host'
		AND key IN ('host.kernel', 'host.name', 'host.cpus', 'host.memory_bytes'))
	WHERE was IS NULL OR was <> value GROUP BY key HAVING count(*) > 1;

-- untold: What could not be told, and why
SELECT printf('run %d: %s: not observed: %s', run + 1, (SELECT title FROM metric WHERE id = metric), records) AS
	text
FROM unobserved AS u WHERE EXISTS (SELECT 1 FROM level AS l WHERE l.metric = u.metric)
UNION ALL SELECT printf('run %d: %s: %s', run + 1, group_concat(name, '; '), why) FROM moved
WHERE verdict = 'not comparable' GROUP BY run, why
UNION ALL SELECT printf('run %s: fewer than three runs like it are before it', group_concat(run + 1, ', ')) FROM (
	SELECT run FROM moved GROUP BY run HAVING max(p IS NOT NULL) = 0 ORDER BY run) HAVING count(*) > 0;
