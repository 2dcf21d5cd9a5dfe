-- rule: ovs-vswitchd was stopped
-- needs: offcpu
-- about: handler
-- unlike: ovs-lock
-- advice: who stops it: SIGSTOP, a debugger, gcore, a frozen cgroup? `kill -CONT PID` lets it go on
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.95 AS confidence,
	device(s.netns, s.ifindex) AS site, process_text(max(b.tid)) AS who,
	json_array(printf('%s could not run, for up to %s', threads_text(json_group_array(b.tid)),
		duration_text(max(b.max_ns))),
		piled_up_text(sum(b.behind_ns), sum(b.slow_ns))) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND s.kind <> 'lost' AND b.mover = 'handler' AND b.deed = 'stop' -- lost: upcall-queue-full
GROUP BY s.id HAVING sum(b.share) >= 0.05
UNION ALL
SELECT id, packets, 0.85, device(netns, ifindex), process_text(vswitchd()),
	json_array('no thread of ovs-vswitchd ran any more until the recording ended: it is stopped, or hangs'), NULL
FROM symptom WHERE kind = 'unanswered'
