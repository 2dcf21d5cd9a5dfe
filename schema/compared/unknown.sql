-- unknown.sql: the first of ?1, words with commas, that is no metric; no row: all are.
WITH RECURSIVE w(nth, word, rest) AS (SELECT 0, NULL, ?1 || ','
	UNION ALL SELECT nth + 1, substr(rest, 1, instr(rest, ',') - 1), substr(rest, instr(rest, ',') + 1) FROM w
	WHERE rest <> '')
SELECT printf('there is no metric ''%s''; there are %s', word, (SELECT group_concat(id, ', ') FROM (
	SELECT id FROM metric ORDER BY rowid)))
FROM w WHERE nth > 0 AND word NOT IN (SELECT id FROM metric) ORDER BY nth LIMIT 1
