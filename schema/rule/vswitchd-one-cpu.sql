-- rule: all threads of ovs-vswitchd share one CPU
-- needs: offcpu
-- about: handler
-- unlike: ovs-quota
-- advice: let it use more: taskset -acp 0-N PID, the CPUAffinity of its unit, other_config:pmd-cpu-mask does not matter
-- advice: here
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.95 AS confidence,
	device(s.netns, s.ifindex) AS site, process_text(max(b.tid)) AS who,
	json_array(printf('all threads of ovs-vswitchd may run on CPU %s only',
		one_cpu_of(max(b.tid))),
		printf('%s waited for it up to %s', group_concat(DISTINCT thread_text(b.tid)),
		duration_text(max(b.max_ns))),
		printf('%.0f %% of the time of %s', 100 * sum(b.share), symptom_text(s.id))) AS chain
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND b.mover = 'handler' AND b.deed = 'queue'
	AND one_cpu_of(b.tid) IS NOT NULL
GROUP BY s.id HAVING sum(b.share) >= 0.05
