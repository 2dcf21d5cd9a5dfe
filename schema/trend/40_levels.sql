-- levels: every figure of every run, in ns of a latency, as a share, and in ns of a second of CPU time
-- only: json
SELECT run + 1 AS run, metric, key, stat, unit, value, n_before AS runs_before, usual, low, high, p_adjusted, least,
	verdict,
	why FROM moved ORDER BY run, nth, key, stat;
