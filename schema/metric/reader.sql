-- Datagrams, from the queue of a socket to its reader (64; 43 where the kernel tells of the reading).
SELECT '', win, NULL, NULL, hist_merge(hist) FROM stage_latency WHERE to_stage = 64 OR to_stage = 43 GROUP BY win
