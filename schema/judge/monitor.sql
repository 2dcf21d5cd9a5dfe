-- What a monitor (--monitor) says of its echo requests beside what was recorded of the same ones. Nothing of this is
-- guessed: a ping that could be several recorded ones is none of them.

-- Requests that were recorded, in runs: a program may begin again with the same addresses and identifier. Their numbers
-- are counted on where 16 bits wrap. Without its type a column's index would not be used.
CREATE TEMP TABLE monitor_seen AS
	WITH step AS (
			SELECT rowid AS echo, *, ((seq - lag(seq) OVER w + 32768) & 65535) - 32768 AS step,
				ts_ns - lag(ts_ns) OVER w AS since
			FROM echo_request WHERE how <> 'request unseen'
			WINDOW w AS (PARTITION BY saddr, daddr, id ORDER BY ts_ns, rowid)),
		begun AS (
			SELECT *, step IS NULL OR (step <= 0 AND (step < -16 OR since > 1000000000)) AS begins
			FROM step),
		run AS (
			SELECT *, sum(begins) OVER (PARTITION BY saddr, daddr, id ORDER BY ts_ns, echo) AS run
			FROM begun)
	SELECT r.saddr, r.daddr, r.id, CAST(run AS INTEGER) AS run, seq,
		CAST(sum(CASE WHEN begins THEN seq ELSE step END)
			OVER (PARTITION BY r.saddr, r.daddr, r.id, run ORDER BY ts_ns, echo) AS INTEGER) AS number,
		ts_ns, CAST(wall(ts_ns) AS INTEGER) AS real_ns, rtt_ns, there_ns, beyond_ns, back_ns, o.class, o.why
	FROM run AS r LEFT JOIN outcome AS o ON o.what = 'echo'
		AND o.saddr = r.saddr AND o.daddr = r.daddr AND o.sport = r.id
		AND o.how = r.how AND o.dropped IS r.dropped AND o.reason IS r.reason AND o.location IS r.location
		AND o.netns IS r.netns AND o.ifindex IS r.ifindex;
CREATE INDEX temp.monitor_seen_number ON monitor_seen(daddr, seq, real_ns);
CREATE INDEX temp.monitor_seen_run ON monitor_seen(daddr, saddr, id, run, number);

-- A request that a text says nothing of, between others, was sent and not answered.
INSERT OR IGNORE INTO monitor_echo(ping, seq, said)
	WITH RECURSIVE n(ping, seq, last) AS (
		SELECT ping, first_seq, last_seq FROM monitor WHERE line IS NOT NULL
		UNION ALL SELECT ping, seq + 1, last FROM n WHERE seq < last)
	SELECT ping, seq, 'no answer' FROM n;

-- Recorded runs with the monitor's address and numbers, and the identifier where it is told; where times are told and
-- no identifier, of those times. Not one of which much was lost here that the monitor says was answered, nor one with
-- others than the monitor sent.
CREATE TEMP TABLE monitor_fit AS
	WITH ping AS MATERIALIZED (
			SELECT *, id IS NULL AND EXISTS (SELECT 1 FROM monitor_echo AS e WHERE e.ping = m.ping
				AND e.sent_ns IS NOT NULL) AS timed FROM monitor AS m),
		pair AS (
			SELECT m.ping, m.id AS told_id, m.timed, m.whole, s.saddr, s.daddr, s.id, s.run,
				e.seq - s.number AS shift, count(*) AS echoes,
				CAST(avg(s.real_ns - e.sent_ns) AS INTEGER) AS clock_ns,
				sum(e.said = 'answered' AND coalesce(s.class = 'lost here' OR s.rtt_ns > 10000000
					+ 1.1 * coalesce(e.rtt_ns, e.answer_ns - e.sent_ns), 0)) AS denied
			FROM ping AS m JOIN monitor_echo AS e USING(ping)
			JOIN monitor_seen AS s ON s.daddr = m.daddr AND s.seq = (e.seq & 65535)
				AND s.real_ns BETWEEN coalesce(CASE WHEN timed THEN e.sent_ns END - 5000000000, 0)
				AND coalesce(CASE WHEN timed THEN e.sent_ns END + 5000000000, 1 << 62)
			WHERE s.saddr = coalesce(m.saddr, s.saddr) AND s.id = coalesce(m.id, s.id)
			GROUP BY m.ping, s.saddr, s.id, s.run, e.seq - s.number),
		other AS (
			SELECT *, (SELECT count(*) FROM monitor_seen AS s WHERE s.daddr = p.daddr AND s.saddr = p.saddr
				AND s.id = p.id AND s.run = p.run) - echoes AS others
			FROM pair AS p WHERE NOT timed OR clock_ns IS NOT NULL)
	SELECT *, coalesce(abs(clock_ns) <= 5000000000, 1) AS same_time, echoes - others - 2 * denied AS score
	FROM other WHERE (denied + CASE WHEN whole THEN others ELSE 0 END) * 10 <= echoes;

