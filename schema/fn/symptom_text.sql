-- symptom_text(id, n, of): what happened to n packets, of so many to which it did.
SELECT CASE
	WHEN to_stage = 66 THEN printf('%s TCP request%s answered late, held up for up to %s', n, s,
		duration_text(max_ns))
	WHEN reason = 'tcpext.ListenOverflows' THEN printf('the opening of %s TCP connection%s was ignored', n, s)
	WHEN kind = 'lost' THEN printf('%s dropped (%s in %s)', n, reason, place)
	WHEN kind = 'elsewhere' THEN printf('%s %s to %s not answered', n, CASE proto WHEN 6 THEN 'TCP segment'
		ELSE 'echo request' END || s, place)
	WHEN kind = 'unanswered' THEN printf('%s packet%s went up to ovs-vswitchd and did not come back', n, s)
	WHEN kind = 'closed' THEN printf('the window of a TCP connection was closed %s time%s', n, s)
	ELSE printf('%s %s, up to %s from %s to %s', n, kind, duration_text(max_ns), stage_text(from_stage),
		stage_text(to_stage)) END
FROM symptom, (SELECT CASE WHEN ?2 < ?3 THEN printf('%d of %d', ?2, ?3) ELSE printf('%d', ?3) END AS n,
	CASE ?3 WHEN 1 THEN '' ELSE 's' END AS s)
WHERE id = ?1
