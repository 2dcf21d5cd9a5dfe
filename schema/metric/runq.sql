-- Of the threads that move packets on.
SELECT name, win, NULL, NULL, hist_merge(hist) FROM runq JOIN mover USING (tid) GROUP BY name, win
