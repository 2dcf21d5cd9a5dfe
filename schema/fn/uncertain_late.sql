-- uncertain_late(symptom): how many intervals of this kind that seem to have been late had records lost in them.
SELECT coalesce(sum(l.uncertain_late), 0)
FROM symptom AS s JOIN stage_latency AS l ON l.from_stage = s.from_stage AND l.netns = s.netns AND l.ifindex = s.ifindex
	AND (l.to_stage = s.to_stage OR (s.to_stage = 64 AND l.to_stage = 43))
WHERE s.id = ?1 AND s.kind <> 'lost'
