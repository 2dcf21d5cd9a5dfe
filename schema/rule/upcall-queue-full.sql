-- rule: Open vSwitch's user space does not keep up with misses
-- needs: upcall_end
-- unlike: upcall-storm
-- advice: show upcalls: which flows miss? wider megaflows, more handlers (n-handler-threads); show sched, show locks
-- advice: for what keeps the handlers
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site, 'the handlers of ovs-vswitchd' AS who,
	json_array('more packets miss the flow table than the handlers can answer',
		'the sockets of the handlers are full', printf('%d packets were not sent up', packets)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'Open vSwitch: upcall refused'
