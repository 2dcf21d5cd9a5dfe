-- passage.sql: what became of each packet that went from one side to another, on one time line.

-- Sightings in times of side 0.
CREATE VIEW aligned AS
	WITH line AS (SELECT *, drift / (1 + drift) AS slope FROM clock_line WHERE offset_ns IS NOT NULL)
	SELECT s.side, packet, ident, ident_tcp, saddr, daddr, out_device, fate, s.why, missed, gap, left,
		read_ns IS NOT NULL AS read,
		begin_ns - offset_ns - CAST(round(slope * (begin_ns - offset_ns - at_ns)) AS INTEGER) AS begin_at_ns,
		out_ns - offset_ns - CAST(round(slope * (out_ns - offset_ns - at_ns)) AS INTEGER) AS out_at_ns,
		end_ns - offset_ns - CAST(round(slope * (end_ns - offset_ns - at_ns)) AS INTEGER) AS end_at_ns,
		read_ns - offset_ns - CAST(round(slope * (read_ns - offset_ns - at_ns)) AS INTEGER) AS read_at_ns
	FROM sighting AS s JOIN line USING (side);

-- When was each side recorded, in times of side 0, and when did it lose records? give_ns: how far off that may be,
-- and where that is not known, more than packets usually take.
CREATE TABLE recorded AS
	SELECT side, filter, s.first_ns - offset_ns AS first_at_ns,
		coalesce(kept_to_ns, s.last_ns) - offset_ns AS last_at_ns,
		coalesce(error_ns, 2000000000) + CAST(2 * abs(drift) * (s.last_ns - s.first_ns) AS INTEGER) AS give_ns
	FROM side AS s JOIN clock_line USING (side) WHERE offset_ns IS NOT NULL;
CREATE TABLE lossy AS
	SELECT g.side, from_ns - offset_ns - give_ns AS from_at_ns, to_ns - offset_ns + give_ns AS to_at_ns
	FROM gap AS g JOIN clock_line AS c USING (side) JOIN recorded AS r USING (side);

-- What goes between two sides: the addresses and the last devices of packets that both saw.
CREATE TABLE link AS
	SELECT DISTINCT p.side, p.way, CASE p.way WHEN 'there' THEN 0 ELSE p.side END AS from_side,
		CASE p.way WHEN 'there' THEN p.side ELSE 0 END AS to_side, s.saddr, s.daddr, s.out_device
	FROM pair AS p JOIN sighting AS s ON s.side = CASE p.way WHEN 'there' THEN 0 ELSE p.side END
		AND s.packet = CASE p.way WHEN 'there' THEN p.here ELSE p.there END
	WHERE p.way IS NOT NULL;

CREATE TABLE passage(
	from_side INTEGER NOT NULL, to_side INTEGER NOT NULL,
	sent INTEGER NOT NULL,           -- packet of from_side
	seen INTEGER,                    -- of to_side; NULL: not seen there
	left_at_ns INTEGER, seen_at_ns INTEGER,
	-- 'here': at from_side, 'between', 'there': at to_side
	place TEXT NOT NULL,
	-- 'read', 'received', 'passed on', 'dropped', 'lost'; not known: 'alike' (others have the same headers),
	-- 'not recorded' (the other side was not recorded then), 'records lost', 'filtered' (it holds only what a
	-- filter asks for), 'end not seen'
	ended TEXT NOT NULL, why TEXT, PRIMARY KEY(from_side, to_side, sent)) STRICT, WITHOUT ROWID;

-- Both saw it.
INSERT OR IGNORE INTO passage
	SELECT a.side, b.side, a.packet, b.packet, a.out_at_ns, b.begin_at_ns, 'there', CASE
		WHEN b.fate = 'dropped' AND b.missed THEN 'dropped'
		WHEN b.read THEN 'read'
		WHEN b.left THEN 'passed on'
		WHEN b.fate IN ('consumed', 'merged', 'dropped') THEN 'received'
		ELSE 'end not seen' END, CASE WHEN b.missed THEN b.why END
	FROM pair AS p
		JOIN aligned AS a ON a.side = CASE p.way WHEN 'there' THEN 0 ELSE p.side END
			AND a.packet = CASE p.way WHEN 'there' THEN p.here ELSE p.there END
		JOIN aligned AS b ON b.side = CASE p.way WHEN 'there' THEN p.side ELSE 0 END
			AND b.packet = CASE p.way WHEN 'there' THEN p.there ELSE p.here END
	WHERE p.way IS NOT NULL AND EXISTS (SELECT 1 FROM clock_line WHERE side = p.side AND offset_ns IS NOT NULL);

