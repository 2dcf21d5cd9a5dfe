-- rule: the table of connections is full
-- needs: drop counter
-- about: NETFILTER_DROP
-- unlike: snat-exhaustion
-- advice: sysctl net.netfilter.nf_conntrack_max and nf_conntrack_count; shorter timeouts; notrack for traffic that
-- advice: needs none
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site,
	'net.netfilter.nf_conntrack_max' AS who,
	json_array(printf('connection tracking refused %d packets: its table has no room',
		(SELECT sum(delta) FROM counter WHERE name = 'conntrack.drop')),
		printf('%d packets were dropped in %s', packets, place)) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'NETFILTER_DROP' AND place GLOB 'nf_hook_slow*'
	AND conntrack_full()
