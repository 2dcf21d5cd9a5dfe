-- rule: a listening socket''s queue is full
-- needs: counter
-- unlike: tcp-refused
-- advice: ss -lnt: Recv-Q against Send-Q; a larger backlog (listen(), net.core.somaxconn); what keeps the program: show
-- advice: offcpu, show sched
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site,
	'the program that should accept' AS who,
	json_array('the program accepts connections more slowly than they come',
		printf('its queue was full %d times: the opening of a connection was ignored', packets)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'tcpext.ListenOverflows'
