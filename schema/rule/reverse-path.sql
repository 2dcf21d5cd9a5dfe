-- rule: the way back would be another
-- needs: drop
-- unlike: no-route
-- advice: ip route get SENDER; rp_filter=2 (loose) where asymmetric routes are wanted
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site, 'net.ipv4.conf.*.rp_filter' AS who,
	json_array('the route back to the sender leaves by another device',
		printf('rp_filter drops %d packets', packets)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'IP_RPFILTER'
