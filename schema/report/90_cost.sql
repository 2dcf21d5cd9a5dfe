-- cost: What did the recording cost?
-- none: the recorder's own cost was not sampled twice
-- needs: cost
-- list
SELECT cpu AS recorder_cpu_ns, 100.0 * cpu / span AS of_one_cpu_pct, 1.0 * cpu / nullif(events, 0) AS cpu_an_event_ns,
	bytes AS written_bytes, 1.0 * bytes / nullif(events, 0) AS bytes_an_event,
	events, rss AS memory_bytes, 100.0 * peak / nullif(size, 0) AS fullest_ring_pct
FROM (SELECT max(cpu_time_ns) - min(cpu_time_ns) AS cpu, max(ts_ns) - min(ts_ns) AS span,
	max(written) - min(written) AS bytes, max(events) - min(events) AS events, max(rss) AS rss,
		max(ring_peak) AS peak, max(ring_size) AS size FROM cost) WHERE span > 0;

-- probe_cost: What did each probe cost in the kernel?
SELECT name AS probe, runs, 1.0 * run_time_ns / nullif(runs, 0) AS mean_ns, run_time_ns AS total_ns, misses FROM probe
	WHERE runs > 0 ORDER BY run_time_ns DESC, name LIMIT 20;
