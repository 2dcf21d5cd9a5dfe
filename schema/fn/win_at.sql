-- win_at(win): CLOCK_REALTIME ns of the beginning of a window; NULL for NULL.
SELECT CASE WHEN ?1 IS NOT NULL THEN wall(first_ns + ?1 * window_ns) END FROM trace
