-- rule: nothing listens on that port
-- needs: drop
-- unlike: bad-checksum
-- advice: is the program running, and on that address? `ss -lntup`
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site, 'no program' || coalesce(' on '
		|| (SELECT receiver FROM symptom_ends AS e WHERE e.symptom = id), '') AS who,
	json_array('no socket listens on the port') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'NO_SOCKET' AND proto IN (6, 17, 33, 132)
	-- An answer from another address (reply-from-other-address) is refused likewise. It goes to a port that a
	-- client has for the time (net.ipv4.ip_local_port_range begins at 32768); whether it is one, packets tell.
	AND (proto <> 17 OR (observed('packet') AND NOT lost_while('packet', id))
		OR NOT EXISTS (SELECT 1 FROM symptom_drop AS d JOIN drop_event AS e ON e.rowid = d.event
			WHERE d.symptom = id AND e.dport >= 32768))
