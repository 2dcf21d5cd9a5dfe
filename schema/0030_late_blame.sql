-- 0030_late_blame.sql: what late intervals are blamed on, apart from those that were slow and not late; and what had
-- piled up while something held a thread up, and was worked off afterwards.
-- The conventions are those of 0001_init.sql.

ALTER TABLE blame ADD COLUMN late_ns INTEGER NOT NULL DEFAULT 0;   -- of sum_ns: in the intervals that count in late
ALTER TABLE blame ADD COLUMN behind_ns INTEGER NOT NULL DEFAULT 0; -- of sum_ns, not in max_ns: it ran, and worked
                                                                   -- off what had piled up

DROP VIEW symptom_blame;

-- The time of a symptom's intervals by what was done meanwhile. What the mover usually takes for its own work is left
-- out of share. Packets that found a queue full share what those in it waited for: the ring of a tap, the sockets of
-- the handlers.
CREATE VIEW symptom_blame AS
WITH part AS (
		SELECT s.id AS symptom, s.usual_ns, b.*, b.rowid AS id,
			CASE s.kind WHEN 'late' THEN b.late_ns ELSE b.sum_ns END AS ns,
			CASE b.deed WHEN 'run' THEN b.late_ns ELSE 0 END AS ran_ns
		FROM symptom AS s JOIN blame AS b ON b.netns = s.netns AND b.ifindex = s.ifindex AND CASE
			WHEN s.kind <> 'lost' THEN b.from_stage = s.from_stage AND b.to_stage = s.to_stage
			WHEN s.reason = 'FULL_RING' THEN b.from_stage = 51
			WHEN s.reason = 'Open vSwitch: upcall refused' THEN b.from_stage = 22 END),
	whole AS (SELECT *, sum(ns) OVER whole AS all_ns, sum(ran_ns) OVER whole AS all_ran_ns,
			usual_ns * sum(late) OVER whole AS own_ns
		FROM part WHERE ns > 0 WINDOW whole AS (PARTITION BY symptom)),
	own AS (SELECT *, coalesce(min(1.0, 1.0 * own_ns / all_ran_ns), 0.0) AS own FROM whole)
SELECT symptom, tid, deed, addr, by, by_deed, by_by, n, mainly, ns AS sum_ns, max_ns,
	sum_ns AS slow_ns, behind_ns,
	(ns - ran_ns * own) / nullif(all_ns - all_ran_ns * own, 0) AS share,
	(SELECT mover FROM stage WHERE stage.id = from_stage) AS mover, to_stage, id
FROM own;
