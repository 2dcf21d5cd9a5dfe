-- rule: a queueing discipline is set to a rate below what is sent
-- needs: drop|hop
-- about: QDISC_DROP late
-- unlike: netem-delay
-- advice: `tc -s qdisc show dev DEVICE`, `tc -s class show dev DEVICE`: overlimits; a higher rate, or fewer bytes
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site,
	'qdisc ' || qdisc_kind(netns, ifindex) AS who,
	json_array(printf('the qdisc of the device is %s, which has a rate', qdisc_kind(netns, ifindex)),
		'more is sent than it lets through') AS chain
FROM symptom
WHERE harmless IS NULL AND ((kind = 'lost' AND reason = 'QDISC_DROP' AND slow_qdisc(netns, ifindex))
	OR (kind IN ('slow', 'late') AND from_stage = 5 AND to_stage = 6)) AND qdisc_kind(netns, ifindex) IN ('tbf',
	'htb', 'hfsc', 'cbq', 'ets')
