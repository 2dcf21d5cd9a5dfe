-- rule: a CPU of a virtual machine gets no CPU
-- needs: offcpu
-- unlike: guest-stopped
-- advice: who has that CPU? `netanalyze show sched TRACE`, `netanalyze show cpu TRACE`; one of its own for the virtual
-- advice: CPU: `virsh vcpupin DOMAIN VCPU CPU`; a higher cgroup cpu.weight of the machine; fewer virtual CPUs on this
-- advice: host
WITH starved AS (
		SELECT s.id AS symptom, q.pid, r.tid, max(r.max_ns) AS max_ns, sum(r.sum_ns) AS sum_ns
		FROM symptom AS s JOIN (SELECT DISTINCT b.symptom, v.pid FROM symptom_blame AS b
				JOIN virt_queue AS v ON v.tid = b.tid
				WHERE b.mover = 'vhost' AND b.deed = 'sleep') AS q ON q.symptom = s.id
			JOIN thread AS t ON t.tgid = q.pid AND t.comm GLOB 'CPU */KVM'
			JOIN runq AS r ON r.tid = t.tid AND r.win BETWEEN s.first_win AND s.last_win
		GROUP BY s.id, r.tid
		HAVING max(r.max_ns) >= late_ns()
			AND sum(r.sum_ns) >= 0.3 * (s.last_win - s.first_win + 1) * (SELECT window_ns FROM trace))
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.95 AS confidence,
	device(s.netns, s.ifindex) AS site, before_text(v.tid) AS who,
	json_array(printf('%s had CPU %d', before_text(v.tid), waited_on(v.tid)),
		printf('%s of %s waited for that CPU up to %s', thread_text(v.tid), vm_text(v.pid),
			duration_text(v.max_ns)),
		'so the guest offers no buffers') AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
	JOIN (SELECT symptom, pid, tid, max_ns, max(sum_ns) FROM starved GROUP BY symptom) AS v ON v.symptom = s.id
WHERE s.harmless IS NULL AND b.mover = 'vhost' AND b.deed = 'sleep'
GROUP BY s.id HAVING sum(b.share) >= 0.05
