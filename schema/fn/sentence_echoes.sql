-- sentence_echoes(): what became of the echo requests, when not all were answered in time.
SELECT printf('Of %d echo requests (ping) %d were answered within %s', total, in_time, duration_text(echo_limit_ns()))
	|| CASE WHEN late > 0 THEN printf(', %d later (up to %s)', late, duration_text(max_ns)) ELSE '' END
	|| CASE WHEN here > 0 THEN printf(', %d lost on this host', here) ELSE '' END
	|| CASE WHEN elsewhere > 0 THEN printf(', %d lost elsewhere', elsewhere) ELSE '' END
	|| CASE WHEN unknown > 0 THEN printf(', %d not known', unknown) ELSE '' END || '.'
FROM (SELECT sum(packets) AS total, coalesce(sum(packets) FILTER (WHERE class = 'in time'), 0) AS in_time,
	coalesce(sum(packets) FILTER (WHERE class = 'late'), 0) AS late,
	coalesce(sum(packets) FILTER (WHERE class = 'lost here'), 0) AS here,
	coalesce(sum(packets) FILTER (WHERE class = 'lost elsewhere'), 0) AS elsewhere,
	coalesce(sum(packets) FILTER (WHERE class = 'unknown'), 0) AS unknown, max(max_ns) AS max_ns
	FROM outcome WHERE what = 'echo')
WHERE late + here + elsewhere > 0
