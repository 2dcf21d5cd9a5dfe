-- busy_on(cpu): how many threads used at least a twentieth of this CPU's time in the recording.
SELECT count(*) FROM (SELECT tid FROM cpu_thread WHERE cpu = ?1 GROUP BY tid
	HAVING sum(runtime_ns) >= 0.05e9 * lasted_s())
