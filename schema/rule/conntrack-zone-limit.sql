-- rule: a zone of connection tracking has all the connections it may have
-- needs: drop conntrack
-- unlike: conntrack-full
-- advice: `ovs-appctl dpctl/ct-get-limits`; a higher one: `ovs-appctl dpctl/ct-set-limits zone=ZONE,limit=N`; who
-- advice: opens so many? `conntrack -L -w ZONE`
WITH refused AS (SELECT netns, zone, sum(packets) AS n FROM conntrack_count WHERE ovs AND ret = -12
		GROUP BY netns, zone ORDER BY n DESC LIMIT 1)
SELECT id AS symptom, packets, 0.95 AS confidence, printf('zone %d', r.zone) AS site,
	printf('the limit of zone %d', r.zone) AS who,
	json_array(printf('Open vSwitch could not commit %d connections to zone %d, while the table had room', r.n,
			r.zone)) AS chain
FROM symptom JOIN refused AS r
WHERE kind = 'lost' AND harmless IS NULL AND place GLOB 'ovs_ct_execute*'
	AND NOT EXISTS (SELECT 1 FROM counter WHERE name = 'conntrack.drop' AND delta > 0)
