-- tcp: What did TCP send again?
-- none: no segment was sent again
-- needs: tcp
SELECT endpoint_text(saddr, sport) || ' > ' || endpoint_text(daddr, dport) AS connection, sum(n) AS retransmits,
	sum(bytes) AS total_bytes, max(max_srtt_us) * 1000 AS max_srtt_ns, min(min_cwnd) AS min_cwnd
FROM tcp_flow GROUP BY saddr, sport, daddr, dport ORDER BY retransmits DESC, 1 LIMIT 10;

-- openings: Which servers refused connections, or took long to answer?
-- needs: tcp_state
-- none: no connection was being opened from here
SELECT server, netns, opened, failed, hist_p(h, 50) AS p50_ns, hist_p(h, 95) AS p95_ns, hist_max(h) AS max_ns FROM (
	SELECT endpoint_text(daddr, dport) AS server, netns_name(c.netns) AS netns, sum(n) AS opened,
		sum(refused) AS failed, hist_merge(hist) AS h
	FROM tcp_conn_state AS c GROUP BY c.netns, daddr, dport HAVING sum(n) + sum(refused) > 0)
ORDER BY failed DESC, hist_p(h, 95) DESC, server LIMIT 10;

-- resets: Which connections were reset, or got segments with a wrong checksum?
-- needs: tcp_event
-- none: no connection was reset, and no checksum was wrong
SELECT endpoint_text(saddr, sport) || ' > ' || endpoint_text(daddr, dport) AS connection, netns_name(e.netns) AS netns,
	sum(resets_sent) AS resets_sent,
	sum(resets_received) AS resets_received, sum(bad_checksums) AS bad_checksums
FROM tcp_conn_event AS e GROUP BY e.netns, saddr, sport, daddr, dport
	ORDER BY sum(resets_sent) + sum(resets_received) + sum(bad_checksums) DESC, 1, 2 LIMIT 10;

-- conntrack: What did connection tracking refuse or find invalid?
-- needs: conntrack
-- none: nothing
SELECT netns_name(c.netns) AS netns, CASE WHEN ovs THEN 'OVS' ELSE 'netfilter' END AS "by", zone,
	enum_text('nf_hook', hook) AS hook, enum_text('ctinfo', ctinfo) AS ctinfo,
	CASE WHEN NOT ovs THEN enum_text('nf_verdict', ret) WHEN ret = 0 THEN 'ok' ELSE errno_text(-ret) END AS verdict,
		sum(packets) AS packets
FROM conntrack_count AS c WHERE ctinfo = 8 OR (NOT ovs AND ret <> 1) OR (ovs AND ret <> 0)
GROUP BY c.netns, ovs, zone, hook, ctinfo, ret ORDER BY sum(packets) DESC, 1, 2, 3, 4 LIMIT 10;

-- counters: Which of the kernel's counters of trouble moved?
SELECT netns, name, sum(increase) AS increase, nullif(trouble(name), '') AS meaning FROM (
	SELECT CASE WHEN netns > 0 THEN netns_name(netns) END AS netns, name, delta AS increase FROM counter
	UNION ALL SELECT NULL, 'softnet.dropped', dropped FROM softnet
	UNION ALL SELECT NULL, 'softnet.squeezed', squeezed FROM softnet)
WHERE increase > 0 AND trouble(name) IS NOT NULL GROUP BY netns, name ORDER BY sum(increase) DESC, netns, name LIMIT 20;
