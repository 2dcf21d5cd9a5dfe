-- rule: packets are larger than a device on the way takes
-- needs: drop
-- unlike: pmtu-blackhole
-- advice: one MTU on all devices of the path: `ip -d link`; tunnels need room for their header; is ICMP "fragmentation
-- advice: needed" let through?
SELECT id AS symptom, packets, 0.85 AS confidence, device(netns, ifindex) AS site,
	printf('the MTU of %s', device(netns, ifindex)) AS who,
	json_array('packets are larger than the MTU of the device they should leave by, and may not be fragmented')
		AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL
	AND (reason = 'PKT_TOO_BIG' OR (place GLOB 'do_execute_actions*' AND reason = 'NOT_SPECIFIED'
	AND larger_than_mtu(reason, place)))
