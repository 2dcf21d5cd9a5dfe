-- all: How many echo requests (ping) were answered in time, and what became of the others?
-- devices: analysis
-- needs: packet
-- none: no echo was followed, or an older netanalyze made this database
-- Each is in one column. A monitor that waits no longer than the limit counts what is late or lost as lost.
SELECT echo_limit_ns() AS limit_ns, sum(echoes) AS echoes,
	coalesce(sum(echoes) FILTER (WHERE class = 'in time'), 0) AS in_time,
	coalesce(sum(echoes) FILTER (WHERE class = 'late'), 0) AS late,
	coalesce(sum(echoes) FILTER (WHERE class = 'lost here'), 0) AS lost_here,
	coalesce(sum(echoes) FILTER (WHERE class = 'lost elsewhere'), 0) AS lost_elsewhere,
	coalesce(sum(echoes) FILTER (WHERE class = 'unknown'), 0) AS unknown,
	coalesce(sum(echoes) FILTER (WHERE class IN ('late', 'lost here', 'lost elsewhere')), 0) AS lost_to_a_monitor,
	max(max_ns) AS rtt_max_ns
FROM outcome HAVING count(*) > 0;

-- flows: Which of them were late or lost?
-- devices: analysis
-- needs: packet
-- none: no echo was followed, or an older netanalyze made this database
SELECT saddr || ' > ' || daddr || ' id ' || id AS flow, sum(echoes) AS echoes,
	coalesce(sum(echoes) FILTER (WHERE class = 'in time'), 0) AS in_time,
	coalesce(sum(echoes) FILTER (WHERE class = 'late'), 0) AS late,
	coalesce(sum(echoes) FILTER (WHERE class = 'lost here'), 0) AS lost_here,
	coalesce(sum(echoes) FILTER (WHERE class = 'lost elsewhere'), 0) AS lost_elsewhere,
	coalesce(sum(echoes) FILTER (WHERE class = 'unknown'), 0) AS unknown,
	max(max_ns) AS rtt_max_ns
FROM outcome GROUP BY ethertype, saddr, daddr, id
ORDER BY sum(echoes) FILTER (WHERE class = 'in time') - sum(echoes), sum(echoes) DESC, saddr, daddr, id LIMIT :top;

-- why: Where and why were they lost, and why is it not known?
-- devices: analysis
-- needs: packet
-- none: none was lost, and of each it is known what became of it
SELECT sum(echoes) AS echoes, class, coalesce(why, 'left this host, and nothing came back') AS why
FROM outcome WHERE class IN ('lost here', 'lost elsewhere', 'unknown')
GROUP BY class, why ORDER BY echoes DESC, class, why LIMIT :top;
