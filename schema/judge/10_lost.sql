-- Packets dropped on this host, by reason and place. Those whose single drops were kept are looked at one by one: each
-- finds the first line of `harmless` that fits it. A drop that only took a part of a packet counts nothing. One beyond
-- that limit is like the others of its kind.
CREATE TEMP TABLE harmless(reason, place, evidence, why);
-- What the kernel drops although all went well: reason and place (GLOB patterns), what must be true of the packet, why.
INSERT INTO harmless VALUES
	('NO_SOCKET', 'icmp*_rcv*', 'reply', 'an echo reply of which the sender''s socket had its own copy'),
	('NO_SOCKET', 'ping_rcv*', 'reply', 'an echo reply of which the sender''s socket had its own copy'),
	('NOT_SPECIFIED', 'icmpv6_rcv*', 'always', 'ICMPv6, which is over when it is read'),
	('NOT_SPECIFIED', 'tcp_v*_rcv*', 'bare', 'a TCP segment without data to a connection that closes'),
	('*', 'tcp_validate_incoming*', 'bare', 'a TCP segment without data that was old already'),
	('TCP_OLD_SEQUENCE', '*', 'bare', 'a probe of a TCP window'),
	('TCP_OLD_DATA', '*', 'always', 'a TCP segment whose data had arrived already'),
	('TCP_INVALID_SEQUENCE', '*', 'twice', 'a TCP segment that came twice, as the kernel counted'),
	('TCP_RFC7323_PAWS', '*', 'bare', 'a TCP segment without data that was old already'),
	('PKT_TOO_BIG', '*', 'learned', 'a TCP segment by which its sender learned how large they may be'),
	('TCP_RFC7323_PAWS', '*', 'twice', 'a TCP segment that came twice, as the kernel counted'),
	('*', 'sk_stream_kill_queues*', 'always', 'left in a socket when it was closed'),
	('*', 'tcp_disconnect*', 'always', 'left in a socket when it was closed'),
	('*', 'inet_sock_destruct*', 'always', 'left in a socket when it was closed'),
	('*', 'udp*_destruct_common*', 'always', 'left in a socket when it was closed'),
	('*', 'igmp_rcv*', 'always', 'IGMP, which is over when it is read'),
	('*', 'br_*', 'membership', 'IGMP or MLD that no other port of the bridge wants'),
	('QUEUE_PURGE', '*', 'always', 'left in a socket when it was closed'),
	('*', 'tcp_*', 'complete', 'a TCP segment that came twice: the other side had ended, and all of it was there'),
	('OTHERHOST', '*', 'always', 'for another host: a switch floods until it knows the port'),
	('UNHANDLED_PROTO', '*', 'always', 'of a protocol that this host does not speak'),
	('IPV6DISABLED', '*', 'always', 'IPv6, which is switched off on this device'),
	('IP_INNOROUTES', 'ip6_pkt_discard*', 'multicast', 'multicast that nobody here has joined'),
	('*', 'ip6_mc_input*', 'multicast', 'multicast that nobody here has joined'),
	('*', 'ip_rcv_finish_core*', 'multicast', 'multicast that nobody here has joined'),
	('*', 'ip*_rcv*', 'multicast', 'multicast that nobody here has joined'),
	('QDISC_DROP', '*', 'membership', 'a report of multicast groups, which is sent again'),
	('*', '*', 'probe', 'a question whether a neighbour is still there, who did not fail'),
	('*', 'stp_pdu_rcv*', 'always', 'a frame between bridges, which is over when it is read'),
	('*', '*multicast_send_query*', 'always', 'a query between bridges, which is over when it is read');

-- The lines that fit a reason and a place: texts are made once for each of these, not once for each drop and line.
CREATE TEMP TABLE fits AS
	WITH kind AS MATERIALIZED (SELECT reason, location, reason(reason) AS reason_text, place(location) AS place_text
		FROM (SELECT DISTINCT reason, location FROM drop_event WHERE class = 'packet'))
	SELECT k.reason, k.location, h.rowid AS nth, h.evidence, h.why FROM kind AS k
		JOIN harmless AS h ON k.reason_text GLOB h.reason AND k.place_text GLOB h.place;
CREATE INDEX temp.fits_kind ON fits(reason, location, nth);

-- The counter of what came twice knows nothing of segments without data.
CREATE TEMP TABLE twice AS
	WITH asked AS (SELECT reason FROM fits WHERE evidence = 'twice')
	SELECT (SELECT sum(delta) FROM counter WHERE name = 'tcpext.TCPDSACKOldSent')
		>= (SELECT sum(packets) FROM drop_summary WHERE class = 'packet' AND reason IN asked)
		- (SELECT count(*) FROM drop_event WHERE class = 'packet' AND reason IN asked AND is_bare(proto, len))
			AS are_all;

