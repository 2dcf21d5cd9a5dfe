-- sentence_unseen(): which probes could not be attached?
SELECT printf('Not observed: %s%s.', group_concat(name, ', ') FILTER (WHERE nth <= 5),
	CASE WHEN count(*) > 5 THEN printf(' and %d more, named below', count(*) - 5) ELSE '' END)
FROM (SELECT name, row_number() OVER (ORDER BY min(id)) AS nth FROM probe WHERE status = 2 GROUP BY name ORDER BY nth)
HAVING count(*) > 0
