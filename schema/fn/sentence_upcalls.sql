-- sentence_upcalls(): which packets was Open vSwitch's user space asked about, when did they come back, and what did
-- the threads that sent them back wait for? Of locks the one that cost most, with its holder; waits inside of others
-- not.
WITH up AS (SELECT sum(n) AS n FROM upcall),
	fates AS (SELECT coalesce(sum(n) FILTER (WHERE fate = 'sent back'), 0) AS back,
		coalesce(sum(n) FILTER (WHERE fate = 'refused'), 0) AS refused FROM upcall_fate),
	answer AS (SELECT hist_merge(hist) AS h FROM upcall_latency WHERE n > 0),
	handler AS (SELECT tid, sum(n) AS n, row_number() OVER (ORDER BY sum(n) DESC, tid) AS nth
		FROM upcall_latency GROUP BY tid),
	handlers AS (SELECT (SELECT group_concat(text, ', ')
			FROM (SELECT printf('%s (%d)', thread_text(tid), n) AS text FROM handler
				WHERE nth <= 3 ORDER BY nth))
		|| CASE WHEN count(*) > 3 THEN printf(' and %d more', count(*) - 3) ELSE '' END AS text FROM handler),
	lock AS (SELECT printf('%s for a lock that %s held (%s %s)', duration_text(sum(wait_ns)), thread_text(holder),
			kind, lock_text(kind, addr)) AS text
		FROM (SELECT kind, tgid, addr, tid, holder, wait_ns FROM lock_holder
			UNION ALL SELECT kind, tgid, addr, tid, holder, -wait_ns FROM lock_nested)
		WHERE holder > 0 AND tid IN (SELECT tid FROM handler)
		GROUP BY kind, tgid, addr, holder HAVING sum(wait_ns) > 0
		ORDER BY sum(wait_ns) DESC, addr, holder LIMIT 1),
	cpu AS (SELECT printf('%s for a CPU', duration_text(sum(sum_ns))) AS text
		FROM runq WHERE tid IN (SELECT tid FROM handler) HAVING sum(sum_ns) > 0),
	wait AS (SELECT
		nullif(group_concat(nullif(text, ''), ' and '), '') AS text
		FROM (SELECT text FROM lock UNION ALL SELECT text FROM cpu))
SELECT printf('%d packet%s went up to Open vSwitch''s user space', n, CASE n WHEN 1 THEN '' ELSE 's' END)
	|| CASE WHEN refused > 0 THEN printf(', %d %s not taken', refused,
			CASE refused WHEN 1 THEN 'was' ELSE 'were' END) ELSE '' END
	|| CASE WHEN NOT observed('upcall_execute') THEN '; whether they came back was not observed.'
		WHEN back = 0 THEN '; none came back.'
		WHEN h IS NULL THEN printf('; %d came back.', back)
		WHEN n = 1 THEN printf('; it came back after %s, from %s.', duration_text(hist_max(h)),
			(SELECT text FROM handlers))
		ELSE printf('; %s came back, after %s on average, P99 %s, max %s, from %s.',
			CASE back WHEN n THEN 'all' ELSE back END, duration_text(hist_mean(h)),
			duration_text(hist_p(h, 99)), duration_text(hist_max(h)), (SELECT text FROM handlers)) END
	|| coalesce((SELECT printf(' In all, %s waited %s.', CASE (SELECT count(*) FROM handler)
		WHEN 1 THEN 'this thread' ELSE 'these threads' END, text) FROM wait WHERE text IS NOT NULL), '')
FROM up, fates, answer WHERE n > 0
