-- passed_between(from_stage, to_stage, netns, ifindex): packets that went from the one stage to the other there.
SELECT coalesce(sum(n), 0) FROM stage_latency WHERE from_stage = ?1 AND to_stage = ?2 AND netns = ?3 AND ifindex = ?4
