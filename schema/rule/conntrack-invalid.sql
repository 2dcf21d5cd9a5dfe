-- rule: a rule drops what connection tracking calls invalid
-- needs: drop counter
-- about: NETFILTER_DROP
-- unlike: nft-drop
-- advice: why invalid? `netanalyze show conntrack TRACE`; asymmetric paths, a window that is off (`sysctl -w
-- advice: net.netfilter.nf_conntrack_tcp_be_liberal=1`), a missing helper
SELECT id AS symptom, packets, 0.96 AS confidence, device(netns, ifindex) AS site,
	'a rule about ct state invalid' AS who,
	json_array(printf('connection tracking calls %d packets invalid',
		(SELECT sum(delta) FROM counter WHERE name = 'conntrack.invalid')),
		printf('a rule drops them: %d packets', packets)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'NETFILTER_DROP' AND place GLOB 'nft_do_chain*'
	AND (SELECT sum(delta) FROM counter WHERE name = 'conntrack.invalid'
		AND counter.netns = symptom.netns) >= packets
