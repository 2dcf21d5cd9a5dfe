-- pair.sql: which packets did both see, and which way did they go?

-- Packets that nothing else on their side can be taken for. A copy (branch) stands for its packet where it
-- alone came to a tap: that one left.
CREATE TABLE once(side INTEGER NOT NULL, ident TEXT NOT NULL, packet INTEGER NOT NULL, PRIMARY KEY(side, ident))
	STRICT, WITHOUT ROWID;
CREATE TEMP VIEW named AS
	SELECT side, ident, packet, branch, to_tap FROM sighting WHERE ident IS NOT NULL
	UNION ALL SELECT side, 'tcp ' || ident_tcp, packet, branch, to_tap FROM sighting WHERE ident_tcp IS NOT NULL;
INSERT INTO once
	SELECT side, ident, packet FROM (
		SELECT *, count(*) OVER w AS n, sum(1 - branch) OVER w AS mains, sum(to_tap) OVER w AS taps
		FROM named WINDOW w AS (PARTITION BY side, ident))
	WHERE n = 1 OR (mains <= 1 AND CASE taps WHEN 0 THEN NOT branch WHEN 1 THEN to_tap ELSE 0 END);
DROP VIEW temp.named;

-- With side 0. way: 'there' from it, 'back' to it. Where both pass packets on, the tap of a guest tells whose it is.
CREATE TABLE pair(side INTEGER NOT NULL, here INTEGER NOT NULL, there INTEGER NOT NULL, way TEXT,
	PRIMARY KEY(side, here), UNIQUE(side, there)) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO pair
	SELECT o.side, h.packet, o.packet, CASE
		WHEN a.left AND b.came AND NOT (b.left AND a.came) THEN 'there'
		WHEN b.left AND a.came AND NOT (a.left AND b.came) THEN 'back'
		WHEN a.left AND b.came AND a.from_tap AND NOT b.from_tap THEN 'there'
		WHEN a.left AND b.came AND b.from_tap AND NOT a.from_tap THEN 'back' END
	FROM once AS h JOIN once AS o ON o.ident = h.ident AND o.side > 0
		JOIN sighting AS a ON a.side = 0 AND a.packet = h.packet
		JOIN sighting AS b ON b.side = o.side AND b.packet = o.packet
	WHERE h.side = 0
	-- What has no IP identification on one side is told by the rest.
	ORDER BY o.side, h.packet, h.ident LIKE 'tcp %';
