-- rule: a CPU quota keeps threads from running
-- needs: offcpu
-- unlike: cpu-hog
-- advice: raise the quota of that cgroup (cpu.max, CPUQuota= of its unit, limits of the container), or let the program
-- advice: need less CPU time
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.95 AS confidence,
	device(s.netns, s.ifindex) AS site, process_text(max(b.tid)) AS who,
	json_array(coalesce(quota_text(max(b.tid)), 'the quota itself was not recorded')
		|| coalesce(': ' || throttled_text(max(b.tid)), ''),
		printf('%s could run and might not, up to %s at a time', group_concat(DISTINCT thread_text(b.tid)),
			duration_text(max(b.max_ns))),
		printf('%.0f %% of the time of %s', 100 * sum(b.share), symptom_text(s.id))) AS chain
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND (b.deed = 'quota' OR (b.deed = 'nobody' AND throttled_text(b.tid) IS NOT NULL))
GROUP BY s.id, process_text(b.tid) HAVING sum(b.share) >= 0.05 AND max(b.deed = 'quota')
