-- rule: all threads of ovs-vswitchd share one CPU
-- needs: offcpu
-- about: handler
-- unlike: ovs-quota
-- advice: let it use more: `taskset -acp 0-N PID`, CPUAffinity= of its unit
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.95 AS confidence,
	device(s.netns, s.ifindex) AS site, 'the CPU affinity of ' || process_text(max(b.tid)) AS who,
	json_array(printf('all threads of ovs-vswitchd may run on CPU %s only',
		one_cpu_of(max(b.tid))),
		printf('%s waited for it up to %s', threads_text(json_group_array(b.tid)),
		duration_text(max(b.max_ns)))) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND b.mover = 'handler' AND b.deed = 'queue'
	AND one_cpu_of(b.tid) IS NOT NULL
GROUP BY s.id HAVING sum(b.share) >= 0.05
