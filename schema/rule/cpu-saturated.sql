-- rule: threads wait for a CPU that many use
-- needs: offcpu thread cputime
-- about: softirq reader handler
-- unlike: late-reader
-- advice: who is on that CPU? `netanalyze show cpu TRACE`, `netanalyze show sched TRACE`; spread threads (`taskset -cp
-- advice: CPU TID`) and interrupts
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.6 AS confidence,
	device(s.netns, s.ifindex) AS site, CASE count(DISTINCT waited_on(b.tid))
		WHEN 1 THEN printf('the threads on CPU %d', waited_on(b.tid))
		ELSE printf('the threads on %d CPUs', count(DISTINCT waited_on(b.tid))) END AS who,
	json_array(CASE count(DISTINCT waited_on(b.tid)) WHEN 1 THEN printf('of the time of CPU %d, ',
			waited_on(b.tid)) || busiest_on(waited_on(b.tid)) END,
		printf('%s waited for a CPU, up to %s at a time', threads_text(json_group_array(b.tid)),
		duration_text(max(b.max_ns)))) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND (b.mover = 'softirq' OR b.to_stage IN (64, 66) OR b.mover = 'handler') AND b.deed = 'queue'
	-- Where commands about flows were not recorded, handlers may have too much to do because of flow-limit.
	AND (b.mover <> 'handler' OR observed('flow_cmd'))
	AND NOT lost_while('oncpu', s.id) -- one thread may have had it all the time
GROUP BY s.id HAVING sum(b.share) >= 0.05
