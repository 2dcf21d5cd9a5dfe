-- not_answered(netns, ifindex, first_win, last_win): the neighbours that did not answer in these seconds, three of
-- them; NULL: none is known.
SELECT group_concat(addr, ', ') FILTER (WHERE nth <= 3) || CASE WHEN count(*) > 3 THEN printf(' and %d more',
	count(*) - 3) ELSE '' END
FROM (SELECT addr, row_number() OVER (ORDER BY count(*) DESC, addr) AS nth FROM neighbour_event
	WHERE netns = ?1 AND ifindex = ?2 AND state = 32 AND NOT removed AND win BETWEEN ?3 - 1 AND ?4 + 1
	GROUP BY addr)
HAVING count(*) > 0
