-- rule: a queueing discipline loses packets on purpose
-- needs: drop
-- about: QDISC_DROP
-- unlike: pfifo-limit
-- advice: `tc -s qdisc show dev DEVICE`; `tc qdisc del dev DEVICE root` takes it away
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site,
	'qdisc ' || qdisc_kind(netns, ifindex) AS who,
	json_array('netem is the qdisc of the device: it loses packets as it was told to') AS chain
FROM symptom
WHERE harmless IS NULL AND kind = 'lost' AND reason = 'QDISC_DROP' AND qdisc_kind(netns, ifindex) = 'netem'
