-- rule: the virtual machine does not take its packets
-- needs: offcpu
-- about: FULL_RING vhost
-- unlike: vhost-starved
-- advice: look inside: its CPUs, its driver (netrec record -p guest there); is QEMU stopped or paused? virsh domstate
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.9 AS confidence,
	device(s.netns, s.ifindex) AS site,
		vm_of(max(b.tid)) AS who,
	json_array(CASE WHEN guest_stopped() THEN 'the virtual machine was stopped'
		ELSE 'the guest offers no buffers' END, printf('%s has nothing to fill and sleeps, up to %s',
		group_concat(DISTINCT thread_text(b.tid)), duration_text(max(b.max_ns))),
		printf('%.0f %% of the time of %s', 100 * sum(b.share), symptom_text(s.id))) AS chain
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND b.mover = 'vhost' AND b.deed IN ('sleep', 'stop')
	AND (guest_stopped() OR NOT lost_while('offcpu', s.id)) -- what keeps the guest's own CPUs is other rules'
GROUP BY s.id HAVING sum(b.share) >= 0.05 AND max(b.max_ns) >= late_ns()
