-- rule: one CPU has the network's work that several could do
-- needs: hop softirq cputime thread run|drop
-- about: softirq CPU_BACKLOG reader handler
-- unlike: cpu-backlog
-- advice: spread it: more queues (`ethtool -L DEVICE combined N`), interrupts (`/proc/irq/N/smp_affinity`), RPS
-- advice: (`/sys/class/net/DEVICE/queues/rx-0/rps_cpus`); what it does there: `perf record -g -C CPU -- sleep 5`, or
-- advice: `netrec record -p full`
SELECT s.id AS symptom, round(s.packets * f.share) AS packets, 0.92 AS confidence, device(s.netns, s.ifindex) AS site,
	printf('CPU %d', f.cpu) AS who,
	json_array(printf('softirqs had %.0f %% of CPU %d, and no thread another CPU for %.0f %%', 100 * f.part, f.cpu,
			100 * f.spare), f.effect) AS chain,
	f.evidence
FROM symptom AS s JOIN full_cpu AS f ON f.symptom = s.id
WHERE s.harmless IS NULL AND f.spare >= 0.15
