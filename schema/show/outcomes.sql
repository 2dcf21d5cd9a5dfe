-- all: What became of the traffic?
-- devices: analysis
-- needs: packet
-- none: no echo request, UDP datagram or TCP segment was followed, or an older netanalyze made this database
-- Each packet, or echo request, is in one column. Elsewhere: lost or late. Unmissed: dropped, and nobody misses it.
SELECT traffic, packets, in_time, late, lost_here, elsewhere, unmissed, unknown, longest_ns FROM traffic ORDER BY nth;

-- limits: From how long on is a packet late?
-- devices: analysis
-- none: nothing was followed
SELECT text FROM (
	SELECT 1 AS nth, printf('echo requests and TCP connects: answered after %s or more',
		duration_text(echo_limit_ns())) AS text
	UNION ALL SELECT 2,
		printf('UDP datagrams: read after %s or more, and 10 × the median time that those of the flow '
		|| 'take to the socket, if it has 10 packets', duration_text(late_ns()))
	UNION ALL SELECT 3, 'TCP segments: the same, until they come to the socket')
WHERE EXISTS (SELECT 1 FROM outcome) ORDER BY nth;

-- echoes: How many echo requests (ping) would a monitor call lost?
-- devices: analysis
-- none: no echo was followed, or an older netanalyze made this database
-- A monitor that waits no longer than the limit counts what is late or lost as lost.
SELECT echo_limit_ns() AS limit_ns, sum(packets) AS echoes,
	coalesce(sum(packets) FILTER (WHERE class = 'in time'), 0) AS in_time,
	coalesce(sum(packets) FILTER (WHERE class = 'late'), 0) AS late,
	coalesce(sum(packets) FILTER (WHERE class = 'lost here'), 0) AS lost_here,
	coalesce(sum(packets) FILTER (WHERE class = 'lost elsewhere'), 0) AS lost_elsewhere,
	coalesce(sum(packets) FILTER (WHERE class = 'unknown'), 0) AS unknown,
	coalesce(sum(packets) FILTER (WHERE class IN ('late', 'lost here', 'lost elsewhere')), 0) AS lost_to_a_monitor,
	max(max_ns) AS rtt_max_ns
FROM outcome WHERE what = 'echo' HAVING count(*) > 0;

-- flows: Which flows had packets late or lost?
-- devices: analysis
-- none: nothing was followed, or an older netanalyze made this database
SELECT flow_text(ethertype, proto, saddr, sport, daddr, coalesce(dport, CASE proto WHEN 1 THEN 2048 ELSE 32768 END))
		AS flow,
	max(limit_ns) AS limit_ns, sum(packets) AS packets,
	coalesce(sum(packets) FILTER (WHERE class = 'in time'), 0) AS in_time,
	coalesce(sum(packets) FILTER (WHERE class = 'late'), 0) AS late,
	coalesce(sum(packets) FILTER (WHERE class = 'lost here'), 0) AS lost_here,
	coalesce(sum(packets) FILTER (WHERE class = 'lost elsewhere'), 0) AS elsewhere,
	coalesce(sum(packets) FILTER (WHERE class = 'unknown'), 0) AS unknown,
	max(max_ns) AS longest_ns
FROM outcome WHERE what IN ('echo', 'datagram', 'segment') GROUP BY ethertype, proto, saddr, daddr, sport, dport
ORDER BY coalesce(sum(packets) FILTER (WHERE class IN ('late', 'lost here', 'lost elsewhere')), 0) DESC,
	sum(packets) DESC, proto, saddr, daddr, sport, dport LIMIT :top;

-- retransmits: What did TCP send again, and why?
-- devices: analysis
-- needs: tcp
-- none: no segment was sent again
SELECT endpoint_text(saddr, sport) || ' > ' || endpoint_text(daddr, dport) AS connection, sum(packets) AS sent_again,
	coalesce(sum(packets) FILTER (WHERE class = 'lost here'), 0) AS lost_here,
	coalesce(sum(packets) FILTER (WHERE class = 'lost elsewhere'), 0) AS elsewhere,
	coalesce(sum(packets) FILTER (WHERE class = 'not missed'), 0) AS for_nothing,
	coalesce(sum(packets) FILTER (WHERE class = 'unknown'), 0) AS unknown
FROM outcome WHERE what = 'retransmit' GROUP BY saddr, daddr, sport, dport
ORDER BY sent_again DESC, saddr, daddr, sport, dport LIMIT :top;

-- openings: Which TCP connects were answered late, refused, or not answered?
-- devices: analysis
-- needs: tcp_state
-- none: no connection was being opened from here
SELECT endpoint_text(daddr, dport) AS server, saddr AS client, sum(packets) AS connects,
	coalesce(sum(packets) FILTER (WHERE class = 'in time'), 0) AS in_time,
	coalesce(sum(packets) FILTER (WHERE class = 'late'), 0) AS late,
	coalesce(sum(packets) FILTER (WHERE class = 'refused'), 0) AS refused,
	coalesce(sum(packets) FILTER (WHERE class = 'unanswered'), 0) AS unanswered,
	coalesce(sum(packets) FILTER (WHERE class = 'unknown'), 0) AS unknown,
	max(max_ns) AS longest_ns
FROM outcome WHERE what = 'opening' GROUP BY saddr, daddr, dport
ORDER BY coalesce(sum(packets) FILTER (WHERE class = 'in time'), 0) - sum(packets), connects DESC, daddr, dport, saddr
LIMIT :top;

-- windows: Which TCP connections had to wait because the other side's window was closed, and how long?
-- devices: analysis
-- needs: tcp_sample
-- none: no window was seen closed
SELECT endpoint_text(saddr, sport) || ' > ' || endpoint_text(daddr, dport) AS connection,
	sum(window_closed) AS seen_closed, sum(closed_ns) AS closed_ns
FROM tcp_conn_sample WHERE window_closed > 0 GROUP BY netns, saddr, daddr, sport, dport
ORDER BY closed_ns DESC, saddr, daddr, sport, dport LIMIT :top;

-- why: Where and why were packets lost, and why is it not known?
-- devices: analysis
-- none: none was lost, and of each it is known what became of it
SELECT sum(packets) AS packets, what_text(what) AS traffic, class,
	coalesce(why, 'left this host, and nothing came back') AS why
FROM outcome WHERE class IN ('lost here', 'lost elsewhere', 'unknown', 'not missed') AND what <> 'retransmit'
GROUP BY what, class, 4 ORDER BY packets DESC, class, 4 LIMIT :top;
