-- processes: How much CPU time did each process use?
-- needs: run
-- none: no thread ran
SELECT wall(first_ns + slot * :ticks * 10000000) AS interval_at, owner_text(tgid) AS process, cpu_ns,
	100.0 * cpu_ns / (:ticks * 10000000) AS of_one_cpu_pct FROM (
	SELECT (p.win * (window_ns / 10000000) + p.first_tick + t.key) / :ticks AS slot, tgid, sum(t.value) AS cpu_ns,
		first_ns,
		row_number() OVER (PARTITION BY (p.win * (window_ns / 10000000) + p.first_tick + t.key) / :ticks
			ORDER BY sum(t.value) DESC, tgid) AS rank
	FROM trace, cpu_run_process AS p, json_each(run_ticks(p.ticks)) AS t
	WHERE t.value > 0 AND p.win BETWEEN :first_win AND :last_win GROUP BY 1, tgid)
WHERE rank <= :top AND first_ns + (slot + 1) * :ticks * 10000000 > :from_ns
	AND first_ns + slot * :ticks * 10000000 <= :to_ns ORDER BY slot, rank;

-- threads: And each thread?
SELECT wall(first_ns + slot * :ticks * 10000000) AS interval_at, thread_text(tid) AS thread,
	process_text(tid) AS process, cpu_ns, 100.0 * cpu_ns / (:ticks * 10000000) AS of_one_cpu_pct FROM (
	SELECT (p.win * (window_ns / 10000000) + p.first_tick + t.key) / :ticks AS slot, tid, sum(t.value) AS cpu_ns,
		first_ns,
		row_number() OVER (PARTITION BY (p.win * (window_ns / 10000000) + p.first_tick + t.key) / :ticks
			ORDER BY sum(t.value) DESC, tid) AS rank
	FROM trace, cpu_run AS p, json_each(run_ticks(p.ticks)) AS t
	WHERE t.value > 0 AND p.win BETWEEN :first_win AND :last_win GROUP BY 1, tid)
WHERE rank <= :top AND first_ns + (slot + 1) * :ticks * 10000000 > :from_ns
	AND first_ns + slot * :ticks * 10000000 <= :to_ns ORDER BY slot, rank;
