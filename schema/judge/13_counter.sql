-- Connections that the kernel counts as lost without freeing a packet as dropped.
INSERT INTO symptom(kind, packets, from_stage, to_stage, netns, ifindex, reason, place, ethertype, proto, first_win,
	last_win)
	SELECT 'lost', delta, 0, 65, netns, 0, name, text, 2048, 6,
		coalesce((SELECT min(win) FROM counter_delta AS d WHERE d.netns = c.netns AND d.name = c.name), 0),
		coalesce((SELECT max(win) FROM counter_delta AS d WHERE d.netns = c.netns AND d.name = c.name), 0)
	FROM counter AS c JOIN (SELECT 'tcpext.ListenOverflows' AS counted, 'the queue of a listening socket' AS text)
		ON counted = name WHERE delta > 0;

-- Times that a TCP connection was told to send nothing for now: by a program here, as the kernel counts it, or by one
-- elsewhere, as samples of the connection show it. The place: who should read, as far as is known.
INSERT INTO symptom(kind, packets, from_stage, to_stage, netns, ifindex, reason, place, ethertype, proto, first_win,
	last_win)
	WITH closed AS (
			SELECT t.*, (SELECT max(r.netns) FROM tcp_conn_sample AS r WHERE r.saddr = t.daddr
				AND r.sport = t.dport AND r.daddr = t.saddr AND r.dport = t.sport) AS reader_netns
			FROM tcp_conn_sample AS t WHERE window_closed > 0)
	SELECT 'closed', delta, 0, 64, netns, 0, name,
		(SELECT group_concat(DISTINCT endpoint_text(daddr, dport)) FROM closed WHERE reader_netns = c.netns),
		2048, 6,
		coalesce((SELECT min(win) FROM counter_delta AS d WHERE d.netns = c.netns AND d.name = c.name), 0),
		coalesce((SELECT max(win) FROM counter_delta AS d WHERE d.netns = c.netns AND d.name = c.name), 0)
	FROM counter AS c WHERE name = 'tcpext.TCPToZeroWindowAdv' AND delta > 0
	UNION ALL
	SELECT 'closed', sum(window_closed), 0, 64, netns, 0, 'the window was closed', endpoint_text(daddr, dport),
		2048, 6, min(win), max(win)
	FROM closed WHERE reader_netns IS NULL GROUP BY netns, daddr, dport;
