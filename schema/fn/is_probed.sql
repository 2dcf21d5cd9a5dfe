-- is_probed(netns, ifindex, addr, ts_ns): was the neighbour, whose address was known, asked around then whether it is
-- still there (NUD_PROBE, 16: nothing waits for the answer), and did it not fail (NUD_FAILED, 32) later on?
SELECT EXISTS (SELECT 1 FROM neighbour_event WHERE netns = ?1 AND ifindex = ?2 AND addr = ?3 AND state = 16
		AND ts_ns BETWEEN ?4 - 4000000000 AND ?4 + 1000000000)
	AND NOT EXISTS (SELECT 1 FROM neighbour_event WHERE netns = ?1 AND ifindex = ?2 AND addr = ?3 AND state = 32
		AND NOT removed AND ts_ns > ?4)
