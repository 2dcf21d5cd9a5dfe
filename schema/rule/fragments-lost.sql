-- rule: parts of a packet are missing
-- needs: drop frag
-- about: NETFILTER_DROP
-- unlike: nft-drop
-- advice: which fragments do not come? `netanalyze show drops TRACE` has reassembly by flow; lost on the way, or
-- advice: dropped by a firewall that sees ports in the first one only
WITH lost AS (SELECT *, place GLOB 'nft_do_chain*' AS by_rule FROM symptom WHERE kind = 'lost' AND harmless IS NULL)
SELECT id AS symptom, packets, 0.96 AS confidence, 'reassembly' AS site,
	CASE WHEN (SELECT max(by_rule) FROM lost) THEN 'a rule of netfilter' ELSE 'whoever lost the others' END AS who,
	json_array(CASE WHEN by_rule THEN 'a rule of netfilter drops fragments'
			ELSE 'some fragments of packets do not come' END,
		printf('%d packets did not become whole in time', (SELECT sum(timeouts) FROM frag_count))) AS chain
FROM lost
WHERE place GLOB 'ip_expire*' OR place GLOB 'ip6_frag_expire*' OR place GLOB 'ip_frag*'
	OR place GLOB 'inet_frag_rbtree_purge*' OR place GLOB 'nf_ct_frag6_expire*'
	OR reason IN ('FRAG_REASM_TIMEOUT', 'FRAG_TOO_FAR', 'DUP_FRAG')
	OR (by_rule AND 2 * (SELECT sum(timeouts) FROM frag_count AS f WHERE f.netns = lost.netns) >= packets)
