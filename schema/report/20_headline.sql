-- headline: In short
-- What was dropped, and where?
WITH d AS (SELECT reason, location, netns, ifindex, sum(n) AS n, row_number() OVER (ORDER BY sum(n) DESC, reason, location) AS rank
		FROM drop_summary WHERE class = 'packet' GROUP BY reason, location, netns, ifindex),
	total AS (SELECT coalesce(sum(n), 0) AS n FROM d),
-- Where did packets spend their time?
	pair AS (SELECT from_stage, to_stage, netns, ifindex, sum(n) AS n, sum(sum_ns) AS sum_ns, hist_merge(hist) AS h
		FROM stage_latency WHERE n > 0 AND to_stage < 64 GROUP BY from_stage, to_stage, netns, ifindex),
	slow AS (SELECT *, 100.0 * sum_ns / nullif(sum(sum_ns) OVER (), 0) AS share FROM pair ORDER BY sum_ns DESC, from_stage LIMIT 1),
-- Do we and the kernel count alike?
	counted AS (SELECT netns, ifindex, CASE WHEN stage_observed('netif_receive_skb') THEN coalesce(sum(rx), 0) END AS rx, CASE WHEN stage_observed('net_dev_xmit') THEN coalesce(sum(tx), 0) END AS tx,
			sum(krx) AS krx, sum(ktx) AS ktx FROM (
			SELECT netns, ifindex, CASE dir WHEN 'rx' THEN packets END AS rx, CASE dir WHEN 'tx' THEN packets END AS tx, NULL AS krx, NULL AS ktx FROM iface_count
			UNION ALL SELECT netns, ifindex, NULL, NULL, rx_packets, tx_packets FROM iface_delta) GROUP BY netns, ifindex),
	compared AS (SELECT count(*) AS n, count(*) FILTER (WHERE rx <> krx OR tx <> ktx) AS differ FROM counted WHERE coalesce(rx, tx) IS NOT NULL AND krx + ktx > 0),
	cost_sum AS (SELECT max(cpu_time_ns) - min(cpu_time_ns) AS cpu, max(ts_ns) - min(ts_ns) AS span FROM cost)
SELECT CASE WHEN NOT observed('drop') THEN 'Drops were not observed.'
	WHEN total.n = 0 THEN 'No packet was dropped.'
	ELSE printf('%d packet%s dropped: %s%s.', total.n, CASE total.n WHEN 1 THEN ' was' ELSE 's were' END,
		(SELECT group_concat(printf('%d %s in %s on %s', n, reason(reason), place(location), device(netns, ifindex)), ', ') FROM (SELECT * FROM d WHERE rank <= 3 ORDER BY rank)),
		CASE WHEN (SELECT count(*) FROM d) > 3 THEN printf(', %d elsewhere', (SELECT sum(n) FROM d WHERE rank > 3)) ELSE '' END) END AS text FROM total
UNION ALL
SELECT coalesce((SELECT printf('Packets spent most time from %s to %s on %s: %.0f %% of all time between stages, mean %s, P99 %s, P99.9 %s, max %s over %d packet%s.', stage_text(from_stage),
		stage_text(to_stage), device(netns, ifindex), share, duration_text(1.0 * sum_ns / n), duration_text(hist_p(h, 99)), duration_text(hist_p(h, 99.9)), duration_text(hist_max(h)), n, CASE n WHEN 1 THEN '' ELSE 's' END) FROM slow),
	CASE WHEN observed('packet') THEN 'No packet was seen at two stages.' ELSE 'Packets were not observed.' END)
UNION ALL
SELECT printf('%d TCP segment%s sent again, %s by %s > %s.', (SELECT sum(n) FROM tcp_flow), CASE (SELECT sum(n) FROM tcp_flow) WHEN 1 THEN ' was' ELSE 's were' END,
	CASE sum(n) WHEN (SELECT sum(n) FROM tcp_flow) THEN 'all' ELSE sum(n) END, endpoint_text(saddr, sport), endpoint_text(daddr, dport)) FROM (SELECT saddr, sport, daddr, dport, sum(n) AS n FROM tcp_flow GROUP BY saddr, sport, daddr, dport ORDER BY 5 DESC, 1, 2, 3, 4 LIMIT 1)
	HAVING sum(n) > 0
UNION ALL
SELECT printf('Threads that could run waited for a CPU %s on average, P99 %s, up to %s%s.', duration_text(1.0 * sum(sum_ns) / sum(n)), duration_text(hist_p(hist_merge(hist), 99)),
	duration_text(max(max_ns)), coalesce(' (stretches off the CPU of ' || duration_text(nullif(CAST(config_value('record.offcpu_min_ns') AS INTEGER), 0)) || ' and longer)', '')) FROM runq WHERE n > 0 HAVING sum(n) > 0
UNION ALL
SELECT CASE WHEN differ = 0 THEN printf('The recorded packets equal the kernel''s own counters on %s with traffic.', CASE n WHEN 1 THEN 'the one interface' WHEN 2 THEN 'both interfaces' ELSE printf('all %d interfaces', n) END)
	ELSE printf('The recorded packets differ from the kernel''s own counters on %s with traffic, %sby %s.',
		CASE n WHEN 1 THEN 'the one interface' ELSE printf('%d of %d interfaces', differ, n) END, CASE differ WHEN 1 THEN '' ELSE 'at most ' END,
		(SELECT printf('%d of %d on %s', max(abs(krx - coalesce(rx, krx)), abs(ktx - coalesce(tx, ktx))),
			CASE WHEN abs(krx - coalesce(rx, krx)) >= abs(ktx - coalesce(tx, ktx)) THEN krx ELSE ktx END, device(netns, ifindex))
		 FROM counted WHERE krx IS NOT NULL ORDER BY max(abs(krx - coalesce(rx, krx)), abs(ktx - coalesce(tx, ktx))) DESC, netns, ifindex LIMIT 1)) END
FROM compared WHERE n > 0 AND coalesce(config_value('analyze.filter'), '') = '' AND packet_limit() IS NULL
UNION ALL
SELECT printf('The recording holds only %s.', packet_limit()) WHERE packet_limit() IS NOT NULL
UNION ALL
SELECT printf('The recording kernel keeps %s threads of its own from BPF: packets handled in interrupts above them were not seen.', config_value('host.hidden_threads')) WHERE hidden_text() IS NOT NULL
UNION ALL
SELECT printf('Recording took %.1f %% of one CPU in user space.', 100.0 * cpu / span) FROM cost_sum WHERE span > 0
UNION ALL
SELECT CASE WHEN n = 0 AND (SELECT complete FROM trace) THEN 'Nothing that was observed was lost.'
	WHEN n = 0 THEN 'No loss is known, but the recording is not complete.'
	ELSE printf('%d records were lost (%s): counts that span the gaps are lower bounds.', n, list) END
FROM (SELECT coalesce(sum(lost), 0) AS n, group_concat(printf('%d %s', lost, name), ', ') AS list FROM (SELECT name, lost FROM record_count WHERE lost > 0 ORDER BY lost DESC))
UNION ALL
SELECT printf('Not observed: %s%s.', group_concat(name, ', ') FILTER (WHERE nth <= 5), CASE WHEN count(*) > 5 THEN printf(' and %d more, named below', count(*) - 5) ELSE '' END)
FROM (SELECT name, row_number() OVER (ORDER BY min(id)) AS nth FROM probe WHERE status = 2 GROUP BY name ORDER BY nth) HAVING count(*) > 0;
