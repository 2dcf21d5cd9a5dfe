-- rule: the vhost thread of a virtual machine gets no CPU
-- needs: offcpu thread
-- about: FULL_RING vhost
-- unlike: guest-stopped
-- advice: give it a CPU of its own, away from real-time threads: taskset -cp CPU TID, chrt
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.9 AS confidence,
	device(s.netns, s.ifindex) AS site, hog_text(max(b.tid)) AS who,
	json_array(printf('%s had CPU %d', hog_text(max(b.tid)), waited_on(max(b.tid))),
		printf('%s waited for that CPU up to %s', group_concat(DISTINCT thread_text(b.tid)),
		duration_text(max(b.max_ns))),
		printf('%.0f %% of the time of %s', 100 * sum(b.share), symptom_text(s.id))) AS chain
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND b.mover = 'vhost' AND b.deed = 'queue'
GROUP BY s.id HAVING sum(b.share) >= 0.05 AND max(b.max_ns) >= late_ns()
