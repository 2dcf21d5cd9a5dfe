-- rule: connections are translated to an address that is no longer the right one
-- needs: packet drop
-- unlike: neighbour-unresolved
-- advice: connection tracking keeps what a connection was translated to when it began: `conntrack -L -d ADDRESS` lists
-- advice: them, the same with -D forgets them, as whoever changes the rules should do
-- The packets that were dropped had another destination when they were first seen; and of several connections to it
-- that began later all come through.
WITH dropped AS (SELECT d.symptom, e.proto, e.saddr, e.sport, e.daddr, count(*) AS n
		FROM symptom AS s JOIN symptom_drop AS d ON d.symptom = s.id JOIN drop_event AS e ON e.rowid = d.event
		WHERE s.kind = 'lost' AND s.harmless IS NULL AND e.proto IN (6, 17)
		GROUP BY 1, 2, 3, 4, 5),
	begun AS MATERIALIZED (SELECT *, count(*) OVER later AS younger, sum(drops) OVER later AS of_younger
		FROM flow WHERE EXISTS (SELECT 1 FROM dropped)
		WINDOW later AS (PARTITION BY proto, daddr, dport ORDER BY first_ns
			ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)),
	asked AS (SELECT d.*, f.daddr AS asked, younger, of_younger FROM dropped AS d JOIN begun AS f
			ON f.saddr = d.saddr AND f.sport = d.sport AND f.proto = d.proto
		GROUP BY d.symptom, d.proto, d.saddr, d.sport, d.daddr
		HAVING count(*) = 1 AND f.daddr <> d.daddr)
SELECT symptom, round(sum(n) * weight) AS packets, 0.96 AS confidence, device(s.netns, s.ifindex) AS site,
	printf('%s, translated to %s', asked, a.daddr) AS who,
	json_array(printf('%d connection%s to %s still translated to %s', count(*), CASE count(*) WHEN 1 THEN ''
			ELSE 's' END, asked, a.daddr),
		'those that began later come through') AS chain
FROM asked AS a JOIN symptom AS s ON s.id = symptom JOIN drop_weight USING (symptom)
WHERE younger >= 5 AND of_younger = 0
GROUP BY symptom, asked, a.daddr
