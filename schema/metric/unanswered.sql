-- What user space never took, or took and did not answer.
SELECT '', win, coalesce(sum(n) FILTER (WHERE fate IN ('refused', 'no answer')), 0), sum(n), NULL FROM upcall_fate
WHERE fate NOT IN ('unfinished', 'unknown') GROUP BY win
