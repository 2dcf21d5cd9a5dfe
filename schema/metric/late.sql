-- Packets whose time on this host, first stage to last, was late_ns() or more. Key, window, num, den, hist.
SELECT '', win, sum(hist_from(hist, late_ns())), sum(n_timed), NULL FROM journey GROUP BY win HAVING sum(n_timed) > 0
