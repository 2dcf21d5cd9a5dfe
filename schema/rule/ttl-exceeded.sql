-- rule: the time to live has run out
-- needs: drop
-- unlike: pmtu-blackhole
-- advice: a loop? `ip route get ADDRESS` on each router on the way; else the sender's TTL
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site,
	'a routing loop, or a sender with a small TTL' AS who,
	json_array('packets ' || coalesce('to ' || (SELECT receiver FROM symptom_ends AS e
		WHERE e.symptom = id) || ' ', '') || 'come with a TTL of 1 to a host that should forward them') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND place GLOB 'ip*_forward*' AND reason IN ('IP_INHDR', 'NOT_SPECIFIED',
	'TTL_EXCEEDED')
	AND (SELECT max(ttl) FROM drop_event AS e WHERE reason(e.reason) = symptom.reason
		AND place(e.location) = symptom.place) <= 1
