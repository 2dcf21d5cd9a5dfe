-- cpus: What did each CPU spend its time on?
-- needs: cputime
-- none: no CPU time was sampled
SELECT win_at(slot(win)) AS interval_at, cpu, 100.0 * sum(user_ns) / sum(span_ns) AS user_pct,
	100.0 * sum(system_ns) / sum(span_ns) AS system_pct,
	100.0 * sum(irq_ns) / sum(span_ns) AS irq_pct, 100.0 * sum(softirq_ns) / sum(span_ns) AS softirq_pct,
		100.0 * sum(iowait_ns) / sum(span_ns) AS iowait_pct,
	100.0 * sum(steal_ns) / sum(span_ns) AS steal_pct, 100.0 * sum(idle_ns) / sum(span_ns) AS idle_pct
FROM cpu_busy WHERE span_ns > 0 AND win BETWEEN :first_win AND :last_win GROUP BY slot(win), cpu ORDER BY 1, cpu;

-- threads: Which threads used the CPUs?
-- needs: thread
-- none: no thread's CPU time was sampled
SELECT interval_at, thread, process, cpu_ns, last_cpu, allowed_cpus, policy, voluntary_switches, involuntary_switches
	FROM (
	SELECT win_at(slot(win)) AS interval_at, thread_text(tid) AS thread, process_text(tid) AS process,
		sum(runtime_ns) AS cpu_ns,
		max(cpu) AS last_cpu, allowed_cpus(tid) AS allowed_cpus, policy_text(tid) AS policy,
			sum(nvcsw) AS voluntary_switches, sum(nivcsw) AS involuntary_switches,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(runtime_ns) DESC, tid) AS rank
	FROM cpu_thread WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), tid)
WHERE rank <= :top ORDER BY interval_at, rank;

-- processes: Which processes used the CPUs, and how much of a CPU at most, for 1 s and for 10 ms?
-- needs: run
-- none: no thread ran
SELECT interval_at, process, cpu_ns, 100.0 * cpu_ns / (to_ns - from_ns) AS of_one_cpu_pct, busiest_1s_pct, peak_pct
FROM (
	SELECT win_at(slot(win)) AS interval_at, owner_text(tgid) AS process, sum(ran_ns) AS cpu_ns,
		100.0 * max(ran_ns) / window_ns AS busiest_1s_pct,
		100.0 * max(peak_ns) / 10000000 AS peak_pct,
		max(:from_ns, first_ns + coalesce(slot(win), 0) * window_ns) AS from_ns,
		min(:to_ns, last_ns, CASE WHEN :ticks > 0 THEN first_ns + slot(win) * window_ns + :ticks * 10000000
			ELSE last_ns END) AS to_ns,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(ran_ns) DESC, tgid) AS rank
	FROM cpu_run_process, trace WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), tgid)
WHERE rank <= :top AND to_ns > from_ns ORDER BY interval_at, rank;

-- placement: Where may the threads run that move packets, and where did they run last?
SELECT thread_text(tid) AS thread, process_text(tid) AS process, cpus AS allowed_cpus, policy_text(tid) AS policy,
	(SELECT cpu FROM cpu_thread AS c WHERE c.tid = a.tid ORDER BY win DESC LIMIT 1) AS last_cpu
FROM affinity AS a WHERE thread_text(tid) GLOB 'vhost-*' OR thread_text(tid) GLOB 'ksoftirqd/*'
	OR thread_text(tid) GLOB 'irq/*' OR thread_text(tid) GLOB 'napi/*'
	OR thread_text(tid) GLOB 'CPU */KVM*' OR owner_text(a.tgid) GLOB 'ovs-vswitchd/*'
		OR (owner_text(a.tgid) GLOB 'qemu*' AND tid = a.tgid)
ORDER BY thread_text(a.tgid), a.tgid, tid LIMIT :top;

-- quotas: Which cgroups were under a CPU quota, and how often was it used up?
-- none: no cgroup with a CPU quota was recorded
SELECT path AS cgroup, limited AS quota_of, quota_ns, period_ns, periods, throttled, time_ns AS throttled_ns,
	(SELECT count(*) FROM thread WHERE cgroup = c.id) AS threads
FROM cgroup AS c ORDER BY throttled DESC, time_ns DESC, path LIMIT :top;
