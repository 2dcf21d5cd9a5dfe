-- rule: one thread keeps a CPU from others
-- needs: offcpu thread cputime
-- about: softirq reader handler
-- unlike: late-reader
-- advice: what is it, and why there? `netanalyze show cpu TRACE`, `netanalyze show sched TRACE`; `chrt -p TID` shows
-- advice: whether it is real-time, `taskset -cp CPU TID` moves it; else its cgroup's cpu.weight
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.85 AS confidence,
	device(s.netns, s.ifindex) AS site, thread_text(hog_of(b.tid)) AS who,
	json_array(printf('%s%s had %.0f %% of the CPU', thread_text(hog_of(b.tid)), real_time_text(hog_of(b.tid)),
			100 * hog_share(b.tid)),
		printf('%s waited for that CPU up to %s', thread_text(b.tid), duration_text(max(b.max_ns)))) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND (b.mover = 'softirq' OR b.to_stage IN (64, 66) OR b.mover = 'handler') AND b.deed = 'queue'
	-- Where commands about flows were not recorded, handlers may have too much to do because of flow-limit.
	AND (b.mover <> 'handler' OR (observed('flow_cmd')
		-- It may be upcall-storm.
		AND NOT coalesce(hog_of(b.tid) = (SELECT sender FROM storm), 0)
		AND NOT lost_while('packet hop upcall', s.id)))
	AND hog_share(b.tid) >= 0.5 AND process_text(hog_of(b.tid)) <> process_text(b.tid)
	AND thread_text(hog_of(b.tid)) NOT LIKE 'ksoftirqd/%' -- whose work others gave it
GROUP BY s.id, b.tid HAVING sum(b.share) >= 0.05
