-- rule: Open vSwitch defers more actions than it has room for
-- needs: drop
-- unlike: mtu
-- advice: fewer clones, recirculations or patch ports on the way: `ovs-appctl dpctl/dump-flows`, `ovs-appctl
-- advice: ofproto/trace BRIDGE FLOW`
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site, 'the flow''s actions' AS who,
	json_array('a flow''s actions recirculate or clone more often than the datapath can defer') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND place GLOB 'clone_execute*' AND reason = 'NOT_SPECIFIED'
