-- rule: a MAC address is at two ports of a switch by turns, and what is for it goes to the wrong one
-- needs: drop packet hop
-- about: IP_INADDRERRORS
-- unlike: mac-handover
-- advice: who is there? `bridge fdb show`, `ovs-appctl fdb/show BRIDGE`; two hosts with one address, such as a copy of
-- advice: a virtual machine: give one of them another; a loop: spanning tree; one host with two ways: a bond; one that
-- advice: has moved has to say so (gratuitous ARP), and the old one to be silent
WITH stay AS MATERIALIZED (
		SELECT *, printf('%012X', mac) AS hex, lead(from_ns, 1, 9223372036854775807) OVER (
			PARTITION BY netns, switch, vlan, mac ORDER BY from_ns, to_ns) AS until_ns FROM mac_stay),
	-- What a host took that has this address, too, and found not to be for it; what left this host and got no
	-- answer.
	gone AS (SELECT d.symptom, hex(substr(e.head, 1, 6)) AS hex, e.ts_ns FROM symptom AS s
			JOIN symptom_drop AS d ON d.symptom = s.id JOIN drop_event AS e ON e.rowid = d.event
		WHERE s.kind = 'lost' AND s.harmless IS NULL AND e.l2 & 2
			AND (s.reason IN ('IP_INADDRERRORS', 'IP_INVALID_DEST') OR s.place GLOB 'ip*_forward*')
		UNION ALL
		SELECT s.id, t.hex, r.ts_ns FROM symptom AS s
			JOIN echo_request AS r ON r.daddr = s.place AND r.ethertype = s.ethertype AND r.how = 'left'
			JOIN (SELECT DISTINCT daddr, printf('%012X', dmac) AS hex FROM packet
				WHERE dmac IN (SELECT mac FROM mac_stay)) AS t ON t.daddr = r.daddr
		WHERE s.kind = 'elsewhere' AND s.proto IN (1, 58)),
	lost AS MATERIALIZED (SELECT g.symptom, t.netns, t.switch, t.vlan, t.mac, t.ifindex, count(*) AS n
		FROM gone AS g JOIN stay AS t ON t.hex = g.hex AND g.ts_ns >= t.from_ns AND g.ts_ns < t.until_ns
		GROUP BY 1, 2, 3, 4, 5, 6),
	port AS MATERIALIZED (SELECT netns, switch, vlan, mac, ifindex, sum(sent) AS sent,
			(SELECT coalesce(sum(n), 0) FROM lost AS l WHERE l.netns = t.netns AND l.switch = t.switch
				AND l.vlan = t.vlan AND l.mac = t.mac AND l.ifindex = t.ifindex) AS n
		FROM stay AS t GROUP BY 1, 2, 3, 4, 5),
	-- Of what goes to one port most is lost, of what goes to another one little.
	pair AS (SELECT w.*, r.ifindex AS well, row_number() OVER (
			PARTITION BY w.netns, w.switch, w.vlan, w.mac, w.ifindex ORDER BY r.sent DESC) AS nth
		FROM port AS w JOIN port AS r USING (netns, switch, vlan, mac)
		WHERE 2 * w.n >= w.sent AND w.n > 0 AND r.sent > 0 AND 4 * r.n <= r.sent),
	one AS (SELECT l.*, p.well, row_number() OVER (PARTITION BY l.symptom ORDER BY l.n DESC) AS nth
		FROM lost AS l JOIN pair AS p USING (netns, switch, vlan, mac, ifindex) WHERE p.nth = 1)
SELECT s.id AS symptom, round(l.n * coalesce(weight, 1.0)) AS packets, 0.96 AS confidence,
	device(l.netns, l.ifindex) AS site,
	printf('MAC address %s', mac_text(l.mac)) AS who,
	json_array(printf('packets from %s came in at %s and at %s: %s', mac_text(l.mac), device(l.netns, l.well),
			device(l.netns, l.ifindex), (SELECT CASE count(*) WHEN 2 THEN 'it moved once'
			ELSE printf('it moved %d times', count(*) - 1) END FROM stay AS t WHERE t.netns = l.netns
			AND t.switch = l.switch AND t.vlan = l.vlan AND t.mac = l.mac)),
		printf('%s sent what is for it to %s until it came in elsewhere', device(l.netns, l.switch),
			device(l.netns, l.ifindex))) AS chain
FROM one AS l JOIN symptom AS s ON s.id = l.symptom
	LEFT JOIN drop_weight AS w ON w.symptom = s.id
WHERE l.nth = 1 AND NOT lost_while('packet hop drop', s.id)
