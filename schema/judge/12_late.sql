-- Intervals between stages that took far longer than is usual for them, and those that usually take long. The time that
-- a packet spends with whoever reads its socket (until stage 43, skb_consume_udp), or in a function that contains other
-- stages, is no interval of its own.
INSERT INTO symptom(kind, packets, excess_ns, usual_ns, from_stage, to_stage, mover, netns, ifindex, threshold_ns,
	max_ns, first_win, last_win)
	WITH pair AS (
			SELECT from_stage, to_stage, netns, ifindex, sum(n) AS n, sum(sum_ns) AS sum_ns,
				max(max_ns) AS max_ns, hist_merge(hist) AS h
			FROM stage_latency
			WHERE n > 0 AND to_stage < 64 AND to_stage <> 43 AND NOT stage_contains(to_stage)
			GROUP BY from_stage, to_stage, netns, ifindex),
		usual AS (SELECT *, hist_p(h, 50) AS median, max(10 * hist_p(h, 50), late_ns()) AS threshold FROM pair),
		kinds AS (
			SELECT 'slow' AS kind, n, max(0, sum_ns - n * late_slow_ns()) AS excess, 0 AS usual_ns,
				late_slow_ns() AS threshold, * FROM usual WHERE median >= late_slow_ns() AND n >= 10
			UNION ALL
			SELECT 'late', hist_from(h, threshold), max(0, sum_ns - n * median),
				min(median, late_slow_ns()), threshold, * FROM usual
			WHERE (median < late_slow_ns() OR n < 10) AND max_ns >= threshold)
	SELECT kind, n, excess, usual_ns, from_stage, to_stage, (SELECT mover FROM stage WHERE id = from_stage), netns,
		ifindex, threshold, max_ns,
		(SELECT min(win) FROM stage_latency AS l WHERE l.from_stage = k.from_stage AND l.to_stage = k.to_stage
			AND l.netns = k.netns AND l.ifindex = k.ifindex AND l.max_ns >= k.threshold),
		(SELECT max(win) FROM stage_latency AS l WHERE l.from_stage = k.from_stage AND l.to_stage = k.to_stage
			AND l.netns = k.netns AND l.ifindex = k.ifindex AND l.max_ns >= k.threshold)
	FROM kinds AS k;

-- Datagrams that lay in the queue of a socket until its reader took them (to stage 64), and TCP requests whose answer
-- came late because something kept the program that gives it from running (66, pass_blame.c).
INSERT INTO symptom(kind, packets, excess_ns, from_stage, to_stage, mover, netns, ifindex, threshold_ns, max_ns,
	first_win, last_win)
	SELECT 'late', sum(late), sum(sum_ns), from_stage, to_stage, 'reader', netns, ifindex, late_ns(), max(max_ns),
		min(first_win), max(last_win)
	FROM blame WHERE to_stage IN (64, 66) GROUP BY from_stage, to_stage, netns, ifindex HAVING sum(late) > 0;
