-- Packets whose time on this host, first stage to last, was late_ns() or more, and datagrams that lay as long in the
-- queue of a socket afterwards: a way and a wait that are both late count twice, and no packet more than all there
-- were. Key, window, num, den, hist.
SELECT '', win, sum(late), max(sum(timed), sum(late)), NULL
FROM (SELECT win, hist_from(hist, late_ns()) AS late, n_timed AS timed FROM journey
	UNION ALL SELECT win, hist_from(hist, late_ns()), 0 FROM stage_latency WHERE to_stage = 64)
GROUP BY win HAVING sum(timed) + sum(late) > 0
