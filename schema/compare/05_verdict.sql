-- verdict: Did it help?
SELECT CASE verdict
	WHEN 'fixed' THEN 'FIXED: ' || (SELECT group_concat(printf('%s, at %s', title, site), '; ') FROM (
		SELECT * FROM finding_change WHERE state = 'resolved' ORDER BY rank_before)) ||
			': found before, not after.'
	WHEN 'partly fixed' THEN printf('PARTLY FIXED: %d of %d findings are gone.', resolved, resolved + persisting)
	WHEN 'not fixed' THEN 'NOT FIXED: no detectable change, and what was found before is found after.'
	WHEN 'not fixed, but better' THEN 'NOT FIXED, BUT BETTER: what was found before is found after.'
	WHEN 'worse' THEN 'WORSE: ' || CASE WHEN new THEN (SELECT group_concat(printf('%s, at %s', title, site), '; ')
		FROM (
		SELECT * FROM finding_change WHERE state = 'new' ORDER BY rank_after)) || ': found after, not before.'
		ELSE (SELECT printf('%s, %s before, %s after.', name, before_text, after_text) FROM metric_verdict
			WHERE verdict = 'worse' ORDER BY kind, felt, nth, key LIMIT 1) END
	WHEN 'better' THEN 'BETTER: ' || (SELECT printf('%s, %s before, %s after.', name, before_text, after_text)
		FROM metric_verdict WHERE verdict = 'better' ORDER BY kind, felt, nth, key LIMIT 1)
	WHEN 'cannot tell' THEN 'CANNOT TELL: ' || CASE
		WHEN NOT all_judged THEN 'an older netanalyze made one of the databases; give the recordings.'
		WHEN blind THEN 'packets or drops were not observed on both sides; record with -p host.'
		WHEN unsure THEN 'a finding of one side could not have been made on the other (see below).'
		WHEN better OR all_worse THEN (
			SELECT printf('%s is %s, %s before, %s after', name, verdict, before_text, after_text)
			FROM metric_verdict WHERE verdict IN ('better', 'worse')
			ORDER BY kind, felt, nth, key LIMIT 1)
			|| ', but of so many metrics that may be chance. Several recordings of each side would tell.'
		ELSE 'nothing can be compared (see below).' END
	ELSE 'NO DETECTABLE CHANGE.' END AS text
FROM headline
UNION ALL
SELECT printf('Late on this host or lost: %d of %d packets before, %d of %d after', b.bad, b.packets, a.bad, a.packets)
	|| CASE WHEN b.elsewhere + a.elsewhere > 0 THEN printf('; lost or late elsewhere: %d before, %d after.',
		b.elsewhere, a.elsewhere) ELSE '.' END
FROM (SELECT sum(late + lost_here) AS bad, sum(elsewhere) AS elsewhere, sum(packets) AS packets FROM traffic
		WHERE traffic = 'all' AND side = 'before') AS b,
	(SELECT sum(late + lost_here) AS bad, sum(elsewhere) AS elsewhere, sum(packets) AS packets FROM traffic
		WHERE traffic = 'all' AND side = 'after') AS a
WHERE b.packets > 0 AND a.packets > 0
UNION ALL
SELECT printf('Of %d metrics, %d are better, %d worse, %d without a detectable change, %d not comparable.', count(*),
	sum(verdict = 'better'), sum(verdict = 'worse'), sum(verdict = 'no detectable change'),
	sum(verdict = 'not comparable')) FROM metric_verdict HAVING count(*) > 0
UNION ALL
SELECT 'Its price: ' || (SELECT group_concat(printf('%s %s, before %s', name, after_text, before_text), '; ') FROM (
	SELECT * FROM metric_verdict WHERE verdict = 'worse' ORDER BY kind DESC, nth, key)) || '.'
FROM headline WHERE all_worse AND verdict IN ('fixed', 'partly fixed', 'not fixed, but better', 'better')
UNION ALL
SELECT 'The figures alone would not tell it from chance, for what was wrong came in few of the seconds that were '
	|| 'recorded: ' || list || '. Several recordings of each side would tell.'
FROM headline, (SELECT group_concat(printf('%s %s %s before, %s after', name, stat, before_text, after_text), '; ')
		AS list FROM (
		SELECT * FROM metric_verdict
		WHERE kind = 1 AND after < before AND verdict = 'no detectable change'
			AND before - after >= practical ORDER BY p, nth LIMIT 3) HAVING count(*) > 0)
WHERE verdict IN ('fixed', 'partly fixed') AND better = 0
UNION ALL
SELECT printf('There was %.1f times as much traffic after, per second, as before.', ratio) FROM load
WHERE ratio NOT BETWEEN 1 / 1.5 AND 1.5
UNION ALL
SELECT printf('The machine itself took %.2g times as long after, by what netrec took for its work: times are '
	|| 'compared with care.',
	slower) FROM load WHERE slower NOT BETWEEN 1 / 1.2 AND 1.2;

-- changes: What changed?
-- none: nothing beyond what chance does
-- Of each metric the statistic that says most.
SELECT verdict, name AS metric, stat, before_text AS before, after_text AS after, change_text AS change,
	interval_text AS "95 % interval", round(effect, 2) AS effect
FROM metric_verdict WHERE verdict IN ('better', 'worse')
ORDER BY kind, felt, nth, key, stat LIMIT 20;
