-- timed_while(symptom, from_stage, to_stage): was the time between these stages, at the device of these lost packets,
-- known more often than not in the seconds in which most of them were lost? Else it must not be said that it was short.
SELECT 2 * coalesce(sum(d.packets) FILTER (WHERE (SELECT sum(n) > sum(uncertain) FROM stage_latency AS l
	WHERE l.win = d.win AND l.from_stage = ?2 AND l.to_stage = ?3 AND l.netns = s.netns
		AND l.ifindex = s.ifindex AND NOT stage_contains(to_stage))), 0) > sum(d.packets)
FROM symptom AS s JOIN drop_summary AS d ON d.netns = s.netns AND d.ifindex = s.ifindex AND d.class = 'packet'
WHERE s.id = ?1 AND reason(d.reason) = s.reason
