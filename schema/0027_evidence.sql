-- 0027_evidence.sql: which parts of a symptom's time a rule claims, so that no part is explained twice.
-- The conventions are those of 0001_init.sql.

ALTER TABLE claim ADD COLUMN evidence TEXT; -- JSON array of symptom_blame.id; NULL: it claims packets, not parts of
                                            -- their time

DROP VIEW symptom_blame;

-- The time of a symptom's intervals by what was done meanwhile. Packets that found a queue full share what those in it
-- waited for: the ring of a tap, the sockets of the handlers.
CREATE VIEW symptom_blame AS
SELECT s.id AS symptom, b.tid, b.deed, b.addr, b.by, b.by_deed, b.by_by, b.n, b.mainly, b.sum_ns, b.max_ns,
	1.0 * b.sum_ns / sum(b.sum_ns) OVER (PARTITION BY s.id) AS share,
	(SELECT mover FROM stage WHERE id = b.from_stage) AS mover, b.to_stage, b.rowid AS id
FROM symptom AS s JOIN blame AS b ON b.netns = s.netns AND b.ifindex = s.ifindex AND CASE
	WHEN s.kind <> 'lost' THEN b.from_stage = s.from_stage AND b.to_stage = s.to_stage
	WHEN s.reason = 'FULL_RING' THEN b.from_stage = 51
	WHEN s.reason = 'Open vSwitch: upcall refused' THEN b.from_stage = 22 END
WHERE b.sum_ns > 0;
