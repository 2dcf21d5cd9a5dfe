-- rule: threads wait for a CPU that many use
-- needs: offcpu thread cputime
-- about: softirq reader handler
-- unlike: late-reader
-- advice: who is on that CPU? `netanalyze show cpu TRACE`, `netanalyze show sched TRACE`; spread threads (`taskset -cp
-- advice: CPU TID`) and interrupts
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.6 AS confidence,
	device(s.netns, s.ifindex) AS site, printf('the threads on CPU %d', waited_on(b.tid)) AS who,
	json_array(printf('%s waited for CPU %d up to %s', thread_text(b.tid), waited_on(b.tid),
		duration_text(max(b.max_ns)))) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND (b.mover = 'softirq' OR b.to_stage IN (64, 66) OR b.mover = 'handler') AND b.deed = 'queue'
	AND NOT lost_while('oncpu', s.id) -- one thread may have had it all the time
GROUP BY s.id, b.tid HAVING sum(b.share) >= 0.05
