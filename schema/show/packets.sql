-- packets: Which packets took longest, what became of them, and where did their time go?
-- needs: packet hop
-- none: no packet was kept that matches
SELECT id, wall(begin_ns) AS time_at, kept, total_ns, fate || coalesce(': ' || reason(reason), '') AS fate,
	coalesce(flow_text(ethertype, proto, saddr, sport, daddr, dport), '(headers not seen)') AS flow,
	CASE WHEN proto IN (1, 6, 58) THEN seq END AS seq, tcp_flags_text(CASE WHEN proto = 6 THEN tcp_flags END) AS flags, len, nullif(vlan & 4095, 0) AS vlan,
	CASE WHEN gap THEN 'yes' ELSE 'no' END AS gap,
	(SELECT group_concat(CASE WHEN n = 0 THEN '' ELSE '+' || duration_text(ts_ns - before) || ' ' END || stage_text(stage)
		|| CASE WHEN stage < 64 AND (last_interface IS NOT interface) THEN ' @' || interface ELSE '' END, ' ')
	 FROM (SELECT n, ts_ns, stage, device(netns, ifindex) AS interface, lag(ts_ns) OVER (ORDER BY n) AS before,
			lag(device(netns, ifindex)) OVER (ORDER BY n) AS last_interface FROM packet_hop WHERE packet = p.id ORDER BY n)) AS path
FROM packet AS p
WHERE begin_ns <= :to_ns AND end_ns >= :from_ns
	AND packet_match(ethertype, proto, saddr, daddr, sport, dport, vlan, len, tcp_flags, ttl, tos, ip_id, frag, seq, ack)
ORDER BY total_ns DESC, id LIMIT :top;
