-- rule: nobody tells the sender that its packets are too big
-- needs: drop
-- unlike: mtu
-- advice: let ICMP "fragmentation needed" (type 3 code 4; ICMPv6 type 2) pass in all rules of the path; until then
-- advice: `nft add rule FAMILY TABLE CHAIN tcp flags syn tcp option maxseg size set rt mtu`, or `sysctl -w
-- advice: net.ipv4.tcp_mtu_probing=1` at the sender
WITH told AS (SELECT s.*, sum(is_too_big(e.proto, e.dport)) AS messages FROM symptom AS s
		JOIN symptom_drop AS d ON d.symptom = s.id JOIN drop_event AS e ON e.rowid = d.event
		WHERE s.kind = 'lost' AND s.harmless IS NULL AND s.proto IN (1, 58) GROUP BY s.id
		HAVING messages > 0),
	big AS (SELECT s.* FROM symptom AS s WHERE kind = 'lost' AND harmless IS NULL AND reason = 'PKT_TOO_BIG'
		AND s.ethertype IN (SELECT ethertype FROM told)),
	site AS (SELECT coalesce((SELECT device(netns, ifindex) FROM big ORDER BY packets DESC, id LIMIT 1),
		(SELECT device(netns, ifindex) FROM told ORDER BY messages DESC, id LIMIT 1)) AS text)
SELECT id AS symptom, packets, 0.97 AS confidence, site.text AS site,
	'what drops the ICMP message: ' || (SELECT place FROM told ORDER BY messages DESC LIMIT 1) AS who,
	json_array('packets are larger than a device on the way takes, and may not be fragmented',
		printf('the ICMP message that says so is dropped: %d',
			(SELECT sum(messages) FROM told)),
		'the sender goes on') AS chain
FROM big JOIN site
UNION ALL
SELECT id, min(messages, packets), 0.97, site.text,
	'what drops the ICMP message: ' || (SELECT place FROM told ORDER BY messages DESC LIMIT 1),
	json_array('an ICMP message says that packets are too big',
		printf('%d of these are dropped: the sender does not learn it', messages))
FROM told JOIN site
