-- slow_qdisc(netns, ifindex): do packets as a rule wait long in the queueing discipline of this device?
SELECT EXISTS (SELECT 1 FROM symptom WHERE kind = 'slow' AND from_stage = 5 AND to_stage = 6 AND netns = ?1
	AND ifindex = ?2)
