-- rule: the next hop does not answer
-- needs: drop
-- unlike: no-route
-- advice: `ip neigh show nud failed`; is the address right, its device up, the VLAN the right one? `netanalyze show
-- advice: interfaces TRACE` lists the neighbours that did not answer
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site,
	coalesce(not_answered(netns, ifindex, first_win, last_win), 'the next hop') AS who,
	json_array(printf('%s not answer ARP or neighbour solicitations',
			coalesce(not_answered(netns, ifindex, first_win, last_win) || ' did', 'the next hop does')),
		'packets waited for its address in vain') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason IN ('NEIGH_FAILED', 'NEIGH_QUEUEFULL', 'NEIGH_DEAD')
