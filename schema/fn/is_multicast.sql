-- is_multicast(ethertype, daddr): is it sent to a group? 0: no, or not known.
SELECT coalesce(CASE ?1 WHEN 2048 THEN CAST(?2 AS INTEGER) BETWEEN 224 AND 239 WHEN 34525 THEN ?2 LIKE 'ff%:%' END, 0)