-- The one that fits: the only one, or far better than the next: by numbers, or, where the identifier is told, by time.
INSERT INTO monitor_match(ping, found, saddr, id, run, shift, echoes, clock_ns)
	WITH fit AS (
			SELECT *, count(*) OVER (PARTITION BY ping) AS fits FROM monitor_fit AS f
			WHERE same_time OR (told_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM monitor_fit AS o
				WHERE o.ping = f.ping AND (o.run, o.shift) <> (f.run, f.shift)))),
		ranked AS (
			SELECT *, row_number() OVER w AS nth, lead(score) OVER w AS next_score,
				lead(abs(clock_ns)) OVER w AS next_clock
			FROM fit WINDOW w AS (PARTITION BY ping ORDER BY CASE WHEN told_id IS NULL THEN -score
				ELSE abs(clock_ns) END, saddr, id, run, shift)),
		best AS (
			SELECT *, fits = 1 OR CASE WHEN told_id IS NULL THEN score > 0 AND 2 * next_score < score
				ELSE 4 * abs(clock_ns) < next_clock END AS clear
			FROM ranked WHERE nth = 1)
	SELECT m.ping, CASE WHEN clear THEN 'one' WHEN b.ping IS NOT NULL THEN 'several'
			WHEN EXISTS (SELECT 1 FROM monitor_echo AS e JOIN monitor_seen AS s ON s.daddr = m.daddr
				AND s.seq = (e.seq & 65535) WHERE e.ping = m.ping AND e.sent_ns IS NOT NULL
				AND s.id = coalesce(m.id, s.id) AND s.saddr = coalesce(m.saddr, s.saddr))
				THEN 'other times' ELSE 'none' END,
		b.saddr, b.id, b.run, b.shift, coalesce(b.echoes, 0), b.clock_ns
	FROM monitor AS m LEFT JOIN best AS b USING(ping);

-- Two of the monitor's pings cannot be the same recorded one.
UPDATE monitor_match SET found = 'several' WHERE found = 'one' AND EXISTS (
	SELECT 1 FROM monitor_match AS o JOIN monitor AS om ON om.ping = o.ping
		JOIN monitor AS m ON m.ping = monitor_match.ping
	WHERE o.ping <> m.ping AND o.found <> 'none' AND om.daddr = m.daddr AND o.saddr = monitor_match.saddr
		AND o.id = monitor_match.id AND o.run = monitor_match.run
		AND om.first_seq - o.shift <= m.last_seq - monitor_match.shift
		AND om.last_seq - o.shift >= m.first_seq - monitor_match.shift);

-- The longest step of each echo packet that was kept with its path.
CREATE TEMP TABLE monitor_step AS
	WITH hop AS (
		SELECT h.packet, h.n, h.stage, h.ts_ns - lag(h.ts_ns) OVER w AS took_ns, lag(h.stage) OVER w AS before,
			p.id AS packet_id
		FROM packet AS p JOIN packet_hop AS h ON h.packet = p.id
		WHERE p.proto IN (1, 58) AND NOT p.gap
		WINDOW w AS (PARTITION BY h.packet ORDER BY h.n))
	SELECT packet, max(took_ns) AS took_ns, n, before AS from_stage, stage AS to_stage FROM hop
	WHERE took_ns > 0 AND NOT stage_contains(stage) GROUP BY packet;

