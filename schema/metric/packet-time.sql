-- First stage to last.
SELECT '', win, NULL, NULL, hist_merge(hist) FROM journey WHERE n_timed > 0 GROUP BY win
