-- rule: a wrong checksum
-- needs: drop
-- unlike: rcvbuf
-- advice: capture at the sender: right there and wrong here is a device or an offload between: `tcpdump -nvvi DEVICE`,
-- advice: `ethtool -k DEVICE`
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site,
	'the sender, or what lies between' AS who,
	json_array('the checksum is wrong' || coalesce(' in packets from '
		|| (SELECT sender FROM symptom_ends AS e WHERE e.symptom = id), '')) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason GLOB '*_CSUM'
