-- rule: a firewall rule drops them
-- needs: drop counter frag
-- about: NETFILTER_DROP
-- advice: find the rule: nft list ruleset (with counters), or iptables-save -c; nft monitor trace shows the packet's
-- advice: way
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site, 'a rule of netfilter' AS who,
	json_array('a rule of netfilter says drop', printf('%d packets were dropped in %s', packets, place)) AS chain
FROM symptom WHERE kind = 'lost' AND harmless IS NULL AND reason = 'NETFILTER_DROP'
	AND (place GLOB 'nft_do_chain*' OR place GLOB '*t_do_table*')
