-- rule: a flow of Open vSwitch drops them
-- needs: ovs_drop
-- unlike: ovs-meter
-- advice: ovs-appctl ofproto/trace BRIDGE FLOW shows the rule; ovs-ofctl dump-flows BRIDGE; show megaflows
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site, 'an OpenFlow rule' AS who,
	json_array('a flow of the datapath has no actions', printf('%d packets were dropped', packets)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'Open vSwitch: flow without actions'
