-- A packet that no device has yet, or has no longer.
UPDATE claim SET site = 'this host' WHERE site = '(none)';

-- Each part of the time of a symptom goes to the claim that is surest of it: of its packets, that claim has as many.
WITH part AS (SELECT c.rowid AS claim, c.symptom, e.value AS id,
			row_number() OVER (PARTITION BY c.symptom, e.value ORDER BY c.confidence DESC, c.rowid) AS nth
		FROM claim AS c, json_each(c.evidence) AS e),
	won AS (SELECT p.claim, round(s.packets * sum(b.share)) AS packets FROM part AS p
			JOIN symptom_blame AS b ON b.symptom = p.symptom AND b.id = p.id
			JOIN symptom AS s ON s.id = p.symptom
		WHERE p.nth = 1 GROUP BY p.claim)
UPDATE claim SET packets = coalesce((SELECT packets FROM won WHERE won.claim = claim.rowid), 0)
WHERE evidence IS NOT NULL;

-- Each packet of a symptom goes to the claim that is surest of it.
UPDATE claim SET explained = (
	SELECT max(0, min(claim.packets, s.packets - coalesce((
		SELECT sum(better.packets) FROM claim AS better
		WHERE better.symptom = claim.symptom AND (better.confidence > claim.confidence
			OR (better.confidence = claim.confidence AND better.rowid < claim.rowid))), 0)))
	FROM symptom AS s WHERE s.id = claim.symptom);

-- A symptom of which no rule claims the larger part is a finding, too: cannot-tell, if a rule about such symptoms could
-- not look, or if records that rules look at were lost meanwhile or shortly before; else unexplained.
INSERT INTO claim(rule, symptom, packets, confidence, site, who, chain, explained)
	WITH left_over AS (SELECT s.*,
			packets - coalesce((SELECT sum(explained) FROM claim WHERE symptom = s.id), 0) AS n,
			(SELECT replace(group_concat(DISTINCT word.value), ',', ', ')
				FROM unable, json_each('["' || replace(missing, ',', '","') || '"]') AS word
				WHERE missing <> ''
				AND (' ' || about || ' ' GLOB '* ' || CASE s.kind WHEN 'lost' THEN s.reason
					WHEN 'elsewhere' THEN s.kind ELSE 'late' END || ' *' OR (s.kind <> 'lost'
					AND ' ' || about || ' ' GLOB '* ' || s.mover || ' *'))) AS missing,
			(SELECT coalesce(sum(lost) || CASE WHEN sum(lost) = 1 THEN ' record was lost'
					ELSE ' records were lost' END, 'records ' || CASE min(why)
					WHEN 'left out to cost less' THEN 'were left out to cost less'
					ELSE 'are missing' END) || ' while it happened or shortly before'
				FROM gap AS g, trace AS t WHERE g.to_ns >= first_ns + (s.first_win - 10) * window_ns
				AND g.from_ns <= first_ns + (s.last_win + 1) * window_ns AND rules_look_at(g.type)
				HAVING count(*) > 0) AS gap
		FROM symptom AS s WHERE s.harmless IS NULL)
	SELECT CASE WHEN missing IS NULL AND gap IS NULL THEN 'unexplained' ELSE 'cannot-tell' END, id, n, 0.0,
		coalesce(nullif(device(netns, ifindex), '(none)'), 'this host'), '?', json_array(coalesce(
			'not recorded: ' || missing, gap, 'no rule explains it; meanwhile '
			|| meanwhile_text(from_stage, to_stage, netns, ifindex),
			'nothing that was recorded explains it')), n
	FROM left_over WHERE 2 * n > packets;

INSERT INTO rule(id, title, advice) VALUES
	('unexplained', 'no rule explains this',
		'look at these packets: `netanalyze show packets TRACE`, `netanalyze show drop-events TRACE`'),
	('cannot-tell', 'the cause cannot be told: what would show it was not recorded', ''),
	('harmless', 'drops that nobody misses', 'nothing to do');

