-- regression.sql: what got worse, in one line; no row: nothing. :metrics: only these, with commas; NULL: anything.
WITH w(kind, nth, key, text) AS (
	SELECT 0, rank_after, '', printf('new: %s, at %s', title, site) FROM finding_change
	WHERE state = 'new' AND :metrics IS NULL
	UNION ALL SELECT kind, nth, key, printf('%s %s: %s before, %s after', name, stat, before_text, after_text)
	FROM metric_verdict
	WHERE verdict = 'worse' AND (:metrics IS NULL OR instr(',' || :metrics || ',', ',' || metric || ',')))
SELECT group_concat(text, '; ') AS text FROM (SELECT text FROM w ORDER BY kind, nth, key)
HAVING count(*) > 0 AND (:metrics IS NOT NULL OR (SELECT verdict FROM headline) = 'worse')
