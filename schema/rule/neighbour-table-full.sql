-- rule: the neighbour table is full
-- needs: drop
-- unlike: neighbour-unresolved
-- advice: raise net.ipv4.neigh.default.gc_thresh3 (and ipv6); find who scans: ip neigh | wc -l
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site,
	'net.ipv4.neigh.default.gc_thresh3' AS who,
	json_array('the kernel''s table of neighbours, one for all namespaces, is full',
		printf('%d packets were dropped', packets)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'NEIGH_CREATEFAIL'
