-- rule: a queueing discipline is set to a rate below what is sent
-- needs: drop|hop
-- about: QDISC_DROP late
-- unlike: netem-delay
-- advice: tc -s qdisc show dev DEVICE and tc -s class show dev DEVICE: overlimits; a higher rate, or fewer bytes
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site,
	'qdisc ' || qdisc_kind(netns, ifindex) AS who,
	json_array(printf('the qdisc of the device is %s, which has a rate', qdisc_kind(netns, ifindex)),
		'more is sent than it lets through', CASE kind WHEN 'lost' THEN printf('%d packets were dropped',
		packets) ELSE printf('%d packets waited up to %s in it', packets, duration_text(max_ns)) END) AS chain
FROM symptom
WHERE harmless IS NULL AND ((kind = 'lost' AND reason = 'QDISC_DROP' AND slow_qdisc(netns, ifindex))
	OR (kind IN ('slow', 'late') AND from_stage = 5 AND to_stage = 6)) AND qdisc_kind(netns, ifindex) IN ('tbf',
	'htb', 'hfsc', 'cbq', 'ets')
