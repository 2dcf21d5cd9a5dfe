-- recorder: What did the recording cost: CPU time, memory, bytes?
-- needs: cost
-- none: the recorder's own cost was not sampled
SELECT interval_at, cpu_ns, CASE WHEN span_ns > 0 THEN 100.0 * cpu_ns / span_ns END AS of_one_cpu_pct, events, CASE
	WHEN events > 0 THEN 1.0 * cpu_ns / events END AS cpu_an_event_ns,
	written AS written_bytes, CASE WHEN events > 0 THEN 1.0 * written / events END AS bytes_an_event,
		rss AS memory_bytes, ring_peak AS ring_peak_bytes, 100.0 * ring_peak / ring_size AS ring_peak_share_pct,
		lost
FROM (SELECT win_at(slot(c.win)) AS interval_at, max(cpu_time_ns) - min(before_cpu) AS cpu_ns,
	max(ts_ns) - min(before_ts) AS span_ns, max(events) - min(before_events) AS events,
		max(written) - min(before_written) AS written, max(rss) AS rss, max(ring_peak) AS ring_peak,
			nullif(max(ring_size), 0) AS ring_size, max(lost) - min(before_lost) AS lost
	FROM (SELECT *, lag(ts_ns, 1, ts_ns) OVER o AS before_ts, lag(cpu_time_ns, 1, cpu_time_ns) OVER o AS before_cpu,
		lag(events, 1, events) OVER o AS before_events,
			lag(written, 1, written) OVER o AS before_written, lag(lost, 1, lost) OVER o AS before_lost
		FROM cost WINDOW o AS (ORDER BY ts_ns)) AS c
	WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(c.win)) ORDER BY interval_at;

-- probes: What did each probe cost in the kernel, where it was measured?
-- none: the kernel measured no probe: BPF statistics were not enabled
SELECT name AS probe, runs, 1.0 * run_time_ns / nullif(runs, 0) AS mean_ns, run_time_ns AS total_ns, misses FROM probe
	WHERE runs IS NOT NULL ORDER BY run_time_ns DESC, name;
