-- rule: the backlog of a CPU is full
-- needs: drop
-- unlike: softirq-hog
-- advice: what keeps that CPU (show cpu, show sched)? spread by RPS or queues; net.core.netdev_max_backlog against
-- advice: bursts
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site,
	'the CPU that should have taken them' AS who,
	json_array('a CPU takes packets out of its backlog more slowly than they come',
		printf('its backlog is full: %d packets were dropped', packets)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'CPU_BACKLOG'
