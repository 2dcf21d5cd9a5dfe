-- stages: How long did packets take from each stage to the next one they were seen at?
-- needs: packet hop
-- none: no packet was seen at two stages
-- contains: a call, that of the driver, with other stages inside, whose time it has as well: not to be added to theirs.
-- In the order of the packet path; cut to the pairs that took most time in total. A distribution per row.
SELECT interval_at, "from", "to", interface, count, mean_ns, hist_p(h, 50) AS p50_ns, hist_p(h, 95) AS p95_ns,
	hist_p(h, 99) AS p99_ns,
	hist_p(h, 99.9) AS "p99.9_ns", max_ns, total_ns, contains, uncertain, hist_log2(h) AS distribution_log2
FROM (SELECT win_at(slot(win)) AS interval_at, stage_text(from_stage) AS "from", stage_text(to_stage) AS "to",
	device(netns, ifindex) AS interface,
		sum(n) AS count, CASE WHEN sum(n) > 0 THEN 1.0 * sum(sum_ns) / sum(n) END AS mean_ns,
			max(max_ns) FILTER (WHERE n > 0) AS max_ns,
		sum(sum_ns) AS total_ns, CASE WHEN stage_contains(to_stage) THEN 'other stages' ELSE '' END AS contains,
			sum(uncertain) AS uncertain, hist_merge(hist) AS h, from_stage, to_stage,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(sum_ns) DESC, from_stage, to_stage,
			device(netns, ifindex)) AS rank
	FROM stage_latency WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)
	GROUP BY slot(win), from_stage, to_stage, netns, ifindex)
WHERE rank <= :top
ORDER BY interval_at, stage_place(from_stage), stage_place(to_stage), interface;
