-- undecided: What did not change detectably, and how large a change for the worse would have been seen?
-- none: everything changed, or nothing was observed on both sides
SELECT name AS metric, stat, before_text AS before, after_text AS after, change_text AS change,
	interval_text AS "95 % interval", round(effect, 2) AS effect, least_text AS "seen from"
FROM metric_verdict WHERE verdict = 'no detectable change' ORDER BY kind, nth, key LIMIT 40;
