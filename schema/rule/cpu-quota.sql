-- rule: a CPU quota keeps threads from running
-- needs: offcpu
-- unlike: cpu-hog
-- advice: a higher quota for that cgroup (`systemctl set-property UNIT CPUQuota=N%`, or its cpu.max; limits of the
-- advice: container), or a program that needs less CPU time
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.95 AS confidence,
	device(s.netns, s.ifindex) AS site, quota_of(max(b.tid)) AS who,
	json_array(coalesce(quota_text(max(b.tid)), 'the quota itself was not recorded')
		|| coalesce(': ' || throttled_text(max(b.tid)), ''),
		printf('%s could run and was not allowed to, up to %s at a time', threads_text(json_group_array(b.tid)),
			duration_text(max(b.max_ns))),
		piled_up_text(sum(b.behind_ns), sum(b.slow_ns))) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND (b.deed = 'quota' OR (b.deed = 'nobody' AND throttled_text(b.tid) IS NOT NULL))
GROUP BY s.id, process_text(b.tid) HAVING sum(b.share) >= 0.05 AND max(b.deed = 'quota')
