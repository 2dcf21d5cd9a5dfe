-- rule: the next hop does not answer
-- needs: drop
-- advice: ip neigh show nud failed; is the address right, its device up, the VLAN the right one?
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site, 'the next hop' AS who,
	json_array('the next hop does not answer ARP or neighbour solicitations',
		printf('%d packets that waited for its address were dropped', packets)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason IN ('NEIGH_FAILED', 'NEIGH_QUEUEFULL', 'NEIGH_DEAD')
