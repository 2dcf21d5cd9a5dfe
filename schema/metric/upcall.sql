-- From the upcall until the packet is sent back.
SELECT '', win, NULL, NULL, hist_merge(hist) FROM upcall_latency GROUP BY win
