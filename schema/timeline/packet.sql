-- packet: Which packet is it, and what became of it?
-- list
-- devices: none
SELECT id, wall(begin_ns) AS time_at,
	coalesce(flow_text(ethertype, proto, saddr, sport, daddr, dport), '(headers not seen)')
		|| coalesce(' in ' || flow_text(outer_ethertype, outer_proto, outer_saddr, outer_sport, outer_daddr,
			outer_dport), '') AS flow,
	CASE WHEN proto IN (1, 6, 58) THEN seq END AS seq, len, thread_text(tid) AS on_cpu, total_ns,
	fate || coalesce(': ' || reason(reason), '') AS fate,
	CASE WHEN gap THEN 'records were lost meanwhile: stages may be missing' END AS gap
FROM packet WHERE id = :packet;

-- stages: Where was it when, and what did whoever should have moved it on do meanwhile?
-- devices: none
-- What was done meanwhile is that of all such intervals of the recording, of this one among them.
SELECT ts_ns - first AS after_ns, ts_ns - before AS took_ns, stage_text(stage) AS stage,
	CASE WHEN stage < 64 AND ifindex > 0 THEN device(netns, ifindex) END AS interface, cpu,
	substr('####################', 1, CAST(round(20.0 * (ts_ns - before) / (last - first)) AS INTEGER))
		AS bar,
	CASE WHEN ts_ns - before >= 5000000 THEN meanwhile_text(prev, stage, at_netns, at_ifindex) END
		AS meanwhile
FROM (SELECT h.*, lag(h.ts_ns) OVER (ORDER BY h.n) AS before, lag(h.stage) OVER (ORDER BY h.n) AS prev,
		min(h.ts_ns) OVER () AS first, max(h.ts_ns) OVER () AS last, d.netns AS at_netns,
		d.ifindex AS at_ifindex
	FROM packet_hop AS h LEFT JOIN packet_hop AS d ON d.packet = h.packet
		AND d.n = (SELECT max(n) FROM packet_hop WHERE packet = h.packet AND n <= h.n AND ifindex > 0)
	WHERE h.packet = :packet)
ORDER BY n;
