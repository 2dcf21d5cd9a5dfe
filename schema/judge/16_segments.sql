-- What became of TCP segments and why they were sent again, by flow, and of connects, by server. A segment that is sent
-- again was dropped here if one with its number was since it was last sent, and was sent for nothing if the receiver
-- drops it as old. If its flow leaves this host and no drop was seen it was lost or late elsewhere.
CREATE TEMP TABLE gone AS
	SELECT saddr, daddr, sport, dport, seq, ts_ns, reason, location, netns, ifindex, NULL AS why,
		max(1, coalesce(nullif(ip_len, 0), len) - CASE ethertype WHEN 34525 THEN 72 ELSE 52 END) AS bytes,
		reason(reason) IN ('TCP_OLD_DATA', 'TCP_OLD_SEQUENCE', 'TCP_INVALID_SEQUENCE') AS old
	FROM drop_event WHERE proto = 6 AND class = 'packet' AND seq IS NOT NULL
	UNION ALL
	SELECT saddr, daddr, sport, dport, seq, ts_ns, NULL, NULL, netns, ifindex, why, max(1, len - 66), 0
	FROM ovs_drop_event WHERE location = 0 AND proto = 6;
CREATE INDEX temp.gone_seq ON gone(sport, dport, seq);

CREATE TEMP TABLE again AS
	WITH r AS (
		SELECT saddr, daddr, sport, dport, state, seq, ts_ns, max(len, 1) AS bytes,
			coalesce(lag(ts_ns) OVER sent, 0) AS before_ns, coalesce(lead(ts_ns) OVER sent,
				1 << 62) AS after_ns
		FROM tcp_retransmit WINDOW sent AS (PARTITION BY saddr, daddr, sport, dport, seq ORDER BY ts_ns)),
	found AS (
		SELECT *, (SELECT g.rowid FROM gone AS g WHERE g.sport = r.sport AND g.dport = r.dport AND g.seq = r.seq
				AND g.saddr = r.saddr AND g.daddr = r.daddr AND g.old
				AND g.ts_ns BETWEEN r.ts_ns AND r.after_ns LIMIT 1) AS old,
			(SELECT g.rowid FROM gone AS g WHERE g.sport = r.sport AND g.dport = r.dport
				AND g.seq BETWEEN r.seq - 65536 AND r.seq + r.bytes - 1 AND g.seq + g.bytes > r.seq
				AND g.saddr = r.saddr AND g.daddr = r.daddr AND NOT g.old
				AND g.ts_ns BETWEEN r.before_ns AND r.ts_ns ORDER BY g.ts_ns DESC LIMIT 1) AS lost
		FROM r)
	SELECT r.*, g.reason, g.location, g.netns, g.ifindex, g.why
	FROM found AS r LEFT JOIN gone AS g ON g.rowid = CASE WHEN r.old IS NULL THEN r.lost END;

CREATE TEMP TABLE segments AS SELECT *, hist_from(hist, limit_ns) AS late FROM ended WHERE proto = 6;
CREATE INDEX temp.segments_ports ON segments(sport, dport);

-- Each that was sent again, and why; those that were not listed singly are not known.
INSERT INTO outcome(what, proto, ethertype, saddr, daddr, sport, dport, how, reason, location, netns, ifindex, class,
	why, packets)
	WITH overflow AS (SELECT sum(packets) AS n FROM symptom WHERE reason = 'tcpext.ListenOverflows'),
	told AS (
		SELECT a.*, CASE
			WHEN old IS NOT NULL THEN 'for nothing'
			WHEN lost IS NOT NULL THEN 'dropped'
			WHEN NOT observed('drop') THEN 'blind'
			WHEN EXISTS (SELECT 1 FROM gap AS g WHERE g.from_ns < a.ts_ns
				AND g.to_ns > coalesce(f.first_ns, 0)) THEN 'gap'
			WHEN hidden_text() IS NOT NULL THEN 'hidden'
			WHEN f.arrived > 0 AND state = 2 AND (SELECT n FROM overflow) > 0 THEN 'overflow'
			WHEN f.departed > 0 AND f.arrived = 0 THEN 'elsewhere'
			ELSE 'unseen' END AS how
		FROM again AS a LEFT JOIN segments AS f USING (sport, dport, saddr, daddr))
	SELECT 'retransmit', 6, CASE WHEN saddr LIKE '%:%' THEN 34525 ELSE 2048 END, saddr, daddr, sport, dport, how,
		reason, location, netns, ifindex,
		CASE how WHEN 'for nothing' THEN 'not missed' WHEN 'dropped' THEN 'lost here'
			WHEN 'overflow' THEN 'lost here' WHEN 'elsewhere' THEN 'lost elsewhere' ELSE 'unknown' END,
		CASE how
			WHEN 'for nothing' THEN 'it had arrived'
			WHEN 'dropped' THEN coalesce(ovs_lost_text(why, netns, ifindex), lost_text(reason, location,
				netns,
				ifindex))
			WHEN 'blind' THEN 'drops were not observed'
			WHEN 'gap' THEN 'records were lost before'
			WHEN 'hidden' THEN hidden_text()
			WHEN 'overflow' THEN 'the queue of a listening socket was full, as the kernel counted'
			WHEN 'elsewhere' THEN 'left this host, and was not acknowledged in time'
			ELSE 'no drop of it was seen' END, count(*)
	FROM told GROUP BY saddr, daddr, sport, dport, how, reason, location, netns, ifindex, why;

