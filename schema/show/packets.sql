-- packets: Which packets took longest, what became of them, and where did their time go?
-- needs: packet hop
-- none: no packet was kept that matches
SELECT id, wall(begin_ns) AS time_at, kept, total_ns, fate || coalesce(': ' || reason(reason), '') AS fate,
	coalesce(flow_text(ethertype, proto, saddr, sport, daddr, dport), '(headers not seen)')
		|| coalesce(' in ' || flow_text(outer_ethertype, outer_proto, outer_saddr, outer_sport, outer_daddr,
			outer_dport), '') AS flow,
	CASE WHEN proto IN (1, 6, 58) THEN seq END AS seq,
		tcp_flags_text(CASE WHEN proto = 6 THEN tcp_flags END) AS flags, len, nullif(vlan & 4095, 0) AS vlan,
		tags_text(tpid, vlan, tag2, tag3) AS tags, mac_text(smac) AS source_mac,
		mac_text(dmac) AS destination_mac,
		thread_text(tid) AS on_cpu,
	CASE WHEN gap THEN 'yes' ELSE 'no' END AS gap,
	(SELECT group_concat(CASE WHEN n = 0 THEN '' ELSE '+' || duration_text(ts_ns - before) || ' ' END
		|| stage_text(stage)
		|| CASE WHEN stage < 64 AND (last_interface IS NOT interface) THEN ' @' || interface ELSE '' END, ' ')
	 FROM (SELECT n, ts_ns, stage, device(netns, ifindex) AS interface, lag(ts_ns) OVER (ORDER BY n) AS before,
			lag(device(netns, ifindex)) OVER (ORDER BY n) AS last_interface FROM packet_hop
				WHERE packet = p.id ORDER BY n)) AS path
FROM packet AS p
WHERE begin_ns <= :to_ns AND end_ns >= :from_ns
	AND EXISTS (SELECT 1 FROM packet_hop AS h WHERE h.packet = p.id AND device_match(h.netns, h.ifindex))
	AND frame_match(ethertype, proto, saddr, daddr, sport, dport, vlan, len, tcp_flags, ttl, tos, ip_id, frag, seq,
		ack, l2, pulled, tpid, tag2, tag3, flow_label, dmac, smac, ip_len, first)
ORDER BY total_ns DESC, id LIMIT :top;

-- flows: Which flows lost packets, which took long, and which paused?
-- devices: analysis
-- needs: packet
-- none: no flow is known that matches
-- Those that lost most and those that took most time in total. Gaps: from packet to packet, where they were first seen.
SELECT flow, packets, total_size_bytes, drops, dropped_pct, total_ns, mean_ns, p50_ns, p95_ns, p99_ns, max_ns,
	gap_p50_ns, gap_p99_ns, gap_max_ns, gap_max_began_at, uncertain_gaps, first_at, last_at
FROM (SELECT *, row_number() OVER (ORDER BY min(by_drops, by_time), by_time) AS rank
	FROM (SELECT coalesce(flow_text(ethertype, proto, nullif(saddr, ''), sport, daddr, dport),
		protocol(ethertype, NULL)) AS flow, packets, bytes AS total_size_bytes,
			CASE WHEN observed('drop') THEN drops END AS drops, CASE
				WHEN observed('drop') THEN 100.0 * drops / packets END AS dropped_pct,
			CASE WHEN n > 0 THEN sum_ns END AS total_ns, 1.0 * sum_ns / nullif(n, 0) AS mean_ns,
				hist_p(hist, 50) AS p50_ns, hist_p(hist, 95) AS p95_ns,
			hist_p(hist, 99) AS p99_ns, hist_max(hist) AS max_ns, hist_p(gap_hist, 50) AS gap_p50_ns,
				hist_p(gap_hist, 99) AS gap_p99_ns,
			hist_max(gap_hist) AS gap_max_ns, wall(gap_max_at_ns) AS gap_max_began_at,
				gap_uncertain AS uncertain_gaps, wall(first_ns) AS first_at, wall(last_ns) AS last_at,
			CASE WHEN drops > 0 THEN row_number() OVER (ORDER BY drops DESC, sum_ns DESC, packets DESC,
				ethertype, saddr, daddr, proto, sport, dport) ELSE 1 << 30 END AS by_drops,
			row_number() OVER (ORDER BY sum_ns DESC, packets DESC, ethertype, saddr, daddr, proto, sport,
				dport) AS by_time
		FROM flow WHERE first_ns <= :to_ns AND last_ns >= :from_ns
			AND flow_match(ethertype, proto, saddr, daddr, sport, dport)))
WHERE rank <= :top ORDER BY coalesce(drops, 0) DESC, by_time;

-- echoes: How long did echo requests (ping) take to be answered: on this host, beyond it, and back here?
-- devices: analysis
-- needs: packet
-- none: no echo request and no reply was seen
SELECT saddr || ' > ' || daddr AS flow, sum(requests) AS requests, sum(answered) AS answered,
	sum(requests) - sum(answered) AS unanswered, sum(again) AS duplicates,
	sum(there_sum_ns) / nullif(sum(answered), 0) AS there_mean_ns, max(there_max_ns) AS there_max_ns,
	sum(beyond_sum_ns) / nullif(sum(answered), 0) AS beyond_mean_ns, max(beyond_max_ns) AS beyond_max_ns,
	sum(back_sum_ns) / nullif(sum(answered), 0) AS back_mean_ns, max(back_max_ns) AS back_max_ns,
	sum(sum_ns) / nullif(sum(n), 0) AS rtt_mean_ns, hist_p(hist_merge(hist), 50) AS rtt_p50_ns,
		hist_p(hist_merge(hist), 99) AS rtt_p99_ns, hist_max(hist_merge(hist)) AS rtt_max_ns
FROM echo
WHERE win BETWEEN :first_win AND :last_win
	AND flow_match(ethertype, CASE ethertype WHEN 2048 THEN 1 ELSE 58 END, saddr, daddr, NULL, CASE ethertype
		WHEN 2048 THEN 2048 ELSE 32768 END)
GROUP BY ethertype, saddr, daddr HAVING sum(requests) > 0 ORDER BY sum(requests) - sum(answered) DESC,
	sum(requests) DESC, saddr, daddr LIMIT :top;
