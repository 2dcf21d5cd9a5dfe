-- rule: a program reads its socket late
-- needs: offcpu cputime futex|lock|pthread
-- about: reader
-- unlike: cfs-quota
-- advice: what does it do instead? `netanalyze show offcpu TRACE` has where it sleeps; a larger receive buffer helps
-- advice: against bursts only
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.8 AS confidence,
	device(s.netns, s.ifindex) AS site,
	CASE b.deed WHEN 'stop' THEN coalesce(process_text(b.tid), thread_text(b.tid))
		ELSE thread_text(b.tid) END AS who,
	json_array(printf('%s %s meanwhile, up to %s', CASE b.deed WHEN 'stop' THEN
		coalesce(process_text(b.tid), thread_text(b.tid)) ELSE thread_text(b.tid) END, CASE b.deed
		WHEN 'stop' THEN 'was stopped' WHEN 'sleep' THEN 'slept' WHEN 'run' THEN 'did other things'
		ELSE 'waited for a lock' END, duration_text(max(b.max_ns)))) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id
WHERE s.harmless IS NULL AND b.deed IN ('sleep', 'run', 'lock', 'stop')
	AND (b.to_stage = 64 OR (b.to_stage = 66 AND b.deed IN ('lock', 'stop')))
GROUP BY s.id, who, b.deed HAVING sum(b.share) >= 0.05
UNION ALL
SELECT id, packets, 0.8, coalesce((SELECT nullif(name, '') FROM netns WHERE inum = symptom.netns), 'this host'),
	coalesce('the program at ' || place, 'a program that reads there'),
	json_array('a program takes data from a TCP connection more slowly than they come'), NULL
FROM symptom WHERE kind = 'closed'
