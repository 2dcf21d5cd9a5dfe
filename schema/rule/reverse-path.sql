-- rule: the way back would be another
-- needs: drop
-- unlike: no-route
-- advice: which way is it? `ip route get ADDRESS` of the sender; where asymmetric routes are wanted, loose: `sysctl -w
-- advice: net.ipv4.conf.DEVICE.rp_filter=2`
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site, 'net.ipv4.conf.*.rp_filter' AS who,
	json_array('the route back to ' || coalesce((SELECT sender FROM symptom_ends AS e
		WHERE e.symptom = id), 'the sender') || ' leaves by another device',
		'rp_filter drops what comes by this one') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'IP_RPFILTER'
