-- verdict: What became of it?
-- The last change of each metric, where it was not for one run only.
WITH standing AS (SELECT verdict, kind, nth, key, printf('%s %s %s%s, %s in the %d before', name, stat, value_text,
		CASE WHEN changed_then IS NULL THEN ' in run ' || (run + 1) ELSE printf(' from run %d on', run + 1)
			END,
		usual_text, n_before) AS text
		FROM (SELECT *, row_number() OVER (PARTITION BY metric, key ORDER BY run DESC) AS back FROM
			moved_most)
		WHERE back = 1 AND verdict IN ('worse', 'better') AND "then" <> 'only this one'),
	n AS (SELECT (SELECT count(*) FROM run) AS runs,
		(SELECT count(*) FROM moved WHERE p IS NOT NULL) AS told,
		(SELECT count(*) FROM moved WHERE p IS NOT NULL AND run = (SELECT max(run) FROM run)) AS told_last,
		(SELECT count(*) FROM standing WHERE verdict = 'worse' AND kind = 1) AS felt_worse,
		(SELECT count(*) FROM standing WHERE verdict = 'worse') AS worse,
		(SELECT count(*) FROM standing WHERE verdict = 'better' AND kind = 1) AS felt_better,
		(SELECT count(*) FROM standing WHERE verdict = 'better') AS better),
	v AS (SELECT *, CASE WHEN NOT told THEN 'cannot tell' WHEN felt_worse OR (worse AND NOT felt_better) THEN
		'worse'
		WHEN better THEN 'better' WHEN NOT told_last THEN 'cannot tell of the last' ELSE 'as before' END AS
			verdict FROM n)
SELECT CASE verdict
	WHEN 'cannot tell' THEN 'CANNOT TELL: ' || CASE WHEN runs < 4 THEN
		printf('%d run%s; three have to be before one to '
		|| 'tell what is more than they vary.', runs, CASE runs WHEN 1 THEN '' ELSE 's' END)
		ELSE 'no run has three before it that can be compared with it (see below).' END
	WHEN 'cannot tell of the last' THEN
		printf('CANNOT TELL of the last run, %d: too few before it are like it.', runs)
	WHEN 'as before' THEN printf('NO DETECTABLE CHANGE up to the last run, %d.', runs)
	ELSE upper(verdict) || ': ' || (SELECT group_concat(text, '; ') FROM (SELECT text FROM standing AS s
		WHERE s.verdict = v.verdict ORDER BY kind, nth, key LIMIT 5)) || '.' END AS text
FROM v
UNION ALL
SELECT 'Its price: ' || group_concat(text, '; ') || '.' FROM (SELECT text FROM standing, v WHERE v.verdict =
	'better'
	AND standing.verdict = 'worse' ORDER BY kind, nth, key LIMIT 5) HAVING count(*) > 0
UNION ALL
SELECT printf('Only in run %d: %s.', run + 1, group_concat(text, '; ')) FROM (SELECT run,
	printf('%s %s, %s in the %d before',
	name, value_text, usual_text, n_before) AS text, row_number() OVER (PARTITION BY run ORDER BY kind, nth,
		key) AS n
	FROM moved_most WHERE verdict = 'worse' AND kind = 1 AND "then" = 'only this one')
WHERE n <= 3 GROUP BY run;

-- changes: Where did it change beyond what the runs before vary?
-- none: nowhere, as far as could be told
-- Of each metric in each run the figure that says most.
SELECT run + 1 AS run, verdict, name AS metric, stat, usual_text AS "usual", value_text AS value,
	CASE unit WHEN 'ns' THEN printf('%+.0f … %+.0f %%', 100 * low / max(usual, 1), 100 * high / max(usual, 1))
		WHEN 'share' THEN printf('%+.2f … %+.2f', 100 * low, 100 * high)
		ELSE printf('%+.1f … %+.1f', low / 1e7, high / 1e7) END AS "95 % interval",
	n_before AS "runs before", "then"
FROM moved_most WHERE verdict IN ('worse', 'better') ORDER BY run, kind, nth, key LIMIT 60;
