-- softirqs: How long did softirqs wait and run?
-- needs: softirq
-- none: no softirq was recorded
SELECT interval_at, softirq, cpu, runs, run_total_ns, hist_p(h, 50) AS run_p50_ns, hist_p(h, 99) AS run_p99_ns,
	run_max_ns,
	waits, hist_p(w, 50) AS wait_p50_ns, hist_p(w, 99) AS wait_p99_ns, wait_max_ns
FROM (SELECT win_at(slot(win)) AS interval_at, enum_text('softirq', vec) AS softirq, cpu, vec, sum(n) AS runs,
	sum(sum_ns) AS run_total_ns,
		hist_merge(hist) AS h, max(max_ns) AS run_max_ns, sum(wait_n) AS waits, hist_merge(wait_hist) AS w,
		max(wait_max_ns) FILTER (WHERE wait_n > 0) AS wait_max_ns
	FROM softirq WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), vec, cpu)
ORDER BY interval_at, vec, cpu;

-- backlog: How long did packets wait in the backlog of a CPU?
-- needs: packet
-- none: no packet was seen on its way through a backlog
-- By the device they came in at. Where a CPU gets them from another one by a hash, that wait is not in here.
SELECT interval_at, "from", interface, packets, mean_ns, hist_p(h, 50) AS p50_ns, hist_p(h, 95) AS p95_ns,
	hist_p(h, 99) AS p99_ns, hist_max(h) AS max_ns, uncertain FROM (
	SELECT win_at(slot(win)) AS interval_at, stage_text(from_stage) AS "from", device(netns, ifindex) AS interface,
		sum(n) AS packets,
		1.0 * sum(sum_ns) / nullif(sum(n), 0) AS mean_ns, hist_merge(hist) AS h, sum(uncertain) AS uncertain,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(sum_ns) DESC, netns, ifindex, from_stage) AS rank
	FROM stage_latency WHERE stage_text(from_stage) IN ('netif_rx', 'enqueue_to_backlog')
		AND stage_text(to_stage) = 'netif_receive_skb' AND win BETWEEN :first_win AND :last_win
		AND device_match(netns, ifindex)
	GROUP BY slot(win), netns, ifindex, from_stage)
WHERE rank <= :top ORDER BY interval_at, rank;

-- ksoftirqd: How long did ksoftirqd wait for its CPU, once woken?
-- needs: offcpu
-- none: ksoftirqd never had to wait
SELECT interval_at, cpu, thread_text(tid) AS thread, waits, preempted, total_ns, hist_p(h, 50) AS p50_ns,
	hist_p(h, 95) AS p95_ns, hist_p(h, 99) AS p99_ns, hist_max(h) AS max_ns FROM (
	SELECT win_at(slot(win)) AS interval_at, cpu, tid, sum(n) AS waits, sum(preempted) AS preempted,
		sum(sum_ns) AS total_ns, hist_merge(hist) AS h
	FROM runq WHERE tid IN (SELECT tid FROM thread WHERE comm LIKE 'ksoftirqd/%')
		AND win BETWEEN :first_win AND :last_win GROUP BY slot(win), cpu, tid)
ORDER BY interval_at, cpu, thread;

-- napi: How many packets did each poll take, and did polls run into their budget?
-- needs: napi
-- none: no NAPI poll was recorded
SELECT win_at(slot(win)) AS interval_at, CASE ifindex WHEN 0 THEN 'backlog'
	ELSE device(netns, ifindex) END AS interface, cpu, sum(polls) AS polls,
	sum(work) AS packets, 1.0 * sum(work) / sum(polls) AS packets_a_poll, sum(at_budget) AS at_budget,
		sum(empty) AS empty
FROM napi WHERE polls > 0 AND win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex) GROUP BY slot(win),
	netns, ifindex, cpu ORDER BY 1, 2, 3;

-- irqs: Which interrupt handlers ran, where and how long?
-- needs: irq
-- none: no interrupt was recorded
SELECT interval_at, irq, name, cpu, runs, total_ns, hist_p(h, 99) AS p99_ns, max_ns, unhandled FROM (
	SELECT win_at(slot(win)) AS interval_at, irq, coalesce((SELECT name FROM irqname WHERE irqname.irq = i.irq),
		'?') AS name, cpu, sum(n) AS runs,
		sum(sum_ns) AS total_ns, hist_merge(hist) AS h, max(max_ns) AS max_ns, sum(unhandled) AS unhandled,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(sum_ns) DESC, irq, cpu) AS rank
	FROM irq AS i WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), irq, cpu)
WHERE rank <= :top ORDER BY interval_at, rank;

-- softnet: Was a CPU's packet backlog full, or its budget used up?
-- needs: softnet
-- none: /proc/net/softnet_stat was not sampled twice
SELECT win_at(slot(win)) AS interval_at, cpu, sum(processed) AS processed, sum(dropped) AS dropped,
	sum(squeezed) AS squeezed
FROM softnet WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), cpu ORDER BY 1, cpu;
