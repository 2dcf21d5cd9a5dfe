-- rule: the backlog of a CPU is full
-- needs: drop
-- unlike: softirq-hog
-- advice: what keeps that CPU? `netanalyze show cpu TRACE`, `netanalyze show sched TRACE`; spread by RPS or queues;
-- advice: against bursts: `sysctl -w net.core.netdev_max_backlog=N`
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site,
	coalesce((SELECT printf('CPU %d', cpu) FROM softnet GROUP BY cpu HAVING sum(dropped) > 0
		ORDER BY sum(dropped) DESC, cpu LIMIT 1), 'the CPU that should have taken them') AS who,
	json_array('a CPU takes packets out of its backlog more slowly than they come',
		'its backlog is full') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'CPU_BACKLOG'
