-- softirqs: How long did softirqs wait and run?
-- none: no softirq was recorded
-- needs: softirq
SELECT enum_text('softirq', vec) AS softirq, sum(n) AS runs, sum(sum_ns) AS run_total_ns,
	hist_p(hist_merge(hist), 99) AS run_p99_ns, max(max_ns) AS run_max_ns,
	hist_p(hist_merge(wait_hist), 50) AS wait_p50_ns, hist_p(hist_merge(wait_hist), 99) AS wait_p99_ns,
		max(wait_max_ns) FILTER (WHERE wait_n > 0) AS wait_max_ns
FROM softirq GROUP BY vec ORDER BY run_total_ns DESC, vec;

-- napi: How many packets did a poll take?
-- needs: napi
SELECT CASE ifindex WHEN 0 THEN 'backlog' ELSE device(netns, ifindex) END AS interface, sum(polls) AS polls,
	sum(work) AS packets, 1.0 * sum(work) / nullif(sum(polls), 0) AS packets_a_poll,
	sum(at_budget) AS at_budget, sum(empty) AS empty FROM napi GROUP BY netns, ifindex ORDER BY polls DESC,
		interface LIMIT 10;

-- softnet: Was a CPU's packet backlog full, or its budget used up?
SELECT cpu, sum(processed) AS processed, sum(dropped) AS dropped, sum(squeezed) AS squeezed FROM softnet GROUP BY cpu
	HAVING sum(dropped) + sum(squeezed) > 0 ORDER BY cpu;