-- Neighbours that were asked whether they are still there, whose address was known and for whom nothing waits
-- (NUD_PROBE), and until when they failed (NUD_FAILED).
CREATE TEMP TABLE neighbour_probe AS
	SELECT p.netns, p.ifindex, p.addr, p.ts_ns, f.failed_ns FROM neighbour_event AS p
		LEFT JOIN (SELECT netns, ifindex, addr, max(ts_ns) AS failed_ns FROM neighbour_event
			WHERE state = 32 AND NOT removed GROUP BY netns, ifindex, addr) AS f
		USING (netns, ifindex, addr)
	WHERE p.state = 16;
CREATE INDEX temp.neighbour_probe_addr ON neighbour_probe(netns, ifindex, addr, ts_ns);

-- From when on (and until the same ports were used again) a connection has all that its peer sent: it has the peer's
-- FIN, which is not taken before what comes before it (tcp_data_queue).
CREATE TEMP TABLE complete AS
	SELECT saddr, sport, daddr, dport, ts_ns, until_ns FROM (SELECT *,
			min(CASE state WHEN 1 THEN ts_ns END) OVER (PARTITION BY saddr, sport, daddr, dport
				ORDER BY ts_ns ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS until_ns
			FROM tcp_change)
	WHERE state IN (8, 11); -- CLOSE_WAIT, CLOSING
CREATE INDEX temp.complete_ports ON complete(sport, dport, ts_ns);

-- Connections whose segments were too large for the way, and which went on: their path's MTU was learned (RFC 1191,
-- RFC 8201). Where nobody tells the sender, it sends the same segment again within a second (RFC 6298).
CREATE TEMP TABLE path_learned AS
	WITH large AS (SELECT saddr, sport, daddr, dport, seq, len, max(ts_ns) AS last_ns, count(*) AS n FROM drop_event
			WHERE proto = 6 AND class = 'packet' AND reason(reason) = 'PKT_TOO_BIG'
			GROUP BY saddr, sport, daddr, dport, seq, len),
		connection AS (SELECT saddr, sport, daddr, dport, max(last_ns) AS last_ns FROM large
			GROUP BY saddr, sport, daddr, dport HAVING max(n) = 1)
	SELECT saddr, sport, daddr, dport FROM connection AS c JOIN flow AS f USING (saddr, sport, daddr, dport),
		trace AS t
	WHERE f.proto = 6 AND f.last_ns > c.last_ns AND t.last_ns > c.last_ns + 1000000000
		AND NOT EXISTS (SELECT 1 FROM gap WHERE type IS NULL OR record_name(type) = 'drop');

CREATE TEMP TABLE lost AS
	SELECT e.reason, e.location, e.netns, e.ifindex, e.ethertype, e.proto, e.last_stage, e.win,
		1 - e.part AS n, e.rowid AS event,
		(SELECT h.why FROM fits AS h WHERE h.reason = e.reason AND h.location = e.location
			AND CASE h.evidence
			WHEN 'always' THEN 1
			WHEN 'twice' THEN e.proto = 6 AND (SELECT are_all FROM twice)
			WHEN 'bare' THEN is_bare(e.proto, e.len)
			WHEN 'complete' THEN e.proto = 6 AND EXISTS (SELECT 1 FROM complete AS c
				WHERE c.sport = e.dport AND c.dport = e.sport AND c.saddr = e.daddr
					AND c.daddr = e.saddr AND c.ts_ns <= e.ts_ns
					AND coalesce(c.until_ns > e.ts_ns, 1))
			WHEN 'learned' THEN e.proto = 6 AND (e.saddr, e.sport, e.daddr, e.dport) IN path_learned
			WHEN 'reply' THEN e.proto IN (1, 58) AND e.dport >> 8 IN (0, 129)
			WHEN 'multicast' THEN is_multicast(e.ethertype, e.daddr)
			WHEN 'membership' THEN is_membership(e.proto, e.dport)
			WHEN 'probe' THEN
				((e.ethertype = 2054 AND e.dport = 1) OR (e.proto = 58 AND e.dport >> 8 = 135))
				AND EXISTS (SELECT 1 FROM neighbour_probe AS p WHERE p.netns = e.netns
					AND p.ifindex = e.ifindex AND p.addr = e.daddr
					AND p.ts_ns BETWEEN e.ts_ns - 4000000000 AND e.ts_ns + 1000000000
					AND coalesce(p.failed_ns <= e.ts_ns, 1))
			END ORDER BY h.nth LIMIT 1) AS harmless
	FROM drop_event AS e WHERE e.class = 'packet';

