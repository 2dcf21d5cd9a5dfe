-- drops: Which packets did the datapath drop, how, and at which action?
-- needs: ovs_drop upcall_end
-- none: the datapath dropped no packet
-- Packets whose upcall was refused are lost as well; the kernel frees some of them as if they had been delivered.
WITH part AS (SELECT slot(win) AS slot, n, bytes, ovs_place(why, location) AS how, CASE WHEN why = 3
	AND reason > 0 THEN reason(reason) END AS reason, ovs_action(action, arg) AS action, netns, ifindex, ethertype,
	proto, recirc_id
	FROM ovs_drop WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)
	UNION ALL SELECT slot(win), n, NULL, 'upcall refused', enum_text('errno', errno), NULL, netns, ifindex, NULL,
		NULL, NULL
	FROM upcall_fate WHERE fate = 'refused' AND cmd = 1 AND win BETWEEN :first_win AND :last_win
		AND device_match(netns, ifindex)),
total AS (SELECT slot, sum(n) AS drops, sum(bytes) AS bytes, how, reason, action, device(netns, ifindex) AS interface,
	CASE WHEN ethertype IS NOT NULL THEN protocol(ethertype, proto) END AS protocol, recirc_id
	FROM part GROUP BY slot, how, reason, action, netns, ifindex, ethertype, proto, recirc_id)
SELECT interval_at, drops, share_pct, how, reason, last_action, input_port, protocol, recirc_id, total_bytes FROM (
	SELECT win_at(slot) AS interval_at, drops, 100.0 * drops / sum(drops) OVER (PARTITION BY slot) AS share_pct,
		how, reason, action AS last_action, interface AS input_port, protocol, recirc_id, bytes AS total_bytes,
		row_number() OVER (PARTITION BY slot ORDER BY drops DESC, how, reason, action, interface, protocol,
			recirc_id) AS rank
	FROM total)
WHERE rank <= :top ORDER BY interval_at, rank;

-- events: When did it drop each packet, and which was it?
-- needs: ovs_drop
SELECT wall(ts_ns) AS time_at, cpu, ovs_place(why, location) AS how, ovs_action(action, arg) AS last_action,
	coalesce(flow_text(ethertype, proto, saddr, sport, daddr, dport), protocol(ethertype, NULL)) AS flow, CASE
		WHEN proto IN (1, 6, 58) THEN seq END AS seq,
	tcp_flags_text(CASE WHEN proto = 6 THEN tcp_flags END) AS flags, len, nullif(vlan & 4095, 0) AS vlan,
		device(netns, ifindex) AS input_port, in_port AS port,
	recirc_id, nullif(ct_state, 0) AS ct_state
FROM ovs_drop_event WHERE ts_ns BETWEEN :from_ns AND :to_ns AND device_match(netns, ifindex)
	AND packet_match(ethertype, proto, saddr, daddr, sport, dport, vlan, len, tcp_flags, 0, 0, ip_id, 0, seq, 0)
ORDER BY ts_ns LIMIT :top;
