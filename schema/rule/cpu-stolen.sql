-- rule: the host of this virtual machine gave its CPU to others
-- needs: cputime
-- unlike: cpu-hog
-- advice: on the host: who has the CPU of this virtual machine? `netrec record -p vm` there, `netanalyze show sched
-- advice: TRACE`; a CPU of its own (`virsh vcpupin DOMAIN VCPU CPU`), a higher cpu.weight, no or a larger CPU quota of
-- advice: the machine; fewer machines there
WITH taken AS ( -- of each CPU, by the samples that cover a symptom
		SELECT s.id AS symptom, c.cpu, sum(c.steal_ns) AS stolen_ns, sum(c.span_ns) AS span_ns,
			1.0 * sum(c.steal_ns) / sum(c.span_ns) AS part
		FROM symptom AS s JOIN trace AS t JOIN cpu_busy AS c ON c.win >= s.first_win
			AND c.win - c.span_ns / t.window_ns - 1 <= s.last_win
		GROUP BY s.id, c.cpu
		HAVING 20 * sum(c.steal_ns) >= sum(c.span_ns) AND 2 * sum(c.steal_ns) >= s.max_ns),
	worst AS (SELECT symptom, cpu, max(part) FROM taken GROUP BY symptom),
	-- nobody had that CPU, or whoever seemed to have it, or was to wake the sleeper there
	idle AS (
		SELECT b.symptom, k.cpu, k.stolen_ns, k.span_ns, k.part, b.tid, b.share, b.max_ns, b.id
		FROM symptom_blame AS b JOIN worst AS w ON w.symptom = b.symptom
			JOIN taken AS k ON k.symptom = b.symptom AND k.cpu = coalesce(waited_on(b.tid), w.cpu)
		WHERE b.deed = 'nobody' OR (b.deed IN ('run', 'queue', 'unknown', 'sleep') AND k.part >= 0.2))
SELECT s.id AS symptom, round(s.packets * sum(i.share)) AS packets, min(0.95, 0.5 + 0.55 * i.part) AS confidence,
	device(s.netns, s.ifindex) AS site, printf('its host (CPU %d)', i.cpu) AS who,
	json_array(printf('CPU %d was taken from this machine for %s within %s (steal)', i.cpu,
			duration_text(i.stolen_ns), duration_text(i.span_ns)),
		printf('%s could not run there, up to %s', coalesce((SELECT thread_text(tid) FROM idle
				WHERE symptom = s.id AND cpu = i.cpu AND tid > 0 ORDER BY max_ns DESC LIMIT 1),
			'who was to take packets on'), duration_text(max(i.max_ns)))) AS chain,
	json_group_array(i.id) AS evidence
FROM symptom AS s JOIN idle AS i ON i.symptom = s.id
WHERE s.harmless IS NULL AND s.kind <> 'lost'
GROUP BY s.id, i.cpu HAVING sum(i.share) >= 0.05