CREATE TEMP TABLE monitor_late AS
	SELECT s.saddr, s.daddr, s.id, s.ts_ns, max(t.took_ns) AS took_ns, t.from_stage, t.to_stage, d.netns, d.ifindex
	FROM monitor_seen AS s CROSS JOIN packet AS p ON p.sport = s.id AND p.seq = s.seq AND p.proto IN (1, 58)
		AND (p.saddr, p.daddr) IN (VALUES (s.saddr, s.daddr), (s.daddr, s.saddr))
		AND p.begin_ns BETWEEN s.ts_ns AND s.ts_ns + s.rtt_ns
	JOIN monitor_step AS t ON t.packet = p.id
	LEFT JOIN packet_hop AS d ON d.packet = p.id AND d.n = (SELECT max(n) FROM packet_hop
		WHERE packet = p.id AND n <= t.n AND ifindex > 0)
	WHERE s.class = 'late' AND 2 * t.took_ns > s.rtt_ns GROUP BY s.saddr, s.daddr, s.id, s.ts_ns;
CREATE INDEX temp.monitor_late_echo ON monitor_late(saddr, daddr, id, ts_ns);

-- When this host recorded, and why a request that was not found may have passed it all the same: `blind_one` of a ping
-- that was found.
CREATE TEMP TABLE monitor_range AS
	SELECT echo_limit_ns() AS limit_ns, wall(first_ns) AS begin_ns, wall(last_ns) AS finish_ns, CASE
			WHEN NOT observed('packet') THEN 'packets were not observed'
			WHEN EXISTS (SELECT 1 FROM eviction WHERE what = 'single echo requests' AND n > 0)
				THEN 'the analysis lists not every echo' END AS blind_one,
		CASE
			WHEN NOT observed('packet') THEN 'packets were not observed'
			WHEN coalesce(packet_limit(), nullif(config_value('analyze.filter'), ''),
					config_value('analyze.iface')) IS NOT NULL
				THEN 'it may not be among the packets asked for'
			WHEN EXISTS (SELECT 1 FROM eviction WHERE what = 'single echo requests' AND n > 0)
				THEN 'the analysis lists not every echo' END AS blind, hidden_text() AS hidden
	FROM trace;

CREATE TEMP TABLE monitor_gap AS
	SELECT wall(from_ns) AS from_ns, wall(to_ns) AS to_ns FROM gap
	WHERE type IS NULL OR record_name(type) = 'packet';

