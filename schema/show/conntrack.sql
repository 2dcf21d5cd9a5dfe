-- verdicts: What did connection tracking say of packets, and how long did it take?
-- needs: conntrack
-- none: no packet went through connection tracking
-- OVS sends a packet through nf_conntrack_in, too: its own row comes on top. INVALID: no connection; what becomes of it
-- is decided by a rule.
SELECT interval_at, netns, "by", zone, hook, ctinfo, state, verdict, packets, total_size_bytes, commits, mean_ns,
	hist_p(h, 50) AS p50_ns, hist_p(h, 95) AS p95_ns, hist_p(h, 99) AS p99_ns,
	hist_max(h) AS max_ns
FROM (SELECT win_at(slot(win)) AS interval_at, netns_name(c.netns) AS netns, CASE WHEN ovs THEN 'OVS'
	ELSE 'netfilter' END AS "by", zone, enum_text('nf_hook', hook) AS hook,
		enum_text('ctinfo', ctinfo) AS ctinfo, CASE WHEN state > 0 THEN enum_text('ct_tcp_state',
			state) END AS state,
		CASE WHEN NOT ovs THEN enum_text('nf_verdict', ret) WHEN ret = 0 THEN 'ok'
			ELSE errno_text(-ret) END AS verdict,
		sum(packets) AS packets, sum(bytes) AS total_size_bytes, CASE WHEN ovs THEN sum(commits) END AS commits,
			1.0 * sum(sum_ns) / nullif(sum(n), 0) AS mean_ns,
		hist_merge(hist) AS h, row_number() OVER (PARTITION BY slot(win) ORDER BY sum(packets) DESC, netns, ovs,
			zone, hook, ctinfo, state, ret) AS rank
	FROM conntrack_count AS c WHERE win BETWEEN :first_win AND :last_win
	GROUP BY slot(win), netns, ovs, zone, hook, ctinfo, state, ret)
WHERE rank <= :top ORDER BY interval_at, rank;

-- invalid: Which packets were invalid or refused?
-- needs: conntrack
-- none: no packet was invalid or refused
SELECT wall(ts_ns) AS time_at, cpu, netns_name(e.netns) AS netns, CASE WHEN ovs THEN 'OVS' ELSE 'netfilter' END AS "by",
	zone, enum_text('nf_hook', hook) AS hook,
	CASE WHEN ifindex > 0 THEN interface_name(e.netns, ifindex) END AS interface,
	coalesce(flow_text(ethertype, proto, saddr, sport, daddr, dport), '(packet freed)') AS flow, seq, ack,
		tcp_flags_text(tcp_flags) AS flags, ip_id, len,
	enum_text('ctinfo', ctinfo) AS ctinfo, CASE WHEN state > 0 THEN enum_text('ct_tcp_state', state) END AS state,
	CASE WHEN NOT ovs THEN enum_text('nf_verdict', ret) WHEN ret = 0 THEN 'ok' ELSE errno_text(-ret) END AS verdict,
		CASE WHEN status IS NOT NULL THEN printf('0x%x', status) END AS status
FROM conntrack_event AS e WHERE ts_ns BETWEEN :from_ns AND :to_ns AND device_match(e.netns, ifindex)
	AND packet_match(ethertype, proto, saddr, daddr, sport, dport, 0, len, tcp_flags, 0, 0, ip_id, 0, seq, ack)
ORDER BY ts_ns LIMIT :top;

-- counters: Which of the kernel's own counters of connection tracking moved?
-- needs: counter
SELECT netns_name(c.netns) AS netns, name, sum(delta) AS increase
FROM counter_delta AS c WHERE name LIKE 'conntrack.%' AND win BETWEEN :first_win AND :last_win
GROUP BY c.netns, name HAVING sum(delta) <> 0 ORDER BY 1, 2 LIMIT :top;
