-- rule: nothing listens on that port
-- needs: drop
-- unlike: bad-checksum
-- advice: is the program running, and on that address? ss -lntup, in the right network namespace
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site, 'no program' AS who,
	json_array('no socket listens on the port', printf('%d packets were refused', packets)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'NO_SOCKET' AND proto IN (6, 17, 33, 132)
