-- rule: a port of a bridge does not forward
-- needs: drop
-- unlike: mcast-snooping
-- advice: `bridge -d link show dev DEVICE`: the state of the port; spanning tree waits after each change of links:
-- advice: forward_delay, stp_state; is there a loop, or was it set by hand?
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site,
	'the state of the bridge''s port' AS who,
	json_array('the port of the bridge is blocked, listening, learning or disabled') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND (reason = 'BRIDGE_INGRESS_STP_STATE'
	OR (reason = 'NOT_SPECIFIED' AND place GLOB 'br_handle_frame [[]*' AND ethertype IN (2048, 2054, 34525)))
