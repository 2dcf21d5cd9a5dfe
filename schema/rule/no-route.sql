-- rule: there is no route
-- needs: drop
-- unlike: ttl
-- advice: `ip route get ADDRESS`, `ip rule show`; look for unreachable, blackhole and prohibit routes; of an address
-- advice: that is to be this host's own: `ip addr`; of one that it is to forward to: `sysctl net.ipv4.ip_forward`
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site, 'the routing table' AS who,
	json_array(CASE WHEN reason = 'NOT_SPECIFIED' THEN 'a route refuses (unreachable, prohibit or blackhole)'
		ELSE 'no route leads to' END || ' '
		|| coalesce((SELECT receiver FROM symptom_ends AS e WHERE e.symptom = id), 'the destination')) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND (reason IN ('IP_OUTNOROUTES', 'IP_INNOROUTES')
	OR place GLOB 'ip6_pkt_drop*' OR (place GLOB 'ip_error*' AND reason = 'NOT_SPECIFIED'))
UNION ALL
-- ip_error() says so only where the device it came in by does not forward.
SELECT id, packets, 0.95, device(netns, ifindex), 'the host that does not forward',
	json_array(coalesce((SELECT receiver FROM symptom_ends AS e WHERE e.symptom = id), 'the destination')
		|| ' is no address of this host, which does not forward what comes in there')
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND place GLOB 'ip_error*' AND reason = 'IP_INADDRERRORS'
	AND observed('packet') -- else it may be nat-stale
	-- What a switch sends to the wrong port is no question of routes (mac-moved); that has to have been seen.
	AND NOT (EXISTS (SELECT 1 FROM interface WHERE kind IN ('bridge', 'openvswitch'))
		AND (NOT observed('packet') OR NOT observed('hop') OR lost_while('packet hop drop', id)))