INSERT OR IGNORE INTO monitor_outcome(ping, number, counts, said, rtt_ns, sent_ns, here_rtt_ns, class, why)
	WITH told AS (
			SELECT e.ping, e.seq AS number, e.said, coalesce(e.rtt_ns, e.answer_ns - e.sent_ns) AS rtt,
				m.line, m.end_ns, m.daddr AS target, c.found, s.*,
				-- without a recorded ping to compare it with, the monitor's clock is as good as 5 s
				CASE WHEN c.found = 'one' THEN 0 ELSE 5000000000 END AS vague,
				e.sent_ns AS there, coalesce(s.real_ns,
					e.sent_ns + CASE WHEN c.found = 'one' THEN c.clock_ns ELSE 0 END) AS at
			FROM monitor AS m JOIN monitor_match AS c USING(ping) JOIN monitor_echo AS e USING(ping)
			LEFT JOIN monitor_seen AS s ON c.found = 'one' AND s.daddr = m.daddr
				AND s.number = e.seq - c.shift
				AND s.saddr = c.saddr AND s.id = c.id AND s.run = c.run),
		-- one without a time was sent after the one before it, and before the next one; the first and the last
		-- ones as often as those between
		between_ AS (
			SELECT *, max(at) OVER (w ROWS UNBOUNDED PRECEDING) AS lo,
				min(at) OVER (w ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS hi,
				min(at) OVER p AS first, max(at) OVER p AS last,
				min(CASE WHEN at IS NOT NULL THEN number END) OVER p AS first_number,
				max(CASE WHEN at IS NOT NULL THEN number END) OVER p AS last_number
			FROM told WINDOW w AS (PARTITION BY ping ORDER BY number), p AS (PARTITION BY ping)),
		paced AS (
			SELECT *, 1.0 * (last - first) / nullif(last_number - first_number, 0) AS pace FROM between_),
		timed AS (
			SELECT *, CASE WHEN number < first_number THEN first - pace * (first_number - number + 1)
					WHEN number > last_number THEN last + pace * (number - last_number - 1)
					ELSE lo END - vague AS from_,
				CASE WHEN number < first_number THEN first - pace * (first_number - number - 1)
					WHEN number > last_number THEN last + pace * (number - last_number + 1)
					ELSE hi END + vague AS to_
			FROM paced),
		counted AS (
			SELECT *, CASE
				WHEN said = 'answered' THEN CASE WHEN rtt >= limit_ns THEN 'late' ELSE 'in time' END
				WHEN line IS NULL AND end_ns - there < limit_ns THEN 'open' ELSE 'lost' END AS counts
			FROM timed, monitor_range),
		-- why one that was not found may have passed here all the same; asked only of those that matter
		looked AS MATERIALIZED (
			SELECT t.*, class = 'late' AND beyond_ns > there_ns + back_ns AS beyond,
				CASE WHEN class IS NOT NULL OR counts IN ('in time', 'open') THEN NULL
					WHEN found = 'several' THEN 'it may be one of several pings that were recorded'
					WHEN to_ < begin_ns OR from_ > finish_ns THEN 'outside'
					WHEN CASE found WHEN 'one' THEN blind_one ELSE blind END IS NOT NULL
						THEN CASE found WHEN 'one' THEN blind_one ELSE blind END
					WHEN found = 'other times' THEN 'such numbers were recorded, but at other '
						|| 'times: does the monitor''s clock differ?'
					WHEN from_ IS NULL OR to_ IS NULL
						THEN 'the monitor does not tell when it was sent'
					WHEN from_ < begin_ns OR to_ > finish_ns
						THEN 'sent about when the recording began or ended'
					WHEN EXISTS (SELECT 1 FROM monitor_gap AS g WHERE g.from_ns <= to_
						AND g.to_ns >= from_) THEN 'records were lost meanwhile'
					WHEN hidden IS NOT NULL
						THEN 'the kernel hides threads that may have handled it' END AS unseen
			FROM counted AS t)
	SELECT ping, number, counts, said, rtt, CAST(at AS INTEGER), rtt_ns, CASE
			WHEN beyond THEN 'late beyond'
			WHEN class = 'lost elsewhere' THEN 'left'
			WHEN class IS NOT NULL THEN class
			WHEN counts IN ('in time', 'open') THEN 'unknown'
			WHEN unseen = 'outside' THEN unseen
			WHEN unseen IS NOT NULL THEN 'unknown'
			ELSE 'not seen' END,
		CASE
			WHEN beyond THEN 'most of that time it was not seen on this host'
			WHEN class = 'late' THEN (SELECT monitor_step_text(l.from_stage, l.to_stage, l.netns, l.ifindex,
				l.took_ns) FROM monitor_late AS l WHERE l.saddr = t.saddr AND l.daddr = t.daddr
				AND l.id = t.id AND l.ts_ns = t.ts_ns)
			WHEN class IS NOT NULL THEN why
			ELSE nullif(unseen, 'outside') END
	FROM looked AS t;

DROP TABLE monitor_gap;
DROP TABLE monitor_range;
DROP TABLE monitor_late;
DROP TABLE monitor_step;
DROP TABLE monitor_fit;
DROP TABLE monitor_seen;
