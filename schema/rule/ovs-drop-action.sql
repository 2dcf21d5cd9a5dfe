-- rule: a flow of Open vSwitch drops packets
-- needs: ovs_drop
-- unlike: ovs-meter
-- advice: `ovs-appctl ofproto/trace BRIDGE FLOW` shows the rule; `ovs-ofctl dump-flows BRIDGE`; `netanalyze show
-- advice: ovs-drops TRACE`
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site, 'an OpenFlow rule' AS who,
	json_array('a flow of the datapath has no actions') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'Open vSwitch: flow without actions'
