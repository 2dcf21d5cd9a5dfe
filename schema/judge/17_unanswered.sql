-- What went up to ovs-vswitchd and was not answered, when no thread of it ran any more until the recording ended, two
-- seconds later at least, while samples of other threads went on. What it leaves unanswered while it runs, because it
-- is the receiver or drops it, is no symptom.
INSERT INTO symptom(kind, packets, from_stage, to_stage, mover, netns, ifindex, max_ns, first_win, last_win)
	WITH active AS (SELECT coalesce(max(win), -1) AS win FROM (
			SELECT win FROM cpu_thread JOIN thread USING (tid) WHERE tgid = vswitchd() AND runtime_ns > 0
			UNION ALL SELECT win FROM upcall_latency UNION ALL SELECT win FROM ovs_command))
	SELECT 'unanswered', sum(f.n), 22, 23, 'handler', netns, ifindex,
		last_ns - first_ns - (min(f.win) + 1) * window_ns, min(f.win), max(f.win)
	FROM upcall_fate AS f, active AS a, trace
	WHERE f.fate = 'no answer' AND f.win >= a.win AND (SELECT max(win) FROM cpu_thread) >= a.win + 2
		AND vswitchd() IS NOT NULL AND observed('upcall_execute') AND observed('flow_cmd')
	GROUP BY netns, ifindex;
