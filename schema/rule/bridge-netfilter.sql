-- rule: a firewall rule drops packets that a bridge only forwards
-- needs: drop counter
-- about: NETFILTER_DROP
-- unlike: nft-drop
-- advice: shall bridged packets go through the rules for routed ones? `sysctl net.bridge.bridge-nf-call-iptables` (also
-- advice: ip6tables, arptables); if not: `sysctl -w net.bridge.bridge-nf-call-iptables=0`; if so, which rule? `nft list
-- advice: ruleset` (with counters), or `iptables-save -c`
WITH called AS MATERIALIZED ( -- by br_netfilter, before the bridge gave it to the IP stack
		SELECT stack, min(depth) FILTER (WHERE symbol GLOB 'br_nf_*') < coalesce(min(depth) FILTER (WHERE
				symbol GLOB '*netif_receive_skb*' OR symbol GLOB 'ip*_rcv*'), 1000) AS by_bridge,
			max(symbol GLOB 'br_nf_forward*') AS on_its_way
		FROM frame GROUP BY stack),
	-- What is for the host itself passes the same rules before routing in any case.
	seen AS (SELECT d.symptom, avg(coalesce(by_bridge AND (on_its_way OR NOT EXISTS (SELECT 1 FROM interface AS i
			WHERE i.netns = e.netns AND replace(i.mac, ':', '') = lower(hex(substr(e.head, 1, 6))))), 0))
			AS share
		FROM symptom_drop AS d JOIN drop_event AS e ON e.rowid = d.event JOIN called USING (stack)
		GROUP BY d.symptom)
SELECT id AS symptom, round(packets * share) AS packets, 0.955 AS confidence, device(netns, ifindex) AS site,
	'a rule of netfilter' AS who,
	json_array(printf('net.bridge.bridge-nf-call-%s has bridged packets go through rules for routed ones',
			CASE ethertype WHEN 2054 THEN 'arptables' WHEN 34525 THEN 'ip6tables' ELSE 'iptables' END),
		'one of these says drop' || coalesce(' to ' || (SELECT receiver FROM symptom_ends AS e
			WHERE e.symptom = id), '')) AS chain
FROM ruled_out JOIN seen ON seen.symptom = id WHERE share > 0
