-- few.sql: why does the clock of side ?1 not go with that of side 0? ?2: so many packets it takes.
SELECT CASE
	WHEN n = 0 THEN 'no packet was seen by both' || CASE WHEN apart > 0 THEN printf(
		'. By their own clocks there are %s between the two recordings', duration_text(apart)) ELSE '' END
	ELSE printf('it takes %d packets that both saw, and %d went there and %d came back%s', ?2, there, back,
		CASE WHEN n > there + back THEN printf(', and %d of which it is not known which way they went',
			n - there - back) ELSE '' END) END || '.'
FROM (SELECT count(*) AS n, count(*) FILTER (WHERE way = 'there') AS there,
		count(*) FILTER (WHERE way = 'back') AS back
		FROM pair WHERE side = ?1),
	(SELECT max(s.real_ns - h.real_ns - h.last_ns + h.first_ns,
			h.real_ns - s.real_ns - s.last_ns + s.first_ns) AS apart
		FROM side AS s JOIN side AS h ON h.side = 0 WHERE s.side = ?1)