INSERT INTO outcome(what, proto, ethertype, saddr, daddr, sport, dport, how, class, why, packets)
	SELECT 'retransmit', 6, CASE WHEN saddr LIKE '%:%' THEN 34525 ELSE 2048 END, saddr, daddr, sport, dport,
		'unlisted',
		'unknown', 'too many to look at each', n - listed
	FROM (SELECT saddr, daddr, sport, dport, sum(n) AS n, sum(one) AS listed
		FROM (SELECT saddr, daddr, sport, dport, n, 0 AS one FROM tcp_flow
			UNION ALL SELECT saddr, daddr, sport, dport, 0, 1 FROM again)
		GROUP BY saddr, daddr, sport, dport) WHERE n > listed;

-- All segments: first those that were dropped, or sent again for what did not happen here.
INSERT INTO outcome(what, proto, ethertype, saddr, daddr, sport, dport, how, reason, location, netns, ifindex, class,
	why, packets, limit_ns)
	SELECT 'segment', 6, ethertype, saddr, daddr, sport, dport, 'dropped', reason, location, l.netns, l.ifindex,
		l.class, l.why, l.packets, limit_ns
	FROM segments JOIN losses AS l USING (proto, sport, dport, saddr, daddr, ethertype)
	UNION ALL
	SELECT 'segment', 6, ethertype, saddr, daddr, sport, dport, 'dropped', NULL, NULL, e.netns, e.ifindex,
		'lost here',
		ovs_lost_text(e.why, e.netns, e.ifindex), e.lost, limit_ns
	FROM segments JOIN eaten AS e USING (sport, dport, saddr, daddr, ethertype, proto)
	UNION ALL
	SELECT 'segment', 6, ethertype, saddr, daddr, sport, dport, 'sent again', NULL, NULL, NULL, NULL, class,
		'sent again: ' || why, sum(packets), NULL
	FROM outcome WHERE what = 'retransmit' AND how NOT IN ('for nothing', 'dropped')
	GROUP BY ethertype, saddr, daddr, sport, dport, class, why;

INSERT INTO outcome(what, proto, ethertype, saddr, daddr, sport, dport, how, class, why, packets, max_ns, limit_ns)
	WITH told AS MATERIALIZED (
		SELECT saddr, daddr, sport, dport, sum(packets) AS told FROM outcome
		WHERE what = 'segment' AND how <> 'not sent' GROUP BY saddr, daddr, sport, dport),
	f AS (
		SELECT *, packets - carried - late - in_gap - coalesce(told, 0) AS in_time
		FROM segments LEFT JOIN told USING (saddr, daddr, sport, dport)),
	ends AS (
		SELECT f.*, 'in time' AS class, NULL AS why, in_time AS ended, CASE late WHEN 0 THEN max_ns
			END AS longest FROM f
		UNION ALL SELECT f.*, 'late', NULL, late, max_ns FROM f
		UNION ALL SELECT f.*, 'unknown', 'records were lost meanwhile', in_gap, NULL FROM f)
	SELECT 'segment', 6, ethertype, saddr, daddr, sport, dport, 'passed', class, why, ended, longest, limit_ns
	FROM ends WHERE ended > 0;

INSERT INTO outcome(what, proto, ethertype, saddr, daddr, sport, dport, how, class, why, packets, max_ns, limit_ns)
	WITH reset AS MATERIALIZED (
		SELECT DISTINCT netns, saddr, sport, daddr, dport, 1 AS reset FROM tcp_conn_event
		WHERE resets_received > 0),
	c AS (
		SELECT saddr, daddr, dport, sum(n) AS n, sum(refused) AS failed, sum(unanswered) AS unanswered,
			sum(unfinished) AS unfinished, hist_merge(hist) AS h,
			hist_from(hist_merge(hist), (SELECT echo_limit_ns())) AS late, coalesce(max(reset), 0) AS reset
		FROM tcp_conn_state LEFT JOIN reset USING (netns, saddr, sport, daddr, dport)
		GROUP BY netns, saddr, sport, daddr, dport
		HAVING sum(n) + sum(refused) + sum(unanswered) + sum(unfinished) > 0),
	ends AS (
		SELECT c.*, 'in time' AS class, NULL AS why, n - late AS connects, CASE late WHEN 0 THEN hist_max(h)
			END AS longest
		FROM c
		UNION ALL SELECT c.*, 'late', NULL, late, hist_max(h) FROM c
		UNION ALL SELECT c.*, 'refused', 'answered by a reset', failed, NULL FROM c WHERE reset
		UNION ALL SELECT c.*, 'unanswered', 'given up', failed, NULL FROM c WHERE NOT reset
		UNION ALL SELECT c.*, 'unanswered', 'not answered until the recording ended', unanswered, NULL FROM c
		UNION ALL SELECT c.*, 'unknown', 'under way when the recording ended', unfinished, NULL FROM c)
	SELECT 'opening', 6, CASE WHEN saddr LIKE '%:%' THEN 34525 ELSE 2048 END, saddr, daddr, 0, dport, 'connect',
		class,
		why, sum(connects), max(longest), echo_limit_ns()
	FROM ends WHERE connects > 0 GROUP BY saddr, daddr, dport, class, why;
DROP TABLE segments;
DROP TABLE again;
DROP TABLE gone;
DROP TABLE eaten;
DROP TABLE losses;
DROP TABLE ended;
