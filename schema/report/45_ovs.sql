-- upcalls: Open vSwitch: which packets needed user space, and when did they come back?
SELECT enum_text('ovs_packet_cmd', cmd) AS why, device(netns, ifindex) AS interface, sum(n) AS upcalls,
	coalesce(sum(fates) FILTER (WHERE fate = 'refused'), 0) AS refused,
	coalesce(sum(fates) FILTER (WHERE fate = 'sent back'), 0) AS sent_back,
		coalesce(sum(fates) FILTER (WHERE fate = 'flow only'), 0) AS flow_only,
	coalesce(sum(fates) FILTER (WHERE fate = 'no answer'), 0) AS no_answer,
		hist_p(hist_merge(hist) FILTER (WHERE hist IS NOT NULL), 50) AS p50_ns,
	hist_p(hist_merge(hist) FILTER (WHERE hist IS NOT NULL), 99) AS p99_ns,
		hist_max(hist_merge(hist) FILTER (WHERE hist IS NOT NULL)) AS max_ns
FROM (SELECT netns, ifindex, cmd, n, NULL AS fate, NULL AS fates, NULL AS hist FROM upcall
	UNION ALL SELECT netns, ifindex, cmd, NULL, fate, n, NULL FROM upcall_fate UNION ALL SELECT netns, ifindex, cmd,
		NULL, NULL, NULL, hist FROM upcall_latency WHERE n > 0)
GROUP BY netns, ifindex, cmd ORDER BY upcalls DESC, interface, cmd LIMIT 15;

-- megaflows: How many flows did user space put into the datapath?
SELECT sum(n) FILTER (WHERE command = 'flow put') AS puts, sum(n) FILTER (WHERE command = 'flow put'
	AND errno <> 0) AS failed, sum(n) FILTER (WHERE command = 'flow delete') AS deletes,
	(SELECT hist_p(hist_merge(hist), 50) FROM flow_install WHERE n > 0) AS install_p50_ns,
		(SELECT hist_p(hist_merge(hist), 99) FROM flow_install WHERE n > 0) AS install_p99_ns,
	(SELECT max(max_ns) FROM flow_install WHERE n > 0) AS install_max_ns
FROM ovs_command WHERE command LIKE 'flow %' HAVING count(*) > 0;

-- ovs_drops: What did the datapath drop?
SELECT sum(n) AS drops, ovs_place(why, location) AS how, ovs_action(action, arg) AS last_action,
	device(netns, ifindex) AS input_port, protocol(ethertype, proto) AS protocol, sum(bytes) AS total_bytes
FROM ovs_drop GROUP BY 2, 3, netns, ifindex, ethertype, proto ORDER BY drops DESC, how, last_action, input_port
	LIMIT 10;
