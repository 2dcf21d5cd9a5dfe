-- rule: more packets miss the flow table than ovs-vswitchd can answer
-- needs: offcpu flow_cmd upcall
-- about: handler
-- unlike: ovs-stopped
-- advice: which flows miss, and why? `netanalyze show upcalls TRACE`, `netanalyze show megaflows TRACE`; wider
-- advice: megaflows (rules without L4 ports), a larger flow-limit, more handlers
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.7 AS confidence,
	device(s.netns, s.ifindex) AS site, 'the traffic' AS who,
	json_array(printf('%d upcalls, %d of them in the busiest second', (SELECT sum(n) FROM upcall),
		storm.busiest),
		printf('%s had others to answer first', threads_text(json_group_array(b.tid))),
		burst_text(max(b.tid))) AS chain,
	json_group_array(b.id) AS evidence
FROM storm, symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND b.mover = 'handler'
	AND (b.deed = 'run'
		OR (b.deed = 'queue' AND (process_text(b.by) = process_text(b.tid) OR b.by = storm.sender)))
GROUP BY s.id HAVING sum(b.share) >= 0.05
