-- Packets whose time on this host, first stage to last, was late_ns() or more, and datagrams that then lay as long in
-- the queue of a socket. One that is late in both counts twice; a window's share is at most 1. Key, window, num, den,
-- hist.
SELECT '', win, sum(late), max(sum(timed), sum(late)), NULL
FROM (SELECT win, hist_from(hist, late_ns()) AS late, n_timed AS timed FROM journey
	UNION ALL SELECT win, hist_from(hist, late_ns()), 0 FROM stage_latency WHERE to_stage = 64)
GROUP BY win HAVING sum(timed) + sum(late) > 0
