-- rule: a firewall rule drops packets
-- needs: drop counter
-- about: NETFILTER_DROP
-- unlike: conntrack-invalid
-- advice: which rule? `nft list ruleset` (with counters), or `iptables-save -c`; `nft monitor trace` shows the way of
-- advice: packets that a rule marks with meta nftrace set 1
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site, 'a rule of netfilter' AS who,
	json_array('a rule of netfilter says drop' || coalesce(' to ' || (SELECT receiver FROM symptom_ends AS e
		WHERE e.symptom = id), '')) AS chain
FROM ruled_out
-- Who handed packets to it at a port of a bridge (bridge-netfilter), single stacks tell, unless lost or cut off.
WHERE NOT ((EXISTS (SELECT 1 FROM gap WHERE type IS NULL OR record_name(type) = 'drop')
		OR config_value('cut.of') IS NOT NULL)
	AND EXISTS (SELECT 1 FROM interface AS i JOIN interface AS b ON b.netns = i.netns
			AND b.ifindex IN (i.ifindex, i.master) AND b.kind = 'bridge'
		WHERE i.netns = ruled_out.netns AND i.ifindex = ruled_out.ifindex)
	AND NOT EXISTS (SELECT 1 FROM symptom_drop AS d JOIN drop_event AS e ON e.rowid = d.event
		WHERE d.symptom = ruled_out.id AND e.stack > 0))
