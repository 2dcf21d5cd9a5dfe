-- rule: a thread holds a lock that others need
-- needs: offcpu futex|lock|pthread
-- about: late
-- unlike: ovs-one-cpu
-- advice: why does it hold it? `netanalyze show locks TRACE`; with stacks: `netrec record -p host,locks --pid PID`. Of
-- advice: Open vSwitch: fewer revalidators (`ovs-vsctl set Open_vSwitch . other_config:n-revalidator-threads=N`),
-- advice: fewer flows (max-idle, flow-limit), a newer release
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.95 AS confidence,
	device(s.netns, s.ifindex) AS site,
	coalesce(nullif(thread_text(b.by), 'idle'), '?') AS who,
	json_array(printf('%s %s', thread_text(b.by), CASE (SELECT by_deed FROM symptom_blame AS h
			WHERE h.symptom = s.id AND h.deed = 'lock' AND h.by = b.by AND h.addr = b.addr
			GROUP BY by_deed ORDER BY sum(sum_ns) DESC LIMIT 1)
		WHEN 'sleep' THEN 'sleeps while it holds a lock'
			WHEN 'run' THEN 'is busy while it holds a lock'
				WHEN 'queue' THEN 'waits for a CPU while it holds a lock'
			WHEN 'lock' THEN 'waits for another lock while it holds one' ELSE 'holds a lock' END),
		printf('%s waited for the lock 0x%x, up to %s at a time',
			threads_text(json_group_array(b.tid)), b.addr, duration_text(max(b.max_ns))),
		piled_up_text(sum(b.behind_ns), sum(b.slow_ns)),
		burst_text(b.by)) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND b.deed = 'lock' AND b.by > 0
GROUP BY s.id, b.by, b.addr HAVING sum(b.share) >= 0.05
