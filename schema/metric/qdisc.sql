-- Enqueueing until dequeueing, of the devices' root queueing disciplines.
SELECT '', win, NULL, NULL, hist_merge(hist) FROM qdisc_queue WHERE n > 0 GROUP BY win
