-- upcalls: How many packets did the datapath send to user space, what became of them, and when did they come back?
-- needs: upcall
-- none: no packet was sent to user space
WITH part AS (SELECT slot(win) AS slot, netns, ifindex, cmd, n, segments, NULL AS fate, NULL AS fates, NULL AS hist
	FROM upcall WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)
	UNION ALL SELECT slot(win), netns, ifindex, cmd, NULL, NULL, fate, n, NULL FROM upcall_fate
		WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)
	UNION ALL SELECT slot(win), netns, ifindex, cmd, NULL, NULL, NULL, NULL, hist FROM upcall_latency WHERE n > 0
		AND win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)),
total AS (SELECT slot, netns, ifindex, cmd, coalesce(sum(n), 0) AS upcalls, coalesce(sum(segments), 0) AS segments,
	coalesce(sum(fates) FILTER (WHERE fate = 'refused'), 0) AS refused,
		coalesce(sum(fates) FILTER (WHERE fate = 'sent back'), 0) AS sent_back,
			coalesce(sum(fates) FILTER (WHERE fate = 'flow only'), 0) AS flow_only,
		coalesce(sum(fates) FILTER (WHERE fate = 'no answer'), 0) AS no_answer,
			coalesce(sum(fates) FILTER (WHERE fate = 'unfinished'), 0) AS unfinished,
		coalesce(sum(fates) FILTER (WHERE fate = 'unknown'), 0) AS unknown,
			hist_merge(hist) FILTER (WHERE hist IS NOT NULL) AS h
	FROM part GROUP BY slot, netns, ifindex, cmd)
SELECT win_at(slot) AS interval_at, enum_text('ovs_packet_cmd', cmd) AS why, device(netns, ifindex) AS interface,
	upcalls, CASE WHEN observed('upcall_end') THEN refused END AS refused,
	CASE WHEN observed('upcall_execute') THEN sent_back END AS sent_back, CASE
		WHEN observed('flow_cmd') THEN flow_only END AS flow_only,
	CASE WHEN observed('upcall_execute') AND observed('flow_cmd') THEN no_answer END AS no_answer, unfinished,
		unknown,
	hist_mean(h) AS mean_ns, hist_p(h, 50) AS p50_ns, hist_p(h, 95) AS p95_ns, hist_p(h, 99) AS p99_ns,
		hist_p(h, 99.9) AS "p99.9_ns", hist_max(h) AS max_ns, segments,
	hist_log2(h) AS distribution_log2
FROM total ORDER BY interval_at, upcalls DESC, interface, cmd;

-- refused: Why were upcalls not taken, and for how many packets?
-- needs: upcall_end
SELECT win_at(slot(win)) AS interval_at, enum_text('errno', errno) AS error, enum_text('ovs_packet_cmd', cmd) AS why,
	device(netns, ifindex) AS interface, sum(n) AS upcalls
FROM upcall_fate WHERE fate = 'refused' AND win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)
	GROUP BY slot(win), errno, cmd, netns, ifindex ORDER BY interval_at, upcalls DESC, error, interface;

-- handlers: Which threads sent packets back, how fast, and how busy were they?
-- devices: none; a thread serves all
-- needs: upcall_execute flow_cmd
WITH part AS (SELECT slot(win) AS slot, tid, CASE command WHEN 'execute' THEN n END AS executes, CASE command
	WHEN 'execute' THEN unasked END AS unasked, CASE command WHEN 'flow put' THEN n END AS puts,
		CASE WHEN command LIKE 'flow d%' THEN n END AS deletes, CASE WHEN errno <> 0 THEN n END AS errors,
			sum_ns, NULL AS latency, NULL AS cpu FROM ovs_command WHERE win BETWEEN :first_win AND :last_win
	UNION ALL SELECT slot(win), tid, NULL, NULL, NULL, NULL, NULL, NULL, hist, NULL FROM upcall_latency WHERE n > 0
		AND win BETWEEN :first_win AND :last_win
	UNION ALL SELECT slot(win), tid, NULL, NULL, NULL, NULL, NULL, NULL, NULL, runtime_ns FROM cpu_thread
		WHERE tid IN (SELECT tid FROM ovs_command) AND win BETWEEN :first_win AND :last_win),
