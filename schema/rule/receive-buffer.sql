-- rule: the receive buffer of a socket is full
-- needs: drop
-- unlike: late-reader
-- advice: what keeps the reader (show sched, show offcpu)? Larger buffers help against bursts only: SO_RCVBUF,
-- advice: net.core.rmem_max; ss -unmp
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site, 'the reader of the socket' AS who,
	json_array('the program reads more slowly than packets arrive, for longer than its receive buffer lasts',
		printf('the buffer is full: %d packets were dropped', packets)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason IN ('SOCKET_RCVBUFF', 'PROTO_MEM', 'SOCKET_BACKLOG')