-- It left, as others did that were seen there; or did not even come so far.
INSERT OR IGNORE INTO passage
	SELECT a.side, l.to_side, a.packet, NULL, a.out_at_ns, NULL,
		CASE WHEN a.left THEN 'between' ELSE 'here' END, CASE
		WHEN NOT a.left THEN 'dropped'
		WHEN (a.out_at_ns - r.give_ns < r.first_at_ns OR a.out_at_ns + r.give_ns + 1000000000 > r.last_at_ns)
			AND NOT a.out_at_ns BETWEEN w.first_at_ns AND w.last_at_ns THEN 'not recorded'
		WHEN coalesce(a.ident, a.ident_tcp) IS NULL
			OR NOT EXISTS (SELECT 1 FROM once WHERE side = a.side AND packet = a.packet)
			OR EXISTS (SELECT 1 FROM sighting AS o WHERE o.side = l.to_side AND o.ident = a.ident)
			OR EXISTS (SELECT 1 FROM sighting AS o WHERE o.side = l.to_side AND o.ident_tcp = a.ident_tcp)
			THEN 'alike'
		WHEN EXISTS (SELECT 1 FROM lossy AS g WHERE g.side = l.to_side AND g.to_at_ns > a.out_at_ns
			AND g.from_at_ns < a.out_at_ns + 1000000000) THEN 'records lost'
		WHEN r.filter IS NOT NULL AND r.filter IS NOT (SELECT filter FROM side WHERE side = a.side)
			THEN 'filtered'
		ELSE 'lost' END, CASE WHEN NOT a.left THEN a.why END
	FROM (SELECT DISTINCT from_side, to_side, saddr, daddr FROM link) AS l
		JOIN aligned AS a ON a.side = l.from_side AND a.saddr = l.saddr AND a.daddr = l.daddr
		JOIN recorded AS r ON r.side = l.to_side
		-- What left between others that were seen there left while it was recorded.
		JOIN (SELECT from_side, to_side, min(left_at_ns) AS first_at_ns, max(left_at_ns) AS last_at_ns
			FROM passage GROUP BY 1, 2) AS w ON w.from_side = l.from_side AND w.to_side = l.to_side
	WHERE NOT a.gap AND CASE WHEN a.left THEN EXISTS (SELECT 1 FROM link AS k WHERE k.from_side = l.from_side
			AND k.to_side = l.to_side AND k.saddr = a.saddr AND k.daddr = a.daddr
			AND k.out_device IS a.out_device)
		ELSE a.fate = 'dropped' AND a.missed AND NOT EXISTS (SELECT 1 FROM passage AS p
			WHERE p.to_side = a.side AND p.seen = a.packet) END
		AND EXISTS (SELECT 1 FROM clock_line WHERE side = l.to_side AND offset_ns IS NOT NULL);

-- What one side says of its echo requests that were not answered in time, and what the other saw of them.
CREATE TABLE elsewhere AS
	WITH mine AS (SELECT *, count(*) OVER (PARTITION BY side, saddr, daddr, id, seq) AS n FROM echo)
	SELECT a.side, o.side AS other, a.saddr, a.daddr, a.id, a.seq, a.how, a.rtt_ns, a.here_ns, b.rtt_ns AS there_ns,
		a.beyond_ns - b.rtt_ns AS between_ns, CASE
			WHEN a.how = 'late' AND b.how IN ('in time', 'late') THEN 'late'
			WHEN a.how = 'late' THEN 'unknown'
			WHEN b.how IS NULL
				AND (r.filter IS NULL OR r.filter IS (SELECT filter FROM side WHERE side = a.side))
				AND r.first_at_ns + r.give_ns < a.ts_ns - c.offset_ns
				AND a.ts_ns - c.offset_ns + 1000000000 < r.last_at_ns - r.give_ns
				AND NOT EXISTS (SELECT 1 FROM lossy AS g WHERE g.side = o.side
					AND g.from_at_ns < a.ts_ns - c.offset_ns + 1000000000
					AND g.to_at_ns > a.ts_ns - c.offset_ns) THEN 'unseen'
			WHEN b.missed THEN 'dropped'
			WHEN b.how IN ('in time', 'late') THEN 'reply lost'
			WHEN b.how = 'delivered' THEN 'not answered'
			WHEN b.how = 'left' THEN 'left'
			ELSE 'unknown' END AS what, b.why
	FROM mine AS a JOIN side AS o ON o.side <> a.side
		JOIN clock_line AS c ON c.side = a.side LEFT JOIN recorded AS r ON r.side = o.side
		LEFT JOIN mine AS b ON b.side = o.side AND b.saddr = a.saddr AND b.daddr = a.daddr AND b.id = a.id
			AND b.seq = a.seq AND b.n = 1
	WHERE EXISTS (SELECT 1 FROM link AS l WHERE l.from_side = a.side AND l.to_side = o.side AND l.saddr = a.saddr
			AND l.daddr = a.daddr)
		AND a.n = 1 AND (a.how = 'late' OR (a.how = 'left' AND NOT coalesce(a.missed, 0)));
