-- rule: the vhost thread of a virtual machine is busy
-- needs: offcpu
-- about: FULL_RING vhost
-- unlike: vhost-starved
-- advice: more queues (QEMU queues=N, ethtool -L in the guest), vhost threads on CPUs of their own
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.7 AS confidence,
	device(s.netns, s.ifindex) AS site, group_concat(DISTINCT thread_text(b.tid)) AS who,
	json_array(printf('%s is busy with other packets', group_concat(DISTINCT thread_text(b.tid))),
		printf('%.0f %% of the time of %s', 100 * sum(b.share), symptom_text(s.id))) AS chain
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND b.mover = 'vhost' AND b.deed = 'run'
	AND (s.kind <> 'lost' OR timed_while(s.id, 51, 52))
GROUP BY s.id HAVING sum(b.share) >= 0.05
