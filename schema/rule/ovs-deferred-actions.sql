-- rule: Open vSwitch defers more actions than it has room for
-- needs: drop
-- unlike: mtu
-- advice: fewer clones, recirculations or patch ports on the way: ovs-appctl dpctl/dump-flows; ovs-appctl ofproto/trace
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site, 'the flow''s actions' AS who,
	json_array('a flow''s actions recirculate or clone more often than the datapath can defer',
		printf('%d packets were dropped in %s', packets, place)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND place GLOB 'clone_execute*' AND reason = 'NOT_SPECIFIED'
