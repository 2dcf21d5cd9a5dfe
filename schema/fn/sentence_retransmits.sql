-- sentence_retransmits(): what did TCP send again?
SELECT printf('%d TCP segment%s sent again, %s by %s > %s.', total, CASE total WHEN 1 THEN ' was' ELSE 's were' END,
	CASE n WHEN total THEN 'all' ELSE n END, endpoint_text(saddr, sport), endpoint_text(daddr, dport))
FROM (SELECT saddr, sport, daddr, dport, sum(n) AS n, (SELECT sum(n) FROM tcp_flow) AS total FROM tcp_flow
	GROUP BY saddr, sport, daddr, dport ORDER BY 5 DESC, 1, 2, 3, 4 LIMIT 1)
WHERE total > 0
