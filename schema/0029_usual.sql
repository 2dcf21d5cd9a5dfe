-- 0029_usual.sql: what an interval usually takes is not part of what makes it late.
-- The conventions are those of 0001_init.sql.

ALTER TABLE symptom ADD COLUMN usual_ns INTEGER NOT NULL DEFAULT 0; -- late: the interval's median, at most 5 ms

DROP VIEW symptom_blame;

-- The time of a symptom's intervals by what was done meanwhile. What the mover usually takes for its own work is left
-- out of share. Packets that found a queue full share what those in it waited for: the ring of a tap, the sockets of
-- the handlers.
CREATE VIEW symptom_blame AS
WITH part AS (
		SELECT s.id AS symptom, b.*, b.rowid AS id, sum(b.sum_ns) OVER whole AS all_ns,
			sum(b.sum_ns) FILTER (WHERE b.deed = 'run') OVER whole AS run_ns,
			s.usual_ns * sum(b.mainly) OVER whole AS usual_ns
		FROM symptom AS s JOIN blame AS b ON b.netns = s.netns AND b.ifindex = s.ifindex AND CASE
			WHEN s.kind <> 'lost' THEN b.from_stage = s.from_stage AND b.to_stage = s.to_stage
			WHEN s.reason = 'FULL_RING' THEN b.from_stage = 51
			WHEN s.reason = 'Open vSwitch: upcall refused' THEN b.from_stage = 22 END
		WHERE b.sum_ns > 0 WINDOW whole AS (PARTITION BY s.id)),
	own AS (SELECT *, min(coalesce(run_ns, 0), usual_ns) AS own_ns FROM part)
SELECT symptom, tid, deed, addr, by, by_deed, by_by, n, mainly, sum_ns, max_ns,
	sum_ns * (1 - CASE deed WHEN 'run' THEN 1.0 * own_ns / run_ns ELSE 0.0 END)
		/ nullif(all_ns - own_ns, 0) AS share,
	(SELECT mover FROM stage WHERE stage.id = from_stage) AS mover, to_stage, id
FROM own;
