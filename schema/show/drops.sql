-- packets: Which packets were dropped, for which reason, where, on which interface?
-- needs: drop
-- none: no packet was dropped
-- Fragments of one datagram are one drop, the first of them. Buffers are what the kernel freed as dropped: every
-- fragment, and what hangs on a packet, read or not (skb_release_data).
SELECT interval_at, drops, share_pct, reason, place, interface, protocol, last_stage, buffers, total_bytes FROM (
	SELECT win_at(slot(win)) AS interval_at, sum(packets) AS drops, 100.0 * sum(packets) / sum(sum(packets))
		OVER (PARTITION BY slot(win)) AS share_pct, sum(n) AS buffers,
		reason(reason) AS reason, place(location) AS place, device(netns, ifindex) AS interface,
		protocol(ethertype, proto) AS protocol, stage_text(last_stage) AS last_stage, sum(bytes) AS total_bytes,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(packets) DESC, sum(n) DESC, reason(reason),
			place(location), device(netns, ifindex), protocol(ethertype, proto), last_stage) AS rank
	FROM drop_summary WHERE class = 'packet' AND win BETWEEN :first_win AND :last_win
		AND device_match(netns, ifindex)
	GROUP BY slot(win), reason, location, netns, ifindex, ethertype, proto, last_stage)
WHERE rank <= :top ORDER BY interval_at, rank;

-- flows: Which flows lost packets, for which reason, on which interface?
-- needs: drop
-- none: no packet was dropped
SELECT interval_at, drops, share_pct, flow, reason, interface, buffers, total_bytes FROM (
	SELECT win_at(slot(win)) AS interval_at, sum(packets) AS drops, 100.0 * sum(packets) / sum(sum(packets))
		OVER (PARTITION BY slot(win)) AS share_pct, sum(n) AS buffers,
		coalesce(flow_text(ethertype, proto, saddr, sport, daddr, dport),
			protocol(ethertype, NULL) || ' (headers not readable)') AS flow,
		reason(reason) AS reason, device(netns, ifindex) AS interface, sum(bytes) AS total_bytes,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(packets) DESC, sum(n) DESC, ethertype, proto,
			saddr, sport, daddr, dport, reason, netns, ifindex) AS rank
	FROM drop_flow WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)
	GROUP BY slot(win), ethertype, proto, saddr, sport, daddr, dport, reason, netns, ifindex)
WHERE rank <= :top ORDER BY interval_at, rank;

-- stacks: Through which kernel functions did these drops come, where a stack was taken?
SELECT sum(n) AS stacks, reason(reason) AS reason, stack_text(stack) AS stack
FROM drop_summary WHERE class = 'packet' AND stack > 0 AND win BETWEEN :first_win AND :last_win
	AND device_match(netns, ifindex)
GROUP BY 2, 3 ORDER BY stacks DESC, 2, 3 LIMIT min(:top, 10);

-- other: Which buffers that belong to no network device (unix sockets, netlink, …) were freed as dropped?
-- devices: none
SELECT sum(n) AS drops, reason(reason) AS reason, place(location) AS place
FROM drop_summary WHERE class <> 'packet' AND win BETWEEN :first_win AND :last_win
GROUP BY reason, location ORDER BY drops DESC, 2, 3 LIMIT :top;

-- fragments: Which fragmented packets could be put together again, and how long did that take?
-- needs: frag
-- none: no fragment came to reassembly
-- A packet that times out or has an overlapping fragment is dropped.
SELECT interval_at, flow, netns, fragments, duplicates, overlaps, completed, timeouts, hist_p(h, 50) AS p50_ns,
	hist_p(h, 99) AS p99_ns, hist_max(h) AS max_ns FROM (
	SELECT win_at(slot(win)) AS interval_at, flow_text(ethertype, coalesce(proto, 44), saddr, NULL, daddr,
		NULL) AS flow, netns_name(f.netns) AS netns, sum(fragments) AS fragments,
		sum(duplicates) AS duplicates, sum(overlaps) AS overlaps, sum(completed) AS completed,
			sum(timeouts) AS timeouts, hist_merge(hist) AS h,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(timeouts) + sum(overlaps) DESC,
			sum(fragments) DESC, netns, saddr, daddr, proto, user) AS rank
	FROM frag_count AS f WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), netns, ethertype, saddr,
		daddr, proto, user)
WHERE rank <= :top ORDER BY interval_at, rank;
