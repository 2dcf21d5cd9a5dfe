-- rule: the virtual machine does not take its packets
-- needs: offcpu
-- about: FULL_RING vhost
-- unlike: vhost-starved
-- advice: is it stopped or paused? `virsh domstate DOMAIN`; look inside: its CPUs, its driver (`netrec record -p
-- advice: guest` there)
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.9 AS confidence,
	device(s.netns, s.ifindex) AS site,
		vm_of(max(b.tid)) AS who,
	json_array(CASE WHEN guest_stopped() THEN 'the virtual machine was stopped'
		ELSE 'the guest offers no buffers' END, printf('%s had nothing to fill and slept, up to %s',
		threads_text(json_group_array(b.tid)), duration_text(max(b.max_ns)))) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND b.mover = 'vhost' AND b.deed IN ('sleep', 'stop')
	AND (guest_stopped() OR NOT lost_while('offcpu', s.id)) -- what keeps the guest's own CPUs is other rules'
GROUP BY s.id HAVING sum(b.share) >= 0.05 AND max(b.max_ns) >= late_ns()
