-- rule: a bridge knows no port that wants this multicast
-- needs: drop
-- unlike: late-module
-- advice: who is a member behind which port? `bridge mdb show`; membership has to be asked for, and heard: a querier
-- advice: (`ip link set BRIDGE type bridge mcast_querier 1`), no firewall against IGMP and MLD; or none of it: `ip
-- advice: link set BRIDGE type bridge mcast_snooping 0`
WITH passed AS MATERIALIZED (SELECT DISTINCT saddr, daddr, dport FROM flow
		WHERE packets > drops AND is_multicast(ethertype, daddr)),
	one AS (SELECT s.*, min(is_multicast(e.ethertype, e.daddr)) AS all_multicast,
			min(is_membership(e.proto, e.dport)) AS all_membership, count(p.daddr) > 0 AS passed_before
		FROM symptom AS s JOIN symptom_drop AS d ON d.symptom = s.id JOIN drop_event AS e ON e.rowid = d.event
			LEFT JOIN passed AS p ON p.daddr = e.daddr AND p.saddr = e.saddr AND p.dport = e.dport
		WHERE s.kind = 'lost' AND s.harmless IS NULL GROUP BY s.id),
	unwanted AS (SELECT o.*, (SELECT CASE i.kind WHEN 'bridge' THEN i.ifindex ELSE i.master END FROM interface AS i
			WHERE i.netns = o.netns AND i.ifindex = o.ifindex) AS bridge FROM one AS o
		WHERE all_multicast AND reason IN ('NOT_SPECIFIED', 'NO_TX_TARGET')
			AND (place GLOB 'br_handle_frame_finish*' OR place GLOB 'br_multicast_flood*'
				OR place GLOB 'br_dev_xmit*')
			AND NOT EXISTS (SELECT 1 FROM one AS u WHERE u.place = o.place AND u.netns = o.netns
				AND u.ifindex = o.ifindex AND NOT u.all_multicast)),
	most AS (SELECT * FROM unwanted ORDER BY packets DESC LIMIT 1),
	unheard AS (SELECT * FROM one WHERE all_membership AND reason = 'NETFILTER_DROP'
		AND EXISTS (SELECT 1 FROM most))
SELECT id AS symptom, packets, CASE WHEN passed_before THEN 0.9 ELSE 0.55 END AS confidence,
	device(netns, ifindex) AS site, printf('multicast snooping of %s', device(netns, bridge)) AS who,
	json_array(coalesce((SELECT printf('a rule of netfilter drops IGMP or MLD: %d', sum(packets)) FROM unheard
			HAVING sum(packets) > 0), 'no port is known behind which somebody wants this group'),
		printf('%s has no port for it%s', device(netns, bridge), CASE WHEN passed_before
			THEN ', although it passed at other times' ELSE '' END)) AS chain
FROM unwanted
UNION ALL
SELECT u.id, u.packets, 0.96, device(m.netns, m.ifindex), printf('multicast snooping of %s', device(m.netns, m.bridge)),
	json_array('a rule of netfilter drops IGMP or MLD')
FROM unheard AS u JOIN most AS m ON m.passed_before