-- What the limit on single drops left out.
INSERT INTO lost
	SELECT s.reason, s.location, s.netns, s.ifindex, s.ethertype, s.proto, s.last_stage, s.win,
		s.n - coalesce(l.n, 0), NULL, l.harmless
	FROM (SELECT reason, location, netns, ifindex, ethertype, proto, last_stage, win, sum(packets) AS n
			FROM drop_summary WHERE class = 'packet' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) AS s
		LEFT JOIN (SELECT reason, location, netns, ifindex, ethertype, proto, last_stage, win, sum(n) AS n,
				CASE WHEN count(harmless) = count(*) THEN max(harmless) END AS harmless FROM lost
					GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) AS l
			ON l.reason = s.reason AND l.location = s.location AND l.netns = s.netns
				AND l.ifindex = s.ifindex
				AND l.ethertype = s.ethertype AND l.proto IS s.proto AND l.last_stage = s.last_stage
					AND l.win = s.win
	WHERE s.n > coalesce(l.n, 0);

INSERT INTO symptom(kind, packets, from_stage, to_stage, netns, ifindex, reason, place, ethertype, proto, first_win,
	last_win, harmless)
	SELECT 'lost', sum(n), last_stage, 65, netns, ifindex, reason(reason), place(location), ethertype, proto,
		min(win), max(win), harmless
	FROM lost GROUP BY reason, location, netns, ifindex, ethertype, proto, last_stage, harmless
	HAVING sum(n) > 0;

-- The single drops that a symptom is made of, as far as they were kept: event is the row of drop_event.
CREATE TEMP TABLE symptom_drop AS
	WITH kind AS MATERIALIZED (SELECT reason, location, reason(reason) AS reason_text, place(location) AS place_text
		FROM (SELECT DISTINCT reason, location FROM lost))
	SELECT s.id AS symptom, l.event FROM lost AS l JOIN kind AS k USING (reason, location)
		JOIN symptom AS s ON s.reason = k.reason_text AND s.place = k.place_text AND s.netns = l.netns
			AND s.ifindex = l.ifindex AND s.ethertype = l.ethertype AND s.proto IS l.proto
			AND s.from_stage = l.last_stage AND s.harmless IS l.harmless
	WHERE l.event IS NOT NULL AND l.n > 0;
CREATE INDEX temp.symptom_drop_symptom ON symptom_drop(symptom);

-- How many packets each of them stands for.
CREATE TEMP TABLE drop_weight AS
	SELECT d.symptom, 1.0 * s.packets / count(*) AS weight
	FROM symptom_drop AS d JOIN symptom AS s ON s.id = d.symptom GROUP BY d.symptom;

-- What rules of netfilter drop. Fragments without ports may be a part of what does not become whole, reports of
-- multicast groups why a bridge does not forward: that is other rules', and needs frag, or all that was dropped.
CREATE TEMP VIEW ruled_out AS
	SELECT * FROM symptom WHERE kind = 'lost' AND harmless IS NULL AND reason = 'NETFILTER_DROP'
		AND (place GLOB 'nft_do_chain*' OR place GLOB '*t_do_table*')
		AND NOT EXISTS (SELECT 1 FROM symptom_drop AS d JOIN drop_event AS e ON e.rowid = d.event
			WHERE d.symptom = symptom.id AND CASE
				WHEN e.proto IN (6, 17) THEN coalesce(e.sport, 0) = 0 AND coalesce(e.dport, 0) = 0
					AND (NOT observed('frag') OR lost_while('frag', symptom.id))
				WHEN e.proto IN (2, 58) THEN is_membership(e.proto, e.dport) AND EXISTS (
					SELECT 1 FROM gap WHERE type IS NULL OR record_name(type) = 'drop') END);

-- To whom and from whom most of them were, of each symptom.
CREATE TEMP TABLE symptom_ends AS
	WITH one AS (SELECT d.symptom, e.saddr, CASE WHEN e.proto IN (6, 17, 132, 136) AND e.dport > 0
			THEN proto_text(e.proto) || ' ' || endpoint_text(e.daddr, e.dport) ELSE e.daddr END AS receiver
		FROM symptom_drop AS d JOIN drop_event AS e ON e.rowid = d.event WHERE e.daddr IS NOT NULL),
		receivers AS (SELECT symptom, receiver AS text, count(*) AS n FROM one GROUP BY symptom, receiver),
		senders AS (SELECT symptom, saddr AS text, count(*) AS n FROM one GROUP BY symptom, saddr)
	SELECT s.id AS symptom,
		(SELECT text || coalesce(' and ' || nullif(count(*) OVER () - 1, 0) || ' more', '') FROM receivers AS r
			WHERE r.symptom = s.id ORDER BY n DESC, text LIMIT 1) AS receiver,
		(SELECT text || coalesce(' and ' || nullif(count(*) OVER () - 1, 0) || ' more', '') FROM senders AS r
			WHERE r.symptom = s.id ORDER BY n DESC, text LIMIT 1) AS sender
	FROM symptom AS s WHERE s.kind = 'lost';
CREATE INDEX temp.symptom_ends_symptom ON symptom_ends(symptom);
DROP TABLE lost;
DROP TABLE fits;
DROP TABLE harmless;