total AS (SELECT slot, tid, coalesce(sum(executes), 0) AS executes, coalesce(sum(unasked), 0) AS unasked,
	coalesce(sum(puts), 0) AS puts, coalesce(sum(deletes), 0) AS deletes, coalesce(sum(errors), 0) AS errors,
		coalesce(sum(sum_ns), 0) AS command_ns, hist_merge(latency) FILTER (WHERE latency IS NOT NULL) AS h,
			sum(cpu) AS cpu_ns FROM part GROUP BY slot, tid)
SELECT interval_at, thread, process, packets_back, not_asked_for, flow_puts, flow_deletes, errors, in_commands_ns,
	p50_ns, p99_ns, max_ns, cpu_ns, of_one_cpu_pct FROM (
	SELECT win_at(slot) AS interval_at, thread_text(tid) AS thread, process_text(tid) AS process,
		executes AS packets_back, unasked AS not_asked_for, puts AS flow_puts, deletes AS flow_deletes, errors,
		command_ns AS in_commands_ns, hist_p(h, 50) AS p50_ns, hist_p(h, 99) AS p99_ns, hist_max(h) AS max_ns,
			cpu_ns,
		100.0 * cpu_ns / (SELECT nullif(CASE WHEN slot IS NULL THEN min(last_ns, :to_ns) - max(first_ns,
			:from_ns) ELSE min(window_ns, last_ns - first_ns) END, 0) FROM trace) AS of_one_cpu_pct,
		row_number() OVER (PARTITION BY slot ORDER BY executes + puts DESC, command_ns DESC, tid) AS rank
	FROM total WHERE executes + puts + deletes + errors > 0)
WHERE rank <= :top ORDER BY interval_at, rank;

-- flows: Which flows caused most upcalls?
-- needs: upcall
SELECT n AS upcalls, CASE WHEN observed('upcall_end') THEN refused END AS refused,
	coalesce(flow_text(ethertype, proto, saddr, sport, daddr, dport), protocol(ethertype, NULL)) AS flow,
	device(netns, ifindex) AS interface, wall(first_ns) AS first_at, wall(last_ns) AS last_at
FROM upcall_flow WHERE first_ns <= :to_ns AND last_ns >= :from_ns AND device_match(netns, ifindex)
	AND packet_match(ethertype, proto, saddr, daddr, sport, dport, 0, 0, 0, 0, 0, 0, 0, 0, 0)
ORDER BY upcalls DESC, flow, interface LIMIT :top;

-- datapath: What do the datapath's own counters say?
-- needs: counter
SELECT name, sum(delta) AS increase FROM counter_delta WHERE name LIKE 'ovs.%' AND name NOT LIKE 'ovs.coverage.%'
	AND name NOT LIKE '%.flows' AND name NOT LIKE '%.masks'
	AND win BETWEEN :first_win AND :last_win GROUP BY name ORDER BY name;

-- coverage: What did ovs-vswitchd count itself, over the whole recording?
SELECT substr(name, 14) AS name, sum(delta) AS increase FROM counter WHERE name LIKE 'ovs.coverage.%'
	AND (name LIKE '%dpif%' OR name LIKE '%upcall%' OR name LIKE '%revalid%' OR name LIKE '%ukey%')
GROUP BY name HAVING sum(delta) > 0 ORDER BY name;

-- ports: Which ports do the datapaths have, and to which netlink ports do their upcalls go?
SELECT d.name AS datapath, p.port, p.name, enum_text('ovs_vport_type', p.type) AS type, CASE
	WHEN p.ifindex > 0 THEN device(p.netns, p.ifindex) END AS interface, p.portids
FROM ovs_port AS p LEFT JOIN ovs_datapath AS d ON d.netns = p.netns AND d.dp = p.dp
	WHERE device_match(p.netns, p.ifindex) ORDER BY datapath, p.port LIMIT :top;

-- settings: How is Open vSwitch set up, and could it be asked?
SELECT substr(key, 5) AS setting, value FROM config WHERE key LIKE 'ovs.%' ORDER BY key;
