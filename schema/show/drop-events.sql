-- events: When was each packet dropped, why, where, and which packet was it?
-- needs: drop
-- none: no drop is known that matches
-- Part: no packet is lost by it, but a further fragment of one, or what hung on one.
SELECT wall(ts_ns) AS time_at, cpu, reason(reason) AS reason, place(location) AS place,
	CASE part WHEN 1 THEN 'yes' ELSE 'no' END AS part,
	device(netns, ifindex) AS interface,
	coalesce(flow_text(ethertype, proto, saddr, sport, daddr, dport),
		protocol(ethertype, NULL) || ' (headers not readable)') AS flow,
	CASE WHEN proto IN (1, 6, 58) THEN seq END AS seq, CASE WHEN proto = 6 THEN ack END AS ack,
		tcp_flags_text(CASE WHEN proto = 6 THEN tcp_flags END) AS flags, len, nullif(vlan & 4095, 0) AS vlan,
		thread_text(tid) AS on_cpu,
	stage_text(last_stage) AS last_stage, packet, stack_text(stack) AS stack
FROM drop_event
WHERE class = 'packet' AND ts_ns BETWEEN :from_ns AND :to_ns AND device_match(netns, ifindex)
	AND frame_match(ethertype, proto, saddr, daddr, sport, dport, vlan, len, tcp_flags, ttl, 0, ip_id, 0, seq,
		coalesce(ack, 0), l2, pulled, tpid, NULL, NULL, NULL, NULL, NULL, ip_len,
		CASE WHEN l2 & 2 THEN head ELSE substr(head, l3_off + 1) END)
ORDER BY ts_ns LIMIT :top;
