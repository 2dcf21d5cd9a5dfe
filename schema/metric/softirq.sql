SELECT '', win, NULL, NULL, hist_merge(wait_hist) FROM softirq WHERE vec = 3 AND wait_n > 0 GROUP BY win
