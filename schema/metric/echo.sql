-- Request until answer.
SELECT '', win, NULL, NULL, hist_merge(hist) FROM echo_outcome WHERE n > 0 GROUP BY win
