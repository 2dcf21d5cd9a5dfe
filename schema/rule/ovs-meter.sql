-- rule: a meter of Open vSwitch drops them
-- needs: ovs_drop
-- unlike: ovs-drop
-- advice: ovs-ofctl -O OpenFlow13 dump-meters BRIDGE, meter-stats BRIDGE
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site, 'a meter' AS who,
	json_array('traffic is above the rate of a meter', printf('the meter drops %d packets', packets)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'Open vSwitch: meter'
