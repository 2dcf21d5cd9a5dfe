-- sentence_cpu_waits(): how long did threads that could run wait for a CPU?
SELECT printf('Threads that could run waited for a CPU %s on average, P99 %s, up to %s%s.',
	duration_text(1.0 * sum(sum_ns) / sum(n)), duration_text(hist_p(hist_merge(hist), 99)),
		duration_text(max(max_ns)),
	coalesce(printf(' (stretches off the CPU of %s and longer)',
		duration_text(nullif(CAST(config_value('record.offcpu_min_ns') AS INTEGER), 0))), ''))
FROM runq WHERE n > 0 HAVING sum(n) > 0
