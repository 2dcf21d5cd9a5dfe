-- rule: nothing listens on that port
-- needs: drop
-- unlike: bad-checksum
-- advice: is the program running, and on that address? `ss -lntup`
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site, 'no program' || coalesce(' on '
		|| (SELECT receiver FROM symptom_ends AS e WHERE e.symptom = id), '') AS who,
	json_array('no socket listens on the port') AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'NO_SOCKET' AND proto IN (6, 17, 33, 132)
	AND (proto <> 17 OR (observed('packet') AND NOT lost_while('packet', id))) -- it may be reply-from-other-address
