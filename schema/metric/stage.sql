-- The steps in which packets spend most time, each time in one of them: calls that contain others are left out.
-- Waits for a reader are a metric of their own.
SELECT stage_text(from_stage) || ' → ' || stage_text(to_stage), win, NULL, NULL, hist_merge(hist)
FROM stage_latency JOIN (SELECT from_stage, to_stage FROM stage_latency
		WHERE NOT stage_contains(to_stage) AND to_stage NOT IN (43, 64, 65)
		GROUP BY from_stage, to_stage HAVING sum(n) >= 100 ORDER BY sum(sum_ns) DESC LIMIT 12) USING
			(from_stage, to_stage)
GROUP BY from_stage, to_stage, win
