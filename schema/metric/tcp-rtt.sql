-- As the kernel measures it, sampled.
SELECT '', win, NULL, NULL, hist_merge(hist) FROM tcp_conn_sample WHERE n > 0 GROUP BY win
