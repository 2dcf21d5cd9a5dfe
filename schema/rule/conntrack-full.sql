-- rule: the table of connections is full
-- needs: drop counter
-- about: NETFILTER_DROP
-- unlike: snat-exhaustion
-- advice: `sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max`; a higher limit: `sysctl -w
-- advice: net.netfilter.nf_conntrack_max=N`; shorter timeouts; notrack for traffic that needs none
SELECT id AS symptom, packets, 0.95 AS confidence, device(netns, ifindex) AS site,
	'net.netfilter.nf_conntrack_max' AS who,
	json_array(printf('connection tracking refused %d packets: its table has no room',
		(SELECT sum(delta) FROM counter WHERE name = 'conntrack.drop'))) AS chain
FROM symptom
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'NETFILTER_DROP' AND place GLOB 'nf_hook_slow*'
	AND conntrack_full()
