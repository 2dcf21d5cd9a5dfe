-- untold.sql: which of :metrics, with commas, could not be compared, in one line; no row: all could.
SELECT group_concat(title || ': ' || why, '; ') || ': whether it got worse cannot be told' FROM (
	SELECT m.title, coalesce((SELECT u.why FROM uncomparable AS u WHERE u.metric = m.id),
		(SELECT max(v.why) FROM metric_verdict AS v WHERE v.metric = m.id),
		'there was none on both sides') AS why
	FROM metric AS m
	WHERE instr(',' || :metrics || ',', ',' || m.id || ',') AND NOT EXISTS (SELECT 1 FROM metric_verdict AS v
		WHERE v.metric = m.id AND v.verdict <> 'not comparable')
	ORDER BY m.rowid)
HAVING count(*) > 0
