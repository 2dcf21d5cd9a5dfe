-- windows.sql: one side of it, without windows in which records were lost that it needs.
SELECT run, num, den, hist FROM series AS s
WHERE side = ?1 AND metric = ?2 AND key = ?3 AND NOT EXISTS (SELECT 1 FROM lossy AS l
	WHERE l.side = s.side AND l.run = s.run AND l.win = s.win AND (l.record IS NULL
		OR ' ' || (SELECT needs FROM metric WHERE id = s.metric) || ' ' GLOB '* ' || l.record || ' *'))
ORDER BY run, win
