-- rule: vhost threads share one CPU with others that are pinned there
-- needs: offcpu
-- about: FULL_RING vhost
-- unlike: vhost-starved
-- advice: spread them: `taskset -cp CPU TID` for each vhost thread, irqbalance or smp_affinity for the interrupts;
-- advice: more queues (QEMU: queues=N)
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.92 AS confidence,
	device(s.netns, s.ifindex) AS site, printf('the threads on CPU %d', waited_on(max(b.tid))) AS who,
	json_array(printf('%s may run on CPU %s only, with %d other busy threads',
		threads_text(json_group_array(b.tid)), allowed_cpus(max(b.tid)),
		sharers_of(max(b.tid))), printf('waited for it up to %s',
		duration_text(max(b.max_ns)))) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND b.mover = 'vhost' AND b.deed = 'queue' AND allowed_cpus(b.tid) NOT GLOB '*[-,]*'
	AND sharers_of(b.tid) >= 3 AND NOT behind_real_time(b.tid) -- which is vhost-starved, whoever else is there
GROUP BY s.id HAVING sum(b.share) >= 0.05 AND made_late(sum(b.share), max(b.max_ns), s.max_ns)
