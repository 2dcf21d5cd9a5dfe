-- rule: the receive buffer of a socket is full
-- needs: drop
-- unlike: late-reader
-- advice: what keeps the reader? `netanalyze show sched TRACE`, `netanalyze show offcpu TRACE`; larger buffers help
-- advice: against bursts only: SO_RCVBUF, `sysctl -w net.core.rmem_max=N`; `ss -unmp` has them
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site,
	'the reader of ' || coalesce((SELECT receiver FROM symptom_ends AS e WHERE e.symptom = id),
		'the socket') AS who,
	json_array('the program reads more slowly than packets arrive, for longer than its receive buffer lasts',
		'the buffer is full') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason IN ('SOCKET_RCVBUFF', 'PROTO_MEM', 'SOCKET_BACKLOG')
