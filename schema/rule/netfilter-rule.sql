-- rule: a firewall rule drops packets
-- needs: drop counter
-- about: NETFILTER_DROP
-- unlike: conntrack-invalid
-- advice: which rule? `nft list ruleset` (with counters), or `iptables-save -c`; `nft monitor trace` shows the way of
-- advice: packets that a rule marks with meta nftrace set 1
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site, 'a rule of netfilter' AS who,
	json_array('a rule of netfilter says drop' || coalesce(' to ' || (SELECT receiver FROM symptom_ends AS e
		WHERE e.symptom = id), '')) AS chain
FROM symptom WHERE kind = 'lost' AND harmless IS NULL AND reason = 'NETFILTER_DROP'
	AND (place GLOB 'nft_do_chain*' OR place GLOB '*t_do_table*')
	-- Fragments without ports may be a part of what does not become whole, reports of multicast groups why a bridge
	-- does not forward: that is other rules', and needs frag, or all that was dropped.
	AND NOT EXISTS (SELECT 1 FROM symptom_drop AS d JOIN drop_event AS e ON e.rowid = d.event
		WHERE d.symptom = symptom.id AND CASE
			WHEN e.proto IN (6, 17) THEN coalesce(e.sport, 0) = 0 AND coalesce(e.dport, 0) = 0
				AND (NOT observed('frag') OR lost_while('frag', symptom.id))
			WHEN e.proto IN (2, 58) THEN is_membership(e.proto, e.dport)
				AND EXISTS (SELECT 1 FROM gap WHERE type IS NULL OR record_name(type) = 'drop') END)
