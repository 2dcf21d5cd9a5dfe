-- rule: no port is left for a translated connection
-- needs: drop counter
-- about: NETFILTER_DROP
-- unlike: conntrack-full
-- advice: more addresses or a wider port range in the snat or masquerade rule: `nft list ruleset`; `conntrack -S`
-- advice: counts them
SELECT id AS symptom, packets, 0.9 AS confidence, device(netns, ifindex) AS site, 'the source NAT rule' AS who,
	json_array(printf('%d connections could not be entered: all addresses and ports of the translation are taken',
		(SELECT sum(delta) FROM counter WHERE name = 'conntrack.insert_failed'))) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'NETFILTER_DROP' AND place GLOB 'nf_hook_slow*'
	AND EXISTS (SELECT 1 FROM counter WHERE name = 'conntrack.insert_failed' AND delta > 0)
	AND NOT conntrack_full()
