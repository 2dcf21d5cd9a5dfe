-- rule: many rules of netfilter take a CPU's time for each packet
-- needs: softirq hop run|drop
-- about: softirq CPU_BACKLOG reader handler
-- unlike: irq-concentration
-- advice: a set or a verdict map in place of many rules, and established connections accepted before them;
-- advice: `nft list ruleset` or `iptables-save -c` shows them
-- Time between the stages on both sides of a hook for packets that arrive. Where functions of the path were not
-- recorded it may still be netfilter, which irq-concentration's advice then finds. The site is where the rules are, not
-- where packets wait for their turn: that may be another network namespace.
WITH hook AS (
		SELECT win, sum_ns, n, netns, ifindex,
			CASE WHEN from_stage IN (29, 30) AND to_stage IN (26, 31, 32, 33, 34)
					OR from_stage = 26 AND to_stage BETWEEN 31 AND 34 THEN 'prerouting'
				WHEN from_stage IN (31, 32) AND to_stage IN (13, 14) THEN 'forward'
				WHEN from_stage IN (33, 34) AND to_stage BETWEEN 35 AND 40 THEN 'input' END AS name
		FROM stage_latency WHERE NOT stage_contains(to_stage)),
	spent AS (
		SELECT f.symptom, f.cpu, f.share, f.evidence, f.part, f.effect, h.netns, h.name,
			max(h.sum_ns) AS most, h.ifindex,
			sum(h.sum_ns) / sum(h.n) AS each_ns,
			1.0 * sum(h.sum_ns) / (SELECT sum(q.sum_ns) FROM softirq AS q
				WHERE q.cpu = f.cpu AND q.win BETWEEN s.first_win AND s.last_win) AS of_softirqs
		FROM full_cpu AS f JOIN symptom AS s ON s.id = f.symptom
			JOIN hook AS h ON h.name IS NOT NULL AND h.win BETWEEN s.first_win AND s.last_win
		GROUP BY f.symptom, f.cpu, f.effect, h.netns, h.name)
SELECT s.id AS symptom, round(s.packets * p.share) AS packets, 0.95 AS confidence, device(p.netns, p.ifindex) AS site,
	printf('rules at the hook %s%s', p.name, CASE netns_name(p.netns) WHEN '(own)' THEN ''
		ELSE ' (' || netns_name(p.netns) || ')' END) AS who,
	json_array(printf('a packet was in these rules for %s on average', duration_text(p.each_ns)),
		printf('softirqs had %.0f %% of CPU %d, of it these rules %.0f %%', 100 * p.part, p.cpu,
			100 * min(1, p.of_softirqs)), p.effect) AS chain,
	p.evidence
FROM symptom AS s JOIN spent AS p ON p.symptom = s.id
WHERE s.harmless IS NULL AND p.of_softirqs >= 0.5