-- By share and confidence, and what is only info behind all that is more. A few packets that were slow are not worth
-- getting up for: fewer than three of them; or fewer than five, fewer than fifty of which none was late, or fewer than
-- one of a hundred and not at least fifty late ones that are one of twenty of what passed there, and none so late that
-- a monitor would call it lost; or those that no rule explains, and none was late.
INSERT INTO finding(rank, cause, severity, confidence, packets, share, symptom, site, who, first_win, last_win, chain,
	advice)
	WITH f AS (
			SELECT c.rule, c.site, c.who, sum(c.explained) AS packets,
				sum(c.explained * c.confidence) / sum(c.explained) AS confidence,
				(SELECT sum(packets) FROM symptom WHERE harmless IS NULL) AS all_packets,
				symptoms_text(c.rule, c.site, c.who) AS symptom,
				min(s.first_win) AS first_win, max(s.last_win) AS last_win,
					max(s.kind = 'lost') AS lost,
				max(s.kind IN ('lost', 'closed', 'elsewhere', 'unanswered')
					OR s.max_ns >= echo_limit_ns())
					AS noticed,
				max(s.max_ns >= late_ns()) AS late,
				max(s.max_ns >= late_ns() AND s.packets >= 50 AND 20 * s.packets >= passed_between(
					s.from_stage, s.to_stage, s.netns, s.ifindex)) AS many,
				(SELECT b.rowid FROM claim AS b WHERE b.rule = c.rule AND b.site = c.site
					AND b.who = c.who ORDER BY b.explained DESC, b.rowid LIMIT 1) AS most
			FROM claim AS c JOIN symptom AS s ON s.id = c.symptom WHERE c.explained > 0 GROUP BY c.rule,
				c.site, c.who),
		weighed AS (
			SELECT *, CASE WHEN packets < 3 AND NOT lost THEN 'info'
				WHEN NOT noticed AND packets < CASE WHEN late THEN 5 ELSE 50 END THEN 'info'
				WHEN NOT noticed AND NOT many AND packets < (SELECT sum(n) FROM journey) / 100
					THEN 'info'
				WHEN rule = 'unexplained' AND NOT late AND NOT noticed THEN 'info'
				WHEN confidence >= 0.6 THEN 'problem' ELSE 'suspect' END AS severity
			FROM f)
	SELECT row_number() OVER (ORDER BY f.severity = 'info',
			1.0 * f.packets * max(f.confidence, 0.05) DESC, f.rule, f.site, f.who),
		f.rule, f.severity, f.confidence, f.packets, 1.0 * f.packets / all_packets, f.symptom, f.site, f.who,
		f.first_win, f.last_win,
		json_insert(m.chain, '$[#]', f.symptom), advice_text(r.advice, f.who,
		coalesce((SELECT i.netns FROM interface AS i WHERE device(i.netns, i.ifindex) = f.site), s.netns),
		coalesce((SELECT i.ifindex FROM interface AS i WHERE device(i.netns, i.ifindex) = f.site), s.ifindex))
	FROM weighed AS f JOIN rule AS r ON r.id = f.rule JOIN claim AS m ON m.rowid = f.most
		JOIN symptom AS s ON s.id = m.symptom;

-- What nobody misses is told last, and never blamed.
INSERT INTO finding(rank, cause, severity, confidence, packets, share, symptom, site, who, first_win, last_win, chain,
	advice)
	SELECT coalesce((SELECT max(rank) FROM finding), 0) + 1, 'harmless', 'info', 1.0, sum(n), 0.0,
		printf('%d dropped', sum(n)), 'this host', 'nobody',
		min(first_win), max(last_win), json_group_array(printf('%d × %s', n, harmless)), 'nothing to do'
	FROM (SELECT harmless, sum(packets) AS n, min(first_win) AS first_win, max(last_win) AS last_win FROM symptom
		WHERE harmless IS NOT NULL GROUP BY harmless ORDER BY n DESC)
	HAVING count(*) > 0;

-- What would have told.
UPDATE finding SET advice = 'record again while it happens: ' || CASE
	WHEN EXISTS (SELECT 1 FROM json_each(chain) WHERE value LIKE 'not recorded:%') THEN record_with((
		SELECT group_concat(replace(substr(value, 15), ' ', '')) FROM json_each(chain)
			WHERE value LIKE 'not recorded:%'))
	ELSE record_with_room() END
WHERE cause = 'cannot-tell';

INSERT INTO finding_symptom(finding, symptom, packets)
	SELECT f.rank, c.symptom, sum(c.explained) FROM claim AS c JOIN finding AS f ON f.cause = c.rule
		AND f.site = c.site AND f.who = c.who
	WHERE c.explained > 0 GROUP BY f.rank, c.symptom
	UNION ALL SELECT f.rank, s.id, s.packets FROM symptom AS s JOIN finding AS f ON f.cause = 'harmless'
		WHERE s.harmless IS NOT NULL;
