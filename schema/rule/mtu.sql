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
UNION ALL
-- What a veth device gives to the other end of it.
SELECT s.id, s.packets, 0.85, device(s.netns, s.ifindex), printf('the MTU of %s', device(peer.netns, peer.ifindex)),
	json_array(printf('packets are larger than the MTU of %s, the other end of %s: %d',
		device(peer.netns, peer.ifindex), device(s.netns, s.ifindex), peer.mtu))
FROM symptom AS s JOIN interface AS own ON own.netns = s.netns AND own.ifindex = s.ifindex
	JOIN interface AS peer ON peer.ifindex = own.link
		AND peer.netns = CASE own.link_netns WHEN 0 THEN own.netns ELSE own.link_netns END
WHERE s.kind = 'lost' AND s.harmless IS NULL AND s.reason = 'NOT_SPECIFIED' AND s.place GLOB '__dev_forward_skb*'
	AND peer.mtu + 14 < (SELECT min(e.len) FROM drop_event AS e WHERE reason(e.reason) = s.reason
		AND place(e.location) = s.place AND e.netns = s.netns AND e.ifindex = s.ifindex)
