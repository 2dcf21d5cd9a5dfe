-- stages: Which stage was slow?
-- none: no packet was seen at two stages
-- needs: packet hop
-- Without the time from the last stage to the end: that is mostly a socket waiting for its reader (`show stages` has
-- it).
-- Marked: pairs of at least 10 packets whose tail is 10 times the median P99 of all pairs and 100 us or more, and pairs
-- that took
-- half of all time. A call that contains other stages (the driver's) has their time, too: it is no part of the whole.
-- Tail: P99.9 from 1000 packets on, else P99. Drawn as a distribution: those of them that took 1 % of it or more.
WITH pair AS (SELECT from_stage, to_stage, netns, ifindex, sum(n) AS count, sum(sum_ns) AS total_ns,
	max(max_ns) AS max_ns, hist_merge(hist) AS h
		FROM stage_latency WHERE n > 0 AND to_stage < 64 GROUP BY from_stage, to_stage, netns, ifindex),
	outer AS (SELECT *, stage_contains(to_stage) AS contains FROM pair),
	timed AS (SELECT *, hist_p(h, 99) AS p99, hist_p(h, CASE WHEN count >= 1000 THEN 99.9 ELSE 99 END) AS tail,
		CASE WHEN NOT contains THEN 100.0 * total_ns / nullif(sum(total_ns) FILTER (WHERE NOT contains) OVER (),
			0) END AS share,
		row_number() OVER (ORDER BY hist_p(h, 99)) AS place, count(*) OVER () AS pairs FROM outer),
	typical AS (SELECT max(p99, 1) AS p99 FROM timed WHERE place = (pairs + 1) / 2),
	best AS (SELECT *, NOT contains AND count >= 10 AND tail >= max(100000, 10 * (SELECT p99 FROM typical)) AS far,
		coalesce(share >= 50, 0) AS most FROM timed ORDER BY total_ns DESC LIMIT 25)
SELECT stage_text(from_stage) AS "from", stage_text(to_stage) AS "to", device(netns, ifindex) AS interface, count,
	1.0 * total_ns / count AS mean_ns, hist_p(h, 50) AS p50_ns,
	b.p99 AS p99_ns, hist_p(h, 99.9) AS "p99.9_ns", max_ns, share AS share_pct,
	CASE WHEN far THEN printf('%s is %.0f times the median P99', CASE WHEN count >= 1000 THEN 'P99.9'
		ELSE 'P99' END, 1.0 * tail / t.p99) ELSE '' END
		|| CASE WHEN contains THEN 'contains the stages inside' ELSE '' END || CASE WHEN far AND most THEN ', '
			ELSE '' END || CASE WHEN most THEN 'most of the time' ELSE '' END AS mark,
	CASE WHEN (far OR most) AND share >= 1 THEN hist_log2(h) END AS distribution_log2
FROM best AS b, typical AS t ORDER BY stage_place(from_stage), stage_place(to_stage), interface;

-- slowest: The slowest packets
SELECT total_ns, wall(begin_ns) AS time_at, fate || coalesce(': ' || reason(reason), '') AS fate,
	coalesce(flow_text(ethertype, proto, saddr, sport, daddr, dport), '(headers not seen)') AS flow,
	(SELECT group_concat(CASE WHEN n = 0 THEN '' ELSE '+' || duration_text(ts_ns - before) || ' ' END
		|| stage_text(stage), ' ')
	 FROM (SELECT n, ts_ns, stage, lag(ts_ns) OVER (ORDER BY n) AS before FROM packet_hop WHERE packet = p.id
		ORDER BY n)) AS path
FROM packet AS p WHERE NOT orphan ORDER BY total_ns DESC, id LIMIT 5;

-- flows: The flows with most packets
SELECT packets, bytes AS total_bytes, drops, flow_text(ethertype, proto, saddr, sport, daddr, dport) AS flow,
	hist_p(hist, 50) AS p50_ns, hist_p(hist, 99) AS p99_ns,
	CASE WHEN n > 0 THEN max_ns END AS max_ns
FROM flow ORDER BY packets DESC, ethertype, saddr, daddr, sport, dport LIMIT 10;
