-- rule: the answers come from another address than the one that was asked
-- needs: packet drop
-- about: NO_SOCKET
-- unlike: tcp-refused
-- advice: the program should answer from the address that was asked (bind() to it, or IP_PKTINFO), or the route
-- advice: back should have it as its source (src in `ip route show`)
-- The socket of the one who asked is connected to the other address: the kernel finds no socket for the answer.
WITH asked AS MATERIALIZED (SELECT DISTINCT saddr, sport, daddr, dport FROM flow WHERE proto = 17),
	answer AS (SELECT d.symptom, e.rowid AS event, e.saddr AS from_addr, a.daddr AS to_addr, e.dport, e.sport
		FROM symptom AS s JOIN symptom_drop AS d ON d.symptom = s.id JOIN drop_event AS e ON e.rowid = d.event
			JOIN asked AS a ON a.saddr = e.daddr AND a.sport = e.dport AND a.dport = e.sport
		WHERE s.kind = 'lost' AND s.harmless IS NULL AND s.reason = 'NO_SOCKET' AND s.proto = 17),
	other AS (SELECT symptom, from_addr, to_addr, sport, count(*) AS n FROM answer AS o
		WHERE NOT EXISTS (SELECT 1 FROM answer AS a WHERE a.event = o.event AND a.to_addr = o.from_addr)
		GROUP BY symptom, from_addr, to_addr, sport)
SELECT symptom, round(n * weight) AS packets, 0.97 AS confidence, device(s.netns, s.ifindex) AS site,
	endpoint_text(from_addr, sport) AS who,
	json_array(printf('%s was asked, %s answered', to_addr, from_addr),
		'the socket that asked takes answers from the address it asked only') AS chain
FROM other JOIN symptom AS s ON s.id = symptom JOIN drop_weight USING (symptom)
