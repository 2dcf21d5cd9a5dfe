-- sides: How alike are the two sides?
SELECT side, count(*) AS recordings, round(sum(seconds), 1) AS seconds, sum(active) AS "with traffic", sum(packets) AS
	packets,
	round(1.0 * sum(packets) / max(sum(active), 1), 1) AS "packets/s", sum(lost) AS "records lost",
	coalesce(printf('%.1f %%', sum(recorder_ns) / 1e7 / sum(seconds)), '-') AS "netrec's CPU"
FROM run GROUP BY side ORDER BY side = 'after';

-- guards: What is to be kept in mind?
SELECT printf('before is what was saved at %s, by netanalyze %s', date_text(saved_at), version) AS text FROM baseline
UNION ALL SELECT printf('%s: %s before, %s after', key, coalesce(before, '(none)'), coalesce(after, '(none)'))
FROM differs WHERE about IN ('host', 'recording')
UNION ALL SELECT printf('%.0f %% of the traffic is of other protocols', 100 * moved) FROM load WHERE moved > 0.1
UNION ALL SELECT printf('%s: records were lost in %d of its seconds, which are left out of what needs them', side,
	count(*)) FROM (
	SELECT DISTINCT side, run, win FROM lossy) GROUP BY side
UNION ALL SELECT printf('%s: the recording is damaged or was cut short', path) FROM run WHERE NOT complete
UNION ALL SELECT 'One recording of a side does not show how much recordings differ anyway: three of each would' FROM (
	SELECT side FROM run GROUP BY side) WHERE (SELECT count(*) FROM run WHERE side = 'before') < 3
	OR (SELECT count(*) FROM run WHERE side = 'after') < 3 GROUP BY 1;

-- uncomparable: What could not be compared, and why
-- What neither side observed is not there to be compared.
SELECT printf('%s: %s', group_concat(title, '; '), why) AS text FROM (
	SELECT m.title, u.why FROM uncomparable AS u JOIN metric AS m ON m.id = u.metric
	WHERE (SELECT count(*) FROM missing AS x WHERE x.metric = m.id) < 2
	UNION SELECT name, why FROM metric_verdict WHERE verdict = 'not comparable' AND uncomparable IS NULL)
GROUP BY why ORDER BY why;
