-- sentence_time(): where did packets spend their time? What is no time between stages, and longer, is named.
WITH pair AS (SELECT from_stage, to_stage, netns, ifindex, sum(n) AS n, sum(sum_ns) AS sum_ns, hist_merge(hist) AS h
		FROM stage_latency WHERE n > 0 AND to_stage < 64 AND NOT stage_contains(to_stage)
		GROUP BY from_stage, to_stage, netns, ifindex),
	slow AS (SELECT *, 100.0 * sum_ns / nullif(sum(sum_ns) OVER (), 0) AS share
		FROM pair ORDER BY sum_ns DESC, from_stage LIMIT 1),
	reading AS (SELECT sum(sum_ns) AS sum_ns, max(max_ns) AS max_ns FROM blame WHERE to_stage = 64)
SELECT coalesce((SELECT printf('Packets spent most time from %s to %s on %s: %.0f %% of all time between stages, '
			|| 'mean %s, P99 %s, '
			|| 'P99.9 %s, max %s over %d packet%s.', stage_text(from_stage), stage_text(to_stage),
				device(netns, ifindex),
			share, duration_text(1.0 * sum_ns / n), duration_text(hist_p(h, 99)),
				duration_text(hist_p(h, 99.9)),
			duration_text(hist_max(h)), n, CASE n WHEN 1 THEN '' ELSE 's' END)
		|| coalesce((SELECT printf(' Not counted: until a program read them, up to %s.',
				duration_text(r.max_ns))
			FROM reading AS r WHERE r.sum_ns > slow.sum_ns), '')
		|| CASE WHEN (SELECT hist_sum(hist_merge(hist)) FROM upcall_latency WHERE n > 0) > slow.sum_ns
				AND NOT EXISTS (SELECT 1 FROM stage_latency WHERE from_stage = 22 AND to_stage = 23)
			THEN ' Not counted: the time in Open vSwitch''s user space.' ELSE '' END FROM slow),
	CASE WHEN observed('packet') THEN 'No packet was seen at two stages.' ELSE 'Packets were not observed.' END)
