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
UNION ALL
-- What sleeps when the recording begins, or until it ends, tells nothing of it. Samples of CPU time do, and how vhost's
-- last runs ended.
SELECT s.id, min(s.packets, (SELECT sum(dropped) FROM tun_queue AS q WHERE q.netns = r.netns AND q.ifindex = r.ifindex
		AND win BETWEEN since AND coalesce(until, win))),
	0.85, device(s.netns, s.ifindex), vm_text(r.pid), json_array(CASE WHEN r.ran THEN 'the guest offers no buffers'
		WHEN r.since >= 0 THEN 'none of its virtual CPUs ran any more until the recording ended: it is '
		|| 'stopped, or hangs' WHEN r.until IS NULL
		THEN 'none of its virtual CPUs ran during the recording: it is stopped, or hangs'
		ELSE printf('none of its virtual CPUs ran in the first %d s of the recording: it was stopped, or '
		|| 'hung', r.until) END, 'nothing was taken out of its ring'), NULL
FROM symptom AS s JOIN silent_guest AS r USING (netns, ifindex) WHERE s.kind = 'lost' AND s.reason = 'FULL_RING'
