-- Packets that the kernel counts as lost and does not free as dropped.
INSERT INTO symptom(kind, packets, from_stage, to_stage, netns, ifindex, reason, place, ethertype, proto, first_win,
	last_win)
	SELECT 'lost', delta, 0, 65, netns, 0, name, text, 2048, 6,
		coalesce((SELECT min(win) FROM counter_delta AS d WHERE d.netns = c.netns AND d.name = c.name), 0),
		coalesce((SELECT max(win) FROM counter_delta AS d WHERE d.netns = c.netns AND d.name = c.name), 0)
	FROM counter AS c JOIN (SELECT 'tcpext.ListenOverflows' AS counted, 'the queue of a listening socket' AS text)
		ON counted = name WHERE delta > 0;
