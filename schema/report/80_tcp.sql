-- tcp: What did TCP send again?
-- none: no segment was sent again
-- needs: tcp
SELECT endpoint_text(saddr, sport) || ' > ' || endpoint_text(daddr, dport) AS connection, sum(n) AS retransmits, sum(bytes) AS total_bytes, max(max_srtt_us) * 1000 AS max_srtt_ns, min(min_cwnd) AS min_cwnd
FROM tcp_flow GROUP BY saddr, sport, daddr, dport ORDER BY retransmits DESC, 1 LIMIT 10;

-- counters: Which of the kernel's counters of trouble moved?
SELECT netns_name(netns) AS netns, name, delta AS increase
FROM counter AS c WHERE delta > 0 AND (name LIKE '%drop%' OR name LIKE '%discard%' OR name LIKE '%err%' OR name LIKE '%retrans%' OR name LIKE '%overflow%' OR name LIKE '%fail%'
	OR name LIKE '%lost%' OR name LIKE '%timeout%' OR name LIKE '%prune%' OR name LIKE '%collapse%') ORDER BY delta DESC, netns, name LIMIT 20;
