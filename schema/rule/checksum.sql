-- rule: a wrong checksum
-- needs: drop
-- unlike: rcvbuf
-- advice: capture at the sender: right there and wrong here is a device or an offload between: ethtool -k DEVICE
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site,
	'the sender, or what lies between' AS who,
	json_array(printf('the checksum is wrong: %s', reason), printf('%d packets were dropped in %s', packets,
		place)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason GLOB '*_CSUM'
