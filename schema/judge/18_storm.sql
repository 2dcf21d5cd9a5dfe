-- An upcall storm: so many upcalls that they keep handlers busy, a hundred in a second, and on average four at a time
-- between going up and coming back (Little's law). Fewer wait for something else than for each other. One row, or none.
-- sender: who sends most of its datagrams, as far as kept packets tell; what a softirq sends or receives says nothing
-- of the thread it interrupts.
CREATE TEMP TABLE storm AS
	WITH busiest AS (SELECT sum(n) AS upcalls FROM upcall GROUP BY win ORDER BY 1 DESC LIMIT 1),
		sent AS (SELECT tid, count(*) AS n FROM packet AS p
			WHERE proto = 17
				AND EXISTS (SELECT 1 FROM packet_hop AS h WHERE h.packet = p.id AND n = 0 AND stage = 4)
				AND EXISTS (SELECT 1 FROM packet_hop AS h WHERE h.packet = p.id AND stage = 22)
			GROUP BY tid)
	SELECT upcalls AS busiest, (SELECT tid FROM sent WHERE 2 * n > (SELECT sum(n) FROM sent)) AS sender FROM busiest
	WHERE upcalls >= 100 AND (SELECT max(ns) FROM (SELECT sum(sum_ns) AS ns FROM stage_latency
		WHERE from_stage = 22 AND to_stage = 23 GROUP BY win)) >= 4 * (SELECT window_ns FROM trace);
