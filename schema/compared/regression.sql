-- regression.sql: what got worse, in one line; no row: nothing.
SELECT coalesce((SELECT group_concat(text, '; ') FROM (SELECT text FROM (
	SELECT 0 AS kind, rank_after AS nth, '' AS key, printf('new: %s, at %s', title, site) AS text FROM
		finding_change
	WHERE state = 'new'
	UNION ALL SELECT kind, nth, key, printf('%s %s: %s before, %s after', name, stat, before_text, after_text)
	FROM metric_verdict WHERE verdict = 'worse') ORDER BY kind, nth, key)), '') AS text
FROM headline WHERE verdict = 'worse'
