-- rule: the device has no link
-- needs: drop
-- advice: ip -d link show DEVICE: up, LOWER_UP? the cable, the other end; of a bridge: has it a port that is up? of a
-- advice: bond: cat /proc/net/bonding/DEVICE
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site, 'the link of the device' AS who,
	json_array('the device was down, or without a carrier: without a queue it drops only then',
		printf('%d packets were dropped', packets)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'QDISC_DROP'
	AND qdisc_kind(netns, ifindex) IN ('noqueue', 'noop')
