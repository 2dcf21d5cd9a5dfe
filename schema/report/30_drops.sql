-- drops: What was dropped, where and why?
-- none: no packet was dropped
-- needs: drop
-- example: the first such drop whose headers were readable.
SELECT drops, share_pct, reason, place, interface, last_stage, bytes AS total_bytes,
	(SELECT flow_text(e.ethertype, e.proto, e.saddr, e.sport, e.daddr, e.dport) FROM drop_event AS e
		WHERE e.class = 'packet' AND e.reason = d.code AND e.location = d.location
		AND e.netns = d.netns AND e.ifindex = d.ifindex AND e.last_stage = d.stage AND e.saddr IS NOT NULL
			ORDER BY e.ts_ns LIMIT 1) AS example,
	wall((SELECT min(e.ts_ns) FROM drop_event AS e WHERE e.class = 'packet' AND e.reason = d.code
		AND e.location = d.location
		AND e.netns = d.netns AND e.ifindex = d.ifindex AND e.last_stage = d.stage)) AS first_at
FROM (SELECT sum(packets) AS drops, 100.0 * sum(packets) / sum(sum(packets)) OVER () AS share_pct,
	reason(reason) AS reason,
	place(location) AS place, device(netns, ifindex) AS interface,
		stage_text(last_stage) AS last_stage, sum(bytes) AS bytes, reason AS code, location, netns, ifindex,
			last_stage AS stage
	FROM drop_summary WHERE class = 'packet' GROUP BY reason, location, netns, ifindex, last_stage
	HAVING sum(packets) > 0) AS d
ORDER BY drops DESC, reason, place, interface, last_stage LIMIT 15;

-- drop_flows: Which flows lost packets?
SELECT sum(packets) AS drops, reason(reason) AS reason,
	flow_text(ethertype, proto, saddr, sport, daddr, dport) AS flow
FROM drop_flow WHERE saddr IS NOT NULL GROUP BY reason, ethertype, proto, saddr, sport, daddr, dport
	HAVING drops > 0 ORDER BY drops DESC, reason, flow LIMIT 10;

-- drop_stacks: Through which kernel functions did drops come, where a stack was taken?
SELECT sum(n) AS stacks, reason(reason) AS reason, stack_text(stack) AS stack FROM drop_summary WHERE class = 'packet'
	AND stack > 0
GROUP BY 2, 3 ORDER BY stacks DESC, 2, 3 LIMIT 5;

-- drop_other: Freed as dropped, but no packets of a network device (unix sockets, netlink, …)
SELECT sum(n) AS drops, reason(reason) AS reason, place(location) AS place FROM drop_summary WHERE class <> 'packet'
GROUP BY reason, location ORDER BY drops DESC, reason, place LIMIT 5;
