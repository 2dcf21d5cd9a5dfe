-- rule: a filter of tc drops packets
-- needs: drop
-- unlike: netem-loss
-- advice: a policer, or an action drop: `tc -s filter show dev DEVICE ingress` (or egress); of Open vSwitch:
-- advice: `ovs-vsctl get Interface DEVICE ingress_policing_rate`; a burst helps, or a shaper
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site,
	printf('a filter of tc, on the way %s', iif(reason = 'TC_INGRESS', 'in', 'out')) AS who,
	json_array('a filter of tc polices what passes the device, or drops it') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason IN ('TC_INGRESS', 'TC_EGRESS')
