-- cpus: What did each CPU spend its time on?
-- needs: cputime
-- none: no CPU time was sampled
SELECT win_at(slot(win)) AS interval_at, cpu, 100.0 * sum(user_ns) / sum(span_ns) AS user_pct, 100.0 * sum(system_ns) / sum(span_ns) AS system_pct,
	100.0 * sum(irq_ns) / sum(span_ns) AS irq_pct, 100.0 * sum(softirq_ns) / sum(span_ns) AS softirq_pct, 100.0 * sum(iowait_ns) / sum(span_ns) AS iowait_pct,
	100.0 * sum(steal_ns) / sum(span_ns) AS steal_pct, 100.0 * sum(idle_ns) / sum(span_ns) AS idle_pct
FROM cpu_busy WHERE span_ns > 0 AND win BETWEEN :first_win AND :last_win GROUP BY slot(win), cpu ORDER BY 1, cpu;

-- threads: Which threads used the CPUs?
-- needs: thread
-- none: no thread's CPU time was sampled
SELECT interval_at, thread, process, cpu_ns, last_cpu, voluntary_switches, involuntary_switches FROM (
	SELECT win_at(slot(win)) AS interval_at, thread_text(tid) AS thread, process_text(tid) AS process, sum(runtime_ns) AS cpu_ns,
		max(cpu) AS last_cpu, sum(nvcsw) AS voluntary_switches, sum(nivcsw) AS involuntary_switches,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(runtime_ns) DESC, tid) AS rank
	FROM cpu_thread WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), tid)
WHERE rank <= :top ORDER BY interval_at, rank;
