-- verdict: What is wrong?
SELECT printf('%s%s, on %s, by %s: %s. It explains %.0f %% of what was lost or late (%.0f %% sure).',
	upper(substr(r.title, 1, 1)), substr(r.title, 2), f.site, f.who, f.symptom, 100 * f.share,
	100 * f.confidence) AS text
FROM finding AS f JOIN rule AS r ON r.id = f.cause WHERE f.rank = 1 AND f.severity <> 'info'
UNION ALL
SELECT printf('%.0f %% of what was lost or late stays unexplained.', 100 * left_over)
FROM (SELECT 1 - sum(share) FILTER (WHERE cause <> 'unexplained') AS left_over FROM finding
	HAVING sum(severity <> 'info') > 0)
WHERE left_over >= 0.005
UNION ALL
SELECT CASE
	WHEN NOT judged() THEN 'Whether anything is wrong was not judged: an older netanalyze made this database. '
		|| 'Analyze the recording again.'
	WHEN observed('drop') AND observed('packet') THEN 'Nothing is wrong as far as was observed: no packet was lost '
		|| 'that anybody misses, and none was late.'
	ELSE 'Whether anything is wrong cannot be told: drops or packets were not observed. '
		|| 'Record with netrec record -p host.' END
WHERE NOT EXISTS (SELECT 1 FROM finding WHERE severity <> 'info')
UNION ALL
SELECT printf('%d dropped packets are missed by nobody (see below).', packets) FROM finding WHERE cause = 'harmless';

-- findings: The findings, by what they explain
SELECT rank, cause, severity, 100 * confidence AS confidence_pct, 100 * share AS share_pct, symptom, site AS "where",
	who FROM finding ORDER BY rank LIMIT 20;

-- chains: From cause to symptom
SELECT printf('%d. %s', rank, (SELECT group_concat(value, CASE cause WHEN 'harmless' THEN ', ' ELSE ' → ' END)
	FROM json_each(chain))) AS text FROM finding
	ORDER BY rank LIMIT 20;

-- advice: What to do
SELECT printf('%d. %s', rank, advice) AS text FROM finding WHERE severity <> 'info' ORDER BY rank LIMIT 20;
