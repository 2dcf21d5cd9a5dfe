-- threads: Which threads waited?
-- none: no wait was recorded
-- needs: offcpu
SELECT thread_text(tid) AS thread, process_text(tid) AS process, sum(slept) AS slept_ns, max(slept_max) AS longest_sleep_ns, sum(sleeps) AS sleeps, sum(waited) AS waited_for_cpu_ns,
	max(waited_max) AS longest_wait_ns, sum(waits) AS waits
FROM (SELECT tid, sum_ns AS slept, max_ns AS slept_max, n AS sleeps, NULL AS waited, NULL AS waited_max, NULL AS waits FROM offcpu WHERE n > 0
	UNION ALL SELECT tid, NULL, NULL, NULL, sum_ns, max_ns, n FROM runq WHERE n > 0)
GROUP BY tid ORDER BY coalesce(sum(waited), 0) DESC, coalesce(sum(slept), 0) DESC, tid LIMIT 10;

-- threads_note: Which of their waits were recorded?
SELECT printf('only stretches off the CPU of %s and longer, sleep and wait for a CPU together', duration_text(CAST(value AS INTEGER))) AS text
FROM config WHERE key = 'record.offcpu_min_ns' AND CAST(value AS INTEGER) > 0 AND observed('offcpu');

-- cpu: Which threads used the CPUs?
SELECT thread_text(tid) AS thread, process_text(tid) AS process, sum(runtime_ns) AS cpu_ns, 100.0 * sum(runtime_ns) / (SELECT nullif(last_ns - first_ns, 0) FROM trace) AS of_one_cpu_pct,
	sum(nivcsw) AS involuntary_switches FROM cpu_thread GROUP BY tid ORDER BY cpu_ns DESC, tid LIMIT 10;

-- cpus: How busy was each CPU?
SELECT cpu, 100.0 * (sum(span_ns) - sum(idle_ns) - sum(iowait_ns)) / sum(span_ns) AS busy_pct, 100.0 * sum(softirq_ns) / sum(span_ns) AS softirq_pct, 100.0 * sum(steal_ns) / sum(span_ns) AS steal_pct
FROM cpu_busy WHERE span_ns > 0 GROUP BY cpu ORDER BY busy_pct DESC, cpu LIMIT 16;
