-- monitor_step_text(from_stage, to_stage, netns, ifindex, took_ns): where a late echo spent most of its time, and the
-- finding that explains such steps, or what is known of them.
SELECT printf('mostly from %s to %s', stage_text(?1), stage_text(?2))
	|| CASE WHEN ?4 > 0 THEN ' on ' || device(?3, ?4) ELSE '' END
	|| coalesce(': ' || coalesce((SELECT f.cause || ' (' || f.who || ')' FROM symptom AS s
		JOIN finding_symptom AS k ON k.symptom = s.id JOIN finding AS f ON f.rank = k.finding
		WHERE s.kind IN ('late', 'slow') AND s.from_stage = ?1 AND s.to_stage = ?2 AND s.netns = ?3
			AND s.ifindex = ?4 AND ?5 >= s.threshold_ns
			AND f.cause NOT IN ('unexplained', 'cannot-tell', 'harmless')
		ORDER BY f.rank LIMIT 1), meanwhile_text(?1, ?2, ?3, ?4)), '')
