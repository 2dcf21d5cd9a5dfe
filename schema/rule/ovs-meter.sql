-- rule: a meter of Open vSwitch drops packets
-- needs: ovs_drop
-- unlike: ovs-drop
-- advice: its rate and what it dropped: `ovs-ofctl -O OpenFlow13 dump-meters BRIDGE`, `ovs-ofctl -O OpenFlow13
-- advice: meter-stats BRIDGE`
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site, 'a meter' AS who,
	json_array('traffic is above the rate of a meter') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'Open vSwitch: meter'
