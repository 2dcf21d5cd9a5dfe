-- rule: Open vSwitch's user space does not keep up with misses
-- needs: upcall_end
-- unlike: upcall-storm
-- advice: which flows miss? `netanalyze show upcalls TRACE`; wider megaflows (rules without L4 ports), more handlers
-- advice: (`ovs-vsctl set Open_vSwitch . other_config:n-handler-threads=N`); what keeps them? `netanalyze show sched
-- advice: TRACE`, `netanalyze show locks TRACE`
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site, 'the handlers of ovs-vswitchd' AS who,
	json_array('more packets miss the flow table than the handlers can answer',
		'the sockets of the handlers are full') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'Open vSwitch: upcall refused'
