-- First kick until the worker runs.
SELECT '', win, NULL, NULL, hist_merge(wake_hist) FROM vhost_run WHERE wake_n > 0 GROUP BY win
