-- sentence_cost(): what did the recording cost?
SELECT printf('Recording took %.1f %% of one CPU in user space.', 100.0 * cpu / span)
FROM (SELECT max(cpu_time_ns) - min(cpu_time_ns) AS cpu, max(ts_ns) - min(ts_ns) AS span FROM cost) WHERE span > 0
