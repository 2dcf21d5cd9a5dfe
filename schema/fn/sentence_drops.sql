-- sentence_drops(): what was dropped, and where?
WITH d AS (SELECT reason, location, netns, ifindex, sum(packets) AS n,
		row_number() OVER (ORDER BY sum(packets) DESC, reason, location) AS rank
		FROM drop_summary WHERE class = 'packet' GROUP BY reason, location, netns, ifindex
		HAVING sum(packets) > 0),
	total AS (SELECT coalesce(sum(n), 0) AS n, coalesce(sum(n) FILTER (WHERE rank > 3), 0) AS elsewhere FROM d),
	first AS (SELECT printf('%d %s in %s%s', n, reason(reason), place(location),
			CASE ifindex WHEN 0 THEN '' ELSE ' on ' || device(netns, ifindex) END) AS text
		FROM d WHERE rank <= 3 ORDER BY rank)
SELECT CASE WHEN NOT observed('drop') THEN 'Drops were not observed.'
	WHEN n = 0 THEN 'No packet was dropped.'
	ELSE printf('%d packet%s dropped: %s%s.', n, CASE n WHEN 1 THEN ' was' ELSE 's were' END,
		(SELECT group_concat(text, ', ') FROM first),
		CASE WHEN elsewhere > 0 THEN printf(', %d elsewhere', elsewhere) ELSE '' END) END
FROM total
