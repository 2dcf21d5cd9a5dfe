-- rule: the vhost thread of a virtual machine is busy
-- needs: offcpu run
-- about: FULL_RING vhost
-- unlike: vhost-starved
-- advice: more queues (QEMU: queues=N; in the guest `ethtool -L GUESTNIC combined N`), vhost threads on CPUs of
-- advice: their own
-- A thread that is short of time has the CPU for most of it: a pause of a thread that is mostly idle is something else.
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.7 AS confidence,
	device(s.netns, s.ifindex) AS site, threads_text(json_group_array(b.tid)) AS who,
	json_array(printf('%s had other packets to move first', threads_text(json_group_array(b.tid)))) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND b.mover = 'vhost' AND b.deed = 'run'
	AND (s.kind <> 'lost' OR timed_while(s.id, 51, 52))
	AND EXISTS (SELECT 1 FROM cpu_run AS r, trace WHERE r.tid = b.tid AND r.win BETWEEN s.first_win AND s.last_win
		AND 2 * r.ran_ns >= window_ns)
GROUP BY s.id HAVING sum(b.share) >= 0.05
