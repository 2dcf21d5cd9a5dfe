-- Packets whose headers are known, with how each came, left and ended.
WITH edge AS MATERIALIZED (
	SELECT h.packet, min(h.n) AS first, max(h.n) FILTER (WHERE s.role <> 'ASIDE') AS last,
		max(h.stage IN (51, 52)) AS to_tap, max(h.ts_ns) FILTER (WHERE h.stage = 43) AS read_ns
	FROM packet_hop AS h JOIN stage AS s ON s.id = h.stage WHERE h.stage < 64 GROUP BY h.packet),
-- Which device was it at? The last that it was seen at up to there.
placed AS (
	SELECT e.*, (SELECT max(n) FROM packet_hop WHERE packet = e.packet AND n <= e.last AND ifindex > 0) AS at
	FROM edge AS e),
ident AS (
	SELECT id, CASE
		WHEN proto = 6 THEN printf('%s %d %s %d %d %d %d', saddr, sport, daddr, dport, seq, ack, tcp_flags)
		WHEN proto IN (1, 58) AND dport >> 8 IN (0, 8, 128, 129)
			THEN printf('%d %s %s %d %d %d', proto, saddr, daddr, sport, dport, seq)
		WHEN ethertype = 2048 AND ip_id > 0
			THEN printf('%d %s %d %s %d', proto, saddr, sport, daddr, dport) END AS text
	FROM packet)
SELECT p.id, CASE
		WHEN p.proto = 6 THEN CASE WHEN p.ip_id > 0 THEN printf('%s %d', i.text, p.ip_id) END
		ELSE printf('%s %d %d', i.text, p.ip_id, p.frag & 8191) END,
	CASE p.proto WHEN 6 THEN i.text END,
	flow_text(ethertype, proto, saddr, sport, daddr, dport), saddr, daddr,
	CASE WHEN proto IN (1, 6, 58) THEN seq END, p.len, begin_ns, end_ns,
	a.stage IN (1, 2, 3, 16, 17, 19, 20, 29, 30), stage_text(a.stage),
	CASE WHEN a.ifindex > 0 THEN device(a.netns, a.ifindex) END,
	coalesce((SELECT kind = 'tun' FROM interface WHERE netns = a.netns AND ifindex = a.ifindex), 0),
	z.stage IN (4, 5, 6, 7, 51, 52) AND fate IN ('consumed', 'reused', 'unfinished', 'evicted'), z.ts_ns,
	stage_text(z.stage), CASE WHEN d.ifindex > 0 THEN device(d.netns, d.ifindex) END,
	to_tap, coalesce(read_ns, CASE WHEN proto = 17 AND fate = 'consumed' AND z.stage NOT IN (4, 5, 6, 7, 51, 52)
		-- Where the kernel frees later what was read (packets/deliveries.c): not known when.
		AND NOT EXISTS (SELECT 1 FROM location WHERE addr = p.location AND (symbol LIKE 'skb_defer_free_flush%'
			OR symbol LIKE 'skb_attempt_defer_free%' OR symbol LIKE 'net_rx_action%')) THEN end_ns
				END), fate,
	CASE fate WHEN 'dropped' THEN lost_text(reason, location, d.netns, d.ifindex) END,
	CASE fate WHEN 'dropped' THEN harmless_text(proto, ethertype, reason, location, d.netns, d.ifindex) IS NULL
		ELSE 0 END,
	gap, branch
FROM packet AS p JOIN placed AS e ON e.packet = p.id JOIN ident AS i ON i.id = p.id
	JOIN packet_hop AS a ON a.packet = p.id AND a.n = e.first
	JOIN packet_hop AS z ON z.packet = p.id AND z.n = e.last
	LEFT JOIN packet_hop AS d ON d.packet = p.id AND d.n = e.at
WHERE NOT orphan AND saddr IS NOT NULL AND begin_ns <= coalesce((SELECT max(end_ns) - 2000000000 FROM packet
	WHERE kept = 'first' HAVING count(*) >= ?1), begin_ns)
