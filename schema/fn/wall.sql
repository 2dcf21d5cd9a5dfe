-- wall(mono_ns): CLOCK_REALTIME ns of a CLOCK_MONOTONIC time, by the clock reading before it (or the first).
SELECT coalesce(
	(SELECT real_ns + (?1 - mono_ns) FROM clock WHERE mono_ns <= ?1 ORDER BY mono_ns DESC LIMIT 1),
	(SELECT real_ns + (?1 - mono_ns) FROM clock ORDER BY mono_ns LIMIT 1))
