-- hog_share(tid): which share of all CPU time on the CPU where this thread waited hog_of(tid) had.
SELECT 1.0 * sum(runtime_ns) FILTER (WHERE tid = hog_of(?1)) / nullif(sum(runtime_ns), 0) FROM cpu_thread
WHERE cpu = waited_on(?1)
