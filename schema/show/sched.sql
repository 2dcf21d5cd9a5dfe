-- wait: How long did threads that could run wait for a CPU?
-- needs: offcpu
-- none: no wait was recorded
SELECT interval_at, 'run queue' AS wait, count, preempted, mean_ns, hist_p(h, 50) AS p50_ns, hist_p(h, 95) AS p95_ns,
	hist_p(h, 99) AS p99_ns,
	hist_p(h, 99.9) AS "p99.9_ns", max_ns, hist_log2(h) AS distribution_log2
FROM (SELECT win_at(slot(win)) AS interval_at, sum(n) AS count, sum(preempted) AS preempted,
	1.0 * sum(sum_ns) / sum(n) AS mean_ns,
		max(max_ns) AS max_ns, hist_merge(hist) AS h
	FROM runq WHERE n > 0 AND win BETWEEN :first_win AND :last_win GROUP BY slot(win)) ORDER BY interval_at;

-- threads: Which threads waited longest for a CPU?
SELECT interval_at, thread, process, allowed_cpus, count, preempted, total_ns, mean_ns, hist_p(h, 99) AS p99_ns, max_ns
	FROM (
	SELECT win_at(slot(win)) AS interval_at, thread_text(tid) AS thread, process_text(tid) AS process,
		allowed_cpus(tid) AS allowed_cpus, sum(n) AS count,
		sum(preempted) AS preempted, sum(sum_ns) AS total_ns, 1.0 * sum(sum_ns) / sum(n) AS mean_ns,
			hist_merge(hist) AS h, max(max_ns) AS max_ns,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(sum_ns) DESC, tid) AS rank
	FROM runq WHERE n > 0 AND win BETWEEN :first_win AND :last_win GROUP BY slot(win), tid)
WHERE rank <= :top ORDER BY interval_at, rank;

-- instead: Who had the CPU until they got it?
SELECT thread_text(tid) AS thread, thread_text(prev) AS cpu_was_with, sum(n) AS count, sum(wait_ns) AS waited_ns
FROM runq_prev WHERE win BETWEEN :first_win AND :last_win GROUP BY tid, prev ORDER BY waited_ns DESC, tid, prev
	LIMIT :top;

-- cpus: On which CPUs did they wait?
SELECT cpu, sum(n) AS count, sum(sum_ns) AS total_ns, 1.0 * sum(sum_ns) / sum(n) AS mean_ns,
	hist_p(hist_merge(hist), 99) AS p99_ns, max(max_ns) AS max_ns
FROM runq WHERE n > 0 AND win BETWEEN :first_win AND :last_win GROUP BY cpu ORDER BY cpu;
