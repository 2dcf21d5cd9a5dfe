-- rule: a queueing discipline is full
-- needs: drop hop
-- about: QDISC_DROP
-- unlike: tbf
-- advice: `tc -s qdisc show dev DEVICE`: its limit against the burst; `netanalyze show qdisc TRACE`; does the driver
-- advice: stop its queue (BQL)?
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site,
	'qdisc ' || qdisc_kind(netns, ifindex) AS who,
	json_array(printf('the qdisc of the device is %s', qdisc_kind(netns, ifindex)),
		'more packets come at once than its limit') AS chain
FROM symptom
WHERE harmless IS NULL AND kind = 'lost' AND reason = 'QDISC_DROP'
	AND qdisc_kind(netns, ifindex) NOT IN ('netem', 'noqueue', 'noop')
	AND NOT (qdisc_kind(netns, ifindex) IN ('tbf', 'htb', 'hfsc', 'cbq', 'ets')
		AND (slow_qdisc(netns, ifindex) OR NOT timed_while(id, 5, 6)))
