-- elsewhere: Echo requests (ping) that one side counts as lost elsewhere or late: where was that?
-- none: none between addresses of which both saw packets
SELECT s.label AS side, count(*) AS echoes, CASE how WHEN 'late' THEN 'late' ELSE 'lost elsewhere' END AS said,
	CASE what
		WHEN 'late' THEN CASE WHEN here_ns >= there_ns AND here_ns >= between_ns THEN 'late on ' || s.label
			WHEN there_ns >= between_ns THEN 'late on ' || o.label ELSE 'late between the two' END
		WHEN 'unseen' THEN printf('lost between the two: %s did not see it', o.label)
		WHEN 'dropped' THEN printf('lost on %s: %s', o.label, e.why)
		WHEN 'reply lost' THEN printf('lost between the two: the reply left %s', o.label)
		WHEN 'not answered' THEN printf('delivered on %s, and nobody answered', o.label)
		WHEN 'left' THEN printf('went on from %s, and nothing came back to it', o.label)
		ELSE 'cannot tell' END AS "where",
	max(rtt_ns) AS longest_ns, max(CASE what WHEN 'late' THEN here_ns END) AS here_max_ns,
	max(CASE what WHEN 'late' THEN between_ns END) AS between_max_ns,
	max(CASE what WHEN 'late' THEN there_ns END) AS there_max_ns
FROM elsewhere AS e JOIN side AS s ON s.side = e.side JOIN side AS o ON o.side = e.other
GROUP BY e.side, e.other, 3, 4 ORDER BY e.side, e.other, count(*) DESC, 4;
