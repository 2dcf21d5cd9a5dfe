-- Packets dropped, those left out that nobody misses.
SELECT '', a.win, coalesce(d.n, 0), a.packets, NULL
FROM active AS a LEFT JOIN (SELECT win, sum(packets) AS n FROM drop_summary AS d
	WHERE class = 'packet' AND NOT EXISTS (SELECT 1 FROM symptom AS s WHERE s.kind = 'lost' AND s.harmless IS NOT
		NULL
		AND s.reason = reason(d.reason) AND s.netns = d.netns AND s.ifindex = d.ifindex
		AND s.ethertype IS d.ethertype AND s.proto IS d.proto)
	GROUP BY win) AS d USING (win)
