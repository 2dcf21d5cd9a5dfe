-- upcall_storm(): were there so many upcalls that they keep handlers busy, a hundred in a second, and on average four
-- at a time between going up and coming back (Little's law)? Fewer wait for something else than for each other.
SELECT (SELECT max(n) FROM (SELECT sum(n) AS n FROM upcall GROUP BY win)) >= 100
	AND (SELECT max(ns) FROM (SELECT sum(sum_ns) AS ns FROM stage_latency WHERE from_stage = 22 AND to_stage = 23
		GROUP BY win)) >= 4 * (SELECT window_ns FROM trace)
