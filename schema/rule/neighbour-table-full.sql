-- rule: the neighbour table is full
-- needs: drop
-- unlike: neighbour-unresolved
-- advice: who scans? `ip neigh show`; a higher limit: `sysctl -w net.ipv4.neigh.default.gc_thresh3=N` (and ipv6)
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site,
	'net.ipv4.neigh.default.gc_thresh3' AS who,
	json_array('the kernel''s table of neighbours, one for all namespaces, is full') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'NEIGH_CREATEFAIL'
