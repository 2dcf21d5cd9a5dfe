-- rule: Open vSwitch's user space does not keep up with misses
-- needs: upcall_end
-- unlike: upcall-storm
-- advice: which flows miss? `netanalyze show upcalls TRACE`; wider megaflows (rules without L4 ports), more handlers
-- advice: (`ovs-vsctl set Open_vSwitch . other_config:n-handler-threads=N`); what keeps them? `netanalyze show sched
-- advice: TRACE`, `netanalyze show locks TRACE`
-- Whoever stopped the handlers filled their sockets.
WITH stopped AS (SELECT symptom, max(tid) AS tid, max(max_ns) AS max_ns FROM symptom_blame
	WHERE deed = 'stop' GROUP BY symptom HAVING sum(share) >= 0.5)
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site,
	coalesce(process_text(p.tid), 'the handlers of ovs-vswitchd') AS who,
	json_array(CASE WHEN p.tid IS NULL THEN 'more packets miss the flow table than the handlers can answer'
		ELSE printf('%s was stopped, for up to %s', process_text(p.tid), duration_text(p.max_ns)) END,
		'the sockets of the handlers are full') AS chain
FROM symptom AS s LEFT JOIN stopped AS p ON p.symptom = s.id
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'Open vSwitch: upcall refused'
