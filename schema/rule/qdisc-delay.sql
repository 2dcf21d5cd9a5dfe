-- rule: a queueing discipline delays packets
-- needs: hop
-- about: late
-- unlike: tbf
-- advice: `tc -s qdisc show dev DEVICE`: netem delays on purpose; in others a standing queue: the device is slower
-- advice: than what is sent
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site,
	'qdisc ' || qdisc_kind(netns, ifindex) AS who,
	json_array(printf('the qdisc of the device is %s', qdisc_kind(netns, ifindex))) AS chain
FROM symptom
WHERE harmless IS NULL AND kind IN ('slow', 'late') AND from_stage = 5 AND to_stage = 6
	AND qdisc_kind(netns, ifindex) NOT IN ('tbf', 'htb', 'hfsc', 'cbq', 'ets')
