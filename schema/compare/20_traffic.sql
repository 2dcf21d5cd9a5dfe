-- traffic: What became of the traffic?
-- none: no traffic was followed
SELECT traffic, side, sum(packets) AS packets, sum(in_time) AS in_time, sum(late) AS late, sum(lost_here) AS lost_here,
	sum(elsewhere) AS elsewhere, sum(unknown) AS unknown, max(longest_ns) AS longest_ns
FROM traffic GROUP BY nth, traffic, side ORDER BY nth, side = 'after';
