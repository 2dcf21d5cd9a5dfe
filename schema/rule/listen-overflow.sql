-- rule: a listening socket's queue is full
-- needs: counter
-- unlike: tcp-refused
-- advice: `ss -lnt`: Recv-Q against Send-Q; a larger backlog (listen(), `sysctl -w net.core.somaxconn=N`); what keeps
-- advice: the program? `netanalyze show offcpu TRACE`, `netanalyze show sched TRACE`
SELECT id AS symptom, packets, 0.95 AS confidence,
	coalesce((SELECT nullif(name, '') FROM netns WHERE inum = symptom.netns), 'this host') AS site,
	'the program that should accept' AS who,
	json_array('the program accepts connections more slowly than they come, and its queue is full') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'tcpext.ListenOverflows'
