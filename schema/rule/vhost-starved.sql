-- rule: the vhost thread of a virtual machine gets no CPU
-- needs: offcpu thread
-- about: FULL_RING vhost
-- unlike: guest-stopped
-- advice: a CPU of its own for the vhost thread, away from real-time threads: `chrt -p TID` shows whether this is one,
-- advice: `taskset -cp CPU TID` moves it
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.9 AS confidence,
	device(s.netns, s.ifindex) AS site, hog_text(max(b.tid)) AS who,
	json_array(printf('%s%s had CPU %d', hog_text(max(b.tid)), CASE WHEN hog_share(max(b.tid)) >= 0.4
			THEN real_time_text(hog_of(max(b.tid))) ELSE '' END, waited_on(max(b.tid))),
		printf('%s waited for that CPU up to %s', threads_text(json_group_array(b.tid)),
		duration_text(max(b.max_ns)))) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND b.mover = 'vhost' AND b.deed = 'queue'
GROUP BY s.id HAVING sum(b.share) >= 0.05 AND made_late(sum(b.share), max(b.max_ns), s.max_ns)
