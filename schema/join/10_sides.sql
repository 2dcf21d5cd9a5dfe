-- sides: What is put together?
SELECT label AS side, host, kernel, real_ns AS from_at, last_ns - first_ns AS recorded_ns,
	(SELECT count(*) FROM sighting AS p WHERE p.side = s.side) AS packets,
	CASE WHEN kept_to_ns IS NOT NULL THEN printf('the first %s only: more packets than are kept',
		duration_text(kept_to_ns - first_ns)) END AS note
FROM side AS s ORDER BY s.side;
