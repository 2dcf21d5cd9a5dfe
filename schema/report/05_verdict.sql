-- verdict: What is wrong?
-- What, where, who, how sure, what next: of the first finding; then what is left.
SELECT CASE f.cause
	WHEN 'cannot-tell' THEN printf('At %s: %s. The cause cannot be told: %s.', f.site, f.symptom,
		json_extract(f.chain, '$[0]'))
	WHEN 'unexplained' THEN printf('At %s: %s. No rule explains it.', f.site, f.symptom)
	ELSE printf('%s, at %s, %s. Who: %s. Because of that: %s. This explains %.0f %% of what was lost '
		|| 'or late, and is %.0f %% sure.', title_text(r.title), f.site, finding_when(1), f.who, f.symptom,
		100 * f.share, 100 * f.confidence) END AS text
FROM finding AS f JOIN rule AS r ON r.id = f.cause WHERE f.rank = 1 AND f.severity <> 'info'
UNION ALL
SELECT 'Next: ' || advice FROM finding WHERE rank = 1 AND severity <> 'info'
UNION ALL
SELECT 'Besides: ' || group_concat(text, '; ') || '.'
FROM (SELECT printf('%s, at %s (%.0f %%)', r.title, f.site, 100 * f.share) AS text FROM finding AS f
	JOIN rule AS r ON r.id = f.cause
	WHERE f.rank BETWEEN 2 AND 4 AND f.severity <> 'info' AND f.cause NOT IN ('unexplained', 'cannot-tell')
	ORDER BY f.rank)
HAVING count(*) > 0
UNION ALL
SELECT printf('%.0f %% of what was lost or late stays unexplained.', 100 * left_over)
FROM (SELECT 1 - coalesce(sum(share) FILTER (WHERE cause NOT IN ('unexplained', 'cannot-tell')), 0) AS left_over
	FROM finding HAVING sum(severity <> 'info') > 0)
WHERE left_over >= 0.005
UNION ALL
SELECT CASE
	WHEN NOT judged() THEN 'Whether anything is wrong was not judged: an older netanalyze made this database. '
		|| 'Analyze the recording again.'
	WHEN observed('drop') AND observed('packet') AND records_missing() THEN
		'No packet was seen to be lost or late, but records are missing that may have shown it: whether '
		|| 'anything was wrong cannot be told. Next: record again while it happens: ' || record_with_room()
	WHEN observed('drop') AND sentence_echoes() IS NOT NULL THEN
		'No other packet was lost or late on this host, as far as was observed.'
	WHEN observed('drop') AND observed('packet') THEN 'Nothing is wrong as far as was observed: no packet was lost '
		|| 'that anybody misses, and ' || coalesce((
			SELECT printf('only %d %s late.', n, CASE n WHEN 1 THEN 'was' ELSE 'were' END)
			FROM (SELECT coalesce(nullif((SELECT max(late) FROM traffic), 0), sum(packets)) AS n
				FROM finding WHERE cause <> 'harmless' HAVING count(*) > 0)), 'none was late.')
	ELSE 'Whether anything is wrong cannot be told: drops or packets were not observed. '
		|| 'Record with netrec record -p host.' END
WHERE NOT EXISTS (SELECT 1 FROM finding WHERE severity <> 'info')
UNION ALL
SELECT printf('%d dropped packet%s missed by nobody (see below).', packets,
	CASE packets WHEN 1 THEN ' is' ELSE 's are' END)
FROM finding WHERE cause = 'harmless'
UNION ALL
SELECT sentence_echoes() WHERE sentence_echoes() IS NOT NULL
UNION ALL
SELECT sentence_monitor() WHERE sentence_monitor() IS NOT NULL;

-- symptoms: What became of the traffic?
-- none: no echo request, UDP datagram or TCP segment was followed, or an older netanalyze made this database
SELECT traffic, packets, in_time, late, lost_here, elsewhere, unmissed, unknown, longest_ns FROM traffic ORDER BY nth;

-- unknown: What is not known of it, and why
SELECT printf('%d %s: %s', sum(packets), CASE what WHEN 'echo' THEN 'ICMP echo' WHEN 'datagram' THEN 'UDP datagrams'
	ELSE 'TCP segments' END, why) AS text
FROM outcome WHERE class = 'unknown' AND what IN ('echo', 'datagram', 'segment') GROUP BY what, why
ORDER BY sum(packets) DESC, what, why LIMIT 3;

-- findings: The findings, by what they explain
SELECT rank, cause, severity, 100 * confidence AS sure_pct, 100 * share AS share_pct, packets, site AS "where", who
FROM finding ORDER BY rank LIMIT 20;

-- chains: From cause to symptom, and what to do
SELECT finding_text(rank, rank > 1) AS text FROM finding ORDER BY rank LIMIT 20;

-- exemplars: Three packets that show the first finding, with the time from stage to stage
WITH s AS (SELECT s.* FROM finding_symptom AS f JOIN symptom AS s ON s.id = f.symptom
			JOIN finding AS k ON k.rank = f.finding
		WHERE f.finding = 1 AND k.severity <> 'info'),
	late AS (SELECT b.packet, max(b.ts_ns - a.ts_ns) AS ns FROM s JOIN packet_hop AS a ON a.stage = s.from_stage
			AND a.netns = s.netns AND a.ifindex = s.ifindex
		JOIN packet_hop AS b ON b.packet = a.packet AND b.n BETWEEN a.n + 1 AND a.n + 4 AND b.stage = s.to_stage
		WHERE s.kind <> 'lost' GROUP BY b.packet),
	lost AS (SELECT p.id, 0 FROM packet AS p WHERE p.fate = 'dropped' AND EXISTS (SELECT 1 FROM s
		WHERE s.kind = 'lost' AND s.reason = reason(p.reason)) ORDER BY p.begin_ns, p.id LIMIT 3),
	chosen AS (SELECT packet, ns FROM late UNION ALL SELECT * FROM lost)
SELECT printf('packet %d at %s, %s: %s', p.id, clock_text(wall(p.begin_ns)),
	coalesce(flow_text(ethertype, proto, saddr, sport, daddr, dport), '(headers not seen)'),
	(SELECT group_concat(CASE WHEN n = 0 THEN '' ELSE '+' || duration_text(ts_ns - before) || ' ' END
		|| stage_text(stage), ' ')
	 FROM (SELECT n, ts_ns, stage, lag(ts_ns) OVER (ORDER BY n) AS before FROM packet_hop WHERE packet = p.id
		ORDER BY n))) AS text
FROM packet AS p JOIN (SELECT packet, max(ns) AS ns FROM chosen GROUP BY packet) AS c ON c.packet = p.id
ORDER BY c.ns DESC, p.id LIMIT 3;

-- unable: What was not observed that a rule would have needed
SELECT printf('%s: %s could not look (%s)', replace(missing, ',', ', '), group_concat(rule, ', '),
	coalesce(not_attached(missing), record_with(missing))) AS text
FROM (SELECT * FROM unable WHERE missing <> '' ORDER BY rule) GROUP BY missing ORDER BY count(*) DESC, missing;
