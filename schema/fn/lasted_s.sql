-- lasted_s(): seconds from the first event to the last.
SELECT max(1, last_ns - first_ns) / 1e9 FROM trace
