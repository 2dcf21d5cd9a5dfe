-- is_bare(proto, len): is it a TCP segment without data?
SELECT coalesce(?1 = 6 AND ?2 <= 60, 0)
