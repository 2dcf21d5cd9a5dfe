-- threads: Which threads waited?
-- none: no wait was recorded
-- needs: offcpu
SELECT thread_text(tid) AS thread, process_text(tid) AS process, sum(slept) AS slept_ns,
	max(slept_max) AS longest_sleep_ns, sum(sleeps) AS sleeps, sum(waited) AS waited_for_cpu_ns,
	max(waited_max) AS longest_wait_ns, sum(waits) AS waits
FROM (SELECT tid, sum_ns AS slept, max_ns AS slept_max, n AS sleeps, NULL AS waited, NULL AS waited_max, NULL AS waits
	FROM offcpu WHERE n > 0
	UNION ALL SELECT tid, NULL, NULL, NULL, sum_ns, max_ns, n FROM runq WHERE n > 0)
GROUP BY tid ORDER BY coalesce(sum(waited), 0) DESC, coalesce(sum(slept), 0) DESC, tid LIMIT 10;

-- threads_note: Which of their waits were recorded?
SELECT printf('only stretches off the CPU of %s and longer, sleep and wait for a CPU together',
	duration_text(CAST(value AS INTEGER))) AS text
FROM config WHERE key = 'record.offcpu_min_ns' AND CAST(value AS INTEGER) > 0 AND observed('offcpu');

-- cpu: Which threads used the CPUs?
SELECT thread_text(tid) AS thread, process_text(tid) AS process, sum(runtime_ns) AS cpu_ns,
	100.0 * sum(runtime_ns) / (SELECT nullif(last_ns - first_ns, 0) FROM trace) AS of_one_cpu_pct,
	sum(nivcsw) AS involuntary_switches FROM cpu_thread GROUP BY tid ORDER BY cpu_ns DESC, tid LIMIT 10;

-- cpus: How busy was each CPU?
SELECT cpu, 100.0 * (sum(span_ns) - sum(idle_ns) - sum(iowait_ns)) / sum(span_ns) AS busy_pct,
	100.0 * sum(softirq_ns) / sum(span_ns) AS softirq_pct, 100.0 * sum(steal_ns) / sum(span_ns) AS steal_pct
FROM cpu_busy WHERE span_ns > 0 GROUP BY cpu ORDER BY busy_pct DESC, cpu LIMIT 16;

-- locks: For which locks did threads wait longest, and who held them? Of a futex: who ended the waits.
-- none: no wait for a lock was recorded
-- needs: lock futex
SELECT kind, process, lock, lock_within(kind, tgid, addr) AS within, mode, waits, threads, total_ns, max_ns, CASE
	WHEN held_ns > 0 THEN holder_text(holder) END AS mostly_held_by,
	100.0 * held_ns / nullif(lock_ns, 0) AS share_pct
FROM (SELECT w.*, o.holder, o.held_ns, row_number() OVER (PARTITION BY w.rank ORDER BY o.held_ns DESC, o.holder) AS nth
	FROM (SELECT kind, tgid, addr, owner_text(tgid) AS process, lock_text(kind, addr) AS lock,
		lock_mode_text(kind, mode) AS mode, sum(n) AS waits,
			count(DISTINCT CASE WHEN n > 0 THEN tid END) AS threads, sum(sum_ns) AS total_ns,
				max(max_ns) AS max_ns,
			sum(sum(sum_ns)) OVER (PARTITION BY kind, tgid, addr) AS lock_ns, -- in any mode
			row_number() OVER (ORDER BY sum(sum_ns) DESC, kind, tgid, addr,
				lock_mode_text(kind, mode)) AS rank
		FROM lock_wait GROUP BY kind, tgid, addr, lock_mode_text(kind, mode) HAVING sum(n) > 0) AS w
	LEFT JOIN (SELECT kind, tgid, addr, holder, sum(wait_ns) AS held_ns FROM lock_holder WHERE holder > 0
		GROUP BY kind, tgid, addr, holder) AS o
		ON o.kind = w.kind AND o.tgid = w.tgid AND o.addr = w.addr)
WHERE nth = 1 AND rank <= 10 ORDER BY rank;
