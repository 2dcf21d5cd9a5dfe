-- Intervals between stages that took far longer than is usual for them, and those that usually take long. The time that
-- a packet spends with whoever reads its socket, or in a function that contains other stages, is no interval of its
-- own.
INSERT INTO symptom(kind, packets, excess_ns, from_stage, to_stage, mover, netns, ifindex, threshold_ns, max_ns,
	first_win,
	last_win)
	WITH pair AS (
			SELECT from_stage, to_stage, netns, ifindex, sum(n) AS n, sum(sum_ns) AS sum_ns,
				max(max_ns) AS max_ns, hist_merge(hist) AS h
			FROM stage_latency
			WHERE n > 0 AND to_stage < 64 AND NOT stage_contains(to_stage)
			GROUP BY from_stage, to_stage, netns, ifindex),
		usual AS (SELECT *, hist_p(h, 50) AS median, max(10 * hist_p(h, 50), late_ns()) AS threshold FROM pair),
		kinds AS (
			SELECT 'slow' AS kind, n, max(0, sum_ns - n * late_slow_ns()) AS excess,
				late_slow_ns() AS threshold, * FROM usual WHERE median >= late_slow_ns() AND n >= 10
			UNION ALL
			SELECT 'late', hist_from(h, threshold), max(0, sum_ns - n * median), threshold, * FROM usual
			WHERE (median < late_slow_ns() OR n < 10) AND max_ns >= threshold)
	SELECT kind, n, excess, from_stage, to_stage, (SELECT mover FROM stage WHERE id = from_stage), netns, ifindex,
		threshold, max_ns,
		(SELECT min(win) FROM stage_latency AS l WHERE l.from_stage = k.from_stage AND l.to_stage = k.to_stage
			AND l.netns = k.netns AND l.ifindex = k.ifindex AND l.max_ns >= k.threshold),
		(SELECT max(win) FROM stage_latency AS l WHERE l.from_stage = k.from_stage AND l.to_stage = k.to_stage
			AND l.netns = k.netns AND l.ifindex = k.ifindex AND l.max_ns >= k.threshold)
	FROM kinds AS k;

-- Datagrams that lay in the queue of a socket until its reader took them. Where a gap hides when, it was some time.
INSERT INTO symptom(kind, packets, excess_ns, from_stage, to_stage, mover, netns, ifindex, threshold_ns, max_ns,
	first_win, last_win)
	SELECT 'late', sum(late), sum(sum_ns), b.from_stage, b.to_stage, 'reader', b.netns, b.ifindex, late_ns(),
		max(max_ns),
		coalesce((SELECT min(win) FROM stage_latency AS l
			WHERE l.from_stage = b.from_stage AND l.to_stage = b.to_stage
			AND l.netns = b.netns AND l.ifindex = b.ifindex AND l.max_ns >= late_ns()), 0),
		coalesce((SELECT max(win) FROM stage_latency AS l
			WHERE l.from_stage = b.from_stage AND l.to_stage = b.to_stage
			AND l.netns = b.netns AND l.ifindex = b.ifindex AND l.max_ns >= late_ns()),
			(SELECT (last_ns - first_ns) / window_ns FROM trace))
	FROM blame AS b WHERE to_stage = 64 GROUP BY b.from_stage, b.to_stage, b.netns, b.ifindex HAVING sum(late) > 0;

-- TCP requests whose answer came late because something kept the program that gives it from running (pass_blame.c).
INSERT INTO symptom(kind, packets, excess_ns, from_stage, to_stage, mover, netns, ifindex, threshold_ns, max_ns,
	first_win, last_win)
	SELECT 'late', sum(late), sum(sum_ns), from_stage, to_stage, 'reader', netns, ifindex, late_ns(), max(max_ns),
		0, (SELECT max(win) FROM stage_latency)
	FROM blame WHERE to_stage = 66 GROUP BY from_stage, to_stage, netns, ifindex HAVING sum(late) > 0;
