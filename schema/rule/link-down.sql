-- rule: the device has no link
-- needs: drop
-- unlike: pfifo-limit
-- advice: `ip -d link show DEVICE`: UP, LOWER_UP? the cable, the other end; of a bridge: has it a port that is up? of
-- advice: a bond: `cat /proc/net/bonding/DEVICE`; `netanalyze show interfaces TRACE` lists when it went
-- A packet that waits for a neighbour is dropped only when that has been asked for three seconds. One on its way into
-- the device is while that is being set down, a moment before the kernel tells of it.
WITH at AS (SELECT s.id, s.netns, s.ifindex, d.win, sum(d.packets) AS packets,
			s.reason = 'NOT_SPECIFIED' AS sooner,
			CASE WHEN s.reason GLOB 'NEIGH_*' THEN 3 ELSE 0 END AS later
		FROM symptom AS s JOIN drop_summary AS d ON d.netns = s.netns AND d.ifindex = s.ifindex
			AND reason(d.reason) = s.reason AND d.ethertype = s.ethertype AND d.proto IS s.proto
			AND d.class = 'packet'
		WHERE s.kind = 'lost' AND s.harmless IS NULL
			AND (s.reason IN ('QDISC_DROP', 'NEIGH_FAILED', 'NEIGH_QUEUEFULL')
				OR (s.reason = 'NOT_SPECIFIED' AND (s.place GLOB 'enqueue_to_backlog*'
					OR s.place GLOB '__dev_forward_skb*')))
		GROUP BY s.id, d.win),
	while AS (SELECT id, packets, (SELECT max(from_ns) FROM lost_link AS l WHERE l.netns = a.netns
				AND l.ifindex = a.ifindex AND l.first_win <= a.win + sooner
				AND (l.last_win IS NULL OR l.last_win + later >= a.win)) AS from_ns
		FROM at AS a),
	told AS (SELECT id, sum(packets) AS packets, max(from_ns) AS from_ns FROM while WHERE from_ns IS NOT NULL
		GROUP BY id)
SELECT s.id AS symptom, min(s.packets, t.packets) AS packets, 0.97 AS confidence, device(s.netns, s.ifindex) AS site,
	'the link of the device' AS who,
	json_array(printf('%s %s for %s', device(s.netns, s.ifindex),
			CASE l.up WHEN 1 THEN 'had no carrier' ELSE 'was set down' END,
			coalesce(duration_text(l.until_ns - l.from_ns), 'the rest of the recording'))) AS chain
FROM told AS t JOIN symptom AS s ON s.id = t.id
	JOIN lost_link AS l ON l.netns = s.netns AND l.ifindex = s.ifindex AND l.from_ns = t.from_ns
UNION ALL
SELECT id, packets, 0.9, device(netns, ifindex), 'the link of the device',
	json_array('the device was down, or without a carrier: without a queue it drops only then')
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'QDISC_DROP' AND qdisc_kind(netns, ifindex) IN ('noqueue', 'noop')
UNION ALL
-- A bridge that has no port to send to while one of its ports is down.
SELECT s.id, min(s.packets, sum(d.packets)), 0.9, device(l.netns, l.ifindex), 'the link of the device',
	json_array(printf('%s, a port of the bridge %s, %s for %s, and no other port led there',
		device(l.netns, l.ifindex), device(p.netns, p.master),
		CASE l.up WHEN 1 THEN 'had no carrier' ELSE 'was set down' END,
		coalesce(duration_text(l.until_ns - l.from_ns), 'the rest of the recording')))
FROM symptom AS s JOIN interface AS own ON own.netns = s.netns AND own.ifindex = s.ifindex
	JOIN interface AS p ON p.netns = own.netns AND p.master = own.master AND p.ifindex <> own.ifindex
	JOIN lost_link AS l ON l.netns = p.netns AND l.ifindex = p.ifindex
	JOIN drop_summary AS d ON d.netns = s.netns AND d.ifindex = s.ifindex AND reason(d.reason) = s.reason
		AND d.ethertype = s.ethertype AND d.proto IS s.proto AND d.class = 'packet' AND d.win >= l.first_win
		AND (l.last_win IS NULL OR d.win <= l.last_win)
WHERE s.kind = 'lost' AND s.harmless IS NULL AND own.master > 0 AND s.reason IN ('NO_TX_TARGET', 'NOT_SPECIFIED')
	AND s.place GLOB 'br_handle_frame_finish*'
GROUP BY s.id, l.netns, l.ifindex, l.from_ns
