-- 0024_blame_chain.sql: why whoever kept the mover waiting did so.
-- The conventions are those of 0001_init.sql.

-- by_deed is told of a sleep, too: what the thread that ended it mostly did meanwhile. by_by: who had the CPU for which
-- that thread waited, who held the lock, who woke it; 0: not known.
ALTER TABLE blame ADD COLUMN by_by INTEGER NOT NULL DEFAULT 0;

DROP VIEW symptom_blame;
CREATE VIEW symptom_blame AS
SELECT s.id AS symptom, b.tid, b.deed, b.addr, b.by, b.by_deed, b.by_by, b.n, b.mainly, b.sum_ns, b.max_ns,
	1.0 * b.sum_ns / sum(b.sum_ns) OVER (PARTITION BY s.id) AS share,
	(SELECT mover FROM stage WHERE id = b.from_stage) AS mover, b.to_stage
FROM symptom AS s JOIN blame AS b ON b.netns = s.netns AND b.ifindex = s.ifindex AND CASE
	WHEN s.kind <> 'lost' THEN b.from_stage = s.from_stage AND b.to_stage = s.to_stage
	WHEN s.reason = 'FULL_RING' THEN b.from_stage = 51
	WHEN s.reason = 'Open vSwitch: upcall refused' THEN b.from_stage = 22 END
WHERE b.sum_ns > 0;
